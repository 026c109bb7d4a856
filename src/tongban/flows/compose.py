"""A life event (一件事) as the city acts on it: what a person says of it is kept at each step, and handed in it becomes a mother case
with a child for each item, which start when what they need is there."""

import datetime as dt
import os
from collections.abc import Sequence

import msgspec

from tongban.domain import channel as doors
from tongban.domain import codes, event_form, event_plan, event_reach
from tongban.domain import draft as drafts
from tongban.domain import mother as rule
from tongban.domain.actor import Actor
from tongban.domain.channel import Channel
from tongban.domain.composer import compose
from tongban.domain.draft import Draft
from tongban.domain.event_intake import EventIntake, EventPaper, Seen, witnessed
from tongban.domain.event_part import EventForm
from tongban.domain.facts import Body
from tongban.domain.life_event import SELF
from tongban.domain.mother import Amended, Mother, Part, Submitted
from tongban.domain.plan import Circumstances, Holdings, KnownValue, Plan
from tongban.domain.plan import Known as PlanKnown
from tongban.domain.prepared import said_once
from tongban.domain.refusals import Conflict, Problem, Refused
from tongban.flows import access, draft_moves, event_access, event_log, event_parts, receive, serve
from tongban.flows.event_parts import Ready, Table
from tongban.plumbing.clock import city_date
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import service as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters.queries import VisitFound
from tongban.registers.mothers import queries as mother_queries
from tongban.registers.mothers import service as mothers
from tongban.registers.mothers.queries import DraftFound


