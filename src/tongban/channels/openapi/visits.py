"""接待: a person served at a counter: who is here, their mandate, what departments know, what was typed so far. A visit belongs to
the token that began it and is the reason for everything seen by it."""

from ninja import Router

from tongban.channels.openapi import taken
from tongban.channels.openapi.answers import (
    DepartmentSilent,
    Entered,
    Gathered,
    KnownValue,
    PersonInClear,
)
from tongban.channels.openapi.bodies import EndIn, FetchIn, LookIn, MandateIn, MeetIn, Nothing
from tongban.channels.openapi.parameters import ConsentId, MandateId, VisitId
from tongban.channels.openapi.wire import Call, read, write
from tongban.flows import access, elsewhere, serve
from tongban.flows import permissions as permissions_flow
from tongban.flows.permissions import Ended, Withdrawn
from tongban.flows.serve import Met
from tongban.plumbing import here
from tongban.reads import assessment, permissions, serving
from tongban.reads.permissions import Allowed
from tongban.reads.serving import VisitPage

router = Router(tags=["visits"])


@write(router, "/visits", status=201)
def meet(call: Call, body: MeetIn) -> Met:
    """接待: begin to serve a person

    With an agent, the agent is the one who is here and whose document was read. Cases that the person has in other districts
    come to this node within a moment, and may be followed, corrected and withdrawn with this visit."""
    met = serve.meet(
        call.actor, taken.person(call, body.applicant, "/applicant"), how=body.how,
        agent=taken.person(call, body.agent, "/agent") if body.agent else None, center=body.center or "", at=call.at,
        key=call.key,
    )  # fmt: skip
    if not here.is_city():
        elsewhere.ask_of_person(call.actor, met.visit, at=call.at)
    return met


@read(router, "/visits/{visit}")
def show_visit(call: Call, visit: VisitId) -> VisitPage:
    """接待情况: who is served, masked: what is known of them and from where, their drafts, recent cases and mandates"""
    return serving.visit_page(call.actor, visit, today=call.today)


@write(router, "/visits/{visit}/mandate", status=201)
def enter_mandate(call: Call, visit: VisitId, body: MandateIn) -> Entered:
    """登记委托: the agent of this visit shows a mandate"""
    shown = taken.mandate(call, body)
    return Entered(
        serve.register_mandate(
            call.actor,
            visit,
            kind=shown.kind,
            items=shown.items,
            until=shown.until,
            paper=shown.paper,
            relation=shown.relation,
            at=call.at,
            key=call.key,
        )
    )


@read(router, "/visits/{visit}/permissions")
def show_permissions(call: Call, visit: VisitId) -> Allowed:
    """委托与授权: the mandates and consents that the one who is here may end, what holds first"""
    return permissions.allowed(call.actor, visit, at=call.at)


@write(router, "/visits/{visit}/mandates/{mandate}/end")
def end_mandate(call: Call, visit: VisitId, mandate: MandateId, body: EndIn) -> Ended:
    """撤销委托: the one who is here takes a mandate back or lays one down; it holds from today

    A guardianship ends by a document, named by a token with case.supervise. Ended twice, the first day counts."""
    return permissions_flow.end_mandate(call.actor, visit, mandate, body.document, at=call.at, key=call.key)


@write(router, "/visits/{visit}/consents/{consent}/withdraw")
def withdraw_consent(call: Call, visit: VisitId, consent: ConsentId, body: Nothing) -> Withdrawn:
    """撤回授权: departments are not asked under this consent any more; what came before stays"""
    return permissions_flow.withdraw_consent(call.actor, visit, consent, at=call.at, key=call.key)


@write(router, "/visits/{visit}/fetch")
def fetch(call: Call, visit: VisitId, body: FetchIn) -> Gathered:
    """调取: ask the departments for what the item needs, with the person's consent

    It takes two and a half seconds at the most; a department that is slow or down is named, and its papers are taken."""
    told = serve.gather(call.actor, visit, body.item, at=call.at)
    held = assessment.held(call.actor, visit, body.item, today=call.today)
    silent = tuple(DepartmentSilent(name, why) for name, why in told.unavailable)
    return Gathered(held, tuple(sorted(set(told.not_there) - set(held))), silent)


@write(router, "/visits/{visit}/look")
def look_at_person(call: Call, visit: VisitId, body: LookIn) -> PersonInClear:
    """查看: the person's data in clear, with a reason

    The look is written down and the person sees it; sent again it is another look."""
    seen = access.person(call.actor, reason=body.reason, visit_id=visit, person_id=str(body.person or ""), at=call.at)
    known = {code: KnownValue(k.value, k.source, k.as_of, k.grade) for code, k in seen.known.items()}
    return PersonInClear(seen.person, seen.identity, known)


@write(router, "/visits/{visit}/close", status=204)
def close_visit(call: Call, visit: VisitId, body: Nothing) -> None:
    """结束接待: the person has left; nothing of theirs can be opened by this visit any more"""
    serve.close(call.actor, visit, at=call.at, key=call.key)
