"""The exchange in a real browser: the picture of the city with its tables, parked letters, custody and a copy on the case page, and the
waiting page of a resident; by script and without, at a desk and on a phone; no axe violation."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import no_sideways
from tests.browser.hand import sign_in
from tests.browser.windows import window
from tests.channels.console.people import PASSWORD, hired
from tests.exchange.town import NODES
from tests.flows.people import PUTUO, staff, with_mandate
from tests.flows.split_case import split
from tongban.config import nodes as layouts
from tongban.domain.check_digits import mod_37_36
from tongban.exchange import inbox, letters, outbox, questions
from tongban.flows import elsewhere
from tongban.plumbing import clock, here
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]

Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]


def sound(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert no_sideways(page)


@pytest.fixture
def as_city() -> Iterator[None]:
    with here.as_node("city", layouts.load(settings.CITY_FOLDER / "nodes.yaml", "city")):
        yield


@pytest.fixture
def as_putuo() -> Iterator[None]:
    with here.as_node("putuo", NODES):
        yield


def a_busy_day() -> None:
    """Every node but one was heard; one is silent, one is behind, one has another catalog and a wrong clock."""
    now, edition = clock.now(), catalog.newest()
    assert edition is not None
    for code in here.nodes().by_code:
        if code in ("city", "chongming"):
            continue
        ago = dt.timedelta(minutes=9 if code == "jinshan" else 0, seconds=2)
        ahead = dt.timedelta(seconds=75 if code == "baoshan" else 0)
        mine = letters.Status(
            now - ago + ahead, letters.SCHEMA, "0" * 64 if code == "baoshan" else edition.digest,
            sent=(letters.Position("letters", 812),),
        )  # fmt: skip
        inbox.heard(code, mine, now - ago)
        inbox.position(code, "letters", now)
        inbox.advance(code, "letters", 812, now)
        since = {"minhang": 3, "jinshan": 40}.get(code, 0)
        outbox.post(code, letters.Again("310107015260901000001P", 0), now - dt.timedelta(minutes=since))
    for _ in range(1200):
        outbox.post("jinshan", letters.Again("310107015260901000001P", 0), now - dt.timedelta(minutes=40))
    outbox.number(5000)
    for code in here.nodes().by_code:
        if code not in ("city", "chongming", "jinshan", "minhang"):
            outbox.delivered(code, "letters", 1, now)


def park() -> None:
    now = clock.now()
    inbox.park("jinshan", "letters", 813, 2, b"{}", "version", "letters of version 3; this node reads 1 to 2", now, kind="facts", number="310107015260901000001P")  # fmt: skip
    inbox.park("yangpu", "letters", 77, 2, b"{}", "differs", "x", now, kind="facts", number="310110009260901000002M")
    inbox.refuse_bag("songjiang", "files", 3, 4, "foreign", "the ring holds no key", b"no bag", now)


def test_the_city_as_a_picture(page: Page, live_server: object, as_city: None, axe: Axe, shot: Shot) -> None:
    hired("zhou.yun", PUTUO, name="周运管", board_read="310000", exchange_manage="310000")
    sign_in(page, live_server, "zhou.yun", PASSWORD, "/console/nodes")
    shot(page, "exchange-quiet")
    a_busy_day()
    park()
    page.get_by_role("button", name="现在更新").click()
    picture = page.locator("svg.cs-city")
    expect(picture.locator("circle")).to_have_count(17)
    expect(page.locator(".cs-lanes").first).to_contain_text("金山区系统")
    expect(page.locator(".cs-nodes tr", has_text="宝山区系统")).to_contain_text("快 7")
    expect(page.locator(".cs-nodes tr", has_text="崇明区系统")).to_contain_text("没有收到过")
    assert page.locator(".cs-node.is-red").count() >= 1
    shot(page, "exchange-busy")
    sound(page, axe)
    page.locator("#auto").uncheck()
    page.reload()
    expect(page.locator("#auto")).not_to_be_checked()


def test_parked_letters_and_the_way_back(page: Page, live_server: object, as_city: None, axe: Axe, shot: Shot) -> None:
    hired("zhou.yun", PUTUO, name="周运管", board_read="310000", exchange_manage="310000")
    park()
    sign_in(page, live_server, "zhou.yun", PASSWORD, "/console/nodes")
    page.get_by_role("link", name="查看原因并重试").click()
    expect(page.locator("h1")).to_have_text("滞留信件")
    expect(page.locator("main")).to_contain_text("对方节点的程序较新")
    shot(page, "parked")
    sound(page, axe)
    page.locator("li", has_text="310110009260901000002M").get_by_role("button", name="再试一次").click()
    expect(page.locator("#notices")).to_contain_text("还是不能处理")
    page.locator("li", has_text="松江区系统").get_by_role("button", name="再试一次").click()
    expect(page.get_by_role("alert")).to_contain_text("还是打不开")
    shot(page, "parked-still")
    sound(page, axe)


def test_a_case_under_way_shows_its_custody_and_what_was_asked(
    page: Page, live_server: object, as_putuo: None, axe: Axe, shot: Shot
) -> None:
    member = hired(
        "lin.hou", PUTUO, name="林后台", case_receive=PUTUO, case_handle=PUTUO, case_read=PUTUO, person_read=PUTUO
    )
    clerk = staff(PUTUO, ref=f"staff:{member}")
    number = split(clerk, at=clock.now()).number
    sign_in(page, live_server, "lin.hou", PASSWORD, "/window/work/?show=sent")
    expect(page.locator("table")).to_contain_text("已发出，传输中")
    shot(page, "custody-list")
    sound(page, axe)
    page.goto(f"{live_server}/window/case/{number}/?do=withdraw")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="确认申请人撤回").click()
    expect(page.locator("#notices")).to_contain_text("已转交杨浦区系统，办理结果将自动返回")
    expect(page.locator("#custody")).to_contain_text("传输中")
    expect(page.locator("#asked")).to_contain_text("等待答复")
    shot(page, "custody-case")
    sound(page, axe)


def test_the_window_lists_what_a_person_has_elsewhere(
    page: Page, live_server: object, as_putuo: None, axe: Axe, shot: Shot
) -> None:
    member = hired("chen.chuang", PUTUO, name="陈窗口", case_receive=PUTUO, case_read=PUTUO)
    clerk = staff(PUTUO, ref=f"staff:{member}")
    split(clerk, at=clock.now())
    met = with_mandate(clerk, clock.now())
    sign_in(page, live_server, "chen.chuang", PASSWORD, f"/window/visit/{met.visit}/")
    expect(page.locator("#elsewhere")).to_contain_text("正在向市级系统查询")
    question = elsewhere.ask_of_person(clerk, met.visit, at=clock.now(), key=f"{met.visit}:city")
    questions.answered(uuid.UUID(question), [], clock.now(), clock.now())
    expect(page.locator("#elsewhere")).not_to_contain_text("正在向市级系统查询")
    expect(page.locator("#elsewhere")).to_contain_text("低收入困难家庭证明")
    shot(page, "visit-elsewhere")
    sound(page, axe)


def test_a_resident_waits_for_the_city_with_and_without_script(
    page: Page, live_server: object, browser: Browser, as_putuo: None, axe: Axe, shot: Shot
) -> None:
    number = "310117002260901000001"
    number += mod_37_36(number)

    def ask(where: Page) -> None:
        where.goto(f"{live_server}/progress")
        where.locator("#f-number").fill(number)
        where.locator("#f-code").fill("ACDEFG")
        where.get_by_role("button", name="查进度").click()

    def answer() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select id from exchange_question where answered_at is null")
            waiting = cursor.fetchall()
        for (one,) in waiting:
            questions.answered(one, [], clock.now(), clock.now())

    ask(page)
    expect(page.locator("main")).to_contain_text("正在向市级系统查询")
    shot(page, "city-asked")
    sound(page, axe)
    answer()
    expect(page.get_by_role("alert")).to_contain_text("没有找到这个办件")
    shot(page, "city-answered")
    with window(browser, java_script_enabled=False, locale="zh-CN") as plain:
        bare = plain.new_page()
        ask(bare)
        expect(bare.locator("main")).to_contain_text("正在向市级系统查询")
        answer()
        expect(bare.locator("main")).to_contain_text("没有找到这个办件")
