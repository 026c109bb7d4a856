"""草稿: what was typed so far for the person served, right or wrong, kept so that nothing is typed twice."""

import datetime as dt

import msgspec
from ninja import Router

from tongban.channels.openapi import taken
from tongban.channels.openapi.bodies import DraftIn
from tongban.channels.openapi.parameters import DraftId, VisitId
from tongban.channels.openapi.wire import Call, at_state, read, write
from tongban.domain.draft import Draft
from tongban.domain.receiving import Intake
from tongban.domain.refusals import NotFound
from tongban.flows import receive
from tongban.reads import serving

router = Router(tags=["visits"])


class DraftSeen(msgspec.Struct, frozen=True):
    """A draft as it was last saved; send ``rev`` with the next save."""

    id: str
    rev: int
    item: str
    version: int
    center: str
    updated_at: dt.datetime
    intake: Intake


@write(router, "/visits/{visit}/drafts", status=201)
def begin_draft(call: Call, visit: VisitId, body: DraftIn) -> Draft:
    """新建草稿: keep what was typed so far, right or wrong"""
    return _save(call, visit, body, "")


@read(router, "/visits/{visit}/drafts/{draft}", acts=True)
def show_draft(call: Call, visit: VisitId, draft: DraftId) -> DraftSeen:
    """查看草稿: a draft of the person served, whoever began it"""
    found = serving.draft(call.actor, visit, draft)
    if found is None:
        raise NotFound("draft.not_found", "没有找到这份草稿", "No such draft", pointer="/draft")
    intake = msgspec.json.decode(found.body, type=Intake)
    seen = DraftSeen(str(found.id), found.rev, found.item, found.version, found.center, found.updated_at, intake)
    return at_state(seen, found.rev)


@write(router, "/visits/{visit}/drafts/{draft}", method="PUT")
def save_draft(call: Call, visit: VisitId, draft: DraftId, body: DraftIn) -> Draft:
    """保存草稿: save it again; 409 when another device saved in between"""
    return _save(call, visit, body, draft)


def _save(call: Call, visit: str, body: DraftIn, draft: str) -> Draft:
    return receive.save_draft(
        call.actor, visit, body.item, taken.intake(call, body), draft=draft, rev=body.rev, at=call.at, key=call.key
    )
