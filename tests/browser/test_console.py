"""The console in a real browser: pictures and tables of the day, people and powers by keyboard, the trail; no axe violation."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways
from tests.browser.hand import at_rest, keys, sign_in
from tests.channels.console.people import PASSWORD, PUTUO, YANGPU, hired
from tests.channels.resident.cases import CLERK, received
from tests.flows.people import staff
from tests.flows.split_case import split
from tongban.flows import access, handle
from tongban.plumbing import clock
from tongban.plumbing.audit import service as audit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]

Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]
ALL = {"staff_manage": "310000", "board_read": "310000", "audit_read": "310000", "catalog_publish": "310000"}


@pytest.fixture
def boss(page: Page, live_server: object) -> Page:
    """An administrator of the city, signed in."""
    hired("zhao.min", PUTUO, name="赵敏", **ALL)
    sign_in(page, live_server, "zhao.min", PASSWORD, "/console/", lands="/console/board")
    return page


def sound(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert no_sideways(page)


def some_work() -> str:
    now = clock.now()
    number = received(now).number
    received(now, "k2")
    handle.decide(CLERK, received(now, "k3").number, True, at=now)
    split(CLERK, at=now)
    access.person(staff(PUTUO, ref=CLERK.ref), reason="电话核对住址", number=number, at=now)
    return number


def test_the_board(boss: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    some_work()
    boss.get_by_role("button", name="现在更新").click()
    expect(boss.locator("#told")).to_contain_text("已更新")
    row = boss.locator("#table tr", has_text="普陀区")
    expect(row.locator("td").nth(1)).to_have_text("4")
    expect(boss.locator("#bars canvas")).to_be_visible()
    expect(boss.locator("#heat canvas").first).to_be_visible()
    boss.wait_for_function(  # the blue bars are there
        "() => { const c = document.querySelector('#bars canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 0 && d[i] < 60 && d[i + 2] > 120) n++; return n > 200; }"
    )
    shot(boss, "board")
    sound(boss, axe)
    boss.get_by_role("link", name="普陀区").click()
    expect(boss.locator("#table")).to_contain_text("长寿路街道")
    shot(boss, "board-putuo")
    sound(boss, axe)
    boss.locator("#auto").uncheck()
    boss.reload()
    expect(boss.locator("#auto")).not_to_be_checked()
    boss.locator("#heat").hover()
    at_rest(boss)


def test_centers(boss: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    boss.goto(f"{live_server}/console/centers?district=310112")
    expect(boss.locator("table")).to_contain_text("021-54163600")
    shot(boss, "c-centers")
    sound(boss, axe)


def test_people_and_powers(boss: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    hired("li.wei", PUTUO, name="李伟", case_receive=PUTUO, case_read=PUTUO)
    hired("chen.hong", YANGPU, name="陈红", case_handle=YANGPU)
    boss.goto(f"{live_server}/console/staff")
    shot(boss, "staff")
    sound(boss, axe)
    boss.get_by_role("link", name="新增人员").click()
    expect(boss.locator("#f-login")).to_be_focused()
    keys(boss).type("wang.fang")
    keys(boss).press("Tab")
    keys(boss).type("王芳")
    boss.locator("#f-center").select_option(label="长寿路街道社区事务受理服务中心")
    shot(boss, "hire")
    sound(boss, axe)
    boss.get_by_role("button", name="新增").click()
    expect(boss.locator("#secret")).to_have_text(re.compile(r"^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$"))
    shot(boss, "secret")
    sound(boss, axe)
    boss.get_by_role("link", name="去授权").click()
    expect(boss.locator("h1")).to_have_text("王芳")
    boss.locator("#f-power").select_option(label="查看工作看板")
    boss.locator("#f-place").select_option(label="普陀区（全区）") if boss.locator(
        "option", has_text="普陀区（全区）"
    ).count() else boss.locator("#f-place").select_option("310107")
    boss.locator("#f-until").fill("20270331")
    keys(boss).press("Tab")
    expect(boss.locator("#f-until")).to_have_value("2027-03-31")
    boss.get_by_role("button", name="授权").click()
    expect(boss.get_by_role("status").first).to_contain_text("已授权")
    expect(boss.locator("table")).to_contain_text("2027-03-31 23:59")
    shot(boss, "member")
    sound(boss, axe)
    boss.get_by_role("button", name="收回").first.click()
    dialog = boss.get_by_role("dialog")
    expect(dialog).to_contain_text("立即中断")
    dialog.get_by_role("button", name="是，继续").click()
    expect(boss.locator("main")).to_contain_text("还没有任何权限")
    shot(boss, "member-none")
    sound(boss, axe)


def test_wrong_hire_leads_to_the_fields(boss: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    boss.goto(f"{live_server}/console/staff/new")
    boss.locator("#f-login").fill("9bad")
    boss.locator("#f-name").fill("王芳")
    boss.locator("#f-center").select_option("310107015")
    boss.get_by_role("button", name="新增").click()
    expect(boss.get_by_role("alert")).to_be_focused()
    expect(boss.locator("#f-name")).to_have_value("王芳")
    shot(boss, "hire-wrong")
    sound(boss, axe)
    boss.locator(".tb-refusal a").click()
    expect(boss.locator("#f-login")).to_be_focused()


def test_tokens(boss: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    boss.goto(f"{live_server}/console/tokens")
    boss.locator("#f-name").fill("区运管中心大屏")
    boss.locator("#f-place").select_option("310107")
    boss.get_by_label("查看工作看板").check()
    boss.locator("#f-expires").fill(f"{clock.today().replace(day=1).year + 1}-01-15")
    boss.get_by_role("button", name="发放").click()
    expect(boss.locator("#secret")).to_have_text(re.compile("^tb_"))
    shot(boss, "token-secret")
    sound(boss, axe)
    boss.get_by_role("link", name="已记下").click()
    expect(boss.locator(".cs-tokens")).to_contain_text("区运管中心大屏")
    shot(boss, "tokens")
    sound(boss, axe)


def test_the_trail(boss: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    number = some_work()
    audit.seal(clock.now())
    boss.goto(f"{live_server}/console/audit")
    expect(boss.locator("table")).to_contain_text("电话核对住址")
    expect(boss.locator("table")).not_to_contain_text("沈桂芳")
    shot(boss, "audit")
    sound(boss, axe)
    boss.locator("#f-acts").select_option(label="查看个人信息")
    boss.get_by_role("button", name="查找").click()
    expect(boss.locator("tbody tr")).to_have_count(1)
    expect(boss.locator("tbody")).to_contain_text(number)
    shot(boss, "audit-looks")
    sound(boss, axe)
    boss.get_by_role("link", name="清除条件").click()
    boss.get_by_role("link", name="核对封存").click()
    expect(boss.locator(".cs-seals")).to_contain_text("没有被改动")
    sound(boss, axe)


def test_closing_an_item(boss: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    boss.goto(f"{live_server}/console/catalog?q=老人卡")
    shot(boss, "catalog")
    sound(boss, axe)
    boss.get_by_role("link", name="敬老卡申领").click()
    boss.locator("#f-reason").fill("制卡系统升级，9月5日恢复")
    boss.get_by_role("button", name="停止受理").click()
    boss.get_by_role("dialog").get_by_role("button", name="是，继续").click()
    expect(boss.get_by_role("status").first).to_contain_text("已停止受理")
    boss.goto(f"{live_server}/items/jinglaoka/")
    expect(boss.locator("main")).to_contain_text("制卡系统升级")
    boss.goto(f"{live_server}/console/catalog/jinglaoka")
    shot(boss, "item-closed")
    sound(boss, axe)
