"""Reads what a file says as the value of an element, and says how to write it when it cannot be read: an answer that nobody can
read would silently count as not given, and a wrong situation would hold."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tongban.domain.element import UNITS, Element, read_answer
from tongban.registers.catalog.nearest import nearest

_LIKE = {
    "boolean": "写 true 或 false",
    "date": "写成 2026-01-31 的样子",
    "integer": "写整数",
    "number": "写数",
    "money": '写元数,例如 "1510.00",或 [2.5, wan_yuan]',
    "multichoice": "写成列表 [甲, 乙]",
}


class Unreadable(NamedTuple):
    """What is wrong with a value, and how to mend it."""

    what: str
    mend: str


def unreadable(element: Element, raw: Any) -> Unreadable | None:
    """Why ``raw`` is no value of ``element``; None when it is one, or nothing is said."""
    if raw is None or raw == "":
        return None
    value = read_answer(element.type, element.unit, raw)
    shown = f"“{str(raw)[:30]}”不能作“{element.name.zh}”的值"
    if value is None:
        like = f"写数(单位 {element.unit}),或 [数, 单位],单位可用:{'、'.join(UNITS)}"
        return Unreadable(shown, like if element.type == "quantity" else _LIKE.get(element.type, "写成文字"))
    codes = [choice.code for choice in element.choices]
    chosen = value if isinstance(value, frozenset) else {value}
    if codes and not chosen <= set(codes):
        return Unreadable(shown, f"可选:{'、'.join(codes)}")
    return None


def wrong_answers(answers: Mapping[str, Any], elements: Mapping[str, Element]) -> Iterator[tuple[str, str, str]]:
    """The answers of a situation that are of no element, or no value of theirs: (element, what is wrong, how to mend it)."""
    for code, raw in answers.items():
        if code not in elements:
            yield code, f"没有数据元“{code}”", nearest(code, elements, "先在 elements.yaml 登记,或改正")
        elif (wrong := unreadable(elements[code], raw)) is not None:
            yield code, wrong.what, wrong.mend
