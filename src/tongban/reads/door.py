"""Who stands at the resident's door: the one who signed in, and for whom they act now, by name; and for whom they may act."""

import datetime as dt

import msgspec

from tongban.domain import acting
from tongban.domain.acting import Relation
from tongban.domain.actor import Actor
from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text
from tongban.flows import access, arrive
from tongban.plumbing.clock import city_date
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import queries as people
from tongban.registers.people.rows import HeldMandate


class Standing(msgspec.Struct, frozen=True):
    """The visit as its resident sees it: names in clear, because they are their own and of whom they act for."""

    visit: str
    center: str
    me: str
    whom: str
    applicant: str
    agent: str
    mandate: str
    how: str


class Choice(msgspec.Struct, frozen=True):
    """Somebody for whom one may act: by which mandate, what they are to me, for which items (none: all), until when. ``why_not``
    says why it does not hold today."""

    mandate: str
    name: str
    relation: Relation
    items: tuple[Text, ...]
    until: dt.date | None
    why_not: Text | None = None


def standing(actor: Actor, visit_id: str, *, at: dt.datetime) -> Standing:
    """Who is here in this visit, and for whom; Refused when it is over or another's, and when the mandate does not hold any more: who
    was told no must not go on reading with a page that was open."""
    visit = access.visit(actor, visit_id)
    if visit.agent:
        held = people.mandate(visit.mandate)
        if held is None:
            raise NotFound("mandate.not_found", "没有找到这份委托", "No such mandate", pointer="/mandate")
        arrive.must_act_for(held, at)
    names = people.identities([one for one in (visit.applicant, visit.agent) if one])
    me = names[visit.agent or visit.applicant].name
    return Standing(
        str(visit.id),
        visit.center,
        me,
        names[visit.applicant].name,
        visit.applicant,
        visit.agent,
        visit.mandate,
        visit.how,
    )


def choices(actor: Actor, visit_id: str, *, at: dt.datetime) -> tuple[Choice, ...]:
    """For whom the one who signed in may act, what holds first; organisations are not served here and left out."""
    visit = access.visit(actor, visit_id)
    held = people.mandates_for(visit.agent or visit.applicant)
    persons = people.identities(sorted({m.principal for m in held if m.kind != "organisation"}))
    on, made = city_date(at), []
    for one in held:
        if one.principal in persons:
            birth = persons[one.principal].birth
            made.append(_choice(one, persons[one.principal].name, birth, on))
    return tuple(sorted(made, key=lambda c: c.why_not is not None))


def _choice(held: HeldMandate, name: str, birth: dt.date | None, on: dt.date) -> Choice:
    mandate, items, why_not = people.plain(held), catalog.items(), None
    try:
        acting.must_act_for(mandate, birth, on)
    except Refused as refused:
        why_not = refused.text
    return Choice(
        held.ref, name, acting.relation(mandate, birth, on, held.relation), tuple(items[i].name for i in held.items if i in items),
        held.valid_until, why_not,
    )  # fmt: skip
