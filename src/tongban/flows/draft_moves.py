"""A draft follows the person: it lies at one node, the city knows at which, and a node that serves the person asks for it and is sent it
with its scans. What becomes of crossing saves and questions, domain/draft.py says. On a node that is alone nothing is written."""

import datetime as dt
import uuid

import msgspec

from tongban.domain import draft as rule
from tongban.domain.actor import Actor
from tongban.domain.draft import Kind, Lies
from tongban.domain.text import Text
from tongban.exchange import outbox, queries, whereabouts
from tongban.exchange.draft_letters import DraftHere, DraftLies, DraftMoves, DraftWanted
from tongban.exchange.letters import Letter
from tongban.exchange.sheet import FileHere
from tongban.flows import access, event_access
from tongban.flows.desk import Desk, NotYet
from tongban.plumbing import files, here
from tongban.plumbing.audit import service as audit
from tongban.plumbing.clock import city_date
from tongban.plumbing.drafts import Drafts, Forgotten, Stood
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import named as item_files
from tongban.registers.cases import queries as item_drafts
from tongban.registers.cases import service as items
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import named as event_files
from tongban.registers.mothers import queries as event_drafts
from tongban.registers.mothers import service as events

SINCE = 3
"""The version of the letters that knows drafts: a node that reads less is told nothing of them."""
PATIENCE = dt.timedelta(hours=1)
"""So long a question for a draft waits for letters and scans that are ahead of it."""


Found = item_drafts.DraftFound | event_drafts.DraftFound


def _alone() -> bool:
    return len(here.nodes().nodes) == 1


def _found(kind: Kind, draft: uuid.UUID) -> Found | None:
    return item_drafts.draft(draft) if kind == "item" else event_drafts.draft(draft)


def _kept(kind: Kind) -> Drafts:
    return items.drafts if kind == "item" else events.drafts


def _lies(stood: Stood | None) -> Lies | None:
    return Lies(stood.gone_to or here.node(), stood.moves, stood.used_by) if stood else None


def _files(kind: Kind, body: bytes) -> set[str]:
    return item_files.in_draft(body) if kind == "item" else event_files.in_draft(body)


def _name(node: str) -> Text:
    known = here.nodes().by_code.get(node)
    return known.name if known else Text(node)


# What the flows on drafts ask and tell.


@step
def must_lie_here(before: Found | None) -> None:
    """Conflict ``draft.away`` for a draft that has moved on to another node."""
    if before is not None and before.gone_to:
        raise rule.away(before.gone_to, _name(before.gone_to))


@step
def not_saved(kind: Kind, draft: uuid.UUID, person: str) -> None:
    """Say why a draft could not be saved: it was saved, handed in or fetched by another node in between."""
    stood = _kept(kind).stands(draft, person)
    if stood is not None and stood.gone_to:
        raise rule.away(stood.gone_to, _name(stood.gone_to))
    raise rule.newer()


@step
def saved(kind: Kind, code: str, draft: uuid.UUID, person: str, center: str, before: Found | None) -> None:
    """Tell the city where the draft lies: at its first save, and then once a day and when another counter goes on with it."""
    act = current()
    told = before is not None and city_date(before.updated_at) == city_date(act.at) and before.center == center
    if not told and not _alone():
        moves = before.moves if before is not None else 0
        _tell(DraftLies(draft.hex, person, kind, code, center, act.at, here.node(), moves))


@step
def used(kind: Kind, code: str, draft: str, person: str, center: str, number: str, stood: Stood | None) -> None:
    """The draft is handed in under a number: once, and only where it lies, with all its scans."""
    if stood is None:
        return
    if stood.used_by:
        raise rule.used(stood.used_by)
    if stood.gone_to:
        raise rule.away(stood.gone_to, _name(stood.gone_to))
    if _alone():
        return
    uid = rule.parse_id(draft)
    found = _found(kind, uid) if stood.moves else None
    if found is not None and not all(files.exists(one) for one in _files(kind, found.body)):
        raise rule.scans_coming()
    _tell(DraftLies(uid.hex, person, kind, code, center, current().at, here.node(), stood.moves, number))


@step
def forgotten(kind: Kind, some: list[Forgotten]) -> None:
    """Tell the city of drafts that lay here and were forgotten."""
    if not _alone():
        for one in some:
            if one.lay_here:
                _tell(DraftLies(one.id.hex, one.applicant, kind, "", "", current().at, "", one.moves))


