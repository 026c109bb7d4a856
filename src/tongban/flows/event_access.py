"""The only way to get a mother case: each function checks whose it is or the power over it. What an actor may not see does not exist
for it."""

import hmac
from collections.abc import Iterable

from tongban.domain import event_reach
from tongban.domain.actor import Actor
from tongban.domain.event_reach import Reach
from tongban.domain.prepared import Prepared
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import access
from tongban.plumbing.tx import step
from tongban.registers.counters.queries import VisitFound
from tongban.registers.mothers import queries
from tongban.registers.mothers.queries import Found
from tongban.registers.people import queries as people


def none() -> NotFound:
    """There is no such life event for this actor."""
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
        raise none()
    state = found.mother
    if actor.kind == "resident":
        if actor.ref.removeprefix("resident:") not in (state.applicant, state.agent):
            raise none()
    elif not actor.may("case.read", state.receiving):
        raise none()
    return found


def by_code(number: str, query_code: str) -> Found:
    """The mother case for somebody who knows its number and its query code; both wrong and unknown answer the same."""
    found = queries.get(number)
    if found is None or not hmac.compare_digest(found.query_code.encode(), query_code.encode()):
        raise none()
    return found


def of_served(visit: VisitFound, number: str) -> Found:
    """The mother case of the person served now, to be shown: the visit is the reason."""
    return _of(visit, queries.get(number))


@step
def of_visit(visit: VisitFound, number: str) -> Found:
    """The mother case of the person served now, locked for an act."""
    return _of(visit, queries.get(number, lock=True))


@step
def answered_for(actor: Actor, visit_id: str, number: str) -> tuple[Found, str, str]:
    """The mother case of the person served now, locked, with who acts for them (empty: they are here) and the center: of this node's own
    visit, or as the node vouches for that serves them."""
    if visit_id:
        served = access.visit(actor, visit_id)
        actor.must("case.receive", served.center)
        return of_visit(served, number), served.agent, served.center
    found = queries.get(number, lock=True)
    if found is None or not actor.serves or actor.serves[0] != found.mother.applicant:
        raise none()
    return found, actor.serves[1] if len(actor.serves) > 1 else "", actor.center


def named(visit: VisitFound, items: Iterable[str]) -> bool:
    """Whether a life event with these items is the business of who is here: always one's own; of somebody else, when the mandate of
    this visit names one of them. Whether it holds today is asked at the door, and for each item when it is handed in."""
    only = _only(visit)
    return only is None or not only.isdisjoint(items)


def reach(visit: VisitFound, prepared: Prepared) -> Reach | None:
    """How far who is here sees into the event of the person served: None for all of it (one's own, or under a mandate for everything).
    The only place where this is decided: whoever shows or keeps something of the person asks here. Refused ``mandate.event``."""
    only, items = _only(visit), {one.item for one in prepared.event.items}
    if only is None or items <= only:
        return None
    if items.isdisjoint(only):
        raise Refused(
            "mandate.event",
            "委托书没有写明这件事里的任何事项",
            "The mandate names no item of this life event",
            pointer="/event",
        )
    return event_reach.reach(prepared, only)


def _only(visit: VisitFound) -> frozenset[str] | None:
    """The items that the mandate of this visit names; None where nothing limits. At a counter a visit begins without a mandate: the
    clerk, who sees and vouches for who is there, takes it in while serving."""
    if not (visit.agent and visit.mandate):
        return None
    held = people.mandate(visit.mandate)
    if held is None:
        return frozenset()
    return None if held.all_items else frozenset(held.items)


def _of(visit: VisitFound, found: Found | None) -> Found:
    if found is None or visit.applicant != found.mother.applicant:
        raise none()
    return found
