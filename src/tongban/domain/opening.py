"""The days to come at a counter (开放日历): whoever sets out looks at the week, and is misled on exactly the days on which the week is
not what it seems: a holiday has the hours of a rest day, a make-up Saturday those of a working day, and some days nobody opens."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import msgspec

from tongban.domain.calendar import Calendar
from tongban.domain.place import ServiceHours
from tongban.domain.text import Text

DayKind = Literal["working", "rest", "holiday", "make_up", "closed"]

DAY_KINDS: dict[DayKind, Text] = {
    "working": Text("工作日", "Working day"),
    "rest": Text("休息日", "Rest day"),
    "holiday": Text("放假", "Holiday"),
    "make_up": Text("调休上班", "Make-up working day"),
    "closed": Text("不开放", "Closed"),
}
_SATURDAY = 5


class OpeningDay(msgspec.Struct, frozen=True):
    """One day: from when until when (city time, None: closed). ``provisional``: the notice that fixes it is still to come."""

    day: dt.date
    kind: DayKind
    hours: tuple[dt.time, dt.time] | None
    provisional: bool = False


def days(hours: ServiceHours, calendar: Calendar, start: dt.date, many: int) -> tuple[OpeningDay, ...]:
    """``many`` days from ``start`` on, each with its hours and what kind of day it is."""
    found = (start + dt.timedelta(days=n) for n in range(many))
    return tuple(
        OpeningDay(day, _kind(hours, calendar, day), hours.on(day, calendar), calendar.is_provisional(day))
        for day in found
    )


def unlike_the_week(found: Iterable[OpeningDay]) -> tuple[OpeningDay, ...]:
    """Those on which somebody who knows only the day of the week would be wrong."""
    return tuple(one for one in found if one.kind in ("holiday", "make_up", "closed"))


def _kind(hours: ServiceHours, calendar: Calendar, day: dt.date) -> DayKind:
    if hours.on(day, calendar) is None:
        return "closed"
    weekend, works = day.weekday() >= _SATURDAY, calendar.is_workday(day)
    if weekend:
        return "make_up" if works else "rest"
    return "working" if works else "holiday"
