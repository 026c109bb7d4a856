"""The shared look in a real browser, at desk and phone width, in both languages, without an axe violation."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways
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
    page.keyboard.type("li.wei")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    shot(page, f"login-wrong-{language}")
    assert axe(page) == []
    expect(page.locator("#f-login")).to_have_value("li.wei")
    page.locator("#f-password").fill(PASSWORD)
    page.keyboard.press("Enter")
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
    for _ in range(5):
        page.locator("#f-login").fill("li.wei")
        page.locator("#f-password").fill("wrong")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.locator("h1")).to_have_text("登录已暂时锁定")
    shot(page, "locked")
    assert axe(page) == []


def test_keys_are_shown_listed_and_can_be_switched_off(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.goto(f"{live_server}/shared/components/")
    page.keyboard.press("n")
    expect(page.locator("#f-answers-name")).to_be_focused()
    page.keyboard.type("?s")
    expect(page.locator("#f-answers-name")).to_have_value("?s")
    page.locator("h1").click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("收件")
    shot(page, "keys")
    assert axe(page) == []
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("n")
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
    page.keyboard.press("Enter")
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


def test_typed_words_are_guarded_and_progress_shows_after_a_second(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/shared/components/")
    # The gallery's form says it holds nothing worth guarding; a real form does not.
    page.evaluate("document.querySelector('main form').removeAttribute('data-unguarded')")
    asked: list[str] = []
    page.on("dialog", lambda d: (asked.append(d.type), d.dismiss()))
    page.locator("#f-answers-note").press_sequentially("写了很多")
    page.evaluate("() => { location.href = '/login' }")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/shared/components/")
    progress = page.locator("#progress")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:beforeRequest'))")
    page.wait_for_timeout(500)
    expect(progress).to_be_hidden()
    expect(progress).to_be_visible(timeout=1500)


def test_error_summary_leads_to_the_field(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/shared/components/")
    page.get_by_role("link", name="请填写“联系电话”").click()
    expect(page.locator("#f-answers-phone")).to_be_focused()


def test_axe_is_awake(page: Page, live_server: object, axe: Axe) -> None:
    """A checker that finds nothing anywhere would pass every page."""
    page.goto(f"{live_server}/login")
    page.evaluate("document.querySelector('main').append(new Image())")
    assert any(line.startswith("image-alt") for line in axe(page))