@flow("event.save")
def save(
    actor: Actor, visit_id: str, event: str, intake: EventIntake, *, draft: str = "", rev: int = 0, at: dt.datetime,
    key: str = "",
) -> Draft:  # fmt: skip
    """Keep what was said so far, right or wrong. A later writer than another device or counter is told (Conflict ``draft.newer``),
    nothing is lost. A page may name its draft before the first save (rev 0), so that a save sent twice is one draft."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    prepared = catalog.prepared(event, city_date(at))
    open_ = event_access.reach(visit, prepared)
    draft_id = drafts.parse_id(draft) if draft else new_id()
    before = mother_queries.draft(draft_id) if draft else None
    if (rev and before is None) or (before is not None and not _of_visit(before, visit, event)):
        raise drafts.missing()
    draft_moves.must_lie_here(before)
    kept = _intake(before) if before is not None else EventIntake()
    if open_ is not None:
        intake = event_reach.rejoined(intake, kept, open_)
    intake = msgspec.structs.replace(intake, papers=witnessed(intake.papers, kept.papers, _here(actor, at)))
    current().about(person=visit.applicant, place=visit.center, event=event)
    saved = mothers.save_draft(
        draft_id, applicant=visit.applicant, agent=visit.agent, event=event, center=visit.center, by=actor.ref, rev=rev,
        body=msgspec.json.encode(intake), at=at,
    )  # fmt: skip
    if not saved:
        draft_moves.not_saved("event", draft_id, visit.applicant)
    draft_moves.saved("event", event, draft_id, visit.applicant, visit.center, before)
    return Draft(str(draft_id), rev + 1)


def _of_visit(draft: DraftFound, visit: VisitFound, event: str) -> bool:
    return (draft.applicant, draft.event) == (visit.applicant, event)


def _intake(draft: DraftFound) -> EventIntake:
    return msgspec.json.decode(draft.body, type=EventIntake)


def _here(actor: Actor, at: dt.datetime) -> Seen | None:
    """Who sees the originals that are handed in now: a clerk, and nobody online."""
    return Seen(actor.ref, at) if actor.kind == "staff" else None


class PartReceipt(msgspec.Struct, frozen=True):
    """A part on the receipt: started (with its number), held for the person (``problems``), or waiting for what comes first."""

    item: str
    state: str
    number: str
    starts_on: dt.date
    promised_on: dt.date
    problems: tuple[str, ...] = ()


class MotherReceipt(msgspec.Struct, frozen=True):
    """What the person takes home: one number and one query code for everything. ``asked``: the node that was asked to do it, and has
    not answered yet."""

    number: str
    query_code: str
    event: str
    parts: tuple[PartReceipt, ...]
    asked: str = ""


def receipt(mother: Mother, query_code: str) -> MotherReceipt:
    """The receipt of a mother case."""
    parts = tuple(
        PartReceipt(
            one.part.item, one.state, one.number, one.part.starts_on, one.part.promised_on, one.problems
        )
        for one in mother.parts
    )  # fmt: skip
    return MotherReceipt(mother.number, query_code, mother.event, parts)


@flow("event.submit")
def submit(
    actor: Actor, visit_id: str, event: str, intake: EventIntake, *, draft: str = "", channel: Channel, at: dt.datetime, key: str,
) -> MotherReceipt:  # fmt: skip
    """提交: one act for the whole event. What can start becomes a case at once; what lacks something that could have been given now is
    told all together and nothing is written; what is to be shown at a counter, or comes from an earlier part, waits."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    on = city_date(at)
    prepared = catalog.prepared(event, on)
    doors.must_be_the_doors_own(actor, channel)
    doors.event_must_be_open(prepared.event, channel)
    intake = msgspec.structs.replace(
        intake, papers=witnessed(intake.papers, _saved_papers(draft, visit, event), _here(actor, at))
    )
    event_form.must_be_seen(intake.papers, channel)
    event_plan.must_be_of_event(prepared, intake)
    if (open_ := event_access.reach(visit, prepared)) is not None:
        # Who acts for another hands in what the mandate names, as it was shown: the event as if it had no other items.
        event_reach.must_be_open(intake, open_)
        prepared, intake = open_.prepared, event_reach.within(intake, open_)
    known = receive.known_of(visit.applicant, on)
    intake = event_form.as_said(intake, prepared.registry.elements, known, on)
    code = codes.make_query_code(os.urandom(16))
    table = Table(
        prepared, EventForm(intake), known, event_parts.holdings(prepared, known, None), visit.applicant, visit.agent, channel,
        visit.center, on, code,
    )  # fmt: skip
    pending = said_once(prepared) - known.values.keys() - event_plan.said(intake)
    if pending:
        # A field that is empty must not make an item vanish before the person was asked for it.
        _prepared_parts(table, pending)
    table, parts, ready = _prepared_parts(table, frozenset())
    form = table.form
    number = codes.make_case_number(visit.center, on, cases.next_sequence_later(visit.center, on)())
    kept = event_log.sealed(form)
    submitted = Submitted(
        on=on, event=event, applicant=visit.applicant, agent=visit.agent, channel=channel, receiving=visit.center, form=kept.digest,
        parts=parts,
    )  # fmt: skip
    _, started = event_parts.started(rule.apply(Mother(number), submitted), table, ready)
    done = event_log.opened(number, [submitted, *started], query_code=code, forms=[kept])
    if draft:
        stood = mothers.drafts.use(drafts.parse_id(draft), number, visit.applicant)
        draft_moves.used("event", event, draft, visit.applicant, visit.center, number, stood)
    current().about(case=number, person=visit.applicant, place=visit.center, event=event, parts=len(parts))
    return receipt(done, code)


def _saved_papers(draft: str, visit: VisitFound, event: str) -> tuple[EventPaper, ...]:
    """The papers as this person's draft has them, with who saw each: a draft of somebody else vouches for nothing here."""
    found = mother_queries.draft(drafts.parse_id(draft)) if draft else None
    return _intake(found).papers if found is not None and _of_visit(found, visit, event) else ()


def _prepared_parts(table: Table, pending: frozenset[str]) -> tuple[Table, tuple[Part, ...], dict[str, Ready]]:
    """The parts by the plan of today, judged; Refused with everything that could be given now and is missing."""
    prepared, intake = table.prepared, table.form.intake
    given = _circumstances(table, pending)
    plan = compose(prepared, given, catalog.calendar(), catalog.places())
    event_plan.must_be_answered(prepared, plan, given)
    parts = event_plan.parts(prepared, plan)
    event_plan.must_have_parts(parts)
    table = msgspec.structs.replace(
        table, form=EventForm(intake, {}, event_plan.promised(plan), event_plan.put_off(plan))
    )
    ready = {part.item: event_parts.judged(table, part) for part in parts}
    _must_be_ready(table, plan, list(ready.values()), pending)
    return table, parts, ready


