"""网上委托: who signed in with proof gives somebody a mandate without paper, for items they name or for all, until a day; and takes it
back or lays one down (flows/permissions.py does that, for counters too). A guardianship is never made here: it needs its document."""

import datetime as dt

from tongban.domain import acting
from tongban.domain.actor import Actor
from tongban.domain.consent import Mandate, make_mandate
from tongban.domain.person import Identity
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows import access
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import current, flow
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import queries as people
from tongban.registers.people import service as people_service

LONGEST = dt.timedelta(days=3 * 366)


@flow("door.give_mandate")
def give(
    actor: Actor, visit_id: str, agent: Identity, items: tuple[str, ...], until: dt.date, *, relation: str = "", at: dt.datetime,
    key: str = "",
) -> str:  # fmt: skip
    """The principal, signed in as themselves, lets ``agent`` act for them; the visit stands for the paper. ``relation``: what the
    principal is to the agent, if they say so. Returns its reference."""
    visit, on = access.visit(actor, visit_id), city_date(at)
    if actor.kind != "resident" or visit.agent:
        raise NotAllowed(
            "mandate.own_only",
            "只能为自己出具委托,请先换回为自己办理",
            "A mandate is given by oneself: act for yourself first",
        )
    if until < on or until > on + LONGEST:
        raise Refused(
            "mandate.until",
            "截止日期应在今天以后、三年以内",
            "It ends after today and within three years",
            pointer="/until",
        )
    said = acting.must_be_said(relation)
    unknown = [one for one in items if one not in catalog.items()]
    if unknown:
        raise NotFound("item.not_found", "没有找到这个事项", "No such item", pointer="/items")
    held = people.by_number(agent.kind, agent.number)
    if held is not None and people.identity(held).name != agent.name:
        # One answer for a wrong name and for a stranger would let no one be mandated; so it says no more than that they differ.
        raise Refused(
            "mandate.agent_differs",
            "受托人的姓名和证件号码不一致,请核对",
            "Name and number do not agree",
            pointer="/name",
        )
    other = held or people_service.meet(agent, at)
    mandate = make_mandate(
        Mandate(
            principal=visit.applicant, agent=other, kind="written", items=items, all_items=not items, valid_from=on,
            valid_until=until, paper=f"visit:{visit_id}",
        )
    )  # fmt: skip
    current().about(case=f"visit:{visit_id}", person=visit.applicant, agent=other)
    return people_service.mandate(mandate, by=actor.ref, at=at, relation=said)
