"""One center on one page (中心主页): where it is, whether it is open, the days ahead on which the week misleads, and what can be handed in
there. Any center takes nearly everything, so what is said of items is which few are for its own residents only."""

import datetime as dt

import msgspec

from tongban.domain.item import HOME_NAMES
from tongban.domain.opening import DAY_KINDS, OpeningDay, days, unlike_the_week
from tongban.domain.text import Text
from tongban.plumbing.clock import CITY_ZONE, city_date
from tongban.reads import centers, leaflet
from tongban.reads.centers import CenterLine
from tongban.registers.catalog import queries as catalog

WEEK, AHEAD = 7, 60
Row = tuple[str, Text]


class DayLine(msgspec.Struct, frozen=True):
    """One day as the page says it; ``plain``: a working day or a rest day like every other."""

    day: dt.date
    kind: Text
    hours: tuple[dt.time, dt.time] | None
    plain: bool


class CenterPage(msgspec.Struct, frozen=True):
    """A center: now, in the week, on the special days of the next AHEAD days (``unsure_from``: from here a notice may change
    them), and its items: ``topics`` of those for everybody, ``own`` for its own residents by the basis (hukou, residence …)."""

    now: CenterLine
    week: tuple[DayLine, ...]
    special: tuple[DayLine, ...]
    unsure_from: dt.date | None
    takes: int
    topics: tuple[tuple[Text, tuple[Row, ...]], ...]
    own: tuple[tuple[Text, tuple[Row, ...]], ...]
    found: tuple[leaflet.Found, ...] = ()


def center_page(code: str, words: str = "", *, at: dt.datetime) -> CenterPage:
    """The page of a center; ``words`` looks for an item that it takes. NotFound ``place.center``: also for the online center,
    which has no door."""
    now, today = centers.center(code, at=at), at.astimezone(CITY_ZONE).date()
    ahead = days(catalog.places().hours, catalog.calendar(), today, AHEAD)
    own = _own(today)
    for_own = {code for _, rows in own for code, _ in rows}
    topics = tuple(
        (topic, tuple((code, name) for code, name, takes in rows if takes and code not in for_own))
        for topic, rows in leaflet.topics(today)
    )
    return CenterPage(
        now, tuple(map(_line, ahead[:WEEK])), tuple(map(_line, unlike_the_week(ahead))),
        next((one.day for one in ahead if one.provisional), None), takes=len(_taken(today)),
        topics=tuple(group for group in topics if group[1]), own=own,
        found=tuple(one for one in leaflet.search(words, today=today) if not one.why_not.zh) if words else (),
    )  # fmt: skip


def now_standing(code: str, at: dt.datetime) -> str:
    """The center that stands where this one stood: itself, or what followed a street that was merged; empty for none."""
    found = catalog.places().center_of(code, city_date(at))
    return found.code if found is not None and found != catalog.places().online else ""


def _line(one: OpeningDay) -> DayLine:
    return DayLine(one.day, DAY_KINDS[one.kind], one.hours, one.kind in ("working", "rest"))


def _taken(today: dt.date) -> tuple[str, ...]:
    shut = catalog.closed()
    return tuple(v.code for v in catalog.listing(today) if v.receivable and v.code not in shut)


def _own(today: dt.date) -> tuple[tuple[Text, tuple[Row, ...]], ...]:
    groups: dict[str, list[Row]] = {}
    for code in _taken(today):
        version = catalog.current(code, today)
        if version.scope == "local":
            groups.setdefault(version.home or "hukou", []).append((code, version.name))
    return tuple((HOME_NAMES[home], tuple(rows)) for home, rows in sorted(groups.items()))
