"""The back office in a real browser: a split case from 普陀 to 杨浦 and back through a correction to its delivery, by keys; two
clerks on one case; a look with a reason; what a person would see at 390 and at 1280 pixels."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import REFUSED, WIDTHS, no_sideways
from tests.browser.hand import keys
from tests.browser.windows import window
from tests.channels.window.work_members import client_of, putuo, yangpu
from tests.flows.people import MOTHER, YANGPU, with_mandate
from tests.flows.split_case import ANSWERS, PAPERS, split
from tests.plumbing.papers import jpeg
from tongban.domain.actor import Actor
from tongban.domain.facts import Point
from tongban.domain.receiving import PaperIn
from tongban.flows import handle, serve
from tongban.plumbing import clock, files

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]
Open = Callable[[Actor], Page]


@pytest.fixture
def desk(context: BrowserContext, browser: Any, width: str, live_server: Any) -> Iterator[Open]:
    """Opens a browser of its own for a member of staff, already signed in; fails on any script error or refused resource."""
    wrong: list[str] = []
    windows = ExitStack()

    def open_for(actor: Actor) -> Page:
        wide, high = WIDTHS[width]
        how = {"viewport": {"width": wide, "height": high}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        own = windows.enter_context(window(browser, **how))
        session = client_of(actor).cookies["sessionid"].value
        own.add_cookies([{"name": "sessionid", "value": session, "url": str(live_server)}])
        page = own.new_page()
        page.on("pageerror", lambda e: wrong.append(f"script: {e}"))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and not REFUSED.search(m.text) else None)
        page.home = str(live_server)
        return page

    with windows:
        yield open_for
        assert wrong == []


def good(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert no_sideways(page)


def test_a_split_case_from_counter_to_counter(desk: Open, axe: Axe, shot: Shot, width: str) -> None:
    receiver, home = putuo(), yangpu()
    number = split(receiver, at=clock.now()).number
    here, there = desk(receiver), desk(home)

    here.goto(f"{here.home}/window/work/?show=sent")
    expect(here.locator("tbody")).to_contain_text("已到达，对方无人接办")
    expect(here.locator("tbody")).to_contain_text("四平路街道")
    shot(here, "sent")
    good(here, axe)

    there.goto(f"{there.home}/window/work/")
    row = there.locator("tbody tr")
    expect(row).to_contain_text("无人接办")
    expect(row).to_contain_text("接办期限")
    shot(there, "todo")
    good(there, axe)
    if width == "desk":
        keys(there).press("j")
        expect(there.locator("a[data-row]")).to_be_focused()
        keys(there).press("o")
    else:
        there.locator("a[data-row]").click()
    expect(there).to_have_url(f"{there.home}/window/case/{number}/")
    expect(there.locator("main")).to_contain_text("沈*芳")
    expect(there.locator("main")).not_to_contain_text("沈桂芳")
    shot(there, "case")
    good(there, axe)

    keys(there).press("t")
    expect(there.locator("#notices")).to_contain_text("已完成：接办")
    here.reload()
    expect(here.locator("tbody")).to_contain_text("对方已接办")

    keys(there).press("c")
    expect(there.locator("#act select").first).to_be_focused()
    there.get_by_label("核对家庭经济状况授权书").or_(
        there.locator("[name='point:paper:economic_authorisation']")
    ).first.select_option("not_stamped")
    there.locator("[name='point:field:household_members']").select_option("incomplete")
    there.locator("#f-note").fill("请写明家庭成员与本人的关系，授权书请签名。")
    shot(there, "ask-correction")
    good(there, axe)
    keys(there).press("Control+Enter")
    expect(there.locator(".tb-case-state")).to_contain_text("待补正")
    expect(there.locator(".tb-case-state")).to_contain_text("暂停计时")
    shot(there, "correcting")
    good(there, axe)
    there.goto(f"{there.home}/window/work/")
    expect(there.locator("tbody")).to_contain_text("2 处待补正")
    expect(there.locator("tbody")).not_to_contain_text("无人接办")

    # The son comes to the 普陀 counter; its clerk takes in what was asked, the pen stays in 杨浦.
    with_mandate(receiver, clock.now())
    here.goto(f"{here.home}/window/case/{number}/")
    keys(here).press("r")
    expect(here.locator("#act")).to_contain_text("一次交齐")
    here.locator("#f-answers-household_members").fill("沈桂芳，本人；沈建国，儿子")
    keys(here).press("Control+Enter")
    expect(here.get_by_role("alert")).to_be_focused()
    expect(here.locator("#f-answers-household_members")).to_have_value("沈桂芳，本人；沈建国，儿子")
    shot(here, "receive-half")
    good(here, axe)
    here.locator("#f-papers-economic_authorisation").select_option("original")
    here.locator("#f-papers-economic_authorisation").press("Control+Enter")
    expect(here.locator("#notices")).to_contain_text("已完成：收补正")

    there.goto(f"{there.home}/window/case/{number}/")
    keys(there).press("a")
    expect(there.locator("#notices")).to_contain_text("已完成：受理")
    keys(there).press("d")
    expect(there.locator("input[name=granted]").first).to_be_focused()
    keys(there).press("Space")
    shot(there, "decide")
    good(there, axe)
    keys(there).press("Control+Enter")
    expect(there.locator(".tb-case-state")).to_contain_text("办结（容缺通过）")
    keys(there).press("l")
    there.locator("input[name=way][value=mail]").check()
    there.locator("input[name=to][value=agent]").check()
    shot(there, "deliver")
    good(there, axe)
    keys(there).press("Control+Enter")
    expect(there.locator(".tb-case-state")).to_contain_text("办结（已送达）")
    expect(there.locator(".tb-acts")).to_contain_text("收补交材料")
    shot(there, "delivered")
    good(there, axe)


def test_a_form_that_went_with_a_disk_is_filled_in_once_more(desk: Open, axe: Axe, shot: Shot) -> None:
    """Who holds the case is told that nobody can judge it, and asks for the form. Then all of it stands at the counter and on the page of
    who holds the case, and says why. Taken there, without what the register knows, the case goes on."""
    receiver, home = putuo(), yangpu()
    number = split(receiver, at=clock.now()).number
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    there = desk(home)
    there.goto(f"{there.home}/window/case/{number}/")
    expect(there.locator("#answers")).to_contain_text("不能受理、审核和决定")
    expect(there.locator(".tb-acts")).not_to_contain_text("不予受理")
    shot(there, "lost-form-judge")
    good(there, axe)
    there.locator(".tb-acts").get_by_text("补正").first.click()
    expect(there.locator("#act")).to_contain_text("不是申请人的过错")
    there.locator("#act textarea[name=note]").fill("系统故障，请重新填写，抱歉")
    shot(there, "lost-form-ask")
    good(there, axe)
    keys(there).press("Control+Enter")
    expect(there.locator(".tb-case-state")).to_contain_text("待补正")
    there.goto(f"{there.home}/window/case/{number}/?do=receive_correction")
    expect(there.locator("main")).to_contain_text("随系统故障丢失")
    expect(there.get_by_label("家庭月收入")).to_be_visible()
    shot(there, "lost-form-work")
    good(there, axe)
    here, visit = desk(receiver), serve.meet(receiver, MOTHER, how="card", at=clock.now()).visit
    here.goto(f"{here.home}/window/visit/{visit}/case/{number}/bring")
    expect(here.locator("#item-form")).to_contain_text("请重新填写")
    expect(here.locator("main")).to_contain_text("随系统故障丢失")
    shot(here, "lost-form-counter")
    good(here, axe)
    here.locator("textarea[name=household_members]").fill("沈桂芳,本人;沈建国,儿子")
    keys(here).press("F9")
    expect(here.locator("[data-refusal], .tb-refusal, [role=alert]").first).to_be_visible()
    shot(here, "lost-form-counter-refused")
    good(here, axe)
    for code, value in (ANSWERS | {"household_members": "沈桂芳,本人\n沈建国,儿子"}).items():
        box = there.locator(f"[name='answer:{code}']")
        if code in ("name", "id_number"):
            continue
        if box.count() > 1:
            there.locator(f"[name='answer:{code}'][value='{'true' if value is True else value}']").check(force=True)
        elif box.evaluate("e => e.tagName") == "SELECT":
            box.select_option(str(value))
        else:
            box.fill(str(value))
    keys(there).press("Control+Enter")
    expect(there.locator("#notices")).to_contain_text("已完成")


def test_two_clerks_on_one_case(desk: Open, axe: Axe, shot: Shot) -> None:
    number = split(putuo(), at=clock.now()).number
    first, second = desk(yangpu()), desk(yangpu("yangpu2", "钱后台"))
    first.goto(f"{first.home}/window/case/{number}/")
    second.goto(f"{second.home}/window/case/{number}/")
    keys(second).press("n")
    second.locator("input[name=reason][value=not_ours]").check()
    second.locator("#f-note").fill("请到区民政局申请")
    keys(first).press("t")
    expect(first.locator("#notices")).to_contain_text("已完成：接办")
    keys(second).press("Control+Enter")
    told = second.locator("#conflict")
    expect(told).to_be_focused()
    expect(told).to_contain_text("您的操作没有执行")
    expect(told).to_contain_text("顾后台")
    expect(second.locator("#f-note")).to_have_value("请到区民政局申请")
    expect(second.locator("input[name=reason][value=not_ours]")).to_be_checked()
    shot(second, "conflict")
    good(second, axe)
    # Having seen the newest state, the same press is done.
    second.locator("#f-note").press("Control+Enter")
    expect(second.locator(".tb-case-state")).to_contain_text("不予受理")
    shot(second, "not-accepted")
    good(second, axe)


def test_a_look_needs_a_reason_and_is_shown(desk: Open, axe: Axe, shot: Shot) -> None:
    kept = files.keep(jpeg())
    number = split(putuo(), at=clock.now(), papers=(PaperIn("id_card", digest=kept), *PAPERS[1:])).number
    home = yangpu()
    handle.ask_correction(home, number, [Point("field", "phone", "wrong")], "电话打不通", at=clock.now())
    page = desk(home)
    page.goto(f"{page.home}/window/case/{number}/")
    keys(page).press("y")
    page.locator("#f-look-reason").fill("电话联系申请人")
    shot(page, "look-reason")
    good(page, axe)
    page.locator("#f-look-reason").press("Enter")
    expect(page.locator("#opened")).to_contain_text("13800138000")
    expect(page.locator("#opened")).to_contain_text("电话打不通")
    shot(page, "opened")
    good(page, axe)
    page.get_by_text("查看扫描件").click()
    page.locator("#f-paper-1").fill("核对证件")
    with page.context.expect_page() as beside:
        page.locator("#f-paper-1").press("Enter")
    expect(beside.value.locator("img")).to_be_visible()
    page.reload()
    looks = page.locator(".tb-looks")
    expect(looks).to_contain_text("电话联系申请人")
    expect(looks).to_contain_text("核对证件")
    expect(page.locator("main")).not_to_contain_text("13800138000")


def test_lists_empty_wrong_number_and_a_district(desk: Open, axe: Axe, shot: Shot) -> None:
    from tests.channels.window.work_members import hire

    split(putuo(), at=clock.now())
    page = desk(
        hire("lead", "陆主任", "310110", ("case.read", "case.handle", "case.supervise", "person.read"), "310110")
    )
    page.goto(f"{page.home}/window/work/")
    shot(page, "empty")
    good(page, axe)
    page.locator("#f-center").select_option(YANGPU)
    page.locator("#f-center").press("Enter")
    page.get_by_role("button", name="切换").click()
    expect(page.locator("h1")).to_have_text("四平路街道")
    expect(page.locator("tbody tr")).to_have_count(1)
    keys(page).press("/")
    expect(page.locator("#f-number")).to_be_focused()
    keys(page).type("123")
    keys(page).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("22位")
    shot(page, "wrong-number")
    good(page, axe)
    page.goto(f"{page.home}/window/work/?center={YANGPU}&light=red")
    expect(page.locator(".tb-empty")).to_contain_text("没有符合筛选条件的办件")
    shot(page, "no-match")
    good(page, axe)
    keys(page).press("0")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_every_form_of_an_act_in_both_languages(desk: Open, axe: Axe, shot: Shot) -> None:
    from tests.channels.window.work_members import BACK_OFFICE

    number = split(putuo(), at=clock.now()).number
    chief = yangpu("chief", "陆主任", (*BACK_OFFICE, "case.supervise"))
    page = desk(chief)
    for language in ("zh", "en"):
        page.context.add_cookies([{"name": "lang", "value": language, "url": page.home}])
        for act in ("not_accept", "hand_over", "hand_back", "withdraw"):
            page.goto(f"{page.home}/window/case/{number}/?do={act}")
            expect(page.locator("#act")).to_be_visible()
            shot(page, f"act-{act}-{language}")
            good(page, axe)
    handle.accept(chief, number, at=clock.now())
    for act in ("start_special", "review", "add_papers"):
        page.goto(f"{page.home}/window/case/{number}/?do={act}")
        shot(page, f"act-{act}-en")
        good(page, axe)
    handle.start_special(chief, number, "inspection", "行政许可法第四十五条", 3, at=clock.now())
    page.context.add_cookies([{"name": "lang", "value": "zh", "url": page.home}])
    page.goto(f"{page.home}/window/case/{number}/?do=end_special")
    shot(page, "act-end_special-zh")
    good(page, axe)
    handle.end_special(chief, number, "done", at=clock.now())
    handle.decide(chief, number, True, at=clock.now())
    for act in ("issue", "revoke"):
        page.goto(f"{page.home}/window/case/{number}/?do={act}")
        shot(page, f"act-{act}-zh")
        good(page, axe)
