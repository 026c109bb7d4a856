"""Who is here and under which mandate, as typed at the start of a visit: read apart so that every mistake is told at once and
stands at its own field."""

import datetime as dt

import msgspec
from django.http import QueryDict

from tongban.channels.shared import forms
from tongban.domain.id_number import Sex
from tongban.domain.name import clean_name
from tongban.domain.person import IDENTITY_KINDS, Identity, identify
from tongban.domain.refusals import Problem, Refused
from tongban.plumbing import clock

# A person without any papers is met through a special case, not typed at a window.
KINDS = {k: v for k, v in IDENTITY_KINDS.items() if k != "unknown"}


SMALL = {
    "kind": 20,
    "birth": 20,
    "sex": 10,
    "mandate": 20,
    "relation": 20,
    "until": 20,
    "key": 40,
    "token": 4000,
    "for": 10,
    "agent_kind": 20,
}
# Whatever the rulebook can judge passes: a name may hold characters that this computer cannot print.
FREE = {"number": 60, "name": 1100, "paper": 100, "agent_number": 60, "agent_name": 1100}


def as_typed(data: QueryDict) -> dict[str, str]:
    """The fields of the start page, each bounded; Refused when one is far too long or a control was tampered with."""
    typed = forms.controls(data, **SMALL)
    for name, most in FREE.items():
        value = data.get(name, "")
        if len(value) > most:
            raise Refused("form.endless", f"内容太长,最多{most}个字", f"At most {most} characters", pointer=f"/{name}")
        # Names and numbers are judged by the rulebook, beside their fields; the paper's number goes in as it is.
        if name == "paper" and "\x00" in value:
            raise Refused(
                "form.characters", "内容含有无法识别的字符,请重新填写", "It has broken characters; type it again",
                pointer=f"/{name}",
            )  # fmt: skip
        typed[name] = value
    return typed


def mandate_must_be_whole(typed: dict[str, str], until: dt.date | None) -> None:
    """Told before the visit begins, so that nobody is met twice for one mistake. No paper at all: asked for later."""
    if typed["paper"] and typed["mandate"] != "guardian" and until is None:
        raise Refused(
            "mandate.open_end", "书面委托须写明截止日期", "A written mandate needs an end date", pointer="/until"
        )
    if not typed["paper"] and typed["until"]:
        raise Refused(
            "mandate.paper", "请填写委托书编号或监护证明名称", "Name the mandate or the proof shown", pointer="/paper"
        )


def identity(typed: dict[str, str], at: dt.datetime, prefix: str = "") -> Identity:
    """The person typed under these names. Refused with all that is wrong, each at its field."""
    kind = typed[f"{prefix}kind"]
    if kind not in KINDS:
        raise Refused("person.kind", "请选择证件类型", "Choose the kind of document", pointer=f"/{prefix}kind")
    birth = _day(typed["birth"], "/birth") if typed["birth"] and not prefix else None
    sex: Sex | None = typed["sex"] if not prefix and typed["sex"] in ("male", "female") else None  # type: ignore[assignment]
    problems: list[Problem] = []
    # Name and number are judged apart, so that both mistakes are told at once.
    for name, number, where in (("甲", typed[f"{prefix}number"], "number"), (typed[f"{prefix}name"], "", "name")):
        try:
            if where == "name":
                clean_name(name)
            else:
                found = identify(kind, name, number, today=clock.city_date(at), birth=birth, sex=sex)  # type: ignore[arg-type]
        except Refused as refused:
            problems += [
                Problem(p.code, p.text, p.pointer if p.pointer in ("/birth", "/sex") else f"/{prefix}{where}", p.advice)
                for p in refused.problems
            ]
    if problems:
        first = problems[0]
        raise Refused(first.code, first.text.zh, first.text.en, pointer=first.pointer, problems=tuple(problems))
    return msgspec.structs.replace(found, name=clean_name(typed[f"{prefix}name"]))


def end_date(text: str) -> dt.date | None:
    """The last day of a mandate as it was typed; None when nothing was."""
    return _day(text, "/until") if text.strip() else None


def _day(text: str, pointer: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip().replace("/", "-").replace(".", "-"))
    except ValueError:
        raise Refused(
            "form.date", "应为日期,例如 2027-12-31", "must be a date such as 2027-12-31", pointer=pointer
        ) from None
