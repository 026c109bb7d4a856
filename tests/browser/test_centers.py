"""A center's page and my center in a real browser: found by a street, chosen, on the first page, suggested by where one lives; on a phone
and at a desk, plain and in elder mode, printed, without an axe violation."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways
from tests.browser.hand import keys
from tests.browser.test_mine import come_in, elder
from tests.channels.resident.signed_in import arrived
from tests.flows.people import SON
from tongban.plumbing import clock
from tongban.registers.people import service as people
from tongban.registers.people.rows import Known

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
GUMEI = "310112006"

Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]


def sound(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert no_sideways(page)


@pytest.mark.parametrize("mode", ["plain", "elder"])
def test_found_chosen_and_on_the_first_page(page: Page, live_server: object, axe: Axe, shot: Shot, mode: str) -> None:
    if mode == "elder":
        elder(page, live_server)
    page.goto(f"{live_server}/centers/?q=古美路")
    page.locator(".rs-centers a").first.click()
    expect(page.locator("h1")).to_have_text("古美路街道社区事务受理中心")
    expect(page.locator("#hours li")).not_to_have_count(0)
    shot(page, f"center-{mode}")
    sound(page, axe)
    page.locator("#items summary").first.click()
    page.locator("#items summary").nth(1).click()
    shot(page, f"center-items-{mode}")
    page.get_by_label("您想办的事，这里收不收").fill("敬老卡")
    keys(page).press("Enter")
    expect(page.locator("#items")).to_contain_text("敬老卡申领")
    shot(page, f"center-found-{mode}")
    sound(page, axe)
    page.get_by_role("button", name="设为我的中心").click()
    expect(page.locator("#notices")).to_contain_text("已设为您的中心")
    shot(page, f"center-chosen-{mode}")
    sound(page, axe)
    page.goto(f"{live_server}/")
    expect(page.locator("#my-center")).to_contain_text("古龙路1139号")
    shot(page, f"home-my-center-{mode}")
    sound(page, axe)


def test_suggested_with_the_reason(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    _, here = arrived(SON)
    people.keep(here.applicant, [("residence_division", Known(GUMEI, "gongan", clock.now(), "A"))], clock.now())
    come_in(page, live_server, SON)
    page.goto(f"{live_server}/")
    expect(page.locator("#my-center")).to_contain_text("您登记的居住地在古美街道")
    shot(page, "home-suggested")
    sound(page, axe)
    page.locator("#my-center").get_by_role("button", name="设为我的中心").click()
    expect(page.locator(".rs-mine-is")).to_be_visible()
    page.goto(f"{live_server}/events/birth/form")
    expect(page.locator("#f-center")).to_have_value(GUMEI)


def test_a_center_is_printed_without_the_page_around_it(page: Page, live_server: object, shot: Shot) -> None:
    page.goto(f"{live_server}/centers/{GUMEI}/")
    page.emulate_media(media="print")
    expect(page.locator("header.tb-head")).to_be_hidden()
    expect(page.locator(".rs-search")).to_be_hidden()
    expect(page.locator("#hours")).to_be_visible()
    shot(page, "center-print")


def test_in_english(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    page.context.add_cookies(
        [{"name": name, "value": value, "url": str(live_server)} for name, value in (("lang", "en"), ("center", GUMEI))]
    )
    page.goto(f"{live_server}/centers/{GUMEI}/")
    expect(page.locator("#own")).to_contain_text("Only when your")
    shot(page, "center-english")
    sound(page, axe)
    page.goto(f"{live_server}/")
    expect(page.locator("#my-center")).to_contain_text("My center")
    shot(page, "home-english")
    sound(page, axe)
