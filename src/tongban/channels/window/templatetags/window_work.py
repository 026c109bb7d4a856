"""What only the back office's templates need: the inputs of acts, which belong to no element of the registry, drawn by the
same part as all others."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from tongban.channels.shared import parts
from tongban.channels.shared.language import tell
from tongban.channels.shared.parts import field_id
from tongban.domain.actor import Actor
from tongban.domain.deadlines import DUE_WORDS
from tongban.domain.element import Choice, Element, ElementType
from tongban.domain.enquiry import POWER
from tongban.domain.refusals import Problem
from tongban.domain.text import Text

register = template.Library()
FIELD = "shared/parts/field.html"


def _input(
    kind: ElementType, name: str, label: str, typed: Mapping[str, Any], problems: Iterable[Problem], more: dict[str, Any],
    choices: tuple[Choice, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    element = Element(name, Text(label, label), kind, choices, max_length=more.pop("longest", 0))
    pointer = more.pop("pointer", f"/{name}")
    return parts.field(element, typed.get(name), problems, name=name, pointer=pointer, **more)


@register.inclusion_tag(FIELD)
def pick(
    name: str, label: str, options: Iterable[tuple[str, Text | str]], typed: Mapping[str, Any], problems: Iterable[Problem] = (),
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """``{% pick name label options typed problems [required= hint=] %}``: one of several codes with their words."""
    chosen = tuple(Choice(code, said if isinstance(said, Text) else Text(said)) for code, said in options)
    return _input("choice", name, label, typed, problems, more, chosen)


@register.inclusion_tag(FIELD)
def note(
    name: str, label: str, typed: Mapping[str, Any], problems: Iterable[Problem] = (), **more: Any
) -> dict[str, Any]:
    """``{% note name label typed problems [required= hint=] %}``: several lines for the resident."""
    return _input("longtext", name, label, typed, problems, more)


@register.inclusion_tag(FIELD)
def line(
    name: str, label: str, typed: Mapping[str, Any], problems: Iterable[Problem] = (), **more: Any
) -> dict[str, Any]:
    """``{% line name label typed problems [required= hint= kind=] %}``: one line of text, or a whole number."""
    return _input(more.pop("kind", "text"), name, label, typed, problems, more)


@register.filter
def get(held: Mapping[str, Any], key: str) -> Any:
    """``typed|get:name``: a value by a name that is not known when the template is written."""
    return held.get(key, "")


@register.filter
def own_id(pointer: str) -> str:
    """The id of the input that a pointer means."""
    return field_id(pointer)


@register.filter
def problems_at(problems: Iterable[Problem], pointer: str) -> list[Problem]:
    """The problems of exactly this input."""
    return [p for p in problems or () if p.pointer == pointer]


@register.filter
def due_word(kind: str) -> str:
    """What the date is for: 受理期限, 补正期限 …"""
    return tell(DUE_WORDS[kind])


@register.filter
def may(actor: Actor | None, power: str) -> bool:
    """``actor|may:"case.read"``: whether the actor has the power anywhere; what leads nowhere is not offered."""
    return actor is not None and actor.may(power)


@register.filter
def answers_enquiries(actor: Actor | None) -> bool:
    """Whether the actor speaks for a department that answers by a person."""
    return actor is not None and any(g.power.startswith(POWER + "/") for g in actor.grants)
