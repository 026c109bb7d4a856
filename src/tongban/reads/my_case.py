"""A case as the one it belongs to reads it: plain words, one clock, who has it, what to do next, and what exactly must be
corrected. Built on reads/progress.py; nothing here says who the person is."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import msgspec

from tongban.domain import facts
from tongban.domain.facts import Point
from tongban.domain.material import MaterialKind
from tongban.domain.reasons import PROBLEMS_EN
from tongban.domain.text import Text
from tongban.reads import centers, progress
from tongban.reads.centers import CenterLine
from tongban.reads.progress import Progress
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog

ClockKind = Literal["running", "waiting", "paused", "yours", "ended", "over"]

# What the date of the clock means, by the kind of due date (domain/deadlines.py).
MEANS: dict[str, Text] = {
    "accept": Text("告知您是否受理的最迟日期", "You are told whether it is accepted by"),
    "correct": Text("请您补正的最迟日期", "Please correct it by"),
    "decide": Text("办结的最迟日期", "It is decided by"),
    "follow": Text("请您补交材料的最迟日期", "Please bring the promised paper by"),
    "deliver": Text("结果送达的最迟日期", "The result reaches you by"),
}


class ToMend(msgspec.Struct, frozen=True):
    """One thing to correct: what, what is wrong with it, and how a right one looks."""

    name: Text
    is_paper: bool
    problem: Text
    sample: Text


FORM_AGAIN = ToMend(
    Text("申请表(全部重新填写)", "The form, all of it once more"),
    False,
    Text(
        "很抱歉,您原来填写的内容因系统故障丢失,这不是您的过错",
        "We are sorry: what you had filled in was lost by a fault of ours",
    ),
    Text(""),
)


class Clock(msgspec.Struct, frozen=True):
    """The one clock: what kind of waiting this is, the date that counts, what it means, working days left (negative: over).

    kind: running (the city works), waiting (not yet accepted), paused, yours (you must act), ended, over (late).
    """

    kind: ClockKind
    means: Text = Text("")
    on: dt.date | None = None
    days: int | None = None
    provisional: bool = False


class MyCase(msgspec.Struct, frozen=True):
    """One page: the case, its clock, the center that has it, what to mend, what is promised to follow."""

    case: Progress
    clock: Clock
    holder: CenterLine
    mend: tuple[ToMend, ...]
    follow: tuple[tuple[Text, dt.date], ...]
    department: Text


def by_code(number: str, query_code: str, *, at: dt.datetime, today: dt.date) -> MyCase:
    """For anybody with the number and its query code. NotFound ``case.not_found``, whichever of the two is wrong."""
    return _mine(progress.by_code(number, query_code, today=today), at, today)


def of_found(found: Found, *, at: dt.datetime, today: dt.date) -> MyCase:
    """The same for a case that flows.access has already given to the caller."""
    return _mine(progress.of_found(found, today), at, today)


def _mine(found: Progress, at: dt.datetime, today: dt.date) -> MyCase:
    materials, owner = catalog.materials(), catalog.departments().get(found.department)
    return MyCase(
        case=found, clock=_clock(found, today), holder=centers.center(found.holder, at=at),
        mend=(*((FORM_AGAIN,) if found.form_lost else ()), *map(_mend, found.asked)) if found.stage == "correcting" else (),
        follow=tuple((_name(f.material, materials), f.until) for f in found.follow),
        department=owner.name if owner else Text(""),
    )  # fmt: skip


def _clock(case: Progress, today: dt.date) -> Clock:
    if case.closed:
        return Clock("ended")
    due = case.public_due
    if due.on is None:
        # In a special procedure whose length nobody knows there is honestly no date.
        return Clock("paused" if case.stage == "special" else "waiting")
    days = catalog.calendar().working_days_between(today, due.on)
    kind: ClockKind = "running"
    if due.kind in ("correct", "follow"):
        kind = "yours"
    elif case.stage == "special":
        kind = "paused"
    elif days < 0:
        kind = "over"
    elif due.kind == "accept":
        kind = "waiting"
    return Clock(kind, MEANS[due.kind], due.on, days, due.provisional)


def _mend(point: Point) -> ToMend:
    problem = Text(facts.PROBLEMS.get(point.problem, point.problem), PROBLEMS_EN.get(point.problem, point.problem))
    if point.what == "paper":
        kind = catalog.materials().get(point.code)
        return ToMend(
            _name(point.code, catalog.materials()), True, problem, (kind.sample if kind else None) or Text("")
        )
    element = catalog.elements().get(point.code)
    hint = (element.hint if element else None) or Text("")
    return ToMend(element.name if element else Text(point.code), False, problem, hint)


def _name(code: str, named: Mapping[str, MaterialKind]) -> Text:
    return named[code].name if code in named else Text(code)
