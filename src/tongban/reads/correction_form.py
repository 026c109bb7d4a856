"""收补正: which fields a page draws for a correction, the same at a counter, online and on the page of who holds the case: what was
asked for, and of a form that went with a disk all of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from tongban.domain import facts, handed_in
from tongban.domain.case import Case
from tongban.domain.element import Element
from tongban.domain.item import ItemVersion
from tongban.domain.text import Text
from tongban.flows import handle
from tongban.plumbing import here
from tongban.reads.checklist_form import drawn
from tongban.reads.elsewhere import Asked
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog


class AskedField(msgspec.Struct, frozen=True):
    """A field to be corrected: what was wrong, and the answer as it stands. ``asked``: it is what the
    center asks for, and not the rest of a form that was lost. ``required``: so drawn."""

    element: Element
    problem: Text
    value: Any
    asked: bool = True
    required: bool = True


# As long as it is judged, or may have to be: afterwards nothing brings a form back.
_WANTED = frozenset({"received", "accepted", "special"})


def is_lost(case: Case, version: ItemVersion, beside: bytes | None, sent: Sequence[Asked]) -> bool:
    """Whether the form went with a disk. The log says so once it was asked for; who holds the case knows it before (``beside``); elsewhere
    the holder said so when another correction was brought, unless one was taken in since, which has the whole form."""
    if case.lost:
        return True
    if here.hosts(case.holder):
        if case.stage == "correcting":
            return beside is None
        there = beside is not None
        return case.stage in _WANTED and handed_in.form_lost(version, catalog.elements(), case.about, there=there)
    if case.stage != "correcting":
        return False
    newest = next((one for one in sent if one.what == "case.receive_correction"), None)
    if newest is None or newest.code != handle.FORM_LOST or newest.answered_at is None:
        return False
    told = newest.answered_at
    return not any(isinstance(e.fact, facts.CorrectionReceived) and e.at >= told for e in cases.log(case.number))


def fields(
    found: Found, version: ItemVersion, old: dict[str, Any], *, lost: bool, prefilled: bool
) -> tuple[AskedField, ...]:
    """What was asked for, with the ``old`` answers; of a form that was ``lost`` the rest, too, where it may be ``prefilled`` with what
    the register knows and what is left here of what was typed. Of an agent it shows nothing but what was asked for."""
    elements, asked = catalog.elements(), {p.code: p for p in found.case.asked if p.what == "field"}
    made = [
        AskedField(drawn(elements[code], old.get(code, "")), problem(point), old.get(code, ""))
        for code, point in asked.items()
        if code in elements
    ]
    if not lost:
        return tuple(made)
    known = handle.of_register(found, found.case.opened_on or dt.date.min) | old if prefilled else {}
    for field in version.fields:
        if field.element in asked or field.element not in elements:
            continue
        element = elements[field.element]
        value = "" if found.case.agent and element.group == "agent" else known.get(field.element, "")
        need = field.required and field.when is None
        made.append(AskedField(drawn(element, value), Text(""), value, asked=False, required=need))
    return tuple(made)


def elements() -> tuple[Element, ...]:
    """All questions of the city, by which a form may name an answer; which of them this case takes is judged when it is handed in."""
    return tuple(catalog.elements().values())


def problem(point: facts.Point) -> Text:
    """What was wrong, in words."""
    word: Text | str = facts.PROBLEMS[point.problem]
    return word if isinstance(word, Text) else Text(word)
