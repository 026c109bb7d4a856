"""A life event (一件事) as the city acts on it: what a person says of it is kept at each step, and handed in it becomes a mother case
with a child for each item, which start when what they need is there."""

import datetime as dt
import uuid

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.mother import EventIntake
from tongban.domain.refusals import Conflict, NotFound
from tongban.flows import access
from tongban.plumbing.clock import city_date
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries as mother_queries
from tongban.registers.mothers import service as mothers


class Draft(msgspec.Struct, frozen=True):
    """A saved event draft: its id and revision; send the revision with the next save."""

    id: str
    rev: int


def _no_draft() -> NotFound:
    return NotFound("draft.not_found", "没有找到这份草稿", "No such draft", pointer="/draft")


def _draft_id(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError:
        raise _no_draft() from None


@flow("event.save")
def save(
    actor: Actor, visit_id: str, event: str, intake: EventIntake, *, draft: str = "", rev: int = 0, at: dt.datetime,
    key: str = "",
) -> Draft:  # fmt: skip
    """Keep what was said so far, right or wrong. A later writer than another device or counter is told (Conflict ``draft.newer``),
    nothing is lost. A page may name its draft before the first save (rev 0), so that a save sent twice is one draft."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    catalog.prepared(event, city_date(at))
    draft_id = _draft_id(draft) if draft else new_id()
    before = mother_queries.draft(draft_id) if draft else None
    if (rev and before is None) or (
        before is not None and (before.applicant, before.event) != (visit.applicant, event)
    ):
        raise _no_draft()
    current().about(person=visit.applicant, place=visit.center, event=event)
    saved = mothers.save_draft(
        draft_id, applicant=visit.applicant, agent=visit.agent, event=event, center=visit.center, by=actor.ref, rev=rev,
        body=msgspec.json.encode(intake), at=at,
    )  # fmt: skip
    if not saved:
        raise Conflict(
            "draft.newer",
            "这份草稿刚在另一处保存过,请载入最新内容后再改",
            "This draft was just saved elsewhere: load the newest first",
            pointer="/rev",
        )
    return Draft(str(draft_id), rev + 1)
