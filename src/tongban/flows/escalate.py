"""What time does by itself (timed work of flows/jobs.py): silence accepts, a correction that never came lapses, and a published
calendar makes provisional dates final. Each case is its own transaction, so one that fails holds up no other."""

import datetime as dt

from tongban.domain import acts, deadlines
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.refusals import Conflict, Refused
from tongban.flows import write
from tongban.flows.handle import Standing, standing, version_of
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as case_queries
from tongban.registers.cases import service as cases
from tongban.registers.catalog import queries as catalog


@flow("case.accept_by_silence")
def accept_by_silence(actor: Actor, number: str, *, at: dt.datetime) -> Standing:
    """逾期不告知即受理: not told within the limit is accepted since the day of receipt."""
    found, on = case_queries.get(number, lock=True), city_date(at)
    if (
        found is None
        or found.case.stage != "received"
        or found.due_kind != "accept"
        or not found.due_on
        or found.due_on >= on
    ):
        raise Conflict("case.not_possible_now", "办件状态已变化", "The case has moved on")
    limits = version_of(found).limits
    current().about(case=number, place=found.case.holder)
    fact = acts.accept(
        found.case, legal_days=limits.legal_days, promised_days=limits.promised_days, on=on, basis="silence"
    )
    return standing(write.appended(found, fact))


@flow("case.lapse")
def lapse(actor: Actor, number: str, *, at: dt.datetime) -> Standing:
    """A correction that did not come by its date: the application ends as withdrawn, and says why."""
    found, on = case_queries.get(number, lock=True), city_date(at)
    if found is None or found.case.stage != "correcting" or not found.due_on or found.due_on >= on:
        raise Conflict("case.not_possible_now", "办件状态已变化", "The case has moved on")
    current().about(case=number, place=found.case.holder, reason="correction lapsed")
    return standing(write.appended(found, acts.withdraw(found.case, "correction_lapsed", on)))


@flow("case.recompute_due")
def recompute_due(actor: Actor, number: str, *, at: dt.datetime) -> Standing:
    """A calendar notice came: compute the date again."""
    found = case_queries.get(number, lock=True)
    if found is None:
        raise Conflict("case.not_possible_now", "办件状态已变化", "The case has moved on")
    due = deadlines.due(found.case, catalog.calendar())
    cases.set_due(number, due)
    current().about(case=number, due=str(due.on), provisional=due.provisional)
    return standing(found.case)


def sweep(at: dt.datetime, most: int = 500) -> dict[str, int]:
    """Do what time demands now; return how many of each. Harmless to repeat; bounded, so call it again when full."""
    done = {"silence": 0, "lapsed": 0, "recomputed": 0}
    today = city_date(at)
    for found in case_queries.overdue("accept", today, most):
        done["silence"] += _try(accept_by_silence, found.case.number, at)
    for found in case_queries.overdue("correct", today, most):
        done["lapsed"] += _try(lapse, found.case.number, at)
    after = ""
    while batch := case_queries.provisional(most, after):
        for found in batch:
            if deadlines.due(found.case, catalog.calendar()) != found.due:
                done["recomputed"] += _try(recompute_due, found.case.number, at)
        after = batch[-1].case.number
    return done


def _try(act: object, number: str, at: dt.datetime) -> int:
    try:
        act(SYSTEM, number, at=at)  # type: ignore[operator]
    except Refused:
        return 0
    return 1
