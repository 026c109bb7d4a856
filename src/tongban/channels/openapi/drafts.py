"""草稿: what was typed so far for the person served, right or wrong, kept so that nothing is typed twice; and fetched from the node where
it lies."""

import datetime as dt

import msgspec
from ninja import Router

from tongban.channels.openapi import taken
from tongban.channels.openapi.bodies import DraftIn, Nothing
from tongban.channels.openapi.parameters import DraftId, VisitId
from tongban.channels.openapi.wire import Call, at_state, read, write
from tongban.domain.draft import Draft
from tongban.domain.receiving import Intake
from tongban.domain.refusals import NotFound
from tongban.domain.text import Text
from tongban.flows import draft_moves, receive
from tongban.plumbing import here
from tongban.reads import draft_away, serving
from tongban.reads.draft_away import DraftAway
from tongban.reads.elsewhere import node_name

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


class DraftWanted(msgspec.Struct, frozen=True):
    """The node that was asked for a draft; ``here``: it lies at this one, and nobody had to be asked."""

    id: str
    node: str
    name: Text
    here: bool


@read(router, "/visits/{visit}/drafts-away")
def list_drafts_away(call: Call, visit: VisitId) -> tuple[DraftAway, ...]:
    """在别处的草稿: drafts of the person served that lie at other nodes, newest first

    The city is asked when the visit begins; its answer is here a moment later. Of what and where, not what they say."""
    return draft_away.away(call.actor, visit)


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


@write(router, "/visits/{visit}/drafts/{draft}/bring")
def bring_draft(call: Call, visit: VisitId, draft: DraftId, body: Nothing) -> DraftWanted:
    """取回草稿: ask the node where a draft of the person served lies for it

    It comes with its scans, in a second or so when the line is up; ask with GET whether it has. 409 `draft.used` when it was handed in
    meanwhile. With the same key it is asked once; with another, again."""
    node = draft_moves.fetch(call.actor, visit, draft, at=call.at, key=call.key)
    return DraftWanted(draft, node, node_name(node), node == here.node())


@read(router, "/visits/{visit}/drafts/{draft}/bring")
def show_bringing(call: Call, visit: VisitId, draft: DraftId) -> DraftAway:
    """取回情况: whether a draft has come: `away`, `coming`, `here`, `used` (under `number`) or `gone`

    Once it is `here`, load it (an item's) and save it with its revision."""
    return draft_away.one(call.actor, visit, draft)


def _save(call: Call, visit: str, body: DraftIn, draft: str) -> Draft:
    return receive.save_draft(
        call.actor, visit, body.item, taken.intake(call, body), draft=draft, rev=body.rev, at=call.at, key=call.key
    )
