"""What people see of a case that is held on another node: facts and since when, never a name that is not here, only the acts that
can be done here, and what became of those that were asked of the holder."""

import datetime as dt

import pytest

from tests.channels.window.work_members import client_of, hidden, hire, text
from tests.conftest import AT
from tests.exchange.town import Town
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, with_mandate
from tests.flows.split_case import split
from tongban.domain.actor import CITY, Actor
from tongban.domain.facts import Point
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import access, handle
from tongban.plumbing import clock
from tongban.reads import board, case_log, case_page, custody, elsewhere, enquiries, printout, serving, worklist
from tongban.registers.cases import queries as cases

LATER = AT + dt.timedelta(hours=1)
PERSONAL = (MOTHER.name, SON.name, MOTHER.number, SON.number, "沈", "四平路1号")


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(LATER):
        yield


def handed_over(town: Town) -> tuple[str, str, Actor]:
    """A split case of 普陀, arrived at 杨浦; the number, the query code, and the clerk of 普陀."""
    with town.at("putuo"):
        clerk = hire("putuo", "林后台", PUTUO)
        receipt = split(clerk)
    town.carry()
    town.talk()
    return receipt.number, receipt.query_code, clerk


def overseer(town: Town, node: str) -> Actor:
    """Somebody with every power of a case in the whole city, at one node."""
    with town.at(node):
        powers = ("case.read", "case.handle", "case.supervise", "person.read", "board.read")
        return hire(f"all.{node}", "督办", CITY, powers, CITY)


def test_the_city_shows_facts_and_says_where_the_rest_lies(town: Town) -> None:
    number, _, _ = handed_over(town)
    with town.at("yangpu"):
        handle.ask_correction(
            hire("yangpu", "顾后台", YANGPU),
            number,
            [Point("field", "household_members", "incomplete")],
            "请写全",
            at=LATER,
        )
    town.carry()
    one = overseer(town, "city")
    with town.at("city"):
        page = case_page.page(one, number, now=LATER)
        assert (page.elsewhere, page.parties, page.answers, page.checks, page.acts) == (True, (), (), (), ())
        assert page.progress.held.node == "yangpu" and page.progress.held.as_of is not None
        answer = client_of(one).get(f"/window/case/{number}/")
        said = text(answer)
        assert answer.status_code == 200
        assert "个人信息保存在办件所在的系统（杨浦区系统）" in said and "截至 2026-09-01" in said
        assert not any(word in said for word in PERSONAL)
        assert enquiries.askable(one, number) == ((), ())
        for look in (
            lambda: access.answers(one, number, reason="核对", at=LATER),
            lambda: access.person(one, number=number, reason="核对", at=LATER),
            lambda: printout.of_case(one, number, "receipt", at=LATER),
        ):
            with pytest.raises(access.HeldElsewhere):
                look()
        with pytest.raises(Refused) as refused:
            handle.accept(one, number, at=LATER)
        assert refused.value.code in ("case.held_elsewhere", "case.not_possible_now")


def test_a_notice_is_not_printed_without_its_words(town: Town) -> None:
    number, _, clerk = handed_over(town)
    with town.at("yangpu"):
        handle.ask_correction(
            hire("yangpu", "顾后台", YANGPU),
            number,
            [Point("field", "household_members", "incomplete")],
            "请写全",
            at=LATER,
        )
    town.carry()
    with town.at("putuo"):
        page = case_page.page(clerk, number, now=LATER)
        assert "receipt" in page.printable and "correction" not in page.printable
        assert printout.of_case(clerk, number, "receipt", at=LATER).number == number
        with pytest.raises(access.HeldElsewhere):
            printout.of_case(clerk, number, "correction", at=LATER)


def test_a_correction_brought_to_another_node_is_passed_on_shown_as_waiting_and_then_done(town: Town) -> None:
    number, _, clerk = handed_over(town)
    with town.at("yangpu"):
        handle.ask_correction(
            hire("yangpu", "顾后台", YANGPU),
            number,
            [Point("field", "household_members", "incomplete")],
            "请写全",
            at=LATER,
        )
    town.carry()
    with town.at("putuo"):
        browser = client_of(clerk)
        assert case_page.page(hire("other", "无人在前", PUTUO), number, now=LATER).acts == (), (
            "nobody is at this window"
        )
        met = with_mandate(clerk, LATER)
        assert set(case_page.page(clerk, number, now=LATER).acts) == {"receive_correction", "withdraw"}
        bring = f"/window/visit/{met.visit}/case/{number}/bring"
        form = text(browser.get(bring))
        assert "补正说明保存在办件所在的系统" in form
        sent = {"household_members": "沈桂芳,本人;沈建国,儿子", "key": "c1", "what": "correction", "shown": ""}
        done = browser.post(bring, sent, follow=True)
        assert "已转交杨浦区系统，办理结果将自动返回" in text(done)
        page = text(browser.get(f"/window/case/{number}/"))
        assert "补正受理" in page and "等待答复" in page and "不用重复提交" in page
    town.carry()
    with town.at("putuo"):
        (asked,) = elsewhere.asked(number)
        assert asked.state == "done" and asked.answered_at is not None
        assert "已办" in text(browser.get(f"/window/case/{number}/"))
    with town.at("yangpu"):
        found = cases.get(number)
        assert found is not None and found.case.stage == "received"


