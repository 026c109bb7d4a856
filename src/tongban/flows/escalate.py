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
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog


def _moved_on() -> Conflict:
    return Conflict("case.not_possible_now", "办件状态已变化", "The case has moved on")


def _held(actor: Actor, number: str) -> Found:
    """The locked case; time acts for the city, and whoever acts in its place needs a supervisor's power."""
    found = case_queries.get(number, lock=True)
    if found is None:
        raise _moved_on()
    actor.must("case.supervise", found.case.holder)
    current().about(case=number, place=found.case.holder)
    return found


def _past(found: Found, stage: str, kind: str, on: dt.date) -> bool:
    return found.case.stage == stage and found.due_kind == kind and found.due_on is not None and found.due_on < on


def _untold(found: Found, on: dt.date) -> bool:
    """Nobody told the resident in time: the center that looked, or the one that never took it over."""
    if not _past(found, "received", "take_over", on):
        return _past(found, "received", "accept", on)
    last = deadlines.told_by(found.case, catalog.calendar()).on
    return last is not None and last < on


@flow("case.accept_by_silence")
def accept_by_silence(actor: Actor, number: str, *, at: dt.datetime) -> Standing:
    """逾期不告知即受理: not told within the limit is accepted since the day of receipt, also where nobody has taken it over."""
    found, on = _held(actor, number), city_date(at)
    if not _untold(found, on):
        raise _moved_on()
    limits = version_of(found).limits
    fact = acts.accept(
        found.case, legal_days=limits.legal_days, promised_days=limits.promised_days, on=on, basis="silence"
    )
    return standing(write.appended(found, fact))


@flow("case.lapse")
def lapse(actor: Actor, number: str, *, at: dt.datetime) -> Standing:
    """A correction that did not come by its date: the application ends as withdrawn, and says why."""
    found, on = _held(actor, number), city_date(at)
    if not (_past(found, "correcting", "correct", on) and acts.lapses(found.case)):
        raise _moved_on()
    current().about(reason="correction lapsed")
    return standing(write.appended(found, acts.withdraw(found.case, "correction_lapsed", on)))


@flow("case.recompute_due")
def recompute_due(actor: Actor, number: str, *, at: dt.datetime) -> Standing:
    """A calendar notice came: compute the date again."""
    found = _held(actor, number)
    due = deadlines.due(found.case, catalog.calendar())
    cases.set_due(number, due)
    current().about(due=str(due.on), provisional=due.provisional)
    return standing(found.case)


def sweep(at: dt.datetime, most: int = 500) -> dict[str, int]:
    """Do what time demands now; return how many of each. Harmless to repeat; reads ``most`` cases at a time, and goes past
    those that cannot be helped (a split case that came back may not be accepted where it lies)."""
    done = {"silence": 0, "lapsed": 0, "recomputed": 0}
    today = city_date(at)
    for name, kind, act, ripe in (
        ("silence", "accept", accept_by_silence, _untold), ("silence", "take_over", accept_by_silence, _untold),
        ("lapsed", "correct", lapse, lambda found, on: acts.lapses(found.case)),
    ):  # fmt: skip
        last = None
        while overdue := case_queries.overdue(kind, today, most, last):
            for found in overdue:
                if ripe(found, today):
                    done[name] += _try(act, found.case.number, at)
            last = overdue[-1]
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
