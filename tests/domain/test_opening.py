"""The days ahead at a counter: holidays, make-up working days, days closed, and what a notice may still change."""

import datetime as dt

from tests.domain.test_calendar import CITY
from tongban.domain import opening
from tongban.domain.place import ServiceHours

D = dt.date
FULL, SHORT = (dt.time(8, 30), dt.time(16, 30)), (dt.time(8, 30), dt.time(11, 30))


def test_each_day_has_its_kind_and_its_hours() -> None:
    """国庆 2026: 1–7 October off, Saturday 10 October a working day."""
    found = {one.day: one for one in opening.days(ServiceHours(), CITY, D(2026, 9, 30), 14)}
    assert len(found) == 14
    assert (found[D(2026, 9, 30)].kind, found[D(2026, 9, 30)].hours) == ("working", FULL)
    assert (found[D(2026, 10, 1)].kind, found[D(2026, 10, 1)].hours) == ("holiday", SHORT)
    assert (found[D(2026, 10, 10)].kind, found[D(2026, 10, 10)].hours) == ("make_up", FULL)
    assert (found[D(2026, 10, 11)].kind, found[D(2026, 10, 11)].hours) == ("rest", SHORT)


def test_only_days_that_mislead_are_told_apart() -> None:
    closed = ServiceHours(closed=(D(2026, 10, 13),))
    unlike = opening.unlike_the_week(opening.days(closed, CITY, D(2026, 10, 8), 7))
    assert [(one.day.day, one.kind, one.hours) for one in unlike] == [(10, "make_up", FULL), (13, "closed", None)]
    # A holiday that falls on a Saturday has the hours that every Saturday has.
    assert D(2026, 10, 3) not in {
        one.day for one in opening.unlike_the_week(opening.days(closed, CITY, D(2026, 10, 3), 1))
    }


def test_days_whose_notice_is_still_to_come_say_so() -> None:
    found = opening.days(ServiceHours(), CITY, D(2026, 12, 22), 5)
    assert [one.provisional for one in found] == [CITY.is_provisional(one.day) for one in found]
