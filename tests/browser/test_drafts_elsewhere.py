"""A draft that lies at another node, in a real browser: it is named and fetched by a button, waited for, and said when a node is silent;
a save where it was keeps what was typed and fetches it back. A held part at the resident's door. Both widths, both languages."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import keys
from tests.browser.neighbours import Neighbours, around
from tests.browser.test_mine import come_in, elder
from tests.browser.test_window_parts import RAW, in_english, sound
from tests.browser.test_window_work import Axe, Open, Shot, desk
from tests.browser.walk import VOICE, listen
from tests.channels.window.work_members import hire
from tests.flows import events
from tests.flows.cases import INTAKES
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff
from tests.plumbing.papers import pdf
from tongban.domain.actor import Actor
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import Refused
from tongban.flows import compose, draft_moves, elsewhere, receive, serve
from tongban.plumbing import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["desk"]
SAID = EventIntake({"has_fund_account": True}, step="questions")
Town = Callable[[str], Neighbours]


@pytest.fixture
def town(tmp_path: Path, transactional_db: None, compiled_city: Any) -> Iterator[Town]:
    """town("yangpu"): the browser stands in 杨浦."""
    opened: list[Any] = []

    def found(door: str) -> Neighbours:
        opened.append(around(tmp_path, door, compiled_city))
        made: Neighbours = opened[-1].__enter__()
        return made

    yield found
    for one in opened:
        one.__exit__(None, None, None)


def saved(town: Neighbours, code: str, center: str) -> str:
    """The mother began to retire at another counter; the letters about it are carried."""
    with town.at(code):
        clerk = staff(center)
        visit = serve.meet(clerk, MOTHER, how="card", at=clock.now()).visit
        draft = compose.save(clerk, visit, "retire", SAID, at=clock.now())
    town.carry()
    return draft.id


def taken(town: Neighbours, code: str, center: str, draft: str) -> None:
    """Another counter goes on with it."""
    with town.at(code):
        clerk = staff(center)
        visit = serve.meet(clerk, MOTHER, how="card", at=clock.now()).visit
        elsewhere.ask_of_person(clerk, visit, at=clock.now())
    town.carry()
    with town.at(code):
        draft_moves.fetch(clerk, visit, draft, at=clock.now())
    town.carry()


def served(town: Neighbours, desk: Open, center: str) -> tuple[Page, str, Actor]:
    """A clerk of the door with the mother before them: the page, her visit, the clerk."""
    clerk = hire("gu.chuang", "顾窗口", center)
    visit = serve.meet(clerk, MOTHER, how="card", at=clock.now()).visit
    page = town.show(desk(clerk))
    page.goto(f"{page.home}/window/visit/{visit}/")
    return page, f"{page.home}/window/visit/{visit}/", clerk


def test_a_draft_of_another_district_is_fetched(town: Town, desk: Open, axe: Axe, shot: Shot) -> None:
    city = town("yangpu")
    saved(city, "putuo", PUTUO)
    page = served(city, desk, YANGPU)[0]
    expect(page.locator("#elsewhere")).to_contain_text("正在向市级系统查询")
    city.carry()
    expect(page.locator("#elsewhere")).to_contain_text("有一份没办完的草稿")
    expect(page.locator("#elsewhere")).to_contain_text("现由普陀区系统保存")
    shot(page, "draft-named")
    sound(page, axe)
    in_english(page, axe, shot, "draft-named")
    # The list is asked for once more as the page opens; the button is then another one.
    expect(page.locator("#elsewhere[hx-post], #elsewhere[hx-get]")).to_have_count(0)
    page.get_by_role("button", name="取回草稿").focus()
    keys(page).press("Enter")
    expect(page.locator("#elsewhere")).to_contain_text("正在从普陀区系统取回")
    shot(page, "draft-coming")
    sound(page, axe)
    in_english(page, axe, shot, "draft-coming")
    city.carry()
    expect(page.locator("#work")).to_contain_text("没有办完的一件事")
    expect(page.locator("#elsewhere")).not_to_contain_text("普陀区系统")
    shot(page, "draft-come")
    sound(page, axe)
    page.locator("#work a", has_text="退休").first.click()
    expect(page.locator("main")).to_contain_text("您上次办到一半")
    shot(page, "draft-go-on")
    sound(page, axe)


def test_a_node_that_is_silent_is_said(town: Town, desk: Open, axe: Axe, shot: Shot, monkeypatch: Any) -> None:
    monkeypatch.setattr("tongban.channels.shared.drafts.MOST", 2)
    monkeypatch.setattr("tongban.channels.window.serve_visit.MOST", 2)
    city = town("yangpu")
    saved(city, "putuo", PUTUO)
    page, home, _ = served(city, desk, YANGPU)
    city.carry()
    expect(page.locator("#elsewhere")).to_contain_text("有一份没办完的草稿")
    city.cut.add("putuo")
    page.get_by_role("button", name="取回草稿").click()
    expect(page.locator("#elsewhere")).to_contain_text("暂时没有回答")
    shot(page, "draft-silent")
    sound(page, axe)
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator("#elsewhere")).to_contain_text("正在从普陀区系统取回")
    expect(page.locator("#elsewhere")).to_contain_text("暂时没有回答")
    city.cut.clear()
    city.talk()
    page.goto(home)
    expect(page.locator("#work")).to_contain_text("没有办完的一件事")


def test_an_event_that_has_moved_is_fetched_back(town: Town, desk: Open, axe: Axe, shot: Shot) -> None:
    city = town("putuo")
    page, home, _ = served(city, desk, PUTUO)
    page.goto(f"{home}event/retire/form")
    page.locator("[name=phone]").fill("13800000000")
    page.get_by_role("button", name="以后再办").click()
    expect(page.locator("main")).to_contain_text("已保存，还没有提交")
    page.goto(f"{home}event/retire/form")
    draft = page.locator("input[name=draft]").first.input_value()
    city.carry()
    taken(city, "yangpu", YANGPU, draft)
    page.locator("[name=phone]").fill("13811111111")
    page.get_by_role("button", name="以后再办").click()
    expect(page.get_by_role("alert")).to_contain_text("没有保存：这份草稿已转到杨浦区系统")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("[name=phone]")).to_have_value("13811111111")
    shot(page, "event-away")
    sound(page, axe)
    page.get_by_role("button", name="取回草稿").click()
    expect(page.locator("main")).to_contain_text("正在从杨浦区系统取回")
    shot(page, "event-away-coming")
    sound(page, axe)
    city.carry()
    expect(page.locator("main")).to_contain_text("请再保存一次")
    expect(page.locator("main")).not_to_contain_text("已转到")
    expect(page.locator("[name=phone]")).to_have_value("13811111111")
    shot(page, "event-away-back")
    sound(page, axe)
    page.get_by_role("button", name="以后再办").click()
    expect(page.locator("main")).to_contain_text("已保存，还没有提交")
    page.goto(f"{home}event/retire/form")
    expect(page.locator("[name=phone]")).to_have_value("13811111111")


def test_an_item_that_has_moved_is_fetched_back(town: Town, desk: Open, axe: Axe, shot: Shot) -> None:
    city = town("putuo")
    page, home, clerk = served(city, desk, PUTUO)
    visit = home.rstrip("/").rpartition("/")[2]
    draft = receive.save_draft(clerk, visit, "jinglaoka", INTAKES["jinglaoka"], at=clock.now()).id
    city.carry()
    page.goto(f"{home}item/jinglaoka/?draft={draft}")
    taken(city, "yangpu", YANGPU, draft)
    page.locator("[name=phone]").fill("13811111111")
    keys(page).press("F8")
    expect(page.locator("#draft-away")).to_contain_text("杨浦区系统")
    expect(page.locator("[name=phone]")).to_have_value("13811111111")
    shot(page, "item-away")
    sound(page, axe)
    keys(page).press("F9")
    expect(page.get_by_role("alert").first).to_contain_text("这份草稿已转到杨浦区系统")
    expect(page.locator("[name=phone]")).to_have_value("13811111111")
    shot(page, "item-away-received")
    sound(page, axe)
    page.get_by_role("button", name="取回草稿").click()
    expect(page.locator("#draft-away")).to_contain_text("正在从杨浦区系统取回")
    city.carry()
    expect(page.locator("#draft-away")).to_contain_text("请再保存一次")
    expect(page.locator("main")).not_to_contain_text("已转到")
    expect(page.locator("[name=phone]")).to_have_value("13811111111")
    shot(page, "item-away-back")
    sound(page, axe)
    keys(page).press("F8")
    expect(page.locator("#saved")).to_contain_text("已保存")


def told_at_a_counter(city: Any) -> str:
    """A death told at a counter, with papers to be brought later."""
    clerk, at = staff(PUTUO), clock.now()
    visit = serve.meet(clerk, SON, how="card", at=at).visit
    given = events.given(city.event_situations, "death")
    for turn in range(events.TIMES):
        try:
            return compose.submit(clerk, visit, "death", given, channel="window", at=at, key=f"{turn}").number
        except Refused as refused:
            given = events.mended(given, refused, at.date())
    raise AssertionError("still refused")


def resident(city: Neighbours, page: Page, live_server: Any, who: Any, mode: str) -> Page:
    page.home = str(live_server)  # type: ignore[attr-defined]
    come_in(page, live_server, who)
    if mode == "elder":
        elder(page, live_server)
        page.add_init_script(VOICE)
    return city.show(page)


def heard(page: Page, mode: str) -> None:
    """Who has large letters has all of the page read to them."""
    if mode == "elder":
        listen(page)


@pytest.mark.parametrize("mode", ["plain", "elder"])
def test_at_home_the_draft_of_a_counter_is_fetched(
    town: Town, page: Page, live_server: Any, axe: Axe, shot: Shot, mode: str
) -> None:
    city = town("city")
    saved(city, "putuo", PUTUO)
    page = resident(city, page, live_server, MOTHER, mode)
    page.goto(f"{live_server}/events/retire/start")
    expect(page.locator("main")).to_contain_text("有一份没办完的草稿")
    expect(page.locator("#main .btn-primary:visible")).to_have_text(["取回草稿，接着办"])
    shot(page, f"home-draft-named-{mode}")
    sound(page, axe)
    heard(page, mode)
    in_english(page, axe, shot, f"home-draft-named-{mode}")
    page.get_by_role("button", name="取回草稿").click()
    expect(page.locator("main")).to_contain_text("正在从普陀区系统取回")
    shot(page, f"home-draft-coming-{mode}")
    sound(page, axe)
    city.carry()
    expect(page.locator("main")).to_contain_text("您上次办到一半")
    expect(page.locator("#main .btn-primary:visible")).to_have_text(["接着办"])
    shot(page, f"home-draft-come-{mode}")
    sound(page, axe)
    heard(page, mode)


@pytest.mark.parametrize("mode", ["plain", "elder"])
def test_at_home_a_part_received_in_a_district_is_answered(
    town: Town, page: Page, live_server: Any, axe: Axe, shot: Shot, compiled_city: Any, mode: str
) -> None:
    city = town("city")
    with city.at("putuo"):
        number = told_at_a_counter(compiled_city)
    city.carry()
    page = resident(city, page, live_server, SON, mode)
    page.goto(f"{live_server}/mine/{number}")
    expect(page.locator("main")).to_contain_text("需要您补充")
    shot(page, f"home-part-held-{mode}")
    sound(page, axe)
    heard(page, mode)
    in_english(page, axe, shot, f"home-part-held-{mode}")
    page.get_by_role("link", name="现在补充").click()
    shot(page, f"home-part-{mode}")
    sound(page, axe)
    heard(page, mode)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.get_by_role("button", name="提交").click()
    expect(page).to_have_url(re.compile(f"/mine/{number}"))
    expect(page.locator("main")).to_contain_text("等待答复")
    shot(page, f"home-part-passed-on-{mode}")
    sound(page, axe)
    heard(page, mode)
    city.carry()
    page.reload()
    expect(page.locator("main")).to_contain_text("还不够")
    shot(page, f"home-part-answered-no-{mode}")
    sound(page, axe)
    assert RAW.search(page.locator("main").inner_text()) is None
