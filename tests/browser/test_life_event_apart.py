"""A life event that is not filled in by one person in one sitting: two devices on one draft, a server that is gone at a step, the
counter that goes on with what was saved at home."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDTHS, no_sideways
from tests.browser.hand import keys, sign_in
from tests.browser.test_life_event import DEATH, identity, walk
from tests.browser.walk import Walk
from tests.browser.windows import window
from tests.counter import PASSWORD, PUTUO, Counter, counter, hire, pretended_city
from tongban.simulated.named import JIANGUO

__all__ = ["counter", "hire", "pretended_city"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shanghai", "counter"),
]
Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]


@pytest.fixture
def width() -> str:
    return "desk"


def test_two_devices_on_one_draft(page: Page, browser: Browser, live_server: Any, axe: Axe, shot: Shot) -> None:
    here = walk(page, live_server, "death")
    here.go("form")
    page.locator("[name=phone]").fill("13800000000")
    page.get_by_role("button", name="以后再办").click()
    expect(page.locator("main")).to_contain_text("已保存，还没有提交")
    with window(browser, viewport={"width": 390, "height": 844}, locale="zh-CN") as context:
        phone = context.new_page()
        there = walk(phone, live_server, "death")
        there.go("form")
        expect(phone.locator("[name=phone]")).to_have_value("13800000000")
        here.go("form")
        page.locator("[name=phone]").fill("13811111111")
        page.get_by_role("button", name="以后再办").click()
        expect(page.locator("main")).to_contain_text("已保存，还没有提交")
        phone.locator("[name=phone]").fill("13822222222")
        phone.get_by_role("button", name="以后再办").click()
        expect(phone.locator("#newer")).to_contain_text("13811111111")
        expect(phone.locator("[name=phone]")).to_have_value("13822222222")
        assert axe(phone) == [] and no_sideways(phone)
        phone.get_by_role("button", name="以后再办").click()
        expect(phone.locator("main")).to_contain_text("已保存，还没有提交")
    here.go("form")
    expect(page.locator("[name=phone]")).to_have_value("13822222222")


@pytest.mark.parametrize("step", ["questions", "form", "papers"])
def test_a_server_that_is_gone_loses_nothing_typed(browser: Browser, live_server: Any, step: str) -> None:
    """The line is cut while a step is sent: the page stays as it was typed, and the same press later is the same act."""
    # A browser of its own: that a request failed is what its console rightly says here.
    with window(browser, viewport={"width": 390, "height": 844}, locale="zh-CN") as context:
        page = context.new_page()
        here = walk(page, live_server, "death")
        here.go(step)
        page.route(
            "**/events/**",
            lambda route: route.abort("connectionrefused") if route.request.method == "POST" else route.continue_(),
        )
        if step == "form":
            page.locator("[name=phone]").fill("13800000000")
            button = page.get_by_role("button", name="以后再办")
        elif step == "questions":
            button = page.get_by_role("button", name="不清楚")
        else:
            page.locator(".ev-paper input[type=radio]").first.check()
            button = page.get_by_role("button", name="以后再办")
        before = page.url
        button.click()
        expect(page.locator("#notices")).to_contain_text("没有送出")
        if step == "form":
            expect(page.locator("[name=phone]")).to_have_value("13800000000")
        if step == "papers":
            expect(page.locator(".ev-paper input[type=radio]").first).to_be_checked()
        page.unroute("**/events/**")
        heading = page.locator("main h2").first.inner_text()
        button.click()
        page.wait_for_function(
            "([u, h]) => location.href !== u || document.querySelector('main h2').innerText !== h",
            arg=[before, heading],
        )


def test_the_counter_goes_on_with_what_was_saved_at_home(
    page: Page, browser: Browser, live_server: Any, counter: Counter, hire: Callable[..., Any], axe: Axe, shot: Shot
) -> None:
    here = walk(page, live_server, "death")
    here.go("form")
    page.locator("[name=phone]").fill("13800000000")
    page.get_by_role("button", name="以后再办").click()
    expect(page.locator("main")).to_contain_text("已保存，还没有提交")
    hire("li.wei", PUTUO)
    wide, high = WIDTHS["desk"]
    with window(browser, viewport={"width": wide, "height": high}, locale="zh-CN") as context:
        desk = context.new_page()
        sign_in(desk, live_server, "li.wei", PASSWORD, "/window/")
        expect(desk.locator("[aria-keyshortcuts='F2']").first).to_be_visible()
        counter.card(identity(JIANGUO).name)
        keys(desk).press("F2")
        expect(desk.locator("#q")).to_be_focused()
        expect(desk.locator("#work")).to_contain_text("没有办完的一件事")
        shot(desk, "window-drafts")
        keys(desk).type("家里老人去世了")
        expect(desk.locator("#hit-list")).to_contain_text("公民身故")
        keys(desk).press("Enter")
        expect(desk).to_have_url(re.compile("/event/death/start$"))
        shot(desk, "window-event-start")
        assert axe(desk) == []
        desk.goto(desk.url.replace("/start", "/plan"))
        shot(desk, "window-event-plan")
        assert axe(desk) == [] and no_sideways(desk)
        keys(desk).press("F9")
        expect(desk).to_have_url(re.compile("/form$"))
        expect(desk.locator("[name=phone]")).to_have_value("13800000000")
        shot(desk, "window-event-form")
        assert axe(desk) == []

        def seen(page: Page, name: str) -> None:
            shot(page, f"window-{name}")
            assert axe(page) == [], name

        clerk = Walk(desk, str(live_server), "death", DEATH, seen)
        clerk.form()
        clerk.papers()
        number = clerk.submit()
        assert number.startswith(PUTUO)
        expect(desk.get_by_role("link", name="收件凭证")).to_be_visible()
