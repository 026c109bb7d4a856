"""A life event as the one it belongs to follows it: one number, every part with its own state, clock and center, what is waited for,
what the person must do, and what happened so far. Built on reads/progress.py; nothing here says who the person is."""

import datetime as dt
from typing import Literal

import msgspec

from tongban.domain import event_part
from tongban.domain import mother as rule
from tongban.domain.actor import Actor
from tongban.domain.chain import Entry
from tongban.domain.life_event import SELF
from tongban.domain.mother import GOOD, Mother, Standing
from tongban.domain.prepared import ItemTerm, Prepared
from tongban.domain.text import Text
from tongban.flows import access, event_access
from tongban.reads import progress
from tongban.reads.mother_words import PROBLEM, STATES, dropped, happened, later, waiting
from tongban.reads.progress import Progress
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries
from tongban.registers.mothers.queries import Found

Light = Literal["none", "green", "yellow", "red"]


class Missing(msgspec.Struct, frozen=True):
    """One thing a held part waits for: the kind of problem, what it is (field or paper) by name, and where it is typed."""

    code: str
    pointer: str
    what: Text
    why: Text


class PartShown(msgspec.Struct, frozen=True):
    """One part: its item, how it stands in one word, why it waits or was dropped and the way out, and its case once it has one.
    ``missing`` is what the person must give; ``after`` are the items it still waits for."""

    item: str
    name: Text
    department: Text
    of: str
    of_name: Text
    state: str
    word: Text
    why: Text
    number: str
    starts_on: dt.date
    promised_on: dt.date
    deferred_until: dt.date | None
    consequence: Text
    after: tuple[str, ...]
    missing: tuple[Missing, ...]
    case: Progress | None

    @property
    def yours(self) -> bool:
        """True when the person must do something now."""
        return self.state == "held" or (self.case is not None and self.case.stage == "correcting")


class Happened(msgspec.Struct, frozen=True):
    """One step of the event, in words."""

    n: int
    kind: str
    at: dt.datetime
    title: Text
    item: str = ""


class MotherShown(msgspec.Struct, frozen=True):
    """The whole event. ``done`` of ``total`` parts are over; ``next_on`` is when the next date falls on which a part is decided."""

    number: str
    query_code: str
    event: str
    name: Text
    stage: str
    word: Text
    receiving: str
    receiving_name: str
    opened_at: dt.datetime
    closed_on: dt.date | None
    done: int
    total: int
    next_on: dt.date | None
    parts: tuple[PartShown, ...]
    steps: tuple[Happened, ...]
    phone: str = ""


def mine(actor: Actor, number: str, *, today: dt.date) -> MotherShown:
    """For the one it belongs to, who acted for them, and staff who may read cases where it was received."""
    return _shown(event_access.mother(actor, number), today)


def of_visit(actor: Actor, visit_id: str, number: str, *, today: dt.date) -> MotherShown:
    """For whoever serves the person now: the visit is the reason."""
    visit = access.visit(actor, visit_id)
    return _shown(event_access.of_served(visit, number), today)


def by_code(number: str, query_code: str, *, today: dt.date) -> MotherShown:
    """For anybody with the number and its query code."""
    return _shown(event_access.by_code(number.strip().upper(), query_code.strip().upper()), today)


class MotherLine(msgspec.Struct, frozen=True):
    """A life event in a list."""

    number: str
    event: str
    name: Text
    stage: str
    word: Text
    opened_on: dt.date
    done: int
    total: int
    held: int


def lines_of(person: str) -> tuple[MotherLine, ...]:
    """The life events of a person, newest first. The caller has shown that it may look (own, or a visit)."""
    return tuple(_line(found.mother) for found in queries.of_person(person))


def _line(mother: Mother) -> MotherLine:
    assert mother.opened_on is not None
    return MotherLine(
        mother.number, mother.event, _event_name(mother.event), mother.stage, STATES[mother.stage], mother.opened_on,
        sum(one.settled for one in mother.parts), len(mother.parts), sum(one.state == "held" for one in mother.parts),
    )  # fmt: skip


def _event_name(code: str) -> Text:
    event = catalog.event(code)
    return event.name if event else Text(code)


