"""A life event for the person served, at home or at a counter: what was said so far, the next question, the plan with its reasons,
the one form and the papers with what is missing. One function for every channel, so that all of them show the same."""

import datetime as dt
import uuid
from typing import Any

import msgspec

from tongban.domain import event_form, event_reach, who
from tongban.domain.actor import Actor
from tongban.domain.composer import compose
from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake
from tongban.domain.fetching import Request
from tongban.domain.guidance import Asked, Outcome, next_question, outcomes
from tongban.domain.life_event import LifeEvent
from tongban.domain.plan import Circumstances, Plan
from tongban.domain.plan_days import days_from
from tongban.domain.plan_words import Words
from tongban.domain.prepared import Prepared, said_once
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.flows import access, event_access
from tongban.flows.serve import consented
from tongban.plumbing.clock import city_date
from tongban.reads import known_of, values
from tongban.reads.checklist import Ask, kind_name
from tongban.reads.checklist_form import FieldView, Value, drawn, earlier_answers
from tongban.reads.event_fields import fields_of
from tongban.reads.event_guide import Figure, names_of
from tongban.reads.event_papers import EventPaperView, papers_of
from tongban.reads.event_rows import ItemRow, SavedGroup, figures_of, items_of, saved_of, used_by
from tongban.reads.known_of import KnownOf
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters.queries import VisitFound
from tongban.registers.mothers import queries as mothers
from tongban.registers.people import queries as people


class Answered(msgspec.Struct, frozen=True):
    """A question that was answered, in words; ``known``: not asked, because it is on record."""

    element: str
    text: Text
    said: Text
    unsure: bool
    known: bool


class EventScreen(msgspec.Struct, frozen=True):
    """Everything about one event and one person; each page of the door shows a part of it."""

    event: LifeEvent
    prepared: Prepared
    plan: Plan
    words: Words
    intake: EventIntake
    question: Asked | None
    asked_element: Element | None
    askable: frozenset[str]
    answered: tuple[Answered, ...]
    outcomes: tuple[Outcome, ...]
    items: tuple[ItemRow, ...]
    fields: tuple[FieldView, ...]
    field_whys: dict[str, Text]
    coming: tuple[tuple[Text, Text], ...]
    papers: tuple[EventPaperView, ...]
    figures: tuple[Figure, ...]
    saved: tuple[SavedGroup, ...]
    asks: tuple[Ask, ...]
    asked_before: bool
    requests: tuple[Request, ...]
    problems: tuple[Problem, ...]
    departments: dict[str, Text]
    centers: tuple[tuple[str, Text], ...]
    center: str
    whose: dict[str, Text]

    @property
    def settled(self) -> tuple[FieldView, ...]:
        """The fields that nobody types."""
        return tuple(f for f in self.fields if f.settled)

    @property
    def open_papers(self) -> tuple[EventPaperView, ...]:
        """The papers of which the person says something."""
        return tuple(p for p in self.papers if p.ways)

    @property
    def composed(self) -> tuple[ItemRow, ...]:
        """The items that the plan does."""
        return tuple(i for i in self.items if i.state in ("in", "maybe"))

    @property
    def left_out(self) -> tuple[ItemRow, ...]:
        """The items that it does not do, with the reason of each."""
        return tuple(i for i in self.items if i.state not in ("in", "maybe", "not_applicable"))


class DraftSeen(msgspec.Struct, frozen=True):
    """A draft of the person served: where and when it was saved last."""

    id: str
    rev: int
    event: str
    name: Text
    intake: EventIntake
    center: Text
    saved_at: dt.datetime


def drafts(actor: Actor, visit_id: str) -> tuple[DraftSeen, ...]:
    """The events that the person of this visit began and did not hand in, newest first, on whichever device or counter."""
    visit = access.visit(actor, visit_id)
    own = mothers.drafts_of(visit.applicant)
    found = {code: catalog.event(code) for code in {one.event for one in own}}
    events = {code: event for code, event in found.items() if event is not None}
    own = [one for one in own if one.event in events]
    mine = {one.event for one in own if event_access.named(visit, (e.item for e in events[one.event].items))}
    return tuple(_seen(visit, found, events) for found in own if found.event in mine)


