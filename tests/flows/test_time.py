"""What time does by itself: silence accepts, corrections lapse, a published notice moves provisional dates; each once, each
case alone, and nothing that is stuck holds up the rest."""

import datetime as dt
from typing import Any

import msgspec
import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.cases import day, later, lead, received
from tests.flows.people import MINHANG, PUTUO, YANGPU, staff
from tongban.domain.actor import SYSTEM
from tongban.domain.calendar import Notice, Year
from tongban.domain.facts import Point
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Conflict, NotAllowed, NotFound
from tongban.flows import escalate, handle
from tongban.flows.publish import publish
from tongban.reads import progress, verify
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
SPLIT = "dishouru_zhengming"
NOTHING = {"silence": 0, "lapsed": 0, "recomputed": 0}


def lines(act: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_line where act = %s", [act])
        return int(cursor.fetchone()[0])


def taken_over() -> str:
    """A split case that the home center looked at on day 1 (Wednesday 2 September) and then left lying."""
    number = received(SPLIT).number
    handle.take_over(staff(YANGPU), number, at=later(1))
    return number


def test_silence_accepts_only_after_the_last_day() -> None:
    number = taken_over()
    last = cases.get(number).due_on
    # Five working days after the 2nd: Wednesday 9 September.
    assert last == dt.date(2026, 9, 9)
    assert escalate.sweep(later((last - day()).days)) == NOTHING
    with pytest.raises(Conflict):
        escalate.accept_by_silence(SYSTEM, number, at=later((last - day()).days))
    assert escalate.sweep(later((last - day()).days + 1)) == NOTHING | {"silence": 1}
    state = cases.get(number).case
    fact = cases.log(number)[-1].fact
    assert (state.stage, fact.basis, fact.since, fact.on) == ("accepted", "silence", day(), day(9))
    # Again is harmless, and what was done is one line of the system.
    assert escalate.sweep(later(10)) == NOTHING and lines("case.accept_by_silence") == 1


def test_what_nobody_takes_over_is_accepted_by_silence_and_stays_unseen() -> None:
    """Sent on Tuesday 1 September: two working days to take it over, then five to tell the resident, to Thursday 10 September."""
    number = received(SPLIT).number
    found = cases.get(number)
    assert (found.due_kind, found.due_on) == ("take_over", dt.date(2026, 9, 3))
    shown = progress.of_found(found, day()).public_due
    assert (shown.kind, shown.on) == ("accept", dt.date(2026, 9, 10))
    assert escalate.sweep(later(9)) == NOTHING
    with pytest.raises(Conflict):
        escalate.accept_by_silence(SYSTEM, number, at=later(9))
    assert escalate.sweep(later(10)) == NOTHING | {"silence": 1}
    found = cases.get(number)
    state, fact = found.case, cases.log(number)[-1].fact
    assert (state.stage, fact.basis, fact.since) == ("accepted", "silence", day())
    # The law's clock runs since the receipt, and nobody at the home center has looked: neither hides the other.
    assert (state.looked, state.custody, state.silent, found.due_kind) == (False, "sent", True, "decide")
    assert escalate.sweep(later(11)) == NOTHING and lines("case.accept_by_silence") == 1
    handle.take_over(staff(YANGPU), number, at=later(13))
    state = cases.get(number).case
    assert (state.looked, state.custody, state.silent, state.clock_since) == (True, "taken", False, day())
    assert [w for c in verify.verify(SYSTEM) for w in c.wrong] == []


def test_taking_over_late_or_passing_on_moves_no_day_of_the_resident() -> None:
    late, passed = received(SPLIT).number, received(SPLIT).number
    handle.take_over(staff(YANGPU), late, at=later(8))
    found = cases.get(late)
    assert (found.due_kind, found.due_on) == ("accept", dt.date(2026, 9, 10)), "what is left, not five days more"
    handle.hand_over(lead(YANGPU), passed, MINHANG, "reassigned", at=later(6))
    found = cases.get(passed)
    assert (found.due_kind, found.due_on) == ("take_over", dt.date(2026, 9, 9))
    assert progress.of_found(found, day()).public_due.on == dt.date(2026, 9, 10)
    assert escalate.sweep(later(10))["silence"] == 2


def test_silence_does_not_count_the_time_that_the_resident_needed() -> None:
    """A correction asked on the last day and brought a week later: the center has its days again, and the clock does not
    start before the papers were complete."""
    number, home = taken_over(), staff(YANGPU)
    handle.ask_correction(home, number, [Point("paper", "hukou_book", "unreadable")], at=later(8))
    handle.receive_correction(home, number, {}, (PaperIn("hukou_book"),), at=later(15))
    found = cases.get(number)
    assert found.due_kind == "accept" and found.due_on is not None and found.due_on > day(15)
    assert escalate.sweep(later(16)) == NOTHING
    assert escalate.sweep(later((found.due_on - day()).days + 1))["silence"] == 1
    assert cases.get(number).case.clock_since == day(15)


def test_what_cannot_be_accepted_by_silence_holds_up_nothing_else() -> None:
    """A split case handed back to the receiving counter may not be accepted there; the sweep must get past it."""
    stuck = received(SPLIT).number
    handle.hand_back(staff(YANGPU), stuck, "papers_not_seen", at=later(1))
    number = taken_over()
    assert escalate.sweep(later(30), most=1)["silence"] >= 1
    assert cases.get(number).case.stage == "accepted"
    assert cases.get(stuck).case.stage == "received"


def test_a_correction_that_never_came_lapses_and_says_so() -> None:
    number, clerk = received("jinglaoka").number, staff(PUTUO)
    asked = handle.ask_correction(clerk, number, [Point("field", "phone", "wrong")], at=later(1))
    last = (asked.due_on - day()).days
    assert escalate.sweep(later(last)) == NOTHING
    assert escalate.sweep(later(last + 1)) == NOTHING | {"lapsed": 1}
    state = cases.get(number).case
    assert (state.stage, cases.log(number)[-1].fact.reason) == ("withdrawn", "correction_lapsed")
    assert escalate.sweep(later(last + 1)) == NOTHING and lines("case.lapse") == 1


def test_time_acts_for_nobody_else() -> None:
    number = taken_over()
    for act in (escalate.accept_by_silence, escalate.lapse, escalate.recompute_due):
        # Refused as not allowed, or as a case that does not exist for this actor.
        with pytest.raises((NotAllowed, NotFound)):
            act(staff(MINHANG), number, at=later(30))
    assert cases.get(number).case.n == 3


def with_notice(city: Any, year: Year) -> Any:
    """The city after the State Council's notice for a year."""
    kept = [y for y in city.calendar if y.year != year.year]
    return msgspec.structs.replace(city, calendar=tuple(sorted([*kept, year], key=lambda y: y.year)))


def test_a_published_notice_makes_provisional_dates_final(compiled_city: Any) -> None:
    december = dt.datetime(2026, 12, 21, 2, tzinfo=dt.UTC)
    clerk = staff(PUTUO)
    number = received("jinglaoka", clerk, at=december).number
    before = cases.get(number)
    assert before.provisional and before.due_on is not None and before.due_on.year == 2027
    assert escalate.sweep(december) == NOTHING
    days = tuple(dt.date(2027, 1, d) for d in (1, 2, 3, 4, 5))
    notice = Year(
        2027,
        Notice("国务院办公厅关于2027年部分节假日安排的通知", "国办发明电〔2026〕9号", dt.date(2026, 12, 22)),
        False,
        days,
    )
    publish(SYSTEM, with_notice(compiled_city.city, notice), at=december + dt.timedelta(days=1))
    catalog.forget()
    done = escalate.sweep(december + dt.timedelta(days=1, hours=1))
    assert done["recomputed"] == 1
    after = cases.get(number)
    assert not after.provisional and after.due_on is not None and after.due_on > before.due_on
    # Nothing but the date moved: the log is as long as it was, the seals and folds hold.
    assert (after.case.n, after.case) == (before.case.n, before.case)
    assert [w for c in verify.verify(SYSTEM) for w in c.wrong] == []
    assert escalate.sweep(december + dt.timedelta(days=1, hours=2)) == NOTHING
    assert december > AT
