"""Values of elements as people read them: a choice by its name, a place by its district and street, a yes as a yes. The same
words stand on the clerk's page and on every printed paper."""

import datetime as dt
from typing import Any

from tongban.domain import masking
from tongban.domain.element import Element
from tongban.domain.refusals import NotFound
from tongban.domain.text import Text
from tongban.domain.wording import UNIT_NAMES
from tongban.registers.catalog import queries as catalog

SOURCES = {
    "card": Text("身份证读卡", "the identity card"),
    "counter": Text("窗口录入", "a counter"),
    "realname": Text("实名认证", "the real-name service"),
    "self": Text("本人申报", "the person"),
    "earlier": Text("本人上次填报", "an earlier application"),
    "draft": Text("草稿", "a draft"),
}
YES, NO = Text("是", "Yes"), Text("否", "No")


def source_name(code: str) -> Text:
    """Who said so: the short name of a department, or the words for card, counter and person."""
    if code in SOURCES:
        return SOURCES[code]
    department = catalog.departments().get(code)
    if department is None:
        return Text(code)
    return department.short if department.short.zh else department.name


def in_words(element: Element, value: Any) -> Text:
    """A value as it is read aloud; an empty text for nothing."""
    if value in (None, "", [], ()):
        return Text("")
    if element.type == "boolean":
        return YES if value in (True, "true", "是") else NO
    if element.type == "choice":
        return _choice(element, str(value))
    if element.type == "multichoice" and isinstance(value, list | tuple | set | frozenset):
        names = [_choice(element, str(one)) for one in value]
        return Text("、".join(n.zh for n in names), ", ".join(n.en or n.zh for n in names))
    if element.type == "division":
        return place(str(value))
    unit = UNIT_NAMES.get(element.unit or ("yuan" if element.type == "money" else ""))
    if unit is not None and not isinstance(value, list | tuple | dict):
        # A quantity that was typed with a unit of its own says it itself.
        return Text(f"{value}{unit.zh}", f"{value} {unit.en}")
    return Text(value.isoformat() if isinstance(value, dt.date) else str(value))


def _choice(element: Element, code: str) -> Text:
    return next((c.name for c in element.choices if c.code == code), Text(code))


def place(code: str) -> Text:
    """District and street of a division code; the code itself when the city does not know it."""
    try:
        return catalog.places().full_name(code)
    except NotFound:
        # A place that receives and is no street: the online center.
        center = catalog.places().centers.get(code)
        return center.name if center is not None else Text(code)


def masked(element: Element, value: Any) -> str:
    """What may be shown before somebody gives a reason. Public elements are shown as they are."""
    said = in_words(element, value).zh
    if element.sensitivity == "public":
        return said
    return masking.mask(element.type, str(value) if element.type in masking.MASKS else said)
