"""The one form of a life event against its plan: every answer read by the type of its element, every paper by what was said of it,
every problem told at once with a pointer to its place. What is saved before it is right stays as it was typed."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.form import Form, canonical
from tongban.domain.handed_in import PaperIn
from tongban.domain.life_event import SELF
from tongban.domain.plan import FormField, Plan, PlanPaper
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


def not_typed(elements: Mapping[str, Element], asked: Collection[str]) -> frozenset[str]:
    """Who somebody is, as authorities say it, is typed only where it is asked because nobody has said it: a page cannot be made to
    say otherwise."""
    return frozenset(
        code for code, e in elements.items() if e.group == "applicant" and e.reuse == "always" and code not in asked
    )


def handed(
    papers: Iterable[EventPaper], of: str, material: str, way: str, new: Iterable[EventPaper] = ()
) -> list[EventPaper]:
    """The papers after the person took this ``way`` for one material and brought ``new`` scans of it. Another way chosen: what was
    uploaded is not handed in. ``seen``: the clerk has the original in hand, so what was uploaded of it is as good as it (grade B)."""
    kept, added = list(papers), list(new)
    kept += [one for one in added if one not in kept]
    mine = [one for one in kept if (one.of, one.paper.material) == (of, material)]
    rest = [one for one in kept if one not in mine]
    if way == "seen":
        seen = [msgspec.structs.replace(one, paper=msgspec.structs.replace(one.paper, grade="B")) for one in mine]
        return rest + (seen or [EventPaper(PaperIn(material, "original", "B"), of)])
    return rest if way not in ("", "upload") and not added else kept


def shown_later(way: str, *, original: bool) -> bool:
    """Whether an uploaded paper is also shown at a counter: an original seen on a scan is not seen."""
    return way == "upload" and original


def key_of(paper: PlanPaper) -> str:
    """How an intake names a material: of the applicant by its code, of others with the person before it."""
    return paper.material if paper.of == SELF else f"{paper.of}.{paper.material}"


def ways(paper: PlanPaper, material_ways: tuple[Any, ...], channel: str = "resident") -> tuple[str, ...]:
    """What may be done for a paper: ``declared``, ``upload``, ``counter`` (shown there later; ``seen`` where the counter is here),
    ``follow``; nothing when it is settled."""
    if paper.state in ("credential", "check", "result", "later") or (paper.state == "follow" and paper.result_of):
        return ()
    found = ["declared"] if any(way.declaration for way in material_ways) else []
    if any(way.paper for way in material_ways) or not material_ways:
        found += ["seen", "upload"] if channel == "window" else ["upload", "counter"]
    return (*found, "follow") if paper.state == "follow" else tuple(found)


def said_of(intake: EventIntake, paper: PlanPaper) -> str:
    """Which of the ways the person took; empty for none."""
    key = key_of(paper)
    mine = [one.paper for one in intake.papers if one.of == paper.of and one.paper.material == paper.material]
    if any(one.grade == "B" for one in mine):
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
        open_ways = ways(paper, kind.satisfied_by if kind else (), channel)
        if not open_ways or paper.maybe or said_of(intake, paper) in open_ways:
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
