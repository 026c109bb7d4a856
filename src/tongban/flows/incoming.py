"""Letters that came in: a bag is opened and its letters are applied once, in one transaction; one that cannot be applied holds up
no other, but is parked with its reason. The TABLE says which letter is done by which step."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError

from tongban.domain.actor import Actor
from tongban.exchange import arriving, inbox, keys, letters
from tongban.exchange import bag as bags
from tongban.exchange.bag import Bag, BagRefused
from tongban.exchange.letters import Letter, Unreadable
from tongban.flows import arrivals, asking, catalog_letters, elsewhere, recall
from tongban.flows.desk import Desk, NotYet
from tongban.plumbing.tx import current, flow, step

Step = Callable[[Desk, Any], None]

log = logging.getLogger("tongban.exchange")

TABLE: dict[type[letters.Body], Step] = {
    letters.Facts: arrivals.facts_came,
    letters.Dossier: arrivals.dossier_came,
    letters.Piece: arrivals.piece_came,
    letters.Request: asking.request_came,
    letters.Outcome: asking.outcome_came,
    letters.Question: elsewhere.question_came,
    letters.Answer: elsewhere.answer_came,
    letters.Publication: catalog_letters.publication_came,
    letters.ItemOpen: catalog_letters.item_open_came,
    letters.Again: recall.again_came,
    letters.Recall: recall.recall_came,
    letters.Recalled: recall.recalled_came,
}


class Arrived(msgspec.Struct, frozen=True):
    """What became of a bag: from whom, which lane, how far that lane is now; ``kept``: it waits for earlier letters. ``touched``:
    the cases that moved (an empty one: the catalog came)."""

    from_node: str = ""
    lane: str = ""
    seq: int = 0
    kept: bool = False
    applied: int = 0
    touched: tuple[str, ...] = ()


def node_actor(node: str) -> Actor:
    """The node whose letters are applied, as the one who acts."""
    return Actor(kind="system", ref=f"node:{node}", name=node)


def arrived(data: bytes, *, at: dt.datetime) -> Arrived:
    """Apply a bag. Whatever is wrong with its content is parked and shown; only trouble with the database is raised, and
    inbox.Waiting when so many bags wait that this one must stay in the stream."""
    try:
        bag = bags.unpack(data, keys.ours(), at=at)
    except BagRefused as why:
        if inbox.many_refused():
            log.warning("a refused bag is not kept, for so many are: %s", why.code)
        else:
            refuse(node_actor("unknown"), data, why.code, why.why, at=at)
        return Arrived()
    if bag.lane == bags.STATUS:
        heard(bag, at)
        return Arrived(bag.from_node, bag.lane)
    done = _apply(bag, data, at)
    touched = {*done.touched}
    while (following := _next(bag, done, at)) is not None:
        try:
            then = bags.unpack(following, keys.ours(), at=at)
        except BagRefused as why:
            # Its key was retired while it waited. Its letters are asked for again.
            refuse(node_actor(bag.from_node), following, why.code, why.why, at=at)
            break
        done = _apply(then, following, at)
        touched.update(done.touched)
    _follow(touched, at)
    asking.do_waiting(at)
    return done


def _next(bag: Bag, done: Arrived, at: dt.datetime) -> bytes | None:
    return None if done.kept else inbox.next_bag(bag.from_node, bag.lane, done.seq, at)


def _apply(bag: Bag, data: bytes, at: dt.datetime) -> Arrived:
    try:
        return take(node_actor(bag.from_node), bag, data, at=at)
    except Exception as why:
        if _passes(why):
            raise
        # One letter spoils the transaction of all: then each gets its own, and the bad one is parked.
        done, touched = Arrived(bag.from_node, bag.lane), list[str]()
        for place, body in enumerate(bag.letters):
            done = _single(bag, bag.first + place, body, at)
            touched.extend(done.touched)
        return msgspec.structs.replace(done, touched=tuple(touched))


def _single(bag: Bag, seq: int, body: bytes, at: dt.datetime) -> Arrived:
    one = msgspec.structs.replace(bag, first=seq, last=seq, letters=[body])
    try:
        return take(node_actor(bag.from_node), one, b"", at=at)
    except Exception as why:
        if _passes(why):
            raise
        return park(node_actor(bag.from_node), one, *_failed(why), at=at)


def _passes(why: Exception) -> bool:
    """Trouble of the database, which passes: the bag comes again. Class 54 is content that no table can hold, and stays so."""
    state = getattr(why.__cause__, "sqlstate", None) or ""
    return isinstance(why, OperationalError | InterfaceError | inbox.Waiting) and not state.startswith("54")


def _failed(why: Exception) -> tuple[str, str]:
    """Reason and words for a letter on which the program failed. Of what a database says only the first line: further ones show
    the row."""
    # A number under two references: the nodes do not have the same person key (plumbing/crypto.py).
    code = "person" if "(id_kind, number_blind)" in str(why) else "error"
    return code, f"{type(why).__name__}: {str(why).partition(chr(10))[0]}"


@flow("letters.take")
def take(actor: Actor, bag: Bag, data: bytes, *, at: dt.datetime) -> Arrived:
    """Apply the letters of a bag that are new, all in this transaction. ``data`` is the bag as it came, to be kept when earlier
    letters are missing."""
    last = inbox.position(bag.from_node, bag.lane, at)
    if bag.last <= last:
        return Arrived(bag.from_node, bag.lane, last)
    if bag.first > last + 1:
        inbox.keep_bag(bag.from_node, bag.lane, bag.first, bag.last, data, at)
        current().about(place=bag.from_node, lane=bag.lane, kept=[bag.first, bag.last])
        return Arrived(bag.from_node, bag.lane, last, kept=True)
    fresh = bag.letters[last + 1 - bag.first :]
    desk = Desk(bag.from_node, bag.lane, bag.schema, at)
    todo = []
    for seq, body in enumerate(fresh, last + 1):
        try:
            todo.append((seq, body, letters.decode(body, bag.schema)))
        except Unreadable as why:
            kind, number = letters.about(body)
            inbox.park(
                bag.from_node, bag.lane, seq, bag.schema, body, "version", str(why), at, kind=kind, number=number
            )
    desk.expect([letter for _, _, letter in todo])
    for seq, body, letter in todo:
        _one(desk, seq, body, letter)
    inbox.advance(bag.from_node, bag.lane, bag.last, at)
    current().about(place=bag.from_node, lane=bag.lane, letters=[last + 1, bag.last])
    return Arrived(bag.from_node, bag.lane, bag.last, applied=len(fresh), touched=tuple(sorted(desk.touched)))


def _one(desk: Desk, seq: int, body: bytes, letter: Letter) -> None:
    try:
        TABLE[type(letter.body)](desk, letter)
    except NotYet as why:
        number = getattr(letter.body, "number", "")
        inbox.park(
            desk.sender, desk.lane, seq, desk.schema, body, why.code, why.why, desk.at,
            kind=letters.kind(letter.body), number=number,
        )  # fmt: skip


def _follow(touched: set[str], at: dt.datetime) -> None:
    """Try parked letters of the cases that just moved, and when the catalog came those that waited for it; each is an act of its
    own, so that one that fails spoils none of those that came. What this moves may free others."""
    if not touched or not inbox.any_parked():
        return
    moved = True
    while moved:
        waiting = inbox.parked_about(touched - {""})
        if "" in touched:
            waiting += inbox.parked_for("catalog")
        done = [one for one in waiting if _again(one, at)]
        touched |= {one.number for one in done if one.number}
        moved = bool(done)


@step
def _opened(one: inbox.Parked, at: dt.datetime) -> bool:
    """Apply a parked letter; False when somebody else has just dealt with it. Raises NotYet."""
    body = inbox.body_of(one)
    if body is None:
        return False
    desk = Desk(one.from_node, one.lane, one.schema, at)
    try:
        letter = letters.decode(body, one.schema)
    except Unreadable as why:
        raise NotYet("version", str(why)) from None
    desk.expect([letter])
    TABLE[type(letter.body)](desk, letter)
    inbox.unpark(one)
    return True


@flow("letters.try_again")
def try_again(actor: Actor, one: inbox.Parked, *, at: dt.datetime, key: str = "") -> bool:
    """Try a parked letter again, now that what it lacked may be here; True when it was applied. Raises NotYet: the transaction is
    undone, so that the tries of a machine, which go on for days, fill no audit trail."""
    current().about(case=one.number, place=one.from_node, lane=one.lane, seq=one.seq)
    return _opened(one, at)


@flow("letters.park")
def park(actor: Actor, one: Bag, code: str, why: str, *, at: dt.datetime) -> Arrived:
    """Park the only letter of a bag, and go on behind it."""
    inbox.position(one.from_node, one.lane, at)
    kind, number = letters.about(one.letters[0])
    inbox.park(one.from_node, one.lane, one.first, one.schema, one.letters[0], code, why, at, kind=kind, number=number)
    inbox.advance(one.from_node, one.lane, one.last, at)
    current().about(place=one.from_node, lane=one.lane, seq=one.first, why=code)
    return Arrived(one.from_node, one.lane, one.last)


@flow("letters.refuse")
def refuse(actor: Actor, data: bytes, code: str, why: str, *, at: dt.datetime) -> None:
    """Keep a bag that does not open or was not signed by a node of the ring: nothing in it is believed."""
    try:
        head = bags.peek(data)
        place = (head.from_node, head.lane, head.first, head.last)
    except BagRefused:
        place = ("unknown", "unknown", 0, 0)
    inbox.refuse_bag(*place, code, why, data[: bags.LIMIT], at)
    current().about(place=place[0], lane=place[1], why=code)


def heard(bag: Bag, at: dt.datetime) -> None:
    """A status message: positions and a clock, no act of the city. One that is not understood says at least that its node lives."""
    try:
        body = letters.decode(bag.letters[0], bag.schema).body
    except Unreadable:
        body = letters.Status(at, bag.schema)
    if isinstance(body, letters.Status) and (beyond := inbox.heard(bag.from_node, body, at)):
        seen = [(bag.from_node, one.lane, one.at) for one in beyond]
        recall.told(node_actor(bag.from_node), seen, at=at)


def restored(at: dt.datetime) -> None:
    """This database is older than it was: ask for what this node wrote since."""
    recall.ask(node_actor("here"), at=at)


def tend(at: dt.datetime) -> int:
    """What the mail room does every few seconds: parked letters are tried again, facts that are missing are asked for, requests
    that a crash left over are done. Bounded; returns how many letters were applied."""
    asking.do_waiting(at)
    if come := arriving.come():
        arrivals.files_came(node_actor("here"), come, at=at)
    catalog_letters.send_where_missing(at)
    due = inbox.parked_due(at)
    done = [one for one in due if _again(one, at)]
    _follow({one.number for one in done if one.number}, at)
    late = [one for one in due if one.reason in recall.HELPED and one.at < at - recall.PATIENCE and one not in done]
    if late:
        recall.ask_for_gaps(node_actor("here"), late, at=at)
    return len(done)


def _again(one: inbox.Parked, at: dt.datetime) -> bool:
    return tried(node_actor(one.from_node), one, at=at)


def tried(actor: Actor, one: inbox.Parked, *, at: dt.datetime) -> bool:
    """Try a parked letter again; when it is in vain, it stays with the newest reason."""
    try:
        return try_again(actor, one, at=at)
    except NotYet as why:
        inbox.still(one, why.code, why.why, at)
    except Exception as why:
        if _passes(why):
            raise
        inbox.still(one, *_failed(why), at)
    return False