def _circumstances(table: Table, pending: frozenset[str]) -> Circumstances:
    known, intake, channel = table.known, table.form.intake, table.channel
    held = tuple(one.kind for one in known.credentials if not one.kind.startswith(serve.CHECK))
    values = {code: KnownValue(value) for code, value in known.values.items()}
    people = {SELF: Holdings(bool(values), held, tuple(known.checks))}
    chosen = None if intake.chosen is None else frozenset(intake.chosen)
    return Circumstances(
        table.on, intake.answers, PlanKnown(values, people), frozenset(intake.unsure), chosen, frozenset(intake.insist), channel,
        table.receiving if channel == "window" else "", pending,
    )  # fmt: skip


def _must_be_ready(table: Table, plan: Plan, ready: Sequence[Ready], pending: frozenset[str]) -> None:
    """Tell everything that could be given now and is missing, at once and each thing once. Not what an earlier part brings, what
    will be shown at a counter, and what is put off; nor, while fields are still asked for (``pending``), what follows from their
    being empty."""
    asked = {f"/answers/{code}" for code in pending}
    later, shown = event_plan.comes_by_itself(plan), {f"/papers/{name}" for name in table.form.intake.at_counter}
    missing: dict[tuple[str, str], Problem] = {}
    for one in ready:
        for problem in one.problems:
            put_off = one.part.deferred_until is not None and problem.pointer not in asked
            # An item that was closed holds up itself, and not the rest of the event.
            if put_off or problem.code == "item.closed" or (pending and problem.code == "item.not_eligible"):
                continue
            if problem.pointer not in later.get(one.part.item, ()) and problem.pointer not in shown:
                missing.setdefault((problem.code, problem.pointer), problem)
    if missing:
        raise _not_ready(tuple(missing.values()))


def _not_ready(problems: tuple[Problem, ...]) -> Refused:
    return Refused(
        "event.not_ready",
        f"还不能提交:有{len(problems)}处需要处理,已填写的内容都保留着",
        f"Not ready yet: {len(problems)} things to mend; everything typed is kept",
        problems=problems,
    )


def _not_enough(item: str, missing: int) -> Refused:
    """The same for whom it is answered by letter: nothing typed is kept there, and what is missing stands on the page of the part."""
    return Refused(
        "event.not_enough",
        f"还不够,不能接着办:仍有{missing}处需要处理,请在补充页补齐后再提交",
        f"Not enough to go on: {missing} things are still missing; give them on the page of this item and send again",
        pointer=f"/items/{item}",
    )


@flow("event.amend")
def amend(
    actor: Actor, visit: str, number: str, item: str, intake: EventIntake, *, at: dt.datetime, key: str
) -> MotherReceipt:  # fmt: skip
    """The person answers for a part that is held (or will be): what they say and bring goes into the one form, and the part starts if
    it can. Online or at any counter of the city, from where it is asked of the node that received the event (then ``visit`` is empty and
    that node vouches for whom it serves); at a counter a paper is seen, which is what many wait for."""
    found, agent, center = event_access.answered_for(actor, visit, number)
    mother, on = found.mother, city_date(at)
    one = mother.of(item)
    if one is None or one.state not in ("held", "waiting") or mother.stage != "open":
        raise Conflict(
            "event.not_held",
            "这个事项现在不需要补充,请刷新后再看",
            "Nothing is waited for here; reload the page",
            pointer=f"/items/{item}",
        )
    before = event_log.form_of(mother)
    papers = witnessed(intake.papers, before.intake.papers, _here(actor, at))
    event_form.must_be_seen(papers, "resident" if actor.kind == "resident" else "window")
    intake = msgspec.structs.replace(intake, papers=papers)
    form = event_plan.amended(before, intake)
    # Who is here now answers: the mandate of the day of submission may have ended, and who gave it goes on alone.
    table = msgspec.structs.replace(event_parts.table_of(mother, form, found.query_code, on), agent=agent)
    form = table.form
    # Only what is new: what was handed in was judged on its day.
    event_plan.must_be_of_event(table.prepared, intake)
    ready = event_parts.judged(table, one.part)
    if ready.problems:
        raise _not_ready(ready.problems) if visit else _not_enough(item, len(ready.problems))
    kept = event_log.sealed(form)
    new: list[Body] = [Amended(on=on, item=item, form=kept.digest)]
    if (day := rule.opens_on(mother, one)) is not None and day <= on:
        new.append(event_parts.start(table, ready, event_parts.child_number(mother)))
    after = event_log.appended(mother, new, [kept])
    current().about(case=number, person=mother.applicant, place=center, item=item)
    return receipt(after, found.query_code)