def _tell(word: DraftLies) -> None:
    city = here.nodes().city
    if here.is_city():
        _heard(word, here.node(), current().at)
    elif queries.reads(city, SINCE):
        outbox.post(city, word, current().at)


def _heard(word: DraftLies, sender: str, at: dt.datetime) -> Lies | None:
    """Note at the city what a node says of a draft. Returns where it lies when the node's word is older than what is known."""
    uid = uuid.UUID(word.draft)
    found = whereabouts.known(uid)
    known = found[1] if found and found[0] == word.person else None
    if found and known is None:
        return None
    verdict = rule.heard(known, Lies(word.node, word.moves, word.case), sender)
    if verdict == "believe":
        if word.node:
            whereabouts.note(word, at)
        else:
            whereabouts.forget([uid])
    return known if verdict == "older" else None


# What is asked at a counter or a door.


@flow("draft.fetch")
def fetch(actor: Actor, visit_id: str, draft: str, *, at: dt.datetime, key: str = "") -> str:
    """取回草稿: ask the node where a draft of the person served lies for it; returns that node (this one: it is here). Asked twice, it
    comes once. NotFound ``draft.not_found`` when nothing is known of it; Conflict ``draft.used`` with the number it became."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    uid = rule.parse_id(draft)
    known = [*_heard_of(uid, visit.applicant), *_left(uid, visit.applicant)]
    if not known:
        raise rule.missing()
    if number := next((where.number for _, _, where in known if where.number), ""):
        raise rule.used(number)
    # Both what was heard and what is known of its leaving here may be old: the later move is the nearer one.
    kind, code, where = max(known, key=lambda one: one[2].moves)
    current().about(person=visit.applicant, place=visit.center, draft=draft, node=where.node)
    if where.node == here.node():
        return where.node
    event = catalog.event(code) if kind == "event" else None
    if event is not None and not event_access.named(visit, (one.item for one in event.items)):
        raise rule.missing()
    whereabouts.wanted(uid, visit.applicant, kind, where.node, where.moves, at)
    outbox.post(where.node, DraftWanted(uid.hex, visit.applicant, kind, here.node(), where.moves), at)
    return where.node


def _heard_of(uid: uuid.UUID, person: str) -> list[tuple[Kind, str, Lies]]:
    heard = queries.draft_elsewhere(uid)
    if heard is None or heard.person != person or heard.node in ("", here.node()):
        return []
    return [(heard.kind, heard.code, Lies(heard.node, heard.moves, heard.number))]


def _left(uid: uuid.UUID, person: str) -> list[tuple[Kind, str, Lies]]:
    """What this node itself has, or had, of the draft."""
    kinds: tuple[Kind, ...] = ("item", "event")
    found = [(kind, one) for kind in kinds if (one := _found(kind, uid)) is not None and one.applicant == person]
    return [(kind, _code(one), one.lies(here.node())) for kind, one in found]


def _code(found: Found) -> str:
    return found.item if isinstance(found, item_drafts.DraftFound) else found.event


# What letters bring.


@step
def lies_came(desk: Desk, letter: Letter) -> None:
    """Where a draft lies: told to the city; or answered to us, who asked for it."""
    word = letter.body
    assert isinstance(word, DraftLies)
    if here.is_city() and desk.sender != word.node and word.node:
        raise NotYet("not_holder", f"a draft at {word.node} is not for {desk.sender} to tell of")
    uid = uuid.UUID(word.draft)
    if here.is_city():
        if (newer := _heard(word, desk.sender, desk.at)) is not None:
            told = msgspec.structs.replace(word, node=newer.node, moves=newer.moves, case=newer.number)
            outbox.post(desk.sender, told, desk.at)
        return
    if desk.sender == here.nodes().city:
        _corrected(word, uid)
    if whereabouts.is_wanted(uid, word.person) and (word.case or not word.node):
        whereabouts.note(word, desk.at)


def _corrected(word: DraftLies, uid: uuid.UUID) -> None:
    """The city says that our draft is an older one, from before a restored backup: it lies elsewhere, or was handed in."""
    stood = _kept(word.kind).stands(uid, word.person)
    if stood is None or stood.used_by or word.moves <= stood.moves or word.node in ("", here.node()):
        return
    _kept(word.kind).gone(uid, word.node, word.moves)


@step
def wanted_came(desk: Desk, letter: Letter) -> None:
    """A node that serves the person asks for their draft."""
    want = letter.body
    assert isinstance(want, DraftWanted)
    if want.origin not in here.nodes().by_code or want.origin == here.node():
        return
    uid = uuid.UUID(want.draft)
    stood = _kept(want.kind).stands(uid, want.person)
    late = letter.at < desk.at - PATIENCE
    answer = rule.asked_for(_lies(stood), here.node(), want.origin, want.moves, late=late)
    if answer == "wait":
        raise NotYet("draft", "the draft is on its way here")
    if answer == "give":
        _give(desk, want, uid, late)
    elif answer == "on" and stood is not None:
        outbox.post(stood.gone_to, msgspec.structs.replace(want, moves=stood.moves), desk.at)
    else:
        number = stood.used_by if stood is not None else ""
        moves = max(want.moves, stood.moves if stood else 0)
        place = here.node() if number else ""
        word = DraftLies(want.draft, want.person, want.kind, "", "", desk.at, place, moves, number)
        outbox.post(want.origin, word, desk.at)
        if want.origin != here.nodes().city:
            _tell(word)


def _give(desk: Desk, want: DraftWanted, uid: uuid.UUID, late: bool) -> None:
    """Send the draft and let go of it: from here on it lies at the node that asks."""
    found = _found(want.kind, uid)
    assert found is not None
    named = sorted(_files(want.kind, found.body))
    scans = [one for one in named if files.exists(one)]
    if len(scans) < len(named) and found.moves and not late:
        raise NotYet("draft", "scans of the draft are on their way here")
    moves = found.moves if found.gone_to else found.moves + 1
    _kept(want.kind).gone(uid, want.origin, moves)
    draft = DraftMoves(
        uid.hex, found.applicant, want.kind, _code(found), found.center, found.by, found.updated_at, found.rev, moves, found.body,
        found.version if isinstance(found, item_drafts.DraftFound) else 0, found.agent, tuple(FileHere(one, files.size_of(one)) for one in scans),
    )  # fmt: skip
    outbox.post(want.origin, draft, desk.at)
    for one in scans:
        outbox.post_file(want.origin, one, desk.at)
    # The resident sees where their draft went.
    audit.looked(
        desk.actor, "draft", person=want.person, reason=f"draft:{uid}", at=desk.at, place=want.origin,
    )  # fmt: skip


@step
def draft_came(desk: Desk, letter: Letter) -> None:
    """A draft that was asked for from here, for the person who is served: it lies here now."""
    draft = letter.body
    assert isinstance(draft, DraftMoves)
    uid = uuid.UUID(draft.draft)
    stood = _kept(draft.kind).stands(uid, draft.person)
    if not rule.comes(_lies(stood), draft.moves):
        return
    # One that was here before may come although nobody asks any more: a question overtaken by moves is answered late.
    if stood is None and not whereabouts.is_wanted(uid, draft.person):
        raise NotYet("not_holder", f"nobody here asked {desk.sender} for this draft")
    if draft.kind == "item":
        items.draft_come(
            uid, applicant=draft.person, agent=draft.agent, item=draft.code, version=draft.version, center=draft.center,
            by=_by(desk, draft), rev=draft.rev, moves=draft.moves, body=draft.body, at=draft.at,
        )  # fmt: skip
    else:
        events.draft_come(
            uid, applicant=draft.person, agent=draft.agent, event=draft.code, center=draft.center, by=_by(desk, draft),
            rev=draft.rev, moves=draft.moves, body=draft.body, at=draft.at,
        )  # fmt: skip
    whereabouts.forget([uid])
    _tell(DraftLies(uid.hex, draft.person, draft.kind, draft.code, draft.center, draft.at, here.node(), draft.moves))


def _by(desk: Desk, draft: DraftMoves) -> str:
    return draft.by if "/" in draft.by else f"{desk.sender}/{draft.by}"


@step
def for_answer(desk: Desk, person: str) -> tuple[DraftHere, ...]:
    """At the city: where the drafts of a person lie, for the node that asks. One that does not know drafts hears nothing of them."""
    if desk.schema < SINCE:
        return ()
    return tuple(
        DraftHere(one.id.hex, one.kind, one.code, one.center, one.saved_at, one.node, one.moves)
        for one in queries.drafts_of(person, desk.sender)
    )
