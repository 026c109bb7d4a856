"""Several clerks at the same moment, with real threads and real commits: one wins, the others are told, nothing is twice."""

import datetime as dt
import functools
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.cases import INTAKES, later, received
from tests.flows.people import MOTHER, PUTUO, YANGPU, staff
from tests.flows.together import together
from tongban.domain.actor import SYSTEM
from tongban.domain.facts import Point
from tongban.domain.refusals import Conflict
from tongban.flows import escalate, handle, receive, serve
from tongban.flows.receive import Order, Receipt
from tongban.plumbing.audit import service as audit
from tongban.reads import verify
from tongban.registers.cases import queries as cases

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
DRAFT = INTAKES["jinglaoka"]


def count(table: str, where: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where {where}")
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def _all_holds_afterwards() -> Iterator[None]:
    yield
    audit.seal(later(60))
    assert [w for c in verify.verify(SYSTEM) for w in c.wrong] == []


def test_the_same_key_from_eight_threads_is_one_case() -> None:
    clerk = staff(PUTUO)
    visit = serve.meet(clerk, MOTHER, how="card", at=AT).visit
    send = functools.partial(receive.receive, clerk, Order(visit, "jinglaoka", DRAFT), at=AT, key="once")
    answers = together([send] * 8)
    assert all(isinstance(a, Receipt) for a in answers), answers
    assert len({a.number for a in answers}) == 1
    assert (count("cases_case"), count("plumbing_done_act", "key = 'once'")) == (1, 1)
    assert count("audit_line", "act = 'case.receive'") == 1
    assert count("cases_counter", "last <> 1") == 0


def test_eight_keys_at_one_counter_are_eight_numbers_without_a_gap() -> None:
    clerk = staff(PUTUO)
    visit = serve.meet(clerk, MOTHER, how="card", at=AT).visit
    order = Order(visit, "jinglaoka", DRAFT)
    answers = together([functools.partial(receive.receive, clerk, order, at=AT, key=f"k{i}") for i in range(8)])
    assert sorted(a.number[15:21] for a in answers) == [f"{i:06d}" for i in range(1, 9)], answers


def test_the_same_key_with_other_words_is_a_conflict_however_close() -> None:
    clerk = staff(PUTUO)
    visit = serve.meet(clerk, MOTHER, how="card", at=AT).visit
    intakes = [INTAKES["jinglaoka"], INTAKES["jinglaoka_follow"]] * 3
    calls = [
        functools.partial(receive.receive, clerk, Order(visit, "jinglaoka", i), at=AT, key="same") for i in intakes
    ]
    answers = together(calls)
    done = [a for a in answers if isinstance(a, Receipt)]
    assert len(done) == 3 and {a.code for a in answers if isinstance(a, Conflict)} == {"key.reused"}
    assert count("cases_case") == 1


def test_one_of_many_clerks_decides() -> None:
    number = received("jinglaoka").number
    n = cases.get(number).case.n
    calls = [
        functools.partial(handle.decide, staff(PUTUO, ref=f"staff:{i}"), number, True, expect=n, at=later(1), key="d")
        for i in range(6)
    ]
    answers = together(calls)
    told = [a for a in answers if isinstance(a, Conflict)]
    assert len(answers) - len(told) == 1 and {t.code for t in told} == {"case.changed"}
    assert [e.fact.__struct_config__.tag for e in cases.log(number)].count("decided") == 1
    assert count("audit_line", "act = 'case.decide'") == 1


def test_two_clerks_who_want_different_things_cannot_both_have_them() -> None:
    number, n = received("dishouru_zhengming").number, 2
    one, two = staff(YANGPU, ref="staff:one"), staff(YANGPU, ref="staff:two")
    points = (Point("paper", "hukou_book", "unreadable"),)
    answers = together(
        [
            lambda: handle.accept(one, number, expect=n, at=later(1), key="a"),
            lambda: handle.ask_correction(two, number, points, expect=n, at=later(1), key="b"),
            lambda: handle.hand_back(one, number, "wrong_item", expect=n, at=later(1), key="c"),
            lambda: handle.not_accept(two, number, "not_ours", expect=n, at=later(1), key="d"),
        ]
    )
    assert sum(not isinstance(a, Conflict) for a in answers) == 1, answers
    assert cases.get(number).case.n == 3


def test_a_resend_in_flight_and_a_rival_together() -> None:
    """The first send is still under way while its resend and a rival arrive: one fact, one answer to both sends."""
    number, n = received("jinglaoka").number, 2
    me, rival = staff(PUTUO, ref="staff:me"), staff(PUTUO, ref="staff:rival")
    send = functools.partial(handle.decide, me, number, True, expect=n, at=later(1), key="mine")
    other = functools.partial(handle.decide, rival, number, False, "不符合", expect=n, at=later(1), key="theirs")
    first, second, third, rivals = together([send, send, send, other])
    mine = [first, second, third]
    if isinstance(rivals, Conflict):
        assert len({a.n for a in mine}) == 1
    else:
        assert all(isinstance(a, Conflict) for a in mine), (mine, rivals)
    assert cases.get(number).case.n == n + 1


def test_two_sweeps_at_once_do_each_thing_once() -> None:
    for _ in range(4):
        handle.take_over(staff(YANGPU), received("dishouru_zhengming").number, at=later(1))
    done = together([functools.partial(escalate.sweep, later(20))] * 3)
    assert sum(d["silence"] for d in done) == 4, done
    assert count("cases_fact", "kind = 'accepted'") == 4


def test_meeting_the_same_person_at_many_counters_makes_one_person() -> None:
    clerks = [staff(c) for c in (PUTUO, YANGPU, "310112101", "310117002", "310115004", "310104003")]
    met = together([functools.partial(serve.meet, c, MOTHER, how="card", at=AT) for c in clerks])
    assert len({m.applicant for m in met}) == 1, met
    assert count("people_person") == 1


def test_one_draft_on_two_screens() -> None:
    clerk = staff(PUTUO)
    visit = serve.meet(clerk, MOTHER, how="card", at=AT).visit
    draft = receive.save_draft(clerk, visit, "jinglaoka", DRAFT, at=AT)
    save = functools.partial(receive.save_draft, clerk, visit, "jinglaoka", DRAFT, draft=draft.id, rev=draft.rev)
    answers = together([functools.partial(save, at=AT + dt.timedelta(seconds=i)) for i in range(4)])
    assert sorted(isinstance(a, Conflict) for a in answers) == [False, True, True, True], answers
