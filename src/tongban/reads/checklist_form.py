"""The fields of an item's form for one person: what is settled and only shown, what is filled in and wants a look, what must
be asked. Each value says where it came from, when, and how far it is trusted."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from tongban.domain.element import Choice, Element
from tongban.domain.item import ItemVersion, NeededField
from tongban.domain.receiving import Assessment
from tongban.domain.text import Text
from tongban.plumbing.clock import city_date
from tongban.reads import values
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog

# How far back an answer of an earlier application is worth showing again.
CASES_BACK = 5


class Value(msgspec.Struct, frozen=True):
    """A value with its origin."""

    value: Any
    source: Text
    on: dt.date | None
    grade: str


class FieldView(msgspec.Struct, frozen=True):
    """One field: the element as it is drawn, its value, its origin (empty when it was typed here and now).

    ``settled``: an authority said so and nobody asks again; shown masked, not typed. ``confirm``: to be read to the person.
    """

    element: Element
    value: Any
    shown: str
    required: bool
    needed: bool
    settled: bool
    confirm: bool
    source: Text
    on: dt.date | None
    grade: str
    hint: Text | None


def origins(
    version: ItemVersion, known: Mapping[str, Any], agent: Mapping[str, str], earlier: Mapping[str, Value]
) -> dict[str, Value]:
    """The best value for each field that may be filled in by itself: registers first, then the agent's card, then what the
    person answered before. Elements that are asked each time (consents, promises) have none."""
    elements = catalog.elements()
    found: dict[str, Value] = {}
    for field in version.fields:
        code = field.element
        if elements[code].reuse == "never":
            continue
        if code in known:
            one = known[code]
            found[code] = Value(one.value, values.source_name(one.source), city_date(one.as_of), one.grade)
        elif code in agent:
            found[code] = Value(agent[code], values.source_name("card"), None, "B")
        elif code in earlier:
            found[code] = earlier[code]
    return found


def earlier_answers(person: str, wanted: set[str]) -> dict[str, Value]:
    """What the person answered in their newest cases, for these elements. The caller's visit is the reason."""
    found: dict[str, Value] = {}
    for row in cases.of_person(person, CASES_BACK) if wanted else ():
        if row.case.applicant != person or not row.case.answers:
            continue
        answers: dict[str, Any] = msgspec.json.decode(cases.beside(row.case.number, row.case.answers) or b"{}")
        for code in wanted & answers.keys():
            found.setdefault(code, Value(answers[code], values.source_name("earlier"), city_date(row.opened_at), "D"))
    return found


def fields(assessment: Assessment, typed: Mapping[str, Any], origin: Mapping[str, Value]) -> tuple[FieldView, ...]:
    """The fields that this situation asks for, in the order of the form. One of which it is not known yet whether it is
    asked for waits until the answer it depends on is there."""
    views = (_field(n, typed, origin, n.field.element in assessment.stands) for n in assessment.fields)
    return tuple(v for v in views if v.needed or v.value not in ("", None, []))


def _field(needed: NeededField, typed: Mapping[str, Any], origin: Mapping[str, Value], stands: bool) -> FieldView:
    field = needed.field
    element = catalog.elements()[field.element]
    known = origin.get(element.code)
    # What an authority or a card said of who somebody is, is not typed again, whatever a draft has of it.
    settled = known is not None and stands
    value = known.value if known and settled else typed.get(element.code, known.value if known else "")
    from_there = known is not None and _same(value, known.value)
    return FieldView(
        element=drawn(element, value), value=value, shown=values.masked(element, value) if settled else "",
        required=field.required and needed.needed is True, needed=needed.needed is True, settled=settled,
        confirm=from_there and not settled and element.reuse == "confirm",
        source=known.source if known and from_there else Text(""), on=known.on if known and from_there else None,
        grade=known.grade if known and from_there else "", hint=field.hint,
    )  # fmt: skip


def _same(typed: Any, known: Any) -> bool:
    if isinstance(known, bool):
        return typed in (known, "true" if known else "false")
    if isinstance(known, list | tuple):
        return isinstance(typed, list | tuple) and sorted(typed) == sorted(known)
    return str(typed) == str(known)


def drawn(element: Element, value: Any) -> Element:
    """The element as it is drawn: a place is chosen by its name, never typed as a code."""
    if element.type != "division":
        return element
    publication = catalog.newest()
    choices = _streets(publication.id.hex if publication else "")
    if value and str(value) not in catalog.places().centers:
        choices = (Choice(str(value), values.place(str(value))), *choices)
    return msgspec.structs.replace(element, type="choice", choices=choices)


@lru_cache(maxsize=2)
def _streets(publication: str) -> tuple[Choice, ...]:
    """All streets and towns with their districts, made once per publication."""
    return tuple(Choice(code, values.place(code)) for code in catalog.places().centers)