def test_a_refusal_of_the_holder_is_read_on_the_case_page(town: Town) -> None:
    number, _, clerk = handed_over(town)
    with town.at("yangpu"):
        home = hire("yangpu", "顾后台", YANGPU)
        handle.accept(home, number, at=LATER)
        handle.decide(home, number, False, "不符合条件", at=LATER)
    with town.at("putuo"):
        browser = client_of(clerk)
        with_mandate(clerk, LATER)
        opened = browser.get(f"/window/case/{number}/?do=withdraw")
        form = hidden(opened, "withdraw")
        answer = browser.post(f"/window/case/{number}/act/withdraw", form | {"reason": "asked"}, follow=True)
        assert "已转交杨浦区系统" in text(answer)
    town.carry()
    with town.at("putuo"):
        page = text(browser.get(f"/window/case/{number}/"))
        assert "对方未能办理" in page and "刚才的操作没有执行" in page, "the copy was behind: look again, then decide"


def test_custody_is_sent_delivered_taken_over_with_since_when(town: Town) -> None:
    with town.at("putuo"):
        clerk = hire("putuo", "林后台", PUTUO)
        number = split(clerk).number

    def shown() -> custody.Passing:
        return case_page.page(clerk, number, now=LATER).custody.passings[0]

    with town.at("putuo"):
        assert (shown().step, shown().sent, shown().delivered) == ("sent", AT, None)
        assert shown().node.zh == "杨浦区系统"
        assert case_page.page(clerk, number, now=AT + dt.timedelta(minutes=20)).custody.light == "yellow"
        browser = client_of(clerk)
        assert "已发出，传输中" in text(browser.get("/window/work/?show=sent"))
        assert "超过 1 小时" not in text(browser.get("/window/work/?show=sent"))
        (row,) = worklist.worklist(clerk, show="sent", today=AT.date(), now=AT + dt.timedelta(hours=2)).rows
        assert row.moved is not None and (row.moved.step, row.moved.light) == ("sent", "red")
    town.carry()
    town.talk()
    with town.at("putuo"):
        assert shown().step == "delivered" and shown().delivered is not None
        assert "已到达，对方无人接办" in text(browser.get("/window/work/?show=sent"))
    with town.at("yangpu"):
        home = hire("yangpu", "顾后台", YANGPU)
        page = case_page.page(home, number, now=LATER).custody
        assert (page.passings[0].arrived, page.passings[0].delivered, page.days) == (True, None, 2)
        handle.take_over(home, number, at=LATER)
        handle.hand_back(home, number, "wrong_item", at=LATER + dt.timedelta(minutes=5))
    town.carry()
    with town.at("putuo"):
        back, first = case_page.page(clerk, number, now=LATER).custody.passings
        assert (back.back, back.to, back.arrived, back.reason.zh) == (True, PUTUO, True, "收件的事项不对")
        assert (first.taken, first.left) == (LATER, LATER + dt.timedelta(minutes=5))
        assert "移交情况" in text(browser.get(f"/window/case/{number}/"))


def test_lists_and_boards_count_only_what_a_node_has_whole(town: Town) -> None:
    number, code, _ = handed_over(town)
    putuo, city = overseer(town, "putuo"), overseer(town, "city")
    with town.at("putuo"):
        assert {code[:6] for code, _ in worklist.work_centers(putuo)} == {"310107"}
        with pytest.raises(Refused) as refused:
            worklist.worklist(putuo, center=YANGPU, today=LATER.date())
        assert refused.value.code == "worklist.other_node"
        assert {d.code for d in board.board(putuo, today=LATER.date()).districts} == {"310107"}
    with town.at("city"):
        (row,) = worklist.worklist(city, center=YANGPU, today=LATER.date()).rows
        assert (row.number, row.held.here, row.held.node) == (number, False, "yangpu")
        assert "副本，由杨浦区系统持有" in text(client_of(city).get(f"/window/work/?center={YANGPU}"))
        districts = {d.code: d for d in board.board(city, today=LATER.date()).districts}
        assert districts["310110"].waiting == 1 and districts["310110"].as_of is not None
        assert "截至 2026-09-01" in text(client_of(city).get("/console/board"))
        printed = printout.progress_of(number, code, at=LATER)
        assert any("截至 2026-09-01" in note for note in printed.notes)


def test_the_api_says_the_same_of_a_copy(town: Town) -> None:
    number, _, clerk = handed_over(town)
    with town.at("putuo"):
        seen = case_log.seen(clerk, number, now=LATER)
        assert seen.progress.held.here is False and seen.custody.passings[0].step == "delivered"
        assert set(seen.acts) == {"add_papers", "withdraw"}
        met = with_mandate(clerk, LATER)
        (row,) = serving.visit_page(clerk, met.visit, today=LATER.date()).cases
        assert row.held.node == "yangpu"
    with town.at("minhang"), pytest.raises(NotFound):
        case_log.seen(clerk, number, now=LATER)
