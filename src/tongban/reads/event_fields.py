"""The one form of a plan as it is shown: what is settled and only read, what is filled in and wants a look, what must be typed; each
value with its source and date, and nothing taken over that must be said anew each time."""

from collections.abc import Collection, Mapping
from typing import Any

from tongban.domain.element import Element
from tongban.domain.event_form import to_type
from tongban.domain.event_intake import EventIntake
from tongban.domain.plan import FormField, Plan
from tongban.domain.text import Text
from tongban.reads import values
from tongban.reads.checklist_form import FieldView, Value, drawn
from tongban.reads.known_of import KnownOf
from tongban.registers.catalog import queries as catalog


def fields_of(
    plan: Plan, intake: EventIntake, known: KnownOf, beside: Mapping[str, Value], stands: Collection[str], *,
    own: bool,
) -> tuple[FieldView, ...]:  # fmt: skip
    """The fields of the form in the order of the registry's groups. What an earlier item's result will tell is left out.
    ``stands``: what an authority said of who somebody is, which nobody types. ``own``: people read their own data at home, so only numbers and what is sensitive stay masked there."""
    elements = catalog.elements()
    order = {code: n for n, code in enumerate(elements)}
    shown = [f for f in plan.form if f.source not in ("result", "fixed")]
    shown.sort(key=lambda f: (_GROUPS.index(elements[f.element].group), order[f.element]))
    return tuple(_view(f, intake.answers, known, beside, f.element in stands, own) for f in shown)


_GROUPS = ("applicant", "child", "spouse", "agent", "household", "housing", "work", "payment", "matter")


def _view(
    field: FormField, typed: Mapping[str, Any], known: KnownOf, beside: Mapping[str, Value], stands: bool, own: bool
) -> FieldView:
    element = catalog.elements()[field.element]
    there = None if to_type(field) else _known(field, known)
    offered = there or (beside.get(field.element) if element.reuse != "never" else None)
    value = typed.get(field.element, offered.value if offered else "")
    same = offered is not None and _alike(value, offered.value)
    settled = there is not None and stands
    needed = not field.maybe
    return FieldView(
        element=drawn(element, value), value=value,
        shown=_shown(element, value, own) if settled else "",
        required=field.required and needed, needed=needed, settled=settled,
        confirm=same and not settled and element.reuse == "confirm", source=offered.source if offered and same else Text(""),
        on=offered.on if offered and same else None, grade=offered.grade if offered and same else "", hint=None,
    )  # fmt: skip


def _shown(element: Element, value: Any, own: bool) -> str:
    open_ = own and element.sensitivity != "sensitive" and element.type not in ("id_number", "bank_card")
    return values.in_words(element, value).zh if open_ else values.masked(element, value)


def _known(field: FormField, known: KnownOf) -> Value | None:
    origin = known.origins.get(field.element)
    if origin is None:
        return None
    return Value(field.value, values.source_name(origin.source), origin.on, origin.grade)


def _alike(typed: Any, known: Any) -> bool:
    if isinstance(known, bool):
        return typed in (known, "true" if known else "false")
    if isinstance(known, list | tuple):
        return isinstance(typed, list | tuple) and sorted(map(str, typed)) == sorted(map(str, known))
    return str(typed) == str(known)
