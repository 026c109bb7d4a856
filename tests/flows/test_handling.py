"""The life of a case after the counter: every act of handling and delivering, what it writes, and what it refuses."""

import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.cases import city_lead, day, later, lead, received, resident
from tests.flows.people import MINHANG, MOTHER, PUTUO, YANGPU, staff
from tests.flows.split_case import ANSWERS
from tongban.domain.facts import Point
from tongban.domain.receiving import Intake, PaperIn
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Refused
from tongban.flows import access, deliver, escalate, handle, receive, serve
from tongban.flows.receive import Order
from tongban.reads import case_page, my_case, progress, worklist
from tongban.registers.cases import queries as cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
SPLIT = "dishouru_zhengming"
POINTS = (Point("field", "household_members", "incomplete"), Point("paper", "hukou_book", "unreadable"))
MENDED = {"household_members": "沈桂芳,本人;沈建国,子"}


def kinds(number: str) -> list[str]:
    return [k.fact.__struct_config__.tag for k in cases.log(number)]


def refused(act, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as why:
        act(*args, **kwargs)
    return why.value


def test_a_split_case_is_taken_over_accepted_and_decided_by_the_home_center() -> None:
    number, home = received(SPLIT).number, staff(YANGPU)
    assert kinds(number) == ["opened", "handed_over"]
    taken = handle.take_over(home, number, at=later(1))
    assert (taken.holder, taken.due_kind, taken.n) == (YANGPU, "accept", 3)
    assert refused(handle.take_over, home, number, at=later(1)).code == "case.already_taken"
    done = handle.accept(home, number, at=later(2))
    limits = handle.version_of(cases.get(number)).limits
    assert done.due_kind == "decide"
    state = cases.get(number).case
    assert (state.clock_since, state.legal_days, state.promised_days) == (
        day(2),
        limits.legal_days,
        limits.promised_days,
    )
    decided = handle.decide(home, number, True, at=later(3))
    assert (decided.stage, decided.due_kind) == ("decided", "follow")
    assert cases.get(number).case.outcome == "granted_follow"


def test_until_somebody_takes_it_over_nobody_has_looked() -> None:
    number = received(SPLIT).number
    assert [r.state for r in worklist.worklist(staff(YANGPU), today=day()).rows] == ["unlooked"]
    handle.take_over(staff(YANGPU), number, at=later(1))
    assert [r.state for r in worklist.worklist(staff(YANGPU), today=day(1)).rows] == ["received"]


def test_not_accepting_says_why_and_ends_it() -> None:
    number, home = received(SPLIT).number, staff(YANGPU)
    assert refused(handle.not_accept, home, number, "", at=AT).code == "case.reason_needed"
    done = handle.not_accept(home, number, "not_eligible", "收入高于标准", at=later(1))
    assert (done.stage, done.due_kind, done.due_on) == ("not_accepted", "", None)
    fact = cases.log(number)[-1].fact
    assert cases.beside(number, fact.note) == "收入高于标准".encode()
    assert "收入" not in cases.log(number)[-1].body.decode()
    assert worklist.worklist(home, today=day(1)).rows == ()
    for act in (handle.accept, handle.take_over, handle.withdraw):
        assert refused(act, home, number, at=later(2)).code == "case.not_possible_now"


def test_a_correction_comes_whole_in_one_act_and_the_clock_stands_still() -> None:
    receipt, clerk = received("jinglaoka"), staff(PUTUO)
    point = (Point("field", "phone", "wrong"),)
    asked = handle.ask_correction(clerk, receipt.number, point, "电话打不通", at=later(1))
    assert (asked.stage, asked.due_kind) == ("correcting", "correct")
    assert refused(handle.decide, clerk, receipt.number, True, at=later(2)).code == "case.not_possible_now"
    assert (
        refused(handle.receive_correction, clerk, receipt.number, {}, (), at=later(2)).code == "correction.incomplete"
    )
    bad = refused(handle.receive_correction, clerk, receipt.number, {"phone": "12"}, (), at=later(2))
    assert bad.code == "correction.not_ready" and bad.problems[0].pointer == "/answers/phone"
    same = refused(handle.receive_correction, clerk, receipt.number, {"phone": "13800138000"}, (), at=later(2))
    assert same.code == "correction.incomplete"
    strange = (PaperIn("hukou_book"),)
    assert (
        refused(handle.receive_correction, clerk, receipt.number, MENDED, strange, at=later(2)).code
        == "paper.not_asked"
    )
    done = handle.receive_correction(clerk, receipt.number, {"phone": "13900139000"}, (), at=later(7))
    # Six calendar days, four working days, stood still.
    assert done.stage == "accepted" and done.due_on is not None and receipt.due_on is not None
    assert done.due_on > receipt.due_on
    assert access.case(clerk, receipt.number).case.answers != cases.log(receipt.number)[0].fact.answers


def test_points_must_be_of_the_item_known_and_once() -> None:
    number, home = received(SPLIT).number, staff(YANGPU)
    for points, code in (
        ((), "correction.empty"),
        ((Point("field", "nonsense", "wrong"),), "correction.not_of_item"),
        ((Point("field", "phone", "nonsense"),), "correction.unknown_problem"),
        ((Point("field", "phone", "wrong"), Point("field", "phone", "missing")), "correction.twice"),
    ):
        assert refused(handle.ask_correction, home, number, points, at=AT).code == code


def test_nobody_judges_a_form_that_went_with_a_disk_before_it_was_given_once_more() -> None:
    """Also after acceptance, and though a correction was asked for before: the city lost it, and not the person."""
    number, home = received(SPLIT).number, staff(YANGPU)
    before = access.answers(home, number, reason="办理", at=later(1)).answers
    handle.ask_correction(home, number, POINTS[:1], at=later(1))
    handle.receive_correction(home, number, MENDED, (), at=later(2))
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    n = cases.get(number).case.n
    assert refused(handle.accept, home, number, at=later(3)).code == "case.form_lost"
    assert refused(handle.not_accept, home, number, "not_needed", "不需要", at=later(3)).code == "case.form_lost"
    assert refused(handle.accept, home, number, expect=1, at=later(3)).code == "case.changed", (
        "what moved is said first"
    )
    assert cases.get(number).case.n == n
    handle.ask_correction(home, number, (), "系统故障，请重新填写，抱歉", at=later(3))
    asked = cases.log(number)[-1].fact
    assert (asked.round, asked.supervisor, asked.points, asked.lost) == (1, "", (), True), "nobody's round"
    # The same as before is no mistake: it was the city that lost it.
    given = {code: value for code, value in (before | MENDED).items() if value is not None}
    assert refused(handle.receive_correction, home, number, MENDED, (), at=later(4)).code == "correction.form_lost"
    handle.receive_correction(home, number, given, (), at=later(4))
    assert access.answers(home, number, reason="办理", at=later(4)).answers == before | MENDED
    assert handle.accept(home, number, at=later(5)).stage == "accepted"
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    for granted, note in ((True, ""), (False, "不符合条件")):
        assert refused(handle.decide, home, number, granted, note, at=later(6)).code == "case.form_lost"
    handle.ask_correction(home, number, (), at=later(6))
    handle.receive_correction(home, number, given, (), at=later(7))
    assert handle.decide(home, number, True, at=later(8)).stage == "decided"
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    assert refused(handle.accept, home, number, at=later(9)).code == "case.not_possible_now"


def test_what_the_city_lost_costs_the_person_neither_their_round_nor_their_case() -> None:
    number, home = received(SPLIT).number, staff(YANGPU)
    handle.accept(home, number, at=later(1))
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    handle.ask_correction(home, number, POINTS, at=later(2))
    assert cases.log(number)[-1].fact.points == POINTS[1:], (
        "a paper may be asked for beside it; the form is asked for whole"
    )
    state = cases.get(number).case
    assert (state.corrections, state.lost, len(state.pauses)) == (1, True, 1)
    handle.receive_correction(home, number, dict(ANSWERS), (PaperIn("hukou_book"),), at=later(3))
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    more = (Point("paper", "id_card", "expired"),)
    assert refused(handle.ask_correction, home, number, more, at=later(4)).code == "correction.only_once"
    handle.ask_correction(home, number, (), at=later(4))
    state = cases.get(number).case
    assert (state.corrections, len(state.pauses)) == (1, 2)
    empty = refused(handle.receive_correction, home, number, {}, (), at=later(5))
    assert empty.code == handle.FORM_LOST, "what the register knows is not the whole form"
    escalate.sweep(later(60))
    assert cases.get(number).case.stage == "correcting", "the city lost it: the application does not lapse"
    page = case_page.page(home, number, now=later(61))
    assert page.lost and "申请表重新填写" in str(page.events) and "decide" not in page.acts
    mine = my_case.by_code(number, cases.get(number).query_code, at=later(61), today=day(61))
    assert [x.name.zh for x in mine.mend] == ["申请表(全部重新填写)"] and "不是您的过错" in mine.mend[0].problem.zh
    handle.receive_correction(home, number, dict(ANSWERS), (), at=later(61))
    assert cases.get(number).case.stage == "accepted" and not cases.get(number).case.lost


def test_a_second_correction_needs_a_supervisor_and_a_reason() -> None:
    number, home = received(SPLIT).number, staff(YANGPU)
    handle.ask_correction(home, number, POINTS, at=later(1))
    papers = (PaperIn("hukou_book"),)
    handle.receive_correction(home, number, MENDED, papers, at=later(2))
    again = (Point("paper", "id_card", "expired"),)
    assert refused(handle.ask_correction, home, number, again, at=later(3)).code == "correction.only_once"
    with pytest.raises(NotAllowed):
        handle.ask_correction(home, number, again, second="身份证已过期", at=later(3))
    done = handle.ask_correction(lead(YANGPU), number, again, second="身份证已过期", at=later(3))
    assert done.stage == "correcting"
    fact = cases.log(number)[-1].fact
    assert (fact.round, fact.supervisor) == (2, f"staff:lead:{YANGPU}")
    with connection.cursor() as cursor:
        cursor.execute("select reason from audit_line where act = 'case.ask_correction' order by id desc limit 1")
        assert cursor.fetchone() == ("身份证已过期",)


def test_a_resident_may_bring_a_correction_and_withdraw_their_own_case_only() -> None:
    number, home = received(SPLIT).number, staff(YANGPU)
    applicant = cases.get(number).case.applicant
    handle.ask_correction(home, number, POINTS[:1], at=later(1))
    stranger = resident("018f0000-0000-7000-8000-000000000000")
    for act in (handle.withdraw, lambda a, n, at: handle.receive_correction(a, n, MENDED, (), at=at)):
        with pytest.raises(NotFound):
            act(stranger, number, at=later(2))
    done = handle.receive_correction(resident(applicant), number, MENDED, (), at=later(2))
    assert done.stage == "received"
    assert cases.log(number)[-1].fact.at_center == ""
    assert handle.withdraw(resident(applicant), number, "asked", at=later(3)).stage == "withdrawn"


def test_a_resident_does_none_of_the_acts_of_the_city() -> None:
    number = received("jinglaoka").number
    me = resident(cases.get(number).case.applicant)
    for act in (
        lambda: handle.decide(me, number, True, at=AT),
        lambda: handle.take_over(me, number, at=AT),
        lambda: handle.review(me, number, "pass", at=AT),
        lambda: handle.finish(me, number, at=AT),
        lambda: handle.hand_over(me, number, MINHANG, "misjudged", at=AT),
        lambda: handle.revoke(me, number, "法", at=AT),
        lambda: deliver.deliver(me, number, "counter", at=AT),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_special_procedure_stops_the_clock_for_its_working_days() -> None:
    receipt, clerk = received("lianzu"), staff(PUTUO)
    for how, code in (
        (("hearing", "法", 5), "special.not_allowed"),
        (("inspection", " ", 5), "special.basis_needed"),
        (("inspection", "法", 0), "special.length"),
        (("inspection", "法", 366), "special.length"),
    ):
        assert refused(handle.start_special, clerk, receipt.number, *how, at=AT).code == code
    started = handle.start_special(
        clerk, receipt.number, "inspection", "《上海市城镇廉租住房实施办法》", 5, at=later(1)
    )
    assert started.stage == "special" and started.due_on is not None and receipt.due_on is not None
    assert started.due_on > receipt.due_on
    assert refused(handle.decide, clerk, receipt.number, True, at=later(2)).code == "case.not_possible_now"
    assert (
        refused(handle.start_special, clerk, receipt.number, "publicity", "法", 5, at=later(2)).code
        == "case.not_possible_now"
    )
    ended = handle.end_special(clerk, receipt.number, "done", at=later(3))
    # Started on Wednesday 2, ended on Friday 4: two working days.
    assert ended.stage == "accepted" and ended.due_on == started.due_on.fromordinal(receipt.due_on.toordinal() + 2)


def test_settled_at_home_is_reviewed_here_and_decided_there() -> None:
    number, here, home = received("lianzu").number, staff(PUTUO), staff(YANGPU)
    assert refused(handle.decide, here, number, True, at=AT).code == "case.not_reviewed"
    assert refused(handle.review, here, number, "perhaps", at=AT).code == "case.unknown_word"
    done = handle.review(here, number, "pass", "符合条件", at=later(1))
    assert (done.holder, kinds(number)[-2:]) == (YANGPU, ["reviewed", "handed_over"])
    with pytest.raises(NotAllowed):
        handle.decide(here, number, True, at=later(2))
    assert refused(handle.review, home, number, "pass", at=later(2)).code == "case.already_reviewed"
    handle.take_over(home, number, at=later(2))
    assert handle.decide(home, number, True, at=later(3)).stage == "decided"


def test_the_center_that_reviews_cannot_grant_what_home_pays_for() -> None:
    """After a failed review the case stays here: it may be refused here, never granted."""
    number, here = received("lianzu").number, staff(PUTUO)
    handle.review(here, number, "fail", "面积超标", at=later(1))
    assert cases.get(number).case.holder == PUTUO
    assert refused(handle.decide, here, number, True, at=later(2)).code == "case.decided_elsewhere"
    assert handle.decide(here, number, False, "人均面积高于标准", at=later(2)).stage == "decided"


def test_a_split_case_that_came_back_is_not_decided_by_the_receiving_center() -> None:
    number, here, home = received(SPLIT).number, staff(PUTUO), staff(YANGPU)
    handle.accept(home, number, at=later(1))
    handle.hand_back(home, number, "papers_not_seen", at=later(1))
    assert cases.get(number).case.holder == PUTUO
    assert refused(handle.decide, here, number, True, at=later(2)).code == "case.decided_elsewhere"
    handle.hand_over(here, number, YANGPU, "home", at=later(2))
    assert handle.decide(home, number, True, at=later(3)).stage == "decided"


def test_handing_back_and_over_keeps_one_holder_and_tells_custody() -> None:
    number, here, home = received(SPLIT).number, staff(PUTUO), staff(YANGPU)
    assert refused(handle.hand_back, home, number, " ", at=AT).code == "case.reason_needed"
    back = handle.hand_back(home, number, "papers_not_seen", at=later(1))
    assert back.holder == PUTUO and cases.get(number).case.custody == "back"
    with pytest.raises(NotAllowed):
        handle.take_over(home, number, at=later(1))
    handle.take_over(here, number, at=later(1))
    assert refused(handle.hand_back, here, number, "wrong_item", at=later(1)).code == "case.nowhere_to_go_back"
    assert refused(handle.accept, here, number, at=later(1)).code == "case.accepted_elsewhere"
    assert refused(handle.hand_over, here, number, "999999999", "misjudged", at=later(1)).code == "place.unknown_center"
    assert refused(handle.hand_over, here, number, PUTUO, "misjudged", at=later(1)).code == "case.already_here"
    assert refused(handle.hand_over, here, number, MINHANG, "because", at=later(1)).code == "case.unknown_word"
    with pytest.raises(NotAllowed):
        handle.hand_over(here, number, MINHANG, "reassigned", at=later(1))
    sent = handle.hand_over(lead(PUTUO), number, MINHANG, "reassigned", at=later(2))
    assert (sent.holder, cases.get(number).case.handling) == (MINHANG, MINHANG)
    # Read, not written: the receiving center still sees where its case went.
    assert progress.of_case(here, number, today=day(2)).holder == MINHANG


def test_a_paper_that_may_follow_follows_after_the_decision() -> None:
    number, clerk = received("jinglaoka_follow").number, staff(PUTUO)
    assert [f.material for f in cases.get(number).case.follow] == ["tax_statement"]
    decided = handle.decide(clerk, number, True, at=later(1))
    assert (cases.get(number).case.outcome, decided.due_kind) == ("granted_follow", "follow")
    for papers, code in (((), "paper.none"), ((PaperIn("hukou_book"),), "paper.not_asked")):
        assert refused(handle.add_papers, clerk, number, papers, at=later(2)).code == code
    done = handle.add_papers(clerk, number, (PaperIn("tax_statement"),), at=later(2))
    assert (cases.get(number).case.follow, done.due_kind) == ((), "deliver")
    assert deliver.deliver(clerk, number, "counter", at=later(3)).stage == "delivered"


def test_a_promised_paper_may_still_come_after_delivery() -> None:
    number, clerk = received("jinglaoka_follow").number, staff(PUTUO)
    handle.decide(clerk, number, True, at=later(1))
    deliver.deliver(clerk, number, "mail", at=later(1))
    assert handle.add_papers(clerk, number, (PaperIn("tax_statement"),), at=later(5)).stage == "delivered"


def test_on_the_spot_is_one_act_at_the_counter() -> None:
    receipt, counter = received("dibao_zhengming"), staff(PUTUO, "case.receive", "case.read")
    done = handle.finish(counter, receipt.number, at=later(minutes=3))
    assert done.stage == "delivered"
    assert kinds(receipt.number)[-3:] == ["decided", "result_issued", "delivered"]
    assert refused(handle.finish, staff(PUTUO), received("jinglaoka").number, at=AT).code == "case.not_on_the_spot"


def test_a_decision_against_says_why_and_gives_nothing() -> None:
    number, clerk = received("jinglaoka").number, staff(PUTUO)
    assert refused(handle.decide, clerk, number, False, at=AT).code == "case.reason_needed"
    handle.decide(clerk, number, False, "未满65周岁", at=later(1))
    assert cases.get(number).case.results == ()
    assert refused(deliver.issue, clerk, number, "jinglaoka", at=later(1)).code == "result.not_open"


def test_delivering_names_a_known_way_and_somebody_who_is_there() -> None:
    number, clerk = received("jinglaoka").number, staff(PUTUO)
    handle.decide(clerk, number, True, at=later(1))
    assert refused(deliver.deliver, clerk, number, "pigeon", at=later(1)).pointer == "/way"
    assert refused(deliver.deliver, clerk, number, "counter", "neighbour", at=later(1)).pointer == "/to"
    assert refused(deliver.deliver, clerk, number, "counter", "agent", at=later(1)).code == "deliver.no_agent"
    assert deliver.issue(clerk, number, "jinglaoka", at=later(1)).stage == "decided"
    assert refused(deliver.issue, clerk, number, "jinglaoka", at=later(1)).code == "result.not_open"
    assert deliver.deliver(clerk, number, "counter", at=later(2)).stage == "delivered"
    # The result that was issued before is not issued again by the delivery.
    assert kinds(number).count("result_issued") == 1


def test_undoing_a_decision_takes_a_supervisor_and_a_law() -> None:
    number, clerk = received("jinglaoka").number, staff(PUTUO)
    handle.decide(clerk, number, True, at=later(1))
    deliver.deliver(clerk, number, "counter", at=later(1))
    with pytest.raises(NotAllowed):
        handle.revoke(clerk, number, "行政许可法第六十九条", at=later(2))
    with pytest.raises(NotFound):
        handle.revoke(lead(MINHANG), number, "行政许可法第六十九条", at=later(2))
    assert refused(handle.revoke, lead(PUTUO), number, " ", at=later(2)).code == "revoke.law_needed"
    assert handle.revoke(city_lead(), number, "行政许可法第六十九条", "证明材料不实", at=later(2)).stage == "revoked"
    assert (
        refused(handle.revoke, city_lead(), number, "行政许可法第六十九条", at=later(3)).code == "case.not_possible_now"
    )


def test_after_the_decision_nothing_is_taken_back() -> None:
    number, clerk = received("jinglaoka").number, staff(PUTUO)
    me = resident(cases.get(number).case.applicant)
    handle.decide(clerk, number, True, at=later(1))
    with pytest.raises(Conflict):
        handle.withdraw(me, number, "asked", at=later(2))


def test_a_form_of_nothing_but_who_somebody_is_loses_nothing() -> None:
    """The register has all that such an item asks for: nobody need type it, or see it, once more."""
    clerk, who = staff(PUTUO), {"name": MOTHER.name, "id_number": MOTHER.number}
    met, paper = serve.meet(clerk, MOTHER, how="card", at=AT), PaperIn("insured_receipt")
    intake = Intake(answers=who, papers=(PaperIn("id_card"), paper), declarations=(), follow=())
    number = receive.receive(clerk, Order(met.visit, "jumin_yibao_jiaofei", intake), at=AT, key="k").number
    holder = staff(cases.get(number).case.holder)
    handle.ask_correction(holder, number, [Point("paper", "insured_receipt", "missing")], at=AT)
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    handle.receive_correction(clerk, number, {}, (paper,), visit=met.visit, at=AT)
    assert access.answers(holder, number, reason="办理", at=AT).answers == who
