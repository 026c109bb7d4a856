"""The centers as people ask for them (受理中心): which one serves my street, where it is, when it opens, is it open now. This is
public; only the numbers of a center's work (reads/board.py) need a power."""

import datetime as dt

import msgspec

from tongban.domain.place import Center, Places
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.plumbing.clock import CITY_ZONE
from tongban.reads.everyday import fold
from tongban.registers.catalog import queries as catalog

MOST = 300


class CenterLine(msgspec.Struct, frozen=True):
    """One center now. ``opens`` is when a person can next be served (None: not within 60 days); ``today`` the hours."""

    code: str
    name: Text
    street: Text
    district: str
    district_name: Text
    address: Text
    phone: str
    pilot: bool
    sub_centers: tuple[Text, ...]
    open_now: bool
    today: tuple[dt.time, dt.time] | None
    opens: tuple[dt.date, dt.time] | None
    sure: bool
    was: Text = Text("")


class Hours(msgspec.Struct, frozen=True):
    """The city's opening hours: working days and rest days, HH:MM."""

    weekday: tuple[str, str]
    rest_day: tuple[str, str]


def hours() -> Hours:
    """When counters are open in general."""
    own = catalog.places().hours
    return Hours(own.weekday, own.rest_day)


def districts() -> tuple[tuple[str, Text], ...]:
    """The districts by code."""
    found = catalog.places().divisions.values()
    return tuple((d.code, d.name) for d in sorted(found, key=lambda d: d.code) if d.level == "district")


def find(text: str = "", *, district: str = "", at: dt.datetime) -> tuple[CenterLine, ...]:
    """The centers of a street, town or district by name, in order of code; old names lead to what followed them."""
    places = catalog.places()
    words, day = fold(text)[:60], at.astimezone(CITY_ZONE).date()
    within = places.centers_in(district or "310000") if not district or len(district) == 6 else ()
    chosen = [c for c in within if not words or _called(_streets(places, c), words)]
    if words and not chosen:
        # No street of that name: perhaps a district was meant. A street wins, because an address names both.
        chosen = [c for c in within if _called((fold(places.district_of(c.code).name.zh),), words)]
    found = {c.code: _line(places, c, at) for c in chosen}
    if words and not district:
        found |= _followed(places, words, day, at)
    return tuple(found[code] for code in sorted(found))[:MOST]


def center(code: str, *, at: dt.datetime) -> CenterLine:
    """One center. NotFound ``place.center``."""
    places = catalog.places()
    return _line(places, places.center(code), at)


def _called(names: tuple[str, ...], words: str) -> bool:
    return any(name and (name in words or words in name) for name in names)


def _streets(places: Places, one: Center) -> tuple[str, ...]:
    """What a person may call it: the street with and without 街道 or 镇, the center, its code."""
    street = fold(places.division(one.code).name.zh)
    bare = street.removesuffix("街道").removesuffix("镇").removesuffix("乡")
    return (street, bare if len(bare) >= 2 else "", fold(one.name.zh), one.code)


def _followed(places: Places, words: str, day: dt.date, at: dt.datetime) -> dict[str, CenterLine]:
    found = {}
    for division in places.divisions.values():
        old = fold(division.name.zh)
        if len(division.code) == 9 and not division.valid_on(day) and (old in words or words in old):
            now = places.center_of(division.code, day)
            if now is not None:
                found[now.code] = _line(places, now, at, was=division.name)
    return found


def _line(places: Places, one: Center, at: dt.datetime, was: Text = Text("")) -> CenterLine:  # noqa: B008
    local = at.astimezone(CITY_ZONE)
    calendar, own = catalog.calendar(), places.hours
    try:
        opens = own.next_opening(local.date(), local.time(), calendar)
    except Refused:
        opens = None
    return CenterLine(
        code=one.code, name=one.name, street=places.division(one.code).name, district=one.district,
        district_name=places.division(one.district).name, address=one.address or Text(""), phone=one.phone, pilot=one.pilot,
        sub_centers=tuple(s.name for s in one.sub_centers), open_now=own.is_open(local.date(), local.time(), calendar),
        today=own.on(local.date(), calendar), opens=opens, sure=one.evidence == "verbatim", was=was,
    )  # fmt: skip
