"""The city's own calendar of working days, year by year from the notices of the State Council. A year without a notice
still gives a deadline, marked provisional, because people must be told a date today; it is computed again when the
notice comes. Counting uses one sorted list a year, so a span of ten years costs as much as one of ten days."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from tongban.domain.refusals import Refused

MAX_DAYS = 10_000
# A notice reaches back: the one for 2019 made 2018-12-29 a working day and 2018-12-31 a day off. So the last days of a
# year are only sure when the next year's notice is there, too.
TAIL = (12, 24)


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The paper that fixed a year's days."""

    title: str
    number: str
    date: dt.date
    evidence: str = ""


class Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """One year: Saturdays and Sundays are off unless in ``work``; other days work unless in ``off``.

    ``provisional`` until the notice is known. A notice may also name days of the year before or after; where two
    notices name the same day, the later year's holds.
    """

    year: int
    notice: Notice | None = None
    provisional: bool = True
    off: tuple[dt.date, ...] = ()
    work: tuple[dt.date, ...] = ()


class Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A last day (inclusive). ``provisional``: a year's notice is missing. ``estimated``: a pause has not ended yet and
    its planned length was used."""

    date: dt.date
    provisional: bool = False
    estimated: bool = False


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Legal working days. Years that are not in ``years`` count weekends only and are provisional.

    Make it with ``Calendar.of``; never change ``years`` in place. Opening days of counters are ``place.ServiceHours``.
    """

    years: dict[int, Year]

    @classmethod
    def of(cls, years: Iterable[Year]) -> "Calendar":
        """A calendar from notices; of two for one year the last holds. Refused ``period.day_twice`` when one notice
        names a day both as off and as a working day."""
        known = {year.year: year for year in years}
        for year in known.values():
            for day in sorted({*year.off} & {*year.work}):
                zh = f"{year.year}年的安排把{day}同时列为放假和上班,请核对通知"
                raise Refused("period.day_twice", zh, f"{day} is both off and a working day", day=str(day))
        return cls(known)

    def with_notice(self, year: Year) -> "Calendar":
        """The calendar after a notice. A year once fixed is not made provisional again (``period.notice_final``)."""
        if year.provisional and not self.is_provisional(dt.date(year.year, 1, 1)):
            raise Refused(
                "period.notice_final",
                f"{year.year}年的放假安排已经公布,不能改回暂定",
                f"The notice for {year.year} is known and cannot become provisional again",
                year=year.year,
            )
        return Calendar.of([*(kept for number, kept in self.years.items() if number != year.year), year])

    def is_workday(self, day: dt.date) -> bool:
        """True when legal days are counted on this day."""
        days = self._days(day.year)
        place = bisect_right(days, day)
        return place > 0 and days[place - 1] == day

    def is_provisional(self, day: dt.date) -> bool:
        """True when a notice still to come may change this day."""
        return self._open(day.year) or ((day.month, day.day) >= TAIL and self._open(day.year + 1))

    def add_working_days(self, start: dt.date, days: int) -> Deadline:
        """The ``days``-th working day after ``start`` (the day after is day 1; 0 is ``start`` itself).

        ValueError for less than 0 or more than 10,000 days.
        """
        plain_date(start)
        if not 0 <= days <= MAX_DAYS:
            raise ValueError(f"0 to {MAX_DAYS} working days can be counted, not {days}")
        if days == 0:
            return Deadline(start)
        year, left = start.year, days + bisect_right(self._days(start.year), start)
        while left > len(self._days(year)):
            left -= len(self._days(year))
            year += 1
        end = self._days(year)[left - 1]
        return Deadline(end, self.provisional_between(start, end))

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after ``start`` up to and with ``end``; negative when ``end`` is earlier. So a deadline that is
        today has 0 left, and ``add_working_days(start, n)`` lies n days from ``start``."""
        plain_date(start)
        plain_date(end)
        if end < start:
            return -self.working_days_between(end, start)
        before = bisect_right(self._days(start.year), start)
        whole = sum(len(self._days(year)) for year in range(start.year, end.year))
        return whole + bisect_right(self._days(end.year), end) - before

    def provisional_between(self, start: dt.date, end: dt.date) -> bool:
        """True when a day after ``start`` up to and with ``end`` is provisional."""
        if end <= start:
            return False
        first = start + dt.timedelta(days=1)
        if any(self._open(year) for year in range(first.year, end.year + 1)):
            return True
        return self.is_provisional(end)  # years between are known, so only the tail of the last can be open

    def _open(self, year: int) -> bool:
        known = self.years.get(year)
        return known is None or known.provisional

    def _days(self, year: int) -> tuple[dt.date, ...]:
        return _working_days(year, tuple(self.years[near] for near in (year - 1, year, year + 1) if near in self.years))


def plain_date(day: dt.date) -> dt.date:
    """The date itself; TypeError for a moment, whose date depends on the zone: the caller takes the city's date."""
    if isinstance(day, dt.datetime):
        raise TypeError("working days are counted from the city's dates, not from moments")
    return day


@lru_cache(maxsize=512)
def _working_days(number: int, notices: tuple[Year, ...]) -> tuple[dt.date, ...]:
    """The working days of a year in order; ``notices`` are those of the year and its neighbours, oldest first."""
    works: dict[dt.date, bool] = {}
    for notice in notices:
        works |= dict.fromkeys(notice.off, False) | dict.fromkeys(notice.work, True)
    first = dt.date(number, 1, 1)
    length = dt.date(number, 12, 31).timetuple().tm_yday
    days = (first + dt.timedelta(days=n) for n in range(length))
    return tuple(day for day in days if works.get(day, day.weekday() < 5))
