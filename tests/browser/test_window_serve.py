"""The counter in a real browser: the keys of 敬老卡 are counted; nothing typed is lost; what a clerk sees is what happened."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways
from tests.counter import PASSWORD, Counter, counter, hire, pretended_city

__all__ = ["counter", "hire", "pretended_city"]
pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai", "counter")
]  # fmt: skip

Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]
CASE_NUMBER = re.compile(r"^\d{21}[0-9A-Z]$")


class Keys:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


@pytest.fixture
def desk(page: Page, live_server: Any, hire: Callable[..., Any]) -> Iterator[Page]:
    """A clerk of 长寿路 is signed in and at the start page."""
    hire()
    page.goto(f"{live_server}/login?next=/window/")
    page.keyboard.type("li.wei")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server}/window/")
    yield page


def read(desk: Page, counter: Counter, name: str) -> None:
    counter.card(name)
    desk.keyboard.press("F2")
    expect(desk.locator("#q")).to_be_focused()


def test_start_page(desk: Page, counter: Counter, axe: Axe, shot: Shot) -> None:
    shot(desk, "start")
    assert axe(desk) == []
    assert no_sideways(desk)
    desk.keyboard.press("F2")
    expect(desk.get_by_role("alert")).to_contain_text("读卡器上没有证件")
    shot(desk, "start-no-card")
    assert axe(desk) == []
    desk.get_by_role("link", name="代办").click()
    shot(desk, "start-other")
    assert axe(desk) == []
    counter.card("沈建国")
    desk.keyboard.press("F2")
    expect(desk.locator(".tb-met")).to_contain_text("沈*国")
    shot(desk, "start-other-read")
    assert axe(desk) == []
    assert no_sideways(desk)


def test_the_keys_of_jinglaoka(desk: Page, counter: Counter, axe: Axe, shot: Shot) -> None:
    read(desk, counter, "沈桂芳")
    shot(desk, "visit")
    assert axe(desk) == []
    keys = Keys(desk)
    keys.press("j", "l", "k")
    keys.press("Enter")
    expect(desk.locator("#consent button")).to_be_focused()
    shot(desk, "item-asked")
    keys.press("Enter")
    expect(desk.locator(".tb-fetched")).to_be_visible()
    shot(desk, "item-fetched")
    # The one thing nobody can know: which bank the person wants.
    expect(desk.locator("input[name=card_bank]").first).to_be_focused()
    keys.press("Space")
    expect(desk.locator("input[name=card_bank]").first).to_be_checked()
    keys.press("1")
    expect(desk.locator("#side")).to_contain_text("可以收件")
    shot(desk, "item-ready")
    assert axe(desk) == []
    keys.press("F9")
    expect(desk.locator(".tb-done")).to_contain_text("已收件")
    assert CASE_NUMBER.match(desk.locator("#case-number").inner_text().strip())
    assert len(desk.locator("#query-code").inner_text().strip()) == 6
    shot(desk, "received")
    assert axe(desk) == []
    assert no_sideways(desk)
    assert keys.pressed <= 8
