"""Signing in and my matters in a real browser: the real-name service there and back, for whom one acts, a case corrected online, rated,
its credential shown and checked, and who looked; on a phone and at a desk, plain and in elder mode, without an axe violation."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways
from tests.channels.resident.cases import correcting, received
from tests.channels.resident.signed_in import cookie
from tests.counter import Counter, counter, pretended_city
from tests.flows import events
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tests.plumbing.papers import pdf
from tongban.domain.person import Identity
from tongban.flows import access, deliver, handle
from tongban.plumbing import clock
from tongban.simulated.realname.accounts import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
__all__ = ["counter", "pretended_city"]

Axe = Callable[[Page], list[str]]
Shot = Callable[[Page, str], None]


def sound(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert no_sideways(page)


def come_in(page: Page, live_server: object, who: Identity) -> None:
    value, _ = cookie(who)
    page.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": value, "url": str(live_server)}])


def elder(page: Page, live_server: object) -> None:
    page.context.add_cookies([{"name": "letters", "value": "large", "url": str(live_server)}])


def test_there_and_back(page: Page, live_server: object, axe: Axe, shot: Shot, counter: Counter, settings: Any) -> None:
    settings.PUBLIC_URL = str(live_server)
    number = received(clock.now()).number
    page.goto(f"{live_server}/mine/{number}")
    expect(page.locator("h1")).to_have_text("登录后办理")
    shot(page, "sign-in")
    sound(page, axe)
    page.get_by_role("link", name="去登录").click()
    expect(page.locator("h1")).to_have_text("请证明是您本人")
    shot(page, "realname")
    sound(page, axe)
    page.get_by_label("身份证号码或手机号").fill(MOTHER.number)
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_contain_text("不正确")
    page.get_by_label("身份证号码或手机号").fill(MOTHER.number)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="看这部模拟手机").click()
    code = opened.value.locator("#said").inner_text()
    shot(page, "realname-code")
    sound(page, axe)
    page.get_by_label("验证码（6 位数字）").fill(code)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("h1")).to_have_text("敬老卡申领")
    expect(page.locator(".rs-person")).to_contain_text(MOTHER.name)
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("#notices")).to_contain_text("您已退出登录")
    page.goto(f"{live_server}/mine/")
    expect(page.locator("h1")).to_have_text("登录后办理")


def test_a_lost_form_is_asked_for_once_more(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    number = correcting(clock.now()).number
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    come_in(page, live_server, MOTHER)
    page.goto(f"{live_server}/mine/{number}/correct")
    expect(page.locator("main")).to_contain_text("因系统故障丢失")
    expect(page.locator("#f-answers-name")).to_have_value(MOTHER.name)
    shot(page, "correct-lost")
    sound(page, axe)
    page.locator("#f-answers-residence_address").fill("莘庄镇莘松路380弄12号301室")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "zm.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert").first).to_contain_text("还没有收到")
    shot(page, "correct-lost-half")
    sound(page, axe)
    expect(page.locator("#f-answers-residence_address")).to_have_value("莘庄镇莘松路380弄12号301室")


@pytest.mark.parametrize("mode", ["plain", "elder"])
def test_a_case_is_corrected_rated_and_shown(page: Page, live_server: object, axe: Axe, shot: Shot, mode: str) -> None:
    if mode == "elder":
        elder(page, live_server)
    number = correcting(clock.now()).number
    access.answers(staff(PUTUO), number, reason="核对地址", at=clock.now())
    come_in(page, live_server, MOTHER)
    page.goto(f"{live_server}/mine/")
    shot(page, f"mine-{mode}")
    sound(page, axe)
    page.get_by_role("link", name="敬老卡申领").first.click()
    shot(page, f"matter-{mode}")
    sound(page, axe)
    expect(page.locator("#looks")).to_contain_text("核对地址")
    page.get_by_role("link", name="在这里补正").click()
    shot(page, f"correct-{mode}")
    sound(page, axe)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert").first).to_contain_text("还没有收到")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "zm.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("已上传：zm.pdf")
    sound(page, axe)
    page.locator("main input.form-control:not([type=file])").first.fill("莘庄镇莘松路380弄12号301室")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#notices")).to_contain_text("已收到")
    clerk = staff(PUTUO)
    handle.decide(clerk, number, True, at=clock.now())
    deliver.deliver(clerk, number, "electronic", at=clock.now())
    page.reload()
    expect(page.locator("input[name=grade]:checked")).to_have_count(0)
    shot(page, f"rate-{mode}")
    sound(page, axe)
    page.get_by_label("非常满意").check()
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("#notices")).to_contain_text("谢谢您的评价")
    page.locator("#result a").first.click()
    shot(page, f"credential-{mode}")
    sound(page, axe)
    expect(page.locator(".tb-qr img")).to_be_visible()


def test_whom_and_who_looked(page: Page, live_server: object, axe: Axe, shot: Shot) -> None:
    received(clock.now())
    come_in(page, live_server, SON)
    page.goto(f"{live_server}/for-whom")
    shot(page, "whom")
    sound(page, axe)
    page.get_by_role("button", name=MOTHER.name).click()
    expect(page).to_have_url(f"{live_server}/")
    page.goto(f"{live_server}/mine/")
    expect(page.locator(".rs-person")).to_contain_text(f"{SON.name} 为 {MOTHER.name} 办理")
    shot(page, "mine-for-mother")
    sound(page, axe)
    come_in(page, live_server, MOTHER)
    page.goto(f"{live_server}/mine/mandates")
    expect(page.locator("main")).to_contain_text("可以为您办理")
    shot(page, "mandates")
    sound(page, axe)
    page.get_by_label("受托人姓名").fill(SON.name)
    page.get_by_label("受托人身份证号码").fill(SON.number)
    page.get_by_label("对方是您的什么人").select_option(label="子女")
    page.get_by_label("到哪一天为止").fill(f"{clock.today().year + 1}-01-31")
    page.get_by_role("button", name="同意委托").click()
    expect(page.locator("main")).to_contain_text("受托人是委托人的子女")
    come_in(page, live_server, SON)
    page.goto(f"{live_server}/for-whom")
    expect(page.locator("h2", has_text="为父母办")).to_be_visible()
    shot(page, "whom-grouped")
    sound(page, axe)
    come_in(page, live_server, MOTHER)
    page.goto(f"{live_server}/mine/looks")
    shot(page, "looks")
    sound(page, axe)


@pytest.mark.parametrize("mode", ["plain", "elder"])
def test_a_life_event_is_followed(
    page: Page, live_server: object, axe: Axe, shot: Shot, compiled_city: Any, mode: str
) -> None:
    if mode == "elder":
        elder(page, live_server)
    at = events.when(compiled_city.event_situations, "birth")
    with clock.fixed(at):
        _, _, receipt, _ = events.submitted("birth", events.given(compiled_city.event_situations, "birth"), SON, at)
    come_in(page, live_server, SON)
    page.goto(f"{live_server}/mine/{receipt.number}")
    shot(page, f"event-{mode}")
    sound(page, axe)
    if (give := page.get_by_role("link", name="现在补充")).count():
        give.first.click()
        shot(page, f"amend-{mode}")
        sound(page, axe)