def draft(actor: Actor, visit_id: str, event: str, wanted: str = "") -> DraftSeen | None:
    """The draft with this id, or the newest of this person for this event; None when there is none."""
    found = [one for one in drafts(actor, visit_id) if one.event == event]
    return next((one for one in found if one.id == wanted), None) if wanted else (found[0] if found else None)


def used_as(actor: Actor, visit_id: str, draft_id: str) -> str:
    """The number of the mother case that a draft of this person became; empty when it did not."""
    visit = access.visit(actor, visit_id)
    try:
        found = mothers.draft(uuid.UUID(draft_id))
    except ValueError:
        return ""
    return found.used_by if found is not None and found.applicant == visit.applicant else ""


def _seen(visit: VisitFound, found: mothers.DraftFound, events: dict[str, LifeEvent]) -> DraftSeen:
    intake = msgspec.json.decode(found.body, type=EventIntake)
    if visit.agent:
        open_ = event_access.reach(visit, catalog.prepared(found.event, city_date(found.updated_at)))
        intake = event_reach.within(intake, open_) if open_ is not None else intake
    return DraftSeen(
        str(found.id), found.rev, found.event, events[found.event].name, intake, values.place(found.center), found.updated_at
    )  # fmt: skip


def name_of(event: str, today: dt.date) -> Text:
    """What an event is called. NotFound ``catalog.no_life_event``."""
    return catalog.prepared(event, today).event.name


def screen(
    actor: Actor, visit_id: str, event: str, intake: EventIntake, *, channel: str, today: dt.date, final: bool = False
) -> EventScreen:
    """The event for the person of this visit, with what was said so far; ``final`` when it is read once more before it is handed
    in. NotFound ``catalog.no_life_event``."""
    visit = access.visit(actor, visit_id)
    prepared = catalog.prepared(event, today)
    known = known_of.known_of(visit.applicant, today=today)
    if (open_ := event_access.reach(visit, prepared)) is not None:
        prepared, intake = open_.prepared, event_reach.within(intake, open_)
        known = known_of.within(known, open_)
    elements = prepared.registry.elements
    intake = event_form.as_said(intake, elements, known.said, today)
    usable = event_form.usable(elements, intake.answers, today)
    pending = said_once(prepared) - usable.values.keys() - set(intake.unsure)
    given = circumstances(visit, intake, known, usable.values, channel, today, pending)
    plan = compose(prepared, given, catalog.calendar(), catalog.places())
    words, whose = Words(prepared), names_of(prepared.event)
    question = next_question(prepared, given)
    all_values = known_of.answers(known.plan, usable.values)
    problems = (
        *usable.problems,
        *event_form.fields_missing(plan, elements, _with_defaults(visit, {**intake.answers, **all_values})),
        *_center_missing(plan, my_center(visit, intake, all_values, channel)),
        *event_form.papers_missing(plan, intake, prepared.registry.materials, all_values, channel),
    )
    if final and not problems:
        # Nothing more will be said: what was left empty counts as not known, as it will when it is handed in.
        plan = compose(
            prepared, msgspec.structs.replace(given, pending=frozenset()), catalog.calendar(), catalog.places()
        )
    composed = plan.composed
    requests = known_of.fetchable(prepared, composed, known.held)
    fields = fields_of(
        plan, intake, known, _beside(visit, plan, known), who.stands(elements, known.said, today),
        own=channel == "resident",
    )  # fmt: skip
    return EventScreen(
        event=prepared.event, prepared=prepared, plan=plan, words=words, intake=intake, question=question,
        asked_element=drawn(elements[question.element], "") if question else None,
        askable=event_form.askable(prepared.event, usable.values, known.plan.values) & elements.keys(),
        answered=_answered(prepared, intake, usable.values, known), outcomes=outcomes(prepared, given, days_from(catalog.calendar(), today)),
        items=items_of(prepared, plan, whose), fields=fields,
        field_whys={f.element: used_by(f.items, words) for f in plan.form},
        coming=tuple((elements[f.element].name, words.by(f.by)) for f in plan.form if f.source == "result"),
        papers=papers_of(plan, intake, prepared, known, whose, problems, channel), figures=figures_of(plan), saved=saved_of(plan, words),
        asks=tuple(_ask(r) for r in requests), asked_before=_asked_before(visit, event, requests), requests=requests, problems=problems,
        departments={code: d.short if d.short.zh else d.name for code, d in catalog.departments().items()},
        centers=_centers(), center=my_center(visit, intake, all_values, channel), whose=whose,
    )  # fmt: skip


