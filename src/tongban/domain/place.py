"""Divisions and centers: which district a code belongs to, which center serves it on a given day, and when counters are
open. Divisions are dated and name their successor, because people carry codes of streets that were merged years ago."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import msgspec

from tongban.domain.calendar import Calendar
from tongban.domain.element import Evidence
from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text

Level = Literal["municipality", "district", "street", "town", "township", "special"]


class Division(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the division table: 6 digits (city, district) or 9 (street, town). ``valid_to`` is its last day;
    ``successor`` the code that follows it."""

    code: str
    name: Text
    level: Level
    parent: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: str = ""
    evidence: Evidence = "reconstructed"

    def valid_on(self, day: dt.date) -> bool:
        """True on the days between its first and its last."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class SubCenter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sub-center of a center, known by name; it does not receive on its own."""

    name: Text
    evidence: Evidence = "reconstructed"


class Center(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A 社区事务受理服务中心; its code (9) is that of its street or town."""

    code: str
    name: Text
    district: str
    address: Text | None = None
    phone: str = ""
    pilot: bool = False
    sub_centers: tuple[SubCenter, ...] = ()
    evidence: Evidence = "reconstructed"


class ServiceHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When counters are open, HH:MM city time. The service calendar: open on rest days too, other than the legal one.

    ``closed`` are days on which this center does not open at all.
    """

    weekday: tuple[str, str] = ("08:30", "16:30")
    rest_day: tuple[str, str] = ("08:30", "11:30")
    evidence: Evidence = "reconstructed"
    closed: tuple[dt.date, ...] = ()

    def on(self, day: dt.date, calendar: Calendar) -> tuple[dt.time, dt.time] | None:
        """Opening and closing time of a day, None when closed. A make-up Saturday has the hours of a working day."""
        if day in self.closed:
            return None
        opens, closes = self.weekday if calendar.is_workday(day) else self.rest_day
        return dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)

    def is_open(self, day: dt.date, at: dt.time, calendar: Calendar) -> bool:
        """True from the opening time until just before the closing time."""
        hours = self.on(day, calendar)
        return hours is not None and hours[0] <= at < hours[1]

    def next_opening(self, day: dt.date, at: dt.time, calendar: Calendar) -> tuple[dt.date, dt.time]:
        """The day and time from which a person can be served: now when open. Refused ``place.hours.closed`` when
        nothing opens within 60 days."""
        for later in range(61):
            then = day + dt.timedelta(days=later)
            hours = self.on(then, calendar)
            if hours is not None and (later or at < hours[1]):
                return then, max(at, hours[0]) if not later else hours[0]
        raise Refused("place.hours.closed", "60天内没有开放时间,请查看公告", "It does not open within 60 days")

    def add_opening_days(self, start: dt.date, days: int) -> dt.date:
        """The ``days``-th opening day after ``start`` (a date for people to come, never a legal limit)."""
        day, left = start, days
        while left > 0:
            day += dt.timedelta(days=1)
            left -= day not in self.closed
        return day


