"""What only the counter's templates need: the plain inputs of the start page, which belong to no element of the registry."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html_join

from tongban.channels.shared.language import say, tell
from tongban.channels.shared.parts import CHECKS, field_id
from tongban.domain.refusals import Problem

register = template.Library()


@register.inclusion_tag("window/serve/plain_field.html")
def plain_field(
    prefix: str, name: str, value: Any, problems: Iterable[Problem] = (), autofocus: bool = False
) -> dict[str, Any]:
    """``{% plain_field prefix name value problems %}``: number, name, birth, paper or until."""
    label, hint, longest = _said(name)
    pointer = f"/{prefix}{name}"
    errors = [tell(p.text) + (f" {tell(p.advice)}" if p.advice else "") for p in problems or () if p.pointer == pointer]
    return {
        "id": field_id(pointer), "name": f"{prefix}{name}", "label": label, "hint": hint, "longest": longest,
        "value": value or "", "errors": errors, "upper": name == "number", "date": name in ("birth", "until"),
        "autofocus": autofocus, "optional": name in ("birth", "paper", "until"),
    }  # fmt: skip


def _said(name: str) -> tuple[str, str, int]:
    """Label, hint and the most characters that can be typed: more than allowed, so that what is too long is told."""
    return {
        "number": (say("证件号码", "Number of the document"), "", 40),
        "name": (say("姓名", "Name"), say("按证件逐字填写,间隔号用“·”", "As on the card; the middle dot is “·”"), 200),
        "birth": (say("出生日期", "Date of birth"), "", 10),
        "paper": (say("委托书编号或证明名称", "Number of the mandate, or the proof shown"), "", 100),
        "until": (say("委托截止日期", "The mandate ends on"), say("监护可不填", "Not needed for a guardianship"), 10),
    }[name]


@register.filter
def field_of(fields: Iterable[Any], code: str) -> Any:
    """The view of one field among those of the situation; None when it does not apply."""
    return next((f for f in fields if f.element.code == code), None)


@register.filter
def problems_at(problems: Iterable[Problem] | None, material: str) -> list[Problem]:
    """The problems of one paper."""
    return [p for p in problems or () if p.pointer == f"/papers/{material}"]


@register.filter
def pointer_id(pointer: str) -> str:
    """The id of what a problem's pointer means."""
    return field_id(pointer)


@register.filter
def key_of(papers: Iterable[Any], material: str) -> int:
    """The digit that ticks a paper: papers that want a hand are numbered 1 to 9; 0 for none."""
    open_ = [p.material for p in papers if p.offers]
    place = open_.index(material) + 1 if material in open_ else 0
    return place if place < 10 else 0


@register.filter
def paper_mark(paper: Any) -> dict[str, str]:
    """The words, icon and tone of a paper's state, as everywhere (shared/parts.CHECKS)."""
    zh, en, icon_name, tone = CHECKS[paper.state]
    return {"said": say(zh, en), "icon": icon_name, "tone": tone}


@register.simple_tag
def kept_field(code: str, value: Any) -> str:
    """An answer that is out of sight for now and comes back with its field."""
    given = value if isinstance(value, list) else [value]
    return format_html_join("", '<input type="hidden" name="kept.{}" value="{}">', ((code, v) for v in given if v))


@register.filter
def named(mapping: Any, name: str) -> Any:
    """The value under a name; nothing when there is none."""
    return mapping.get(name, "") if mapping else ""


@register.filter
def is_spare(field: Any, problems: Iterable[Problem] | None = ()) -> bool:
    """An optional field that is empty and without a problem: kept folded, so that one screen holds what matters."""
    return _spare(field, {p.pointer for p in problems or ()})


@register.filter
def spares(fields: Iterable[Any], problems: Iterable[Problem] | None = ()) -> int:
    """How many fields are folded."""
    wrong = {p.pointer for p in problems or ()}
    return sum(_spare(f, wrong) for f in fields)


def _spare(field: Any, wrong: set[str]) -> bool:
    if field is None or field.settled or field.required or not field.needed or field.value not in ("", None, []):
        return False
    return f"/answers/{field.element.code}" not in wrong


@register.filter
def has(fields: Iterable[Any], code: str) -> bool:
    """Whether the form asks for this element here and now."""
    return any(f.element.code == code and not f.settled for f in fields)
