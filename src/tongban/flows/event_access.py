"""The only way to get a mother case: each function checks whose it is or the power over it. What an actor may not see does not exist
for it."""

import hmac

from tongban.domain.actor import Actor
from tongban.domain.refusals import NotFound
from tongban.plumbing.tx import step
from tongban.registers.counters.queries import VisitFound
from tongban.registers.mothers import queries
from tongban.registers.mothers.queries import Found


def _none() -> NotFound:
    return NotFound(
        "event.not_found",
        "没有找到这件事的办件,请核对编号(22位)和查询码",
        "No such life event: check its number (22 characters) and the query code",
        pointer="/number",
    )


def mother(actor: Actor, number: str, *, lock: bool = False) -> Found:
    """The mother case, for the one it belongs to (or who acted for them) and for staff who may read cases where it was received."""
    found = queries.get(number, lock=lock)
    if found is None:
        raise _none()
    state = found.mother
    if actor.kind == "resident":
        if actor.ref.removeprefix("resident:") not in (state.applicant, state.agent):
            raise _none()
    elif not actor.may("case.read", state.receiving):
        raise _none()
    return found


def by_code(number: str, query_code: str) -> Found:
    """The mother case for somebody who knows its number and its query code; both wrong and unknown answer the same."""
    found = queries.get(number)
    if found is None or not hmac.compare_digest(found.query_code.encode(), query_code.encode()):
        raise _none()
    return found


def of_served(visit: VisitFound, number: str) -> Found:
    """The mother case of the person served now, to be shown: the visit is the reason."""
    return _of(visit, queries.get(number))


@step
def of_visit(visit: VisitFound, number: str) -> Found:
    """The mother case of the person served now, locked for an act."""
    return _of(visit, queries.get(number, lock=True))


def _of(visit: VisitFound, found: Found | None) -> Found:
    if found is None or visit.applicant != found.mother.applicant:
        raise _none()
    return found
