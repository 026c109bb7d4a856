"""The shared look in a real browser, at desk and phone width, in both languages, without an axe violation."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways
from tests.browser.hand import keys
from tongban.domain.actor import SYSTEM
from tongban.flows import staffing
from tongban.plumbing import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "木棉-river-2026"
Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]


@pytest.fixture
def clerk() -> None:
    made = staffing.hire(SYSTEM, "li.wei", "李伟", "310107005", PASSWORD, at=clock.now(), must_change=False)
    for power in ("case.read", "person.read"):
        staffing.grant(SYSTEM, made, power, "310107005", at=clock.now())


def english(page: Page, live_server: object) -> None:
    page.context.add_cookies([{"name": "lang", "value": "en", "url": str(live_server)}])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_gallery(page: Page, live_server: object, axe: Axe, shot: Shot, language: str) -> None:
    if language == "en":
        english(page, live_server)
    page.goto(f"{live_server}/shared/components/")
    shot(page, f"gallery-{language}")
    assert axe(page) == []
    assert no_sideways(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_signing_in(page: Page, live_server: object, axe: Axe, shot: Shot, clerk: None, language: str) -> None:
    if language == "en":
        english(page, live_server)
    page.goto(f"{live_server}/login?next=/account")
    shot(page, f"login-{language}")
    assert axe(page) == []
    keys(page).type("li.wei")
    keys(page).press("Tab")
    keys(page).type("wrong")
    keys(page).press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    shot(page, f"login-wrong-{language}")
    assert axe(page) == []
    expect(page.locator("#f-login")).to_have_value("li.wei")
    page.locator("#f-password").fill(PASSWORD)
    keys(page).press("Enter")
    expect(page).to_have_url(f"{live_server}/account")
    shot(page, f"account-{language}")
    assert axe(page) == []
    assert no_sideways(page)
    page.locator(".tb-who summary").click()
    assert axe(page) == []
    shot(page, f"menu-{language}")
    page.goto(f"{live_server}/account/password")
    shot(page, f"password-{language}")
    assert axe(page) == []


def test_error_pages(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/no/such/page")
    shot(page, "missing")
    assert axe(page) == []
    page.goto(f"{live_server}/login")
    for told in ("工作人员登录",) * 4 + ("登录已暂时锁定",):
        page.locator("#f-login").fill("li.wei")
        page.locator("#f-password").fill("wrong")
        keys(page).press("Enter")
        # Required and empty: the page that answers, no longer the one that was sent.
        expect(page.locator("#f-password:valid")).to_have_count(0)
        expect(page.locator("h1")).to_have_text(told)
    shot(page, "locked")
    assert axe(page) == []


def test_keys_are_shown_listed_and_can_be_switched_off(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/shared/components/")
    keys(page).press("n")
    expect(page.locator("#f-answers-name")).to_be_focused()
    keys(page).type("?s")
    expect(page.locator("#f-answers-name")).to_have_value("?s")
    page.locator("h1").click()
    keys(page).press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("收件")
    shot(page, "keys")
    assert axe(page) == []
    page.locator("#keys-on").uncheck()
    keys(page).press("Escape")
    page.locator("h1").click()
    keys(page).press("n")
    expect(page.locator("#f-answers-name")).not_to_be_focused()


def test_dangerous_buttons_ask_once_more(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/shared/components/")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
    page.locator("#f-answers-phone").fill("13800138000")
    page.locator("#f-answers-name").fill("欧阳静")
    page.get_by_role("button", name="不予受理").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("书面告知")
    shot(page, "confirm")
    assert axe(page) == []
    keys(page).press("Enter")
    expect(dialog).to_be_hidden()
    assert sent == [], "Enter on a fresh question means no"
    page.get_by_role("button", name="不予受理").click()
    with page.expect_request(lambda r: r.method == "POST"):
        page.get_by_role("button", name="是，继续").click()
    assert len(sent) == 1
    assert "action=refuse" in sent[0]


def test_a_second_press_sends_nothing(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/login")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    page.evaluate(
        "() => { const f = document.querySelector('main form'), b = f.querySelector('button');"
        " f.login.value = 'x'; f.password.value = 'y'; b.click(); b.click(); b.click(); }"
    )
    page.wait_for_selector("[role=alert]")
    assert len(sent) == 1


def test_typed_words_are_guarded(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/shared/components/")
    # The gallery's form says it holds nothing worth guarding; a real form does not.
    page.evaluate("document.querySelector('main form').removeAttribute('data-unguarded')")
    page.locator("#f-answers-note").press_sequentially("写了很多")
    with page.expect_event("dialog") as asked:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.evaluate("() => { location.href = '/login' }")
    assert asked.value.type == "beforeunload"
    assert page.url.endswith("/shared/components/")


def test_progress_shows_after_a_second(page: Page, live_server: object) -> None:
    # The page's own clock, turned by hand: a second of a busy machine is none.
    page.clock.install()
    page.goto(f"{live_server}/shared/components/")
    page.clock.pause_at(clock.now() + dt.timedelta(hours=1))
    progress = page.locator("#progress")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:beforeRequest'))")
    page.clock.run_for(999)
    expect(progress).to_be_hidden()
    page.clock.run_for(1)
    expect(progress).to_be_visible()


def test_error_summary_leads_to_the_field(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/shared/components/")
    page.get_by_role("link", name="请填写“联系电话”").click()
    expect(page.locator("#f-answers-phone")).to_be_focused()


def test_axe_is_awake(page: Page, live_server: object, axe: Axe) -> None:
    """A checker that finds nothing anywhere would pass every page."""
    page.goto(f"{live_server}/login")
    page.evaluate("document.querySelector('main').append(new Image())")
    assert any(line.startswith("image-alt") for line in axe(page))
