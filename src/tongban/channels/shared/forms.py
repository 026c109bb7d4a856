"""From the bytes of a form to answers: bounded, nothing unknown passes, nothing typed is lost. What a value means is
judged by domain/form.py; here only the envelope is opened, so that every channel opens it alike."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, QueryDict

from tongban.domain import form
from tongban.domain.element import Element
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text

# Names that the frame of the page itself sends.
FRAME = frozenset({"csrfmiddlewaretoken"})
MOST_VALUES = 100
# A field may hold a little more than the rulebook allows, so that what was too long is shown again and can be shortened.
LONGEST = 20_000
SHOWN_FIELDS, SHOWN_LENGTH = 80, 2_000
_DATE = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))", re.ASCII)
_HALF = str.maketrans("０１２３４５６７８９／．－", "0123456789/.-")
_SECRET = ("password", "secret", "token", "reason_code")

Raw = str | list[str]


class Typed(msgspec.Struct, frozen=True):
    """What came in: ``raw`` as typed (give it back to the ``field`` tag), ``values`` canonical by element code, and every
    problem at once, with pointers."""

    raw: dict[str, Raw]
    values: dict[str, Any]
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems

    def must(self) -> dict[str, Any]:
        """The values, or Refused with all problems."""
        if self.problems:
            first = self.problems[0]
            raise Refused(first.code, first.text.zh, first.text.en, pointer=first.pointer, problems=self.problems)
        return self.values


def raw_answers(
    data: QueryDict,
    asked: Iterable[Element],
    *,
    controls: Collection[str] = (),
    prefix: str = "",
    pointer: str = "/answers",
) -> tuple[dict[str, Raw], tuple[Problem, ...]]:
    """Open the envelope: element code -> as typed. ``controls`` are the page's own names (buttons, hidden numbers).

    Unknown names, a value given twice, broken characters and endless values are problems; nothing raises.
    """
    known = {prefix + e.code: e for e in asked}
    raw: dict[str, Raw] = {}
    problems: list[Problem] = []
    for name in data:
        if name in known:
            element = known[name]
            given = [_plain(v) for v in data.getlist(name)[: MOST_VALUES + 1]]
            if element.type == "multichoice":
                raw[element.code] = [v[:LONGEST] for v in given[:MOST_VALUES] if v]
                several = len(given) > MOST_VALUES
            else:
                raw[element.code] = given[-1][:LONGEST] if given else ""
                several = len(given) > 1
            if element.type == "date":
                raw[element.code] = as_date(str(raw[element.code]))
            problems += _envelope(element, given, several, f"{pointer}/{element.code}")
        elif name not in FRAME and name not in controls:
            problems.append(_unknown(name, pointer))
        if len(problems) > MOST_VALUES:
            break
    return raw, tuple(problems)


def as_date(typed: str) -> str:
    """A date as people type it (19900307, 1990/3/7, 1990年3月7日) in the one form the rulebook reads; else as typed."""
    found = _DATE.fullmatch(typed.strip().translate(_HALF)) if len(typed) < 30 else None
    if found is None:
        return typed
    year, month, day = found[1], found[2] or found[4], found[3] or found[5]
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _envelope(element: Element, given: list[str], several: bool, pointer: str) -> list[Problem]:
    label = element.name
    if several:
        return [
            Problem(
                "form.twice", Text(f"“{label.zh}”收到了多个值,请只填一个", f"“{label.en}” came more than once"), pointer
            )
        ]
    if any(len(v) > LONGEST for v in given):
        return [
            Problem(
                "form.endless",
                Text(f"“{label.zh}”太长,已截断,请缩短", f"“{label.en}” is too long and was cut"),
                pointer,
            )
        ]
    if any("\x00" in v or any(0xD800 <= ord(c) < 0xE000 for c in v) for v in given):
        return [
            Problem(
                "form.characters",
                Text(f"“{label.zh}”含有无法识别的字符", f"“{label.en}” has broken characters"),
                pointer,
            )
        ]
    return []


def _plain(value: object) -> str:
    # Browsers send CRLF in text areas; one character must count as one.
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _unknown(name: str, pointer: str) -> Problem:
    shown = "".join(c if c.isprintable() else "?" for c in name[:40])
    return Problem(
        "form.unknown_field",
        Text(f"表单中没有“{shown}”这一项,请刷新页面后重填", f"The form has no field “{shown}”; reload the page"),
        "" if len(name) > 40 else f"{pointer}/{shown}",
    )


def parse(
    data: QueryDict,
    asked: Iterable[Element],
    *,
    today: dt.date,
    required: Collection[str] = (),
    controls: Collection[str] = (),
    prefix: str = "",
    pointer: str = "/answers",
) -> Typed:
    """Open the envelope and judge each value by its element; for forms that belong to no item (those use
    ``raw_answers`` and ``domain.form.read``). Leave ``required`` empty to save half a form."""
    elements = list(asked)
    raw, envelope = raw_answers(data, elements, controls=controls, prefix=prefix, pointer=pointer)
    problems, values = list(envelope), {}
    wrong = {p.pointer for p in envelope}
    for element in elements:
        given, here = raw.get(element.code), f"{pointer}/{element.code}"
        if here in wrong:
            continue
        if given is None or not (given if isinstance(given, list) else given.strip()):
            if element.code in required:
                zh, en = element.name.zh, element.name.en or element.name.zh
                problems.append(Problem("form.required", Text(f"请填写“{zh}”", f"Please fill in “{en}”"), here))
            continue
        try:
            values[element.code] = form.canonical(element, given, today)
        except Refused as refused:
            problems += [msgspec.structs.replace(p, pointer=here) for p in refused.problems]
    return Typed(raw, values, tuple(problems))


def controls(data: QueryDict, **longest: int) -> dict[str, str]:
    """The page's own small values, each bounded: ``controls(request.POST, action=20, case=30)``; Refused when too long."""
    taken = {}
    for name, most in longest.items():
        value = _plain(data.get(name, ""))
        if len(value) > most or not value.isprintable():
            raise Refused(
                "form.control",
                "页面传来的内容不完整,请刷新后重试",
                "The page sent something unreadable; reload it",
                pointer=f"/{name}",
            )
        taken[name] = value
    return taken


def typed_before(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into a form that could not be taken, to be shown on the error page; secrets left out, bounded."""
    try:
        data: Mapping[str, Any] = request.POST
        names = [n for n in list(data)[:SHOWN_FIELDS] if n not in FRAME and not any(s in n.lower() for s in _SECRET)]
        shown = [(n, " · ".join(request.POST.getlist(n))[:SHOWN_LENGTH]) for n in names]
    except Exception:
        # The body itself may be what is broken (too large, cut off): then there is nothing to show.
        return []
    return [(n, v) for n, v in shown if v.strip()]