class Places(msgspec.Struct, frozen=True):
    """The map of the city. Make it with ``Places.of``; codes of 6, 9 or 12 digits are understood."""

    divisions: dict[str, Division]
    centers: dict[str, Center]
    hours: ServiceHours
    # Where what comes over the web is received; it has a number of its own, but no door, street or people, so no list shows it.
    online: Center | None = None

    @classmethod
    def of(
        cls,
        divisions: Iterable[Division],
        centers: Iterable[Center],
        hours: ServiceHours | None = None,
        online: Center | None = None,
    ) -> "Places":
        """Check and index. Refused: ``place.twice``, ``place.parent``, ``place.successor`` (unknown or in a circle),
        ``place.center.division``."""
        by_code: dict[str, Division] = {}
        for division in divisions:
            if division.code in by_code:
                raise Refused("place.twice", f"区划代码{division.code}重复", f"{division.code} is listed twice")
            by_code[division.code] = division
        for division in by_code.values():
            parent = by_code.get(division.parent)
            if division.parent and (parent is None or _rank(parent) >= _rank(division)):
                zh = f"区划{division.code}的上级{division.parent}不在表中,或不是上一级"
                raise Refused("place.parent", zh, f"The parent of {division.code} is not listed or not above it")
            _check_successors(division, by_code)
        by_center = {center.code: center for center in centers}
        for center in by_center.values():
            if center.code not in by_code or center.district != center.code[:6]:
                zh = f"中心{center.code}的街镇或区代码不对"
                raise Refused("place.center.division", zh, f"Center {center.code} stands in no listed street or town")
        if online is not None and (online.code in by_code or online.district not in by_code):
            raise Refused(
                "place.center.division", "网上受理的代码不能是街镇代码", "The online center has a code of a street"
            )
        return cls(by_code, by_center, hours or ServiceHours(), online)

    def division(self, code: str) -> Division:
        """The division of a code; 12 digits give the street or town. NotFound ``place.division``."""
        found = self.divisions.get(code[:9]) if len(code) in (6, 9, 12) else None
        if found is None:
            advice = Text("请从列表中选择区和街镇", "Choose the district and the street or town from the list")
            raise NotFound("place.division", "没有这个区划代码", "There is no such division code", advice=advice)
        return found

    def successor(self, code: str, on: dt.date) -> Division:
        """The division that holds on that day: itself, or the last of its successors that has begun.

        NotFound ``place.division`` for an unknown code, ``place.gone`` when it ended and nothing follows.
        """
        division = self.division(code)
        while division.valid_to is not None and division.valid_to < on:
            if not division.successor:
                zh = f"{division.name.zh}已于{division.valid_to}撤销,没有登记继任区划"
                raise NotFound("place.gone", zh, f"{division.name.en or division.code} has ended", place=division.code)
            division = self.divisions[division.successor]
        return division

    def district_of(self, code: str) -> Division:
        """The district of a code of 6, 9 or 12 digits; also of a street the table does not know."""
        return self.division(code[:6] if len(code) in (6, 9, 12) else code)

    def center_of(self, code: str, on: dt.date | None = None) -> Center | None:
        """The center that serves a street, town (9 digits) or committee (12), on a day if given; None when the code is
        unknown, too coarse (a district) or has no center of its own (some special areas)."""
        if self.online is not None and code == self.online.code:
            return self.online
        if len(code) not in (9, 12) or code[:9] not in self.divisions:
            return None
        if on is None:
            return self.centers.get(code[:9])
        try:
            return self.centers.get(self.successor(code, on).code)
        except NotFound:
            return None

    def center(self, code: str) -> Center:
        """The center with exactly this code. NotFound ``place.center``."""
        if self.online is not None and code == self.online.code:
            return self.online
        if code not in self.centers:
            raise NotFound("place.center", "没有这个受理中心", "There is no such center", place=code)
        return self.centers[code]

    def centers_in(self, place: str) -> tuple[Center, ...]:
        """The centers of a district (6), of the city (310000) or the one itself (9), in order of code."""
        prefix = place[:2] if len(place) == 6 and place.endswith("0000") else place
        return tuple(self.centers[code] for code in sorted(self.centers) if code.startswith(prefix))

    def full_name(self, code: str) -> Text:
        """District and street as one name, without the city: 普陀区长寿路街道."""
        division = self.division(code)
        names = [division.name]
        while division.parent and self.divisions[division.parent].level != "municipality":
            division = self.divisions[division.parent]
            names.append(division.name)
        return Text("".join(name.zh for name in reversed(names)), ", ".join(name.en or name.zh for name in names))


def _rank(division: Division) -> int:
    return {"municipality": 0, "district": 1}.get(division.level, 2)


def _check_successors(division: Division, divisions: dict[str, Division]) -> None:
    seen = {division.code}
    while division.successor:
        if division.successor not in divisions or division.successor in seen:
            zh = f"区划{division.code}的继任{division.successor}不在表中或互相循环"
            raise Refused("place.successor", zh, f"The successor of {division.code} is unknown or leads in a circle")
        seen.add(division.successor)
        division = divisions[division.successor]
