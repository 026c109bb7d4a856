"""A part of a life event that waits for its person, at the counter in a real browser: the list, the answer by keys, and what the clerk
sees then; received here, and at another node of the city; at 390 and at 1280 pixels and in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import keys
from tests.browser.neighbours import Neighbours, around
from tests.browser.test_window_work import Axe, Open, Shot, desk, good
from tests.channels.window.work_members import hire
from tests.flows import events
from tests.flows.people import SON, YANGPU
from tests.plumbing.papers import pdf
from tongban.flows import serve
from tongban.plumbing import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["desk"]
PART = "siwang_zhengming"
RAW = re.compile(r"\b[a-z]+_[a-z_]+\b")


def died(city: Any) -> str:
    """A death told online; its first part waits for papers that are shown at a counter."""
    given = events.given(city.event_situations, "death")
    return events.submitted("death", given, SON, clock.now())[2].number


def sound(page: Page, axe: Axe) -> None:
    good(page, axe)
    assert RAW.search(page.locator("main").inner_text()) is None, "a code instead of its name"


def in_english(page: Page, axe: Axe, shot: Shot, name: str) -> None:
    """The page once in English, and back."""
    page.context.add_cookies([{"name": "lang", "value": "en", "url": page.home}])
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    shot(page, f"{name}-en")
    good(page, axe)
    page.context.clear_cookies(name="lang")
    page.reload()


def see_all(page: Page, *, but: int = 0) -> None:
    """By keys only: the number of each original that lies on the counter, then F9."""
    expect(page.locator("main [name=seen]").first).to_be_focused()
    for n in range(page.locator("main [name=seen]").count() - but):
        keys(page).press(str(n + 1))
        expect(page.locator("main [name=seen]").nth(n)).to_be_checked()
    keys(page).press("F9")


@pytest.mark.usefixtures("shanghai")
def test_a_part_received_here_is_answered_by_keys(desk: Open, axe: Axe, shot: Shot, compiled_city: Any) -> None:
    died(compiled_city)
    clerk = hire("gu.chuang", "顾窗口", YANGPU)
    visit = serve.meet(clerk, SON, how="card", at=clock.now()).visit
    page = desk(clerk)
    page.goto(f"{page.home}/window/visit/{visit}/")
    held = page.locator("#held-parts")
    expect(held).to_contain_text("死亡医学证明")
    expect(held).not_to_contain_text("收件在")
    shot(page, "held-here")
    sound(page, axe)
    in_english(page, axe, shot, "held-here")
    held.get_by_role("link", name="死亡医学证明").focus()
    keys(page).press("Enter")
    expect(page.locator("#part-name")).to_contain_text("居民死亡医学证明签发")
    shot(page, "part-here")
    sound(page, axe)
    in_english(page, axe, shot, "part-here")
    see_all(page, but=1)
    expect(page.get_by_role("alert").first).to_contain_text("还没有收到")
    expect(page.locator("main [name=seen]:checked")).to_have_count(3)
    shot(page, "part-refused")
    sound(page, axe)
    page.locator(".tb-refusal a").first.click()
    expect(page.locator("#f-papers-deceased-death_scene_record")).to_be_focused()
    keys(page).press("4")
    keys(page).press("F9")
    expect(page.locator("#notices")).to_contain_text("已收到")
    expect(held).not_to_contain_text("死亡医学证明")
    shot(page, "part-received")
    sound(page, axe)
    # And the whole event is taken back, by keys: what ends and what stays is said before.
    held.get_by_role("link", name="查看或撤回").focus()
    keys(page).press("Enter")
    expect(page.locator("main")).to_contain_text("撤回后不再办理")
    shot(page, "back")
    sound(page, axe)
    in_english(page, axe, shot, "back")
    keys(page).press("2")
    expect(page.locator("main [name=reason]:checked")).to_have_value("mistake")
    keys(page).press("F9")
    expect(page.locator("#notices")).to_contain_text("已撤回")
    expect(held).not_to_contain_text("查看或撤回")


@pytest.fixture
def town(tmp_path: Path, transactional_db: None, compiled_city: Any) -> Iterator[Neighbours]:
    """The browser stands in 杨浦."""
    with around(tmp_path, "yangpu", compiled_city) as made:
        yield made


def test_a_part_received_elsewhere_is_passed_on(
    town: Neighbours, desk: Open, axe: Axe, shot: Shot, compiled_city: Any
) -> None:
    with town.at("city"):
        number = died(compiled_city)
    clerk = hire("gu.chuang", "顾窗口", YANGPU)
    visit = serve.meet(clerk, SON, how="card", at=clock.now()).visit
    page = town.show(desk(clerk))
    page.goto(f"{page.home}/window/visit/{visit}/")
    expect(page.locator("#elsewhere")).to_contain_text("正在向市级系统查询")
    town.carry()
    held = page.locator("#held-parts")
    expect(held).to_contain_text("收件在市级系统")
    shot(page, "held-elsewhere")
    sound(page, axe)
    in_english(page, axe, shot, "held-elsewhere")
    page.goto(f"{page.home}/window/visit/{visit}/part/{number}/{PART}")
    shot(page, "part-elsewhere")
    sound(page, axe)
    # Nothing was brought: only the node that has the form can say so.
    keys(page).press("F9")
    expect(page.locator("#notices")).to_contain_text("已转交收件的市级系统")
    expect(held).to_contain_text("等待答复")
    shot(page, "part-passed-on")
    sound(page, axe)
    town.carry()
    held.get_by_role("link", name="现在看看").click()
    expect(held).to_contain_text("还不够，不能接着办")
    shot(page, "part-answered-no")
    sound(page, axe)
    held.get_by_role("link", name="死亡医学证明").click()
    expect(page.locator("#asked")).to_contain_text("对方未能办理")
    shot(page, "part-again")
    sound(page, axe)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.locator("main [name=seen]").first.focus()
    see_all(page)
    expect(page.locator("#notices")).to_contain_text("已转交收件的市级系统")
    shot(page, "part-passed-on-again")
    page.goto(f"{page.home}/window/visit/{visit}/part/{number}/{PART}")
    expect(page.locator("#asked")).to_contain_text("等待答复")
    shot(page, "part-waiting")
    sound(page, axe)
    in_english(page, axe, shot, "part-waiting")
    town.carry()
    page.goto(f"{page.home}/window/visit/{visit}/")
    expect(held).to_contain_text("已办")
    expect(held.get_by_role("link", name="死亡医学证明")).to_have_count(0)
    expect(held.get_by_role("link", name=f"{number}-01")).to_be_visible()
    expect(page.locator("#elsewhere")).not_to_contain_text("查询其他区的办件")
    shot(page, "part-elsewhere-done")
    sound(page, axe)
    page.goto(f"{page.home}/window/visit/{visit}/part/{number}/{PART}")
    expect(page.locator("#notices")).to_contain_text("现在不需要补充")
    shot(page, "part-nothing-wanted")
    sound(page, axe)
