"""Two clerks on one case: the later one is told, nothing is done twice, and a resend is still the same act."""

import datetime as dt

import pytest

from tests.conftest import AT
from tests.flows.people import PUTUO, staff, with_mandate
from tests.flows.split_case import putuo, split, yangpu
from tongban.domain.facts import Point
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Refused
from tongban.flows import access, deliver, handle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
LATER = AT + dt.timedelta(minutes=5)


def n_of(number: str) -> int:
    return access.case(yangpu(), number).case.n


def test_the_later_of_two_clerks_is_told_that_the_case_moved_on() -> None:
    number = split(putuo()).number
    first, second = yangpu(ref="staff:first"), yangpu(ref="staff:second")
    seen = n_of(number)
    handle.take_over(first, number, expect=seen, at=AT, key="a")
    with pytest.raises(Conflict) as why:
        handle.not_accept(second, number, "not_ours", expect=seen, at=LATER, key="b")
    assert why.value.code == "case.changed"
    assert n_of(number) == seen + 1
    # The same send again is the same act, although the case has moved on by that very act.
    assert handle.take_over(first, number, expect=seen, at=LATER, key="a").n == seen + 1
    handle.not_accept(second, number, "not_ours", expect=seen + 1, at=LATER, key="c")
    assert access.case(second, number).case.stage == "not_accepted"


def test_every_act_of_handling_takes_what_was_seen() -> None:
    number, clerk = split(putuo()).number, yangpu("case.receive", "case.handle", "case.read", "case.supervise")
    acts = [
        lambda: handle.take_over(clerk, number, expect=1, at=AT),
        lambda: handle.accept(clerk, number, expect=1, at=AT),
        lambda: handle.not_accept(clerk, number, "not_ours", expect=1, at=AT),
        lambda: handle.ask_correction(clerk, number, [Point("paper", "id_card", "missing")], expect=1, at=AT),
        lambda: handle.receive_correction(clerk, number, {}, [], expect=1, at=AT),
        lambda: handle.add_papers(clerk, number, [PaperIn("income_proof")], expect=1, at=AT),
        lambda: handle.start_special(clerk, number, "inspection", "法", 3, expect=1, at=AT),
        lambda: handle.end_special(clerk, number, "done", expect=1, at=AT),
        lambda: handle.review(clerk, number, "pass", expect=1, at=AT),
        lambda: handle.decide(clerk, number, True, expect=1, at=AT),
        lambda: handle.finish(clerk, number, expect=1, at=AT),
        lambda: handle.hand_over(clerk, number, "310112101", "misjudged", expect=1, at=AT),
        lambda: handle.hand_back(clerk, number, "not_our_place", expect=1, at=AT),
        lambda: handle.withdraw(clerk, number, "asked", expect=1, at=AT),
        lambda: handle.revoke(clerk, number, "法", expect=1, at=AT),
        lambda: deliver.issue(clerk, number, "x", expect=1, at=AT),
        lambda: deliver.deliver(clerk, number, "mail", expect=1, at=AT),
    ]
    for act in acts:
        with pytest.raises(Conflict) as why:
            act()
        assert why.value.code == "case.changed"
    assert n_of(number) == 2


def test_a_visit_of_somebody_else_is_no_way_into_a_case() -> None:
    """Reading a case and serving another person must not add up to acting on it."""
    number = split(putuo()).number
    reader = staff(PUTUO, "case.receive", "case.read", ref="staff:reader")
    from tests.flows.people import SON
    from tongban.domain.person import Identity
    from tongban.flows import serve

    other = Identity(kind="citizen", name="王小明", number="310101199003071230", birth=dt.date(1990, 3, 7), sex="male")
    met = serve.meet(reader, other, how="card", at=AT)
    with pytest.raises(NotAllowed):
        handle.withdraw(reader, number, "asked", visit=met.visit, at=AT)
    # Their own son at the counter may.
    mine = serve.meet(reader, SON, how="card", at=AT)
    assert handle.withdraw(reader, number, "asked", visit=mine.visit, at=AT).stage == "withdrawn"


def test_a_correction_comes_in_at_the_receiving_counter_while_the_pen_stays_at_home() -> None:
    number = split(putuo()).number
    handle.ask_correction(yangpu(), number, [Point("field", "household_members", "incomplete")], "请写明关系", at=AT)
    with pytest.raises(NotAllowed):
        handle.receive_correction(putuo(), number, {"household_members": "沈桂芳,本人;沈建国,子"}, [], at=LATER)
    met = with_mandate(putuo(), LATER)
    done = handle.receive_correction(
        putuo(), number, {"household_members": "沈桂芳,本人;沈建国,子"}, [], visit=met.visit, expect=3, at=LATER
    )
    assert (done.stage, done.holder) == ("received", "310110009")


def test_answers_notes_and_papers_are_seen_only_with_a_reason_and_the_look_is_written_down() -> None:
    from django.db import connection

    number, clerk = split(putuo()).number, yangpu()
    handle.ask_correction(clerk, number, [Point("field", "household_members", "incomplete")], "请写明关系", at=AT)
    with pytest.raises(Refused) as why:
        access.answers(clerk, number, reason="  ", at=AT)
    assert why.value.code == "look.reason_needed"
    with pytest.raises(NotAllowed):
        access.answers(yangpu("case.read", "case.handle"), number, reason="审核", at=AT)
    with pytest.raises(NotFound):
        access.answers(staff("310115004"), number, reason="好奇", at=AT)
    seen = access.answers(clerk, number, reason="审核家庭情况", at=LATER)
    assert seen.applicant.name == "沈桂芳" and seen.agent is not None and seen.agent.name == "沈建国"
    assert seen.answers["household_members"] == "沈桂芳,本人"
    assert [(kind, text) for _, kind, text in seen.notes] == [("correction_asked", "请写明关系")]
    with pytest.raises(NotFound):
        access.scan(clerk, number, "0" * 64, reason="审核", at=LATER)
    with connection.cursor() as cursor:
        cursor.execute(
            "select actor, reason, person <> '' from audit_line where act = %s and \"case\" = %s",
            ["look.answers", number],
        )
        assert cursor.fetchall() == [(clerk.ref, "审核家庭情况", True)]
