"""The table over all life events: for each the person of its reference situation, one by one and composed, and the averages
beside those that the city published. Every figure is composed when the table is asked for."""

import datetime as dt

import msgspec

from tongban.domain.calendar import Calendar
from tongban.domain.composer import compose
from tongban.domain.life_event import LifeEvent
from tongban.domain.plan import Circumstances, Counts, Plan
from tongban.domain.refusals import NotFound
from tongban.registers.catalog.city import City, EventSituationRow, Source
from tongban.registers.catalog.event_situations import circumstances, not_in_force, prepared_on

UNITS = ("links", "forms", "fields", "papers", "visits", "days")


class Line(msgspec.Struct, frozen=True):
    """One event of the table; without a ``situation`` nothing was answered and nothing is known."""

    event: LifeEvent
    situation: str
    before: Counts
    after: Counts


class Average(msgspec.Struct, frozen=True):
    """The mean of the changes in percent over some events, by unit; None where no event has any of it."""

    name: str
    events: int
    changes: dict[str, float | None]


def plan_of(source: Source, code: str, situation: str = "") -> tuple[Plan, str]:
    """The plan of an event for its reference situation, or for one by name; NotFound when there is none such."""
    city = _city(source)
    event = next((event for event in city.events if event.code == code), None)
    if event is None:
        near = "、".join(event.code for event in city.events)
        raise NotFound("catalog.no_event", f"没有一件事“{code[:60]}”。有:{near}", "There is no such life event")
    rows = [row for row, _ in source.event_situations if row.given.event == code]
    row = next((row for row in rows if row.name == situation), None)
    if situation and row is None:
        names = "、".join(row.name for row in rows) or "没有"
        raise NotFound("catalog.no_situation", f"没有情形“{situation[:60]}”。有:{names}", "There is no such situation")
    row = row or next((row for row in rows if row.reference), None)
    return _plan(city, event, row), row.name if row else ""


def _plan(city: City, event: LifeEvent, row: EventSituationRow | None) -> Plan:
    given = circumstances(row) if row else Circumstances(_first_day(city, event))
    prepared = prepared_on(city, event.code, given.start)
    if prepared is None:
        raise NotFound(
            "catalog.event_not_in_force",
            f"一件事“{event.name.zh}”有事项在 {given.start} 没有生效的版本:"
            f"{'、'.join(not_in_force(city, event.code, given.start))}。先运行 tongban catalog check",
            "An item of this life event is not in force on that day",
        )
    return compose(prepared, given, Calendar.of(city.calendar), city.places.places())


def _first_day(city: City, event: LifeEvent) -> dt.date:
    """The first day on which all its items are in force."""
    codes = {entry.item for entry in event.items}
    firsts: dict[str, dt.date] = {}
    for version in city.versions:
        if version.code in codes:
            firsts[version.code] = min(version.valid_from, firsts.get(version.code, version.valid_from))
    return max((event.valid_from, *firsts.values()))


def lines(source: Source) -> list[Line]:
    """Every event that can be composed, in the order of the official lists."""
    city = _city(source)
    found = []
    for event in sorted(city.events, key=lambda event: (event.year or 9999, event.code)):
        plan, situation = plan_of(source, event.code)
        found.append(Line(event, situation, plan.before, plan.after))
    return found


def average(name: str, lines: list[Line]) -> Average:
    """The mean change of each unit over these events."""
    changes: dict[str, float | None] = {}
    for unit in UNITS:
        each = [change for line in lines if (change := percent(line, unit)) is not None]
        changes[unit] = sum(each) / len(each) if each else None
    return Average(name, len(lines), changes)


def percent(line: Line, unit: str) -> float | None:
    """The change of one unit in percent; None when there was nothing before."""
    before = getattr(line.before, unit)
    return 100 * (getattr(line.after, unit) - before) / before if before else None


def _city(source: Source) -> City:
    if source.city is None:
        raise NotFound(
            "catalog.unreadable", "目录文件读不了,请先运行 tongban catalog check", "The files cannot be read"
        )
    return source.city