def _shown(found: Found, today: dt.date) -> MotherShown:
    mother = found.mother
    assert mother.opened_on is not None
    prepared = catalog.prepared(mother.event, mother.opened_on)
    parts = tuple(_part(mother, one, prepared, today) for one in mother.parts)
    dates = [p.case.public_due.on for p in parts if p.case and p.state == "open" and p.case.public_due.on]
    steps = tuple(_steps(queries.log(mother.number), prepared))
    return MotherShown(
        mother.number, found.query_code, mother.event, prepared.event.name, mother.stage, STATES[mother.stage], mother.receiving,
        progress.center_name(mother.receiving), found.opened_at, mother.closed_on, sum(one.settled for one in mother.parts),
        len(mother.parts), min(dates, default=None), parts, steps, prepared.event.phones.enquiry,
    )  # fmt: skip


def _part(mother: Mother, one: Standing, prepared: Prepared, today: dt.date) -> PartShown:
    term = event_part.term_of(prepared, one.part.item)
    found = cases.get(one.number) if one.number else None
    case = progress.of_found(found, today) if found else None
    needs = (
        need.item
        for need in one.part.needs
        if (before := mother.of(need.item)) and (before.outcome not in GOOD or (need.paper and not before.resulted))
    )
    waits = tuple(dict.fromkeys(needs))  # its decision and its result are two needs for one item
    department = catalog.departments().get(term.version.item.department)
    deferral = term.entry.deferrable if one.part.deferred_until else None
    word, why = _said(mother, one, waits if one.state == "waiting" else (), prepared, case)
    return PartShown(
        one.part.item, term.version.name, department.name if department else Text(term.version.item.department), one.part.of,
        _person(prepared, one.part.of), one.state, word, why, one.number, one.part.starts_on, one.part.promised_on,
        one.part.deferred_until, deferral.consequence if deferral else Text(""), waits if one.state == "waiting" else (),
        tuple(_missing(term, prepared, problem) for problem in one.problems), case,
    )  # fmt: skip


def _person(prepared: Prepared, of: str) -> Text:
    if of == SELF:
        return Text("本人", "you")
    return next((person.name for person in prepared.event.people if person.code == of), Text(of))


def _name(prepared: Prepared, item: str) -> Text:
    return event_part.term_of(prepared, item).version.name


def _said(
    mother: Mother, one: Standing, waits: tuple[str, ...], prepared: Prepared, case: Progress | None
) -> tuple[Text, Text]:
    """The word for a part, and why it is so."""
    if case is not None:
        return case.state.name, case.state.plain
    if one.state == "dropped":
        because = _name(prepared, one.because) if one.because else Text("")
        return STATES["dropped"], dropped(because) if one.because else STATES["withdrawn"]
    if one.state == "held":
        return STATES["held"], Text("请补充下列内容后继续", "It goes on when you give what is named below")
    if waits:
        names = [_name(prepared, item) for item in waits]
        return STATES["waiting"], waiting(names)
    if one.part.deferred_until is not None:
        return STATES["waiting"], later(one.part.deferred_until)
    day = rule.opens_on(mother, one)
    on = f"{day:%Y-%m-%d}" if day else ""
    return STATES["waiting"], Text(f"{on}起办理", f"It begins on {on}") if on else Text("")


def _missing(term: ItemTerm, prepared: Prepared, problem: str) -> Missing:
    code, _, pointer = problem.partition(" ")
    kind, _, what = pointer.lstrip("/").partition("/")
    registry = prepared.registry
    name = Text("")
    if kind == "answers" and what in registry.elements:
        name = registry.elements[what].name
    elif kind == "papers":
        of, _, material = what.rpartition(".")
        known = registry.materials.get(material)
        name = known.name if known else Text(material)
        if of:
            person = _person(prepared, of)
            # Beside it, not before it: many papers say in their own name whose they are.
            name = Text(f"{name.zh}（{person.zh}）", f"{name.en or name.zh} ({person.en or person.zh})")
    elif kind == "conditions":
        name = next((c.text for c in term.version.conditions if c.id == what), Text(""))
    return Missing(code, pointer, name, PROBLEM.get(code, Text("需要处理", "To be mended")))


def _steps(log: list[Entry], prepared: Prepared) -> list[Happened]:
    found = []
    for entry in log:
        fact = rule.decode(entry.body)
        kind, title, item = happened(fact, lambda code: _name(prepared, code), prepared.event)
        found.append(Happened(entry.n, kind, entry.at, title, item))
    return found
