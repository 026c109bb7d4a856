"""Advancing (推进): what became of the children of a life event is written down, and what can start now starts. Deferred with the
fact of a child that it follows from, so a dead department holds up nobody; done again, it changes nothing."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from tongban.domain import event_part, event_progress, facts
from tongban.domain import mother as rule
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.case import Case
from tongban.domain.event_part import EventForm
from tongban.domain.facts import Body
from tongban.domain.mother import Amended, Gathered, Mother
from tongban.domain.prepared import Prepared
from tongban.domain.refusals import NotAllowed
from tongban.exchange import queries as mail
from tongban.flows import event_log, event_parts, event_theme, event_told
from tongban.flows.event_told import Told
from tongban.plumbing import jobs
from tongban.plumbing.clock import city_date
from tongban.plumbing.jobs import TryAgain
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries as mothers

MOST = 500


def advance_event(number: str, n: int, at: dt.datetime) -> None:
    """Deferred work: after a fact of a child, or when a restored node has the log again. What departments say of its results is asked
    first, with no transaction open; one that does not answer is asked again for a while, and holds up only those that wait for that
    result."""
    event_log.must_be_caught_up(number)
    told, late = event_told.asked(number, at)
    advance(SYSTEM, number, told=told, late=late, at=at)
    if late:
        raise TryAgain(f"{number}: {', '.join(late)}")


def advance_due(at: dt.datetime) -> int:
    """Timed work: parts that waited for a day only. One act for each event; returns how many."""
    numbers, broken = mothers.waking(city_date(at), MOST) if mail.caught_up() else [], list[Exception]()
    for number in numbers:
        try:
            advance(SYSTEM, number, at=at)
        except Exception as error:
            # One that cannot go on holds up no other: the rest first, then the job fails and is seen.
            broken.append(error)
    if broken:
        raise broken[0]
    return len(numbers)


@flow("event.advance")
def advance(
    actor: Actor, number: str, *, told: Told | None = None, late: tuple[str, ...] = (), at: dt.datetime, key: str = ""
) -> None:
    """Write down what became of the children, and start what can start. ``late`` are items whose results are not spoken of yet,
    because the department that knows what they say is still asked."""
    if actor.kind != "system":
        raise NotAllowed("event.by_time", "只由系统自动推进", "Only the system does this")
    found = mothers.get(number, lock=True)
    if found is None:
        return
    on, mother = city_date(at), found.mother
    current().about(case=number, person=mother.applicant, place=mother.receiving)
    form, held = event_log.form_of(mother), cases.get_many(list(mother.children.values()))
    children = {item: held[child].case for item, child in mother.children.items() if child in held}
    form, kept, forms, new = _with_told(mother, form, children, told or {}, on)
    kinds = frozenset(catalog.credential_kinds())
    for fact in new:
        mother = rule.apply(mother, fact)
    mother, more = event_progress.noted(mother, children, kinds, on, forms, frozenset(late))
    new += more
    if mother.stage == "open":
        table = event_parts.table_of(mother, form, found.query_code, on)
        mother, started = event_parts.started(mother, table)
        new += started
        if not mothers.has_form(number, found.mother.form):
            mother, again = event_parts.asked_again(mother, table)
            new += again
        if rule.over(mother):
            new.append(Gathered(on=on))
    after = event_log.appended(found.mother, new, kept)
    if event_theme.due(after, catalog.prepared(after.event, after.opened_on or on).event.theme):
        jobs.defer(jobs.Later("event_theme", number, after.n))


@step
def _with_told(
    mother: Mother, form: EventForm, children: Mapping[str, Case], told: Told, on: dt.date
) -> tuple[EventForm, list[Any], dict[str, str], list[Body]]:
    """The one form with what departments said of results and what the person corrected in a child: the form, what is to be kept
    beside the log, by item the form that its results gave, and the facts that name it."""
    assert mother.opened_on is not None
    prepared = catalog.prepared(mother.event, mother.opened_on)
    kept, forms, new = [], dict[str, str](), list[Body]()
    fresh = {item: values for item, values in told.items() if values and not _resulted(mother, item)}
    if fresh:
        form = msgspec.structs.replace(
            form, told=form.told | {k: v for values in fresh.values() for k, v in values.items()}
        )
        kept.append(event_log.sealed(form))
        forms = dict.fromkeys(fresh, kept[-1].digest)
    for item, case in children.items():
        one = mother.of(item)
        if (
            one is not None
            and one.correcting
            and case.stage != "correcting"
            and (changed := _corrected(prepared, item, case))
        ):
            intake = msgspec.structs.replace(form.intake, answers=form.intake.answers | changed)
            form = msgspec.structs.replace(form, intake=intake)
            kept.append(event_log.sealed(form))
            new.append(Amended(on=on, item=item, form=kept[-1].digest))
    return form, kept, forms, new


def _resulted(mother: Mother, item: str) -> bool:
    one = mother.of(item)
    return one is None or one.resulted


def _corrected(prepared: Prepared, item: str, case: Case) -> dict[str, Any]:
    """What the person corrected in a child, as elements of the one form, so that the next parts do not repeat the mistake. Empty
    where the answers lie at another node: then the center there has them, and the person is asked again if they matter."""
    first = cases.log(case.number)[0].fact
    before = cases.beside(case.number, first.answers) if isinstance(first, facts.Opened) else None
    after = cases.beside(case.number, case.answers)
    if before is None or after is None:
        return {}
    old, new = msgspec.json.decode(before), msgspec.json.decode(after)
    means = event_part.term_of(prepared, item).means
    changed = {means.get(code, code): value for code, value in new.items() if old.get(code) != value}
    return {key: value for key, value in changed.items() if key not in prepared.constants}
