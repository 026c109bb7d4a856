"""The one form of a life event against its plan: every answer read by the type of its element, every paper by what was said of it,
every problem told at once with a pointer to its place. What is saved before it is right stays as it was typed."""

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from typing import Any, Literal

import msgspec

from tongban.domain import channel as doors
from tongban.domain import who
from tongban.domain.channel import Channel
from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.event_part import paper_name
from tongban.domain.form import Form, canonical
from tongban.domain.handed_in import PaperIn
from tongban.domain.life_event import LifeEvent
from tongban.domain.plan import FormField, Plan, PlanPaper
from tongban.domain.receiving import Known
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text

# What nobody has to type: it is known, the same for everybody, or comes with the result of an earlier item.
KNOWN_SOURCES = frozenset({"register", "credential", "check"})


def usable(elements: Mapping[str, Element], answers: Mapping[str, Any], today: dt.date) -> Form:
    """The answers that can be read, in canonical form, and what is wrong with the others. An element that the city does not
    know is an error."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for code, raw in answers.items():
        if code not in elements:
            problems.append(_problem(code, "form.unknown_field", "表单中没有这一项", "The form has no such field"))
        elif raw not in (None, "", []) and not (isinstance(raw, str) and not raw.strip()):
            try:
                values[code] = canonical(elements[code], raw, today)
            except Refused as refused:
                problems += [msgspec.structs.replace(p, pointer=f"/answers/{code}") for p in refused.problems]
    return Form(values, tuple(problems))


def askable(event: LifeEvent, said: Container[str], known: Container[str]) -> frozenset[str]:
    """The questions that may be put, also once more to somebody who wants to answer otherwise. What is on record is not asked again;
    what the person ``said`` is theirs to change."""
    return frozenset(q.element for q in event.questions if q.element in said or q.element not in known)


def to_type(field: FormField) -> bool:
    """Whether the person is asked for this field: nothing known stands for it."""
    if field.source in ("result", "fixed"):
        return False
    return not (field.source in KNOWN_SOURCES and field.value not in (None, "", []))


def fields_missing(plan: Plan, elements: Mapping[str, Element], values: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Required fields that nothing stands for, neither typed nor known."""
    return tuple(
        _problem(
            field.element, "form.required", f"请填写“{elements[field.element].name.zh}”",
            f"Please fill in “{elements[field.element].name.en or elements[field.element].name.zh}”",
        )
        for field in plan.form
        if field.required and not field.maybe and to_type(field) and values.get(field.element) in (None, "", [])
    )  # fmt: skip


def as_said(intake: EventIntake, elements: Mapping[str, Element], known: Known, today: dt.date) -> EventIntake:
    """What the person said, without what is not theirs to say (domain/who.py)."""
    return msgspec.structs.replace(intake, answers=who.as_said(intake.answers, elements, known, today))


def handed(
    papers: Iterable[EventPaper], of: str, material: str, way: str, new: Iterable[EventPaper] = (), *, counter: bool = False
) -> list[EventPaper]:  # fmt: skip
    """The papers after the person took this ``way`` for one material and brought ``new`` scans of it. Another way chosen: what was
    uploaded is not handed in. ``counter``: a clerk says so, who has the original in hand (``seen``: what was uploaded of it is as good
    as it, grade B) or has not (``upload``: what was taken for seen is not). At home nothing becomes seen, and nothing ceases to be."""
    kept, added = list(papers), list(new)
    kept += [one for one in added if one not in kept]
    mine = [one for one in kept if (one.of, one.paper.material) == (of, material)]
    rest = [one for one in kept if one not in mine]
    if counter and way == "seen":
        return rest + ([_graded(one, "B") for one in mine] or [EventPaper(PaperIn(material, "original", "B"), of)])
    if counter and way == "upload":
        return rest + [_graded(one, "C") if one.vouched else one for one in mine if one.paper.digest]
    return rest if way not in ("", "upload", "seen") and not added else kept


def _graded(one: EventPaper, grade: Literal["B", "C"]) -> EventPaper:
    return msgspec.structs.replace(
        one, paper=msgspec.structs.replace(one.paper, grade=grade), seen=one.seen if grade == "B" else None
    )


def must_be_seen(papers: Iterable[EventPaper], channel: Channel) -> None:
    """Refused ``paper.not_seen`` for a grade A or B that this door cannot give and nobody is remembered to have given: what a clerk saw
    stays seen when the person goes on at home."""
    doors.must_be_seen(
        (
            msgspec.structs.replace(one.paper, material=paper_name(one.of, one.paper.material))
            for one in papers
            if one.seen is None
        ),
        channel,
    )


def shown_later(way: str, *, original: bool) -> bool:
    """Whether an uploaded paper is also shown at a counter: an original seen on a scan is not seen."""
    return way == "upload" and original


def key_of(paper: PlanPaper) -> str:
    """How an intake names a material: of the applicant by its code, of others with the person before it."""
    return paper_name(paper.of, paper.material)


def ways(
    paper: PlanPaper, material_ways: tuple[Any, ...], channel: str = "resident", said: str = ""
) -> tuple[str, ...]:
    """What may be done for a paper: ``declared``, ``upload``, ``counter`` (shown there later; ``seen`` where the counter is here, or
    where one ``said`` so before), ``follow``; nothing when it is settled."""
    if paper.state in ("credential", "check", "result", "later") or (paper.state == "follow" and paper.result_of):
        return ()
    found = ["declared"] if any(way.declaration for way in material_ways) else []
    if any(way.paper for way in material_ways) or not material_ways:
        seen = ["seen"] if channel == "window" or said == "seen" else []
        found += [*seen, "upload"] if channel == "window" else [*seen, "upload", "counter"]
    return (*found, "follow") if paper.state == "follow" else tuple(found)


def said_of(intake: EventIntake, paper: PlanPaper, channel: str = "resident") -> str:
    """Which of the ways the person took; empty for none. At home a paper is seen only if a counter is remembered to have seen it."""
    key = key_of(paper)
    mine = [one for one in intake.papers if (one.of, one.paper.material) == (paper.of, paper.material)]
    if any(one.seen is not None or (channel == "window" and one.vouched) for one in mine):
        return "seen"
    if mine:
        return "upload"
    if key in intake.at_counter:
        return "counter"
    if key in intake.declarations:
        return "declared"
    return "follow" if key in intake.follow else ""


def papers_missing(
    plan: Plan, intake: EventIntake, materials: Mapping[str, Any], values: Mapping[str, Any], channel: str = "resident"
) -> tuple[Problem, ...]:
    """Papers of which the person has not said what is with them."""
    found = []
    for paper in plan.papers:
        kind = materials.get(paper.material)
        said = said_of(intake, paper, channel)
        open_ways = ways(paper, kind.satisfied_by if kind else (), channel, said)
        if not open_ways or paper.maybe or said in open_ways:
            continue
        if paper.by is not None and paper.by.declaration and values.get(paper.by.declaration) not in (None, "", False):
            continue
        name = kind.name if kind else Text(paper.material)
        found.append(
            Problem(
                "paper.not_said",
                Text(f"请说明“{name.zh}”怎么交", f"Say how you hand in: {name.en or name.zh}"),
                f"/papers/{key_of(paper)}",
            )
        )
    return tuple(found)


def _problem(code: str, what: str, zh: str, en: str) -> Problem:
    return Problem(what, Text(zh, en), f"/answers/{code}")
