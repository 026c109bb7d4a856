"""Pages of the window that few open, in a real browser at 390 and at 1280 pixels: enquiries, alarms, what a person allowed. No axe
violation, nothing sideways, by the keys and dialogs that people use."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.browser.test_window_work import Axe, Open, Shot, desk, good
from tests.channels.window.work_members import hire
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff, with_mandate
from tests.flows.split_case import split
from tests.flows.test_receive import jinglaoka
from tongban.domain.fetching import Request
from tongban.flows import enquire, receive, serve
from tongban.plumbing import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
__all__ = ["desk"]


def test_an_enquiry_is_opened_and_answered(desk: Open, axe: Axe, shot: Shot) -> None:
    at, clerk = clock.now(), staff(PUTUO)
    number = receive.receive(clerk, jinglaoka(with_mandate(clerk, at).visit), at=at, key="k").number
    enquire.ask(clerk, number, "dangan", "tax_statement", "请核对2019年至2024年的档案,并注明卷号", at=at)
    page = desk(hire("archives", "方档案", "310000", ("enquiry.answer/dangan",)))
    page.goto(f"{page.home}/window/enquiries/")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("body")).not_to_contain_text("2019年")
    shot(page, "enquiries")
    good(page, axe)
    page.get_by_role("button", name="打开").click()
    expect(page.locator("body")).to_contain_text("请核对2019年至2024年的档案")
    expect(page.locator("body")).to_contain_text(MOTHER.number)
    shot(page, "enquiry")
    good(page, axe)
    page.get_by_role("button", name="不符").click()
    expect(page.get_by_role("alert").or_(page.locator(".is-wrong")).first).to_be_visible()
    good(page, axe)
    page.locator("#f-text").fill("没有此人档案")
    page.get_by_role("button", name="不符").click()
    expect(page.locator("body")).to_contain_text("没有待答复的协查")
    expect(page.locator("body")).to_contain_text("已答复")


def test_what_lies_unseen_rings_and_leads_to_the_case(desk: Open, axe: Axe, shot: Shot) -> None:
    number = split(staff(PUTUO), at=clock.now() - dt.timedelta(days=6)).number
    page = desk(hire("boss", "区督办", YANGPU, ("case.read", "case.handle", "case.supervise", "person.read")))
    page.goto(f"{page.home}/window/work/")
    expect(page.get_by_role("alert").first).to_contain_text("1 件办件逾期无人接办")
    good(page, axe)
    page.get_by_role("link", name="查看并改派").click()
    expect(page.locator("tbody tr")).to_contain_text("移交后逾期无人接办")
    shot(page, "alarms")
    good(page, axe)
    page.locator("tbody tr a").first.click()
    page.wait_for_url(f"**/window/case/{number}/")
    expect(page.locator("body")).to_contain_text("无人接办")


def test_a_person_takes_back_what_they_allowed(desk: Open, axe: Axe, shot: Shot) -> None:
    clerk, at = hire("li.wei", "李伟", PUTUO), clock.now()
    with_agent = serve.meet(clerk, MOTHER, how="card", agent=SON, at=at).visit
    serve.register_mandate(clerk, with_agent, until=at.date() + dt.timedelta(days=99), paper="wt-1", at=at)
    visit = serve.meet(clerk, MOTHER, how="card", at=at).visit
    serve.consent(clerk, visit, "dibao", [Request("gongan", ("hukou_book",), ("hukou",))], at=at)
    page = desk(clerk)
    page.goto(f"{page.home}/window/visit/{visit}/")
    page.get_by_role("link", name="委托与授权").click()
    expect(page.locator("body")).to_contain_text("委托沈*国办理")
    shot(page, "permissions")
    good(page, axe)
    page.get_by_role("button", name="撤销委托").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("从今天起沈*国不能再代为办理")
    good(page, axe)
    dialog.locator("button[value=yes]").click()
    expect(page.locator("body")).to_contain_text("委托已撤销")
    page.get_by_role("button", name="撤回授权").click()
    page.get_by_role("dialog").locator("button[value=yes]").click()
    expect(page.locator("body")).to_contain_text("授权已撤回")
    expect(page.get_by_role("button", name="撤回授权")).to_have_count(0)
