"""The counter in a real browser: the keys of 敬老卡 are counted; nothing typed is lost; what a clerk sees is what happened."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways
from tests.browser.hand import keys, sign_in
from tests.counter import PASSWORD, Counter, counter, hire, pretended_city
from tests.plumbing import papers

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

    def press(self, *wanted: str) -> None:
        for key in wanted:
            keys(self.page).press(key)
            self.pressed += 1


@pytest.fixture
def desk(page: Page, live_server: Any, hire: Callable[..., Any]) -> Iterator[Page]:
    """A clerk of 长寿路 is signed in and at the start page."""
    hire()
    sign_in(page, live_server, "li.wei", PASSWORD, "/window/")
    ready(page)
    yield page


def ready(desk: Page) -> None:
    """A person presses F2 when the key stands on the button: from then on the page listens."""
    expect(desk.locator("[aria-keyshortcuts='F2']").first).to_be_visible()


def read(desk: Page, counter: Counter, name: str) -> None:
    counter.card(name)
    ready(desk)
    keys(desk).press("F2")
    expect(desk.locator("#q")).to_be_focused()


def test_start_page(desk: Page, counter: Counter, axe: Axe, shot: Shot) -> None:
    shot(desk, "start")
    assert axe(desk) == []
    assert no_sideways(desk)
    keys(desk).press("F2")
    expect(desk.get_by_role("alert")).to_contain_text("读卡器上没有证件")
    shot(desk, "start-no-card")
    assert axe(desk) == []
    desk.get_by_role("link", name="代办").click()
    shot(desk, "start-other")
    assert axe(desk) == []
    counter.card("沈建国")
    keys(desk).press("F2")
    expect(desk.locator(".tb-met")).to_contain_text("沈*国")
    shot(desk, "start-other-read")
    assert axe(desk) == []
    assert no_sideways(desk)


def test_the_keys_of_jinglaoka(desk: Page, counter: Counter, axe: Axe, shot: Shot) -> None:
    read(desk, counter, "沈桂芳")
    shot(desk, "visit")
    assert axe(desk) == []
    counted = Keys(desk)
    counted.press("j", "l", "k")
    counted.press("Enter")
    expect(desk.locator("#consent button")).to_be_focused()
    shot(desk, "item-asked")
    counted.press("Enter")
    expect(desk.locator(".tb-fetched")).to_be_visible()
    shot(desk, "item-fetched")
    # The one thing nobody can know: which bank the person wants.
    expect(desk.locator("input[name=card_bank]").first).to_be_focused()
    counted.press("Space")
    expect(desk.locator("input[name=card_bank]").first).to_be_checked()
    counted.press("1")
    expect(desk.locator("#side")).to_contain_text("可以收件")
    shot(desk, "item-ready")
    assert axe(desk) == []
    counted.press("F9")
    expect(desk.locator(".tb-done")).to_contain_text("已收件")
    assert CASE_NUMBER.match(desk.locator("#case-number").inner_text().strip())
    assert len(desk.locator("#query-code").inner_text().strip()) == 6
    shot(desk, "received")
    assert axe(desk) == []
    assert no_sideways(desk)
    assert counted.pressed <= 8


def open_item(desk: Page, words: str) -> None:
    desk.locator("#q").press_sequentially(words)
    keys(desk).press("Enter")
    expect(desk.locator("#item-name")).to_be_visible()


def test_a_second_item_without_typing_again_and_the_keys_on_the_way(
    desk: Page, counter: Counter, axe: Axe, shot: Shot
) -> None:
    read(desk, counter, "沈桂芳")
    open_item(desk, "jlk")
    keys(desk).press("F4")
    expect(desk.locator("input[name=card_bank]").first).to_be_focused()
    # Faster than the answers come back: none of what was pressed is lost.
    hand = keys(desk)
    for key in ("Space", "1", "F9", "F9"):
        hand.press(key)
    expect(desk.locator(".tb-done")).to_contain_text("已收件")
    keys(desk).press("n")
    expect(desk.locator("#q")).to_be_focused()
    expect(desk.locator(".tb-list")).to_contain_text("敬老卡申领")
    expect(desk.locator(".tb-case-link")).to_have_count(1)
    shot(desk, "visit-with-case")
    assert axe(desk) == []
    keys(desk).type("huji")
    expect(desk.get_by_role("option").first).to_be_visible()
    shot(desk, "finder")
    assert axe(desk) == []
    keys(desk).press("ArrowDown")
    keys(desk).press("ArrowUp")
    keys(desk).press("Enter")
    expect(desk.locator("#item-name")).to_contain_text("户籍")
    expect(desk.locator("input[name=certificate_purpose]")).to_be_focused()
    shot(desk, "item-known")
    keys(desk).type("入学")
    keys(desk).press("Enter")
    expect(desk.locator(".tb-done-next").first).to_contain_text("即办件")
    shot(desk, "received-on-the-spot")
    assert axe(desk) == []
    keys(desk).press("F9")
    expect(desk.locator(".tb-done")).to_contain_text("办结")
    shot(desk, "finished")
    assert axe(desk) == []
    keys(desk).press("Alt+x")
    expect(desk.locator("#notices")).to_contain_text("接待已结束")


def test_refused_is_told_at_its_place_and_nothing_is_lost(desk: Page, counter: Counter, axe: Axe, shot: Shot) -> None:
    counter.behave("gongan", mode="down")
    read(desk, counter, "沈桂芳")
    open_item(desk, "jlk")
    keys(desk).press("F4")
    expect(desk.locator(".tb-fetched")).to_contain_text("请先收纸质材料")
    shot(desk, "item-department-down")
    desk.locator("[name=residence_address]").fill("莘庄镇𠮷祥路" + "弄" * 60)
    desk.locator("[name=phone]").fill("1380013")
    keys(desk).press("F9")
    expect(desk.get_by_role("alert").first).to_be_focused()
    expect(desk.locator("[name=residence_address]")).to_have_value("莘庄镇𠮷祥路" + "弄" * 60)
    expect(desk.locator("[name=phone]")).to_have_value("1380013")
    shot(desk, "item-refused")
    assert axe(desk) == []
    assert no_sideways(desk)
    desk.locator(".tb-refusal a", has_text="手机").click()
    expect(desk.locator("[name=phone]")).to_be_focused()


def test_typing_while_the_departments_are_slow_is_kept(desk: Page, counter: Counter) -> None:
    counter.behave("yibao", mode="slow", seconds=4.0)
    read(desk, counter, "沈桂芳")
    open_item(desk, "jlk")
    keys(desk).press("F4")
    desk.locator("[name=phone]").fill("13900139000")
    desk.locator("input[name=card_bank]").nth(1).check()
    expect(desk.locator(".tb-fetched")).to_contain_text("没有按时答复")
    expect(desk.locator("[name=phone]")).to_have_value("13900139000")
    expect(desk.locator("input[name=card_bank]").nth(1)).to_be_checked()
    expect(desk.locator("#side")).not_to_contain_text("请填写“手机”")


def test_answers_bring_fields_and_the_cursor_stays(desk: Page, counter: Counter) -> None:
    read(desk, counter, "沈桂芳")
    open_item(desk, "优惠套餐")
    keys(desk).press("F4")
    expect(desk.locator(".tb-fetched")).to_be_visible()
    expect(desk.locator("[name=broadband_number]")).to_have_count(0)
    desk.locator("input[name=package_kind][value=broadband]").check()
    expect(desk.locator("input[name=broadband_number]")).to_be_visible()
    expect(desk.locator("input[name=package_kind][value=broadband]")).to_be_focused()
    desk.locator("input[name=broadband_number]").fill("07310001234")
    other = desk.locator("input[name=package_kind]:not([value=broadband])").first
    other.check()
    expect(desk.locator("input[name=broadband_number]")).to_have_count(0)
    desk.locator("input[name=package_kind][value=broadband]").check()
    expect(desk.locator("input[name=broadband_number]")).to_have_value("07310001234")


def test_a_scan_that_is_none_is_refused_kindly_and_a_good_one_is_kept(
    desk: Page, counter: Counter, axe: Axe, shot: Shot, tmp_path: Path
) -> None:
    read(desk, counter, "沈桂芳")
    open_item(desk, "jlk")
    keys(desk).press("F4")
    expect(desk.locator(".tb-fetched")).to_be_visible()
    wrong, good = tmp_path / "声明.pdf", tmp_path / "个税声明.pdf"
    wrong.write_bytes(b"MZ" + b"\0" * 400)
    good.write_bytes(papers.pdf(1))
    desk.locator("#f-papers-tax_statement input[type=file]").set_input_files(wrong)
    expect(desk.locator("#scan-error-tax_statement")).to_be_visible()
    shot(desk, "scan-refused")
    desk.locator("#f-papers-tax_statement input[type=file]").set_input_files(good)
    expect(desk.locator("#scans-tax_statement")).to_contain_text("个税声明.pdf")
    expect(desk.locator("#f-papers-tax_statement .tb-check-state")).to_contain_text("已具备")
    shot(desk, "scan-kept")
    assert axe(desk) == []
    desk.locator("[data-remove]").click()
    expect(desk.locator("#f-papers-tax_statement .tb-check-state")).to_contain_text("还需提供")


def test_a_draft_is_kept_by_itself_and_found_again(desk: Page, counter: Counter, shot: Shot) -> None:
    read(desk, counter, "沈桂芳")
    open_item(desk, "jlk")
    desk.locator("[name=residence_address]").fill("莘庄镇莘松路380弄")
    desk.locator("[name=phone]").focus()
    expect(desk.locator("#saved")).to_contain_text("已保存", timeout=8000)
    desk.goto(desk.url.partition("item/")[0])
    expect(desk.locator(".tb-list").first).to_contain_text("敬老卡申领")
    shot(desk, "visit-with-draft")
    desk.locator(".tb-list a").first.click()
    expect(desk.locator("[name=residence_address]")).to_have_value("莘庄镇莘松路380弄")


@pytest.mark.parametrize("name", ["阿依古丽·买买提", "沈小䶮"])
def test_long_and_rare_names_fit(desk: Page, counter: Counter, axe: Axe, shot: Shot, name: str) -> None:
    read(desk, counter, name)
    desk.locator(".tb-drop summary").first.click()
    desk.locator("#look-reason").fill("当面核对本人信息")
    keys(desk).press("Enter")
    expect(desk.locator("#opened")).to_contain_text(name)
    shot(desk, f"opened-{len(name)}")
    assert axe(desk) == []
    assert no_sideways(desk)


def test_a_hundred_characters_typed(desk: Page, axe: Axe) -> None:
    desk.locator("#f-number").fill("310101199003071230")
    desk.locator("#f-name").fill("阿依古丽·" + "买" * 95)
    keys(desk).press("Enter")
    expect(desk.locator("#q")).to_be_focused()
    assert no_sideways(desk)
    assert axe(desk) == []