def circumstances(
    visit: VisitFound,
    intake: EventIntake,
    known: KnownOf,
    answers: dict[str, Any],
    channel: str,
    today: dt.date,
    pending: frozenset[str],
) -> Circumstances:
    """What the plan is made for."""
    return Circumstances(
        today, answers, known.plan, frozenset(intake.unsure) - answers.keys(),
        None if intake.chosen is None else frozenset(intake.chosen), frozenset(intake.insist), channel,
        visit.center if channel == "window" else "", pending,
    )  # fmt: skip


def my_center(visit: VisitFound, intake: EventIntake, answers: dict[str, Any], channel: str) -> str:
    """The center that looks after what any center may do: the one chosen, else of the residence, else of the hukou."""
    if channel == "window":
        return visit.center
    places = catalog.places()
    for division in (intake.center, answers.get("residence_division"), answers.get("hukou_division")):
        center = places.center_of(str(division)) if division else None
        if center is not None:
            return str(center.code)
    return ""


def _center_missing(plan: Plan, center: str) -> tuple[Problem, ...]:
    if center or not plan.composed:
        return ()
    return (Problem("form.required", Text("请选择“我的中心”", "Choose my center"), "/center"),)


def _centers() -> tuple[tuple[str, Text], ...]:
    """The centers at which people are served in person."""
    return tuple(
        (code, values.place(code))
        for code, center in catalog.places().centers.items()
        if not getattr(center, "online", False)
    )


def _beside(visit: VisitFound, plan: Plan, known: KnownOf) -> dict[str, Value]:
    """Values that the register does not have: of the agent who is here, and of earlier applications."""
    found: dict[str, Value] = {}
    elements = catalog.elements()
    wanted = {
        f.element for f in plan.form if f.element not in known.plan.values and elements[f.element].reuse != "never"
    }
    found.update(earlier_answers(visit.applicant, wanted))
    if visit.agent:
        who = people.identity(visit.agent)
        for code, value in (("agent_name", who.name), ("agent_id_number", who.number)):
            found[code] = Value(value, values.source_name("card"), None, "B")
    return found


def _with_defaults(visit: VisitFound, known: dict[str, Any]) -> dict[str, Any]:
    if not visit.agent:
        return known
    who = people.identity(visit.agent)
    return {"agent_name": who.name, "agent_id_number": who.number, **known}


def _answered(prepared: Prepared, intake: EventIntake, usable: dict[str, Any], known: KnownOf) -> tuple[Answered, ...]:
    found = []
    for question in prepared.event.questions:
        element = prepared.registry.elements.get(question.element)
        if element is None:
            continue
        text = question.text or element.name
        if question.element in usable:
            found.append(Answered(element.code, text, values.in_words(element, usable[element.code]), False, False))
        elif question.element in known.plan.values:
            value = known.plan.values[element.code].value
            found.append(Answered(element.code, text, values.in_words(element, value), False, True))
        elif question.element in intake.unsure:
            found.append(Answered(element.code, text, Text("不清楚", "not sure"), True, False))
    return tuple(found)


def _asked_before(visit: VisitFound, event: str, requests: tuple[Request, ...]) -> bool:
    """Whether all that could be fetched was asked for in this visit already (and is not there, or somebody did not answer)."""
    allowed = people.consents_of(visit.applicant, about=f"visit:{visit.id}")
    asked = {k for one in allowed if one.purpose == f"event:{event}" and one.withdrawn_at is None for k in one.kinds}
    return bool(requests) and asked >= set(consented(requests))


def _ask(request: Request) -> Ask:
    names = [kind_name(kind) for kind in request.kinds] + [kind_name(check) for check in request.checks]
    return Ask(values.source_name(request.department), tuple(names))


def channels_of(event: str, today: dt.date) -> tuple[str, ...]:
    """Through which doors an event may be begun. NotFound ``catalog.no_life_event``."""
    return tuple(catalog.prepared(event, today).event.channels)
