"""The parts of a life event at work: what is there for each, what it still lacks, and its case when it starts. Whoever starts a part
(the submission, a fact of another child, the person who answers) comes here, so that all start alike."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import msgspec

from tongban.domain import event_form, event_part, jurisdiction, receiving
from tongban.domain import mother as rule
from tongban.domain.channel import Channel
from tongban.domain.event_part import EventForm, Holding, Weigher
from tongban.domain.facts import Body
from tongban.domain.life_event import SELF
from tongban.domain.mother import GOOD, ChildOpened, Held, Mother, Part
from tongban.domain.prepared import Prepared
from tongban.domain.receiving import Assessment, Intake, Known
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.flows import access, receive
from tongban.plumbing.tx import step
from tongban.registers.catalog import queries as catalog


class Issued(msgspec.Struct, frozen=True):
    """An e-licence that an earlier part gave: its contents are the department's, that it exists is in the log."""

    kind: str
    valid_until: dt.date | None


class Table(msgspec.Struct, frozen=True):
    """All that the parts of one life event are judged by today."""

    prepared: Prepared
    form: EventForm
    known: Known
    holdings: dict[str, Holding]
    applicant: str
    agent: str
    channel: Channel
    receiving: str
    on: dt.date
    query_code: str = ""


class Ready(msgspec.Struct, frozen=True):
    """A part as it was judged: what it brings, and what it lacks in the words of the event."""

    part: Part
    intake: Intake
    assessment: Assessment | None
    mandate: str
    problems: tuple[Problem, ...]


def holdings(prepared: Prepared, known: Known, mother: Mother | None) -> dict[str, Holding]:
    """What is there for each person: of the applicant what the city knows, of everybody what earlier parts gave."""
    found = {SELF: Holding(known.credentials, known.checks)}
    kinds = prepared.registry.credentials
    for one in mother.parts if mother else ():
        if one.outcome not in GOOD or not one.resulted or one.ended_on is None:
            continue
        before = found.get(one.part.of, Holding())
        days = {code: kinds[code].valid_days for code in one.credentials if code in kinds}
        given = tuple(
            Issued(code, one.ended_on + dt.timedelta(days=most) if most else None) for code, most in days.items()
        )
        found[one.part.of] = Holding(before.credentials + given, before.checks, before.results | {one.part.item})
    return found


def _router(table: Table, values: Mapping[str, Any]) -> receiving.Router:
    if table.channel == "window":
        return jurisdiction.route_of_event
    return partial(jurisdiction.route_online, chosen=_my_center(table, values))


def _my_center(table: Table, values: Mapping[str, Any]) -> str:
    # Of the applicant, whose matter it ever is.
    said = {**table.known.values, **table.form.intake.answers}
    return jurisdiction.my_center(catalog.places(), table.form.intake.center, said)


@step
def judged(table: Table, part: Part) -> Ready:
    """What this part lacks today; nothing is written."""
    term = event_part.term_of(table.prepared, part.item)
    intake, known = event_part.brought(table.prepared, part.item, table.form, table.known)
    assessment = receiving.assess(
        term.version, receive.city(), known, intake, table.receiving, table.on,
        router=_router(table, known.values), weigher=Weigher(table.prepared, part.item, table.form, table.holdings),
    )  # fmt: skip
    problems = [event_part.in_event_words(term, one, table.prepared.registry.elements) for one in assessment.problems]
    mandate = ""
    try:
        mandate = access.must_be_mandated(table.agent, table.applicant, part.item, table.on)
    except Refused as why:
        problems += why.problems
    if not catalog.is_open(part.item):
        # A part of an event whose item was closed meanwhile waits, like a draft at a counter.
        problems.append(Problem("item.closed", Text("此事项已停止受理", "This item is closed"), f"/items/{part.item}"))
    return Ready(part, intake, assessment, mandate, tuple(problems))


@step
def start(table: Table, ready: Ready, number: str) -> Body:
    """Open the case of a part under its number; a part that lacks something is held instead."""
    part, assessment = ready.part, ready.assessment
    if ready.problems or assessment is None:
        return held(part, ready.problems, table.on)
    term = event_part.term_of(table.prepared, part.item)
    receive.enter(
        assessment, ready.intake, center=table.receiving, applicant=table.applicant, agent=table.agent, mandate=ready.mandate,
        channel=table.channel, on=table.on, number=number, query_code=table.query_code,
        about="" if part.of == SELF else part.of, promise=term.entry.promised_days,
    )  # fmt: skip
    return ChildOpened(on=table.on, item=part.item, number=number)


@step
def asked_again(mother: Mother, table: Table) -> tuple[Mother, list[Body]]:
    """Parts that are held say what they lack today: of what was said before, much may have gone with the disk of a restored node."""
    new: list[Body] = []
    for one in mother.parts:
        if one.state == "held" and (lacks := judged(table, one.part).problems):
            fact = held(one.part, lacks, table.on)
            if fact.problems != one.problems:
                mother = rule.apply(mother, fact)
                new.append(fact)
    return mother, new


def held(part: Part, problems: Iterable[Problem], on: dt.date) -> Held:
    """The fact that a part waits for the person: codes and pointers, no words and nothing personal."""
    return Held(on=on, item=part.item, problems=tuple(f"{one.code} {one.pointer}".strip() for one in problems))


def child_number(mother: Mother) -> str:
    """The number of the next child: they are counted in the order in which they start."""
    return f"{mother.number}-{sum(bool(one.number) for one in mother.parts) + 1:02d}"


@step
def started(mother: Mother, table: Table, ready: Mapping[str, Ready] | None = None) -> tuple[Mother, list[Body]]:
    """Start what can start today. One pass is enough: a part that starts lets no other start, for nothing of it is decided."""
    new: list[Body] = []
    for one in rule.startable(mother, table.on):
        now = ready[one.part.item] if ready else judged(table, one.part)
        fact = start(table, now, child_number(mother))
        mother = rule.apply(mother, fact)
        new.append(fact)
    return mother, new


@step
def table_of(mother: Mother, form: EventForm, query_code: str, on: dt.date) -> Table:
    """All that the parts of a mother case are judged by today. Its versions are those of the day of submission; who the applicant is,
    is what authorities say today."""
    assert mother.opened_on is not None
    prepared = catalog.prepared(mother.event, mother.opened_on)
    known = receive.known_of(mother.applicant, on)
    intake = event_form.as_said(form.intake, prepared.registry.elements, known, on)
    form = msgspec.structs.replace(form, intake=intake)
    return Table(
        prepared, form, known, holdings(prepared, known, mother), mother.applicant, mother.agent, mother.channel,  # type: ignore[arg-type]
        mother.receiving, on, query_code,
    )  # fmt: skip
