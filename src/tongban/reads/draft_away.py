"""Drafts of the person served that lie at another node: of what, where and when they were saved last, and how their fetching stands.
What a draft says is seen only when it has come; what is known here may be a little old, and fetching finds out."""

import datetime as dt
import uuid
from typing import Literal

import msgspec

from tongban.domain import draft as rule
from tongban.domain.actor import Actor
from tongban.domain.text import Text
from tongban.exchange import queries
from tongban.flows import access, event_access
from tongban.plumbing import here
from tongban.reads import values
from tongban.reads.elsewhere import node_name
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters.queries import VisitFound
from tongban.registers.mothers import queries as mothers

State = Literal["away", "coming", "here", "used", "gone"]


class DraftAway(msgspec.Struct, frozen=True):
    """A draft that lies elsewhere: ``kind`` and ``code`` of what, its name, where and when it was saved, at which node it lies.
    ``state``: it can be fetched, was asked for, has come, was handed in (under ``number``), or is no more."""

    id: str
    kind: Literal["item", "event"]
    code: str
    name: Text
    center: Text
    saved_at: dt.datetime | None
    node: Text
    state: State
    number: str = ""


def away(actor: Actor, visit_id: str, event: str = "") -> tuple[DraftAway, ...]:
    """What is known here of drafts of this person at other nodes, newest first; only those of an event when one is named."""
    visit = access.visit(actor, visit_id)
    shown = []
    for one in queries.drafts_of(visit.applicant, here.node()):
        name = _name(one.kind, one.code, visit)
        if name is not None and (not event or (one.kind, one.code) == ("event", event)):
            shown.append(_heard(one, name))
    return tuple(shown)


def one(actor: Actor, visit_id: str, draft_id: str) -> DraftAway:
    """How the fetching of one draft of this person stands. NotFound ``draft.not_found``."""
    visit = access.visit(actor, visit_id)
    uid = rule.parse_id(draft_id)
    heard = queries.draft_elsewhere(uid)
    if heard is not None and heard.person != visit.applicant:
        heard = None
    left = _left(uid, visit)
    if left is not None and left.state in ("here", "used"):
        return left
    name = _name(heard.kind, heard.code, visit) if heard is not None and heard.code else None
    if heard is not None and name is not None:
        return _heard(heard, name)
    if left is None:
        raise rule.missing()
    if heard is None:
        return left
    # Asked for from where it went, which this node knows by itself.
    state: State = "used" if heard.number else "gone" if not heard.node else "coming"
    return msgspec.structs.replace(left, state=state, number=heard.number)


def _left(uid: uuid.UUID, visit: VisitFound) -> DraftAway | None:
    """The draft as this node itself has it, or had it."""
    item, event = cases.draft(uid), mothers.draft(uid)
    found = item or event
    if found is None or found.applicant != visit.applicant:
        return None
    kind: Literal["item", "event"] = "item" if item is not None else "event"
    code = item.item if item is not None else event.event if event is not None else ""
    state: State = "used" if found.used_by else "away" if found.gone_to else "here"
    return DraftAway(
        str(found.id), kind, code, _name(kind, code, visit) or Text(code), values.place(found.center), found.updated_at,
        node_name(found.gone_to or here.node()), state, found.used_by,
    )  # fmt: skip


def _heard(one: queries.DraftElsewhere, name: Text) -> DraftAway:
    state: State = "used" if one.number else "gone" if not one.node else "coming" if one.wanted_at else "away"
    center = values.place(one.center) if one.center else Text("")
    return DraftAway(
        str(one.id), one.kind, one.code, name, center, one.saved_at, node_name(one.node), state, one.number
    )


def _name(kind: str, code: str, visit: VisitFound) -> Text | None:
    """What it is a draft of; None when this catalog does not know it, or it is not the business of who is here."""
    if kind == "item":
        item = catalog.items().get(code)
        return item.name if item is not None else None
    event = catalog.event(code)
    if event is None or not event_access.named(visit, (one.item for one in event.items)):
        return None
    return event.name
