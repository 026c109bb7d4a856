"""Ending what a person allowed (撤销委托、撤回授权): the one who stands at the counter takes a mandate back, lays down one under which
they act, or withdraws a consent. It holds from now on; what was done before stays lawful, and cases under way stay where they are."""

import datetime as dt

import msgspec

from tongban.domain import consent as rule
from tongban.domain.actor import Actor
from tongban.domain.refusals import NotFound
from tongban.flows import access
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import current, flow
from tongban.registers.counters.queries import VisitFound
from tongban.registers.people import queries as people
from tongban.registers.people import service
from tongban.registers.people.rows import HeldConsent, HeldMandate


class Ended(msgspec.Struct, frozen=True):
    """A mandate that ended, and from which day on: ended twice, it is the first day that counts."""

    ref: str
    since: dt.date


class Withdrawn(msgspec.Struct, frozen=True):
    """A consent that was withdrawn, and when: withdrawn twice, it is the first moment that counts."""

    ref: str
    at: dt.datetime


@flow("visit.end_mandate")
def end_mandate(
    actor: Actor, visit_id: str, mandate: str, document: str = "", *, at: dt.datetime, key: str = ""
) -> Ended:
    """撤销委托: from today the agent may not act under it. A guardianship ends by a document, which a supervisor names."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    held, on = _mandate(visit, mandate), city_date(at)
    if held.kind == "guardian" and document.strip() and actor.may("case.supervise", visit.center):
        side, reason = "document", document.strip()[:100]
    else:
        side, reason = rule.must_end(held, visit.agent or visit.applicant), ""
    service.revoke_mandate(held.ref, on, actor.ref)
    current().about(case=f"visit:{visit_id}", person=visit.applicant, reason=reason, ended_by=side, mandate=held.ref)
    return Ended(held.ref, min(held.revoked_on or on, on))


@flow("visit.withdraw_consent")
def withdraw_consent(actor: Actor, visit_id: str, consent: str, *, at: dt.datetime, key: str = "") -> Withdrawn:
    """撤回授权: departments are not asked under it any more; for another look they must be agreed to anew."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    held = _consent(visit, consent)
    service.withdraw_consent(held.ref, at)
    current().about(case=f"visit:{visit_id}", person=visit.applicant, consent=held.ref)
    return Withdrawn(held.ref, min(held.withdrawn_at or at, at))


def mandates_shown(visit: VisitFound) -> tuple[HeldMandate, ...]:
    """The mandates that the one who is here may see and end: an agent those between them and the applicant; an applicant all that
    they gave or act under."""
    if visit.agent:
        return people.mandates_for(visit.agent, visit.applicant)
    return (*people.mandates_of(visit.applicant), *people.mandates_for(visit.applicant))


def consents_shown(visit: VisitFound) -> tuple[HeldConsent, ...]:
    """The consents that the one who is here may see and withdraw: an agent those they gave, an applicant all."""
    found = people.consents_of(visit.applicant)
    return tuple(c for c in found if not visit.agent or c.given_by == visit.agent)


def _mandate(visit: VisitFound, ref: str) -> HeldMandate:
    for one in mandates_shown(visit):
        if one.ref == ref:
            return one
    raise NotFound("mandate.not_found", "没有找到这份委托", "No such mandate", pointer="/mandate")


def _consent(visit: VisitFound, ref: str) -> HeldConsent:
    for one in consents_shown(visit):
        if one.ref == ref:
            return one
    raise NotFound("consent.not_found", "没有找到这份同意", "No such consent", pointer="/consent")
