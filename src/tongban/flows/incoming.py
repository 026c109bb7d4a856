"""Letters that came in: a bag is opened and its letters are applied once, in one transaction; one that cannot be applied holds up
no other, but is parked with its reason. The TABLE says which letter is done by which step."""

import datetime as dt
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
    """What became of a bag: from whom, which lane, how far that lane is now; ``kept``: it waits for earlier letters."""

    from_node: str = ""
    lane: str = ""
    seq: int = 0
    kept: bool = False
    applied: int = 0


def node_actor(node: str) -> Actor:
    """The node whose letters are applied, as the one who acts."""
    return Actor(kind="system", ref=f"node:{node}", name=node)


def arrived(data: bytes, *, at: dt.datetime) -> Arrived:
    """Apply a bag. Whatever is wrong with its content is parked and shown; only trouble with the database is raised, and
    inbox.Waiting when so many bags wait that this one must stay in the stream."""
    try:
        bag = bags.unpack(data, keys.ours(), at=at)
    except BagRefused as why:
        refuse(node_actor("unknown"), data, why.code, why.why, at=at)
        return Arrived()
    if bag.lane == bags.STATUS:
        heard(bag, at)
        return Arrived(bag.from_node, bag.lane)
    done = _apply(bag, data, at)
    while (following := _next(bag, done, at)) is not None:
        try:
            then = bags.unpack(following, keys.ours(), at=at)
        except BagRefused as why:
            # Its key was retired while it waited. Its letters are asked for again.
            refuse(node_actor(bag.from_node), following, why.code, why.why, at=at)
            break
        done = _apply(then, following, at)
    asking.do_waiting(at)
    return done


def _next(bag: Bag, done: Arrived, at: dt.datetime) -> bytes | None:
    return None if done.kept else inbox.next_bag(bag.from_node, bag.lane, done.seq, at)


def _apply(bag: Bag, data: bytes, at: dt.datetime) -> Arrived:
    try:
        return take(node_actor(bag.from_node), bag, data, at=at)
    except (OperationalError, InterfaceError, inbox.Waiting):
        raise
    except Exception:
        # One letter spoils the transaction of all: then each gets its own, and the bad one is parked.
        done = Arrived(bag.from_node, bag.lane)
        for place, body in enumerate(bag.letters):
            seq = bag.first + place
            one = msgspec.structs.replace(bag, first=seq, last=seq, letters=[body])
            try:
                done = take(node_actor(bag.from_node), one, b"", at=at)
            except (OperationalError, InterfaceError, inbox.Waiting):
                raise
            except Exception as why:
                # A number under two references: the nodes do not have the same person key (plumbing/crypto.py).
                code = "person" if "(id_kind, number_blind)" in str(why) else "error"
                done = park(node_actor(bag.from_node), one, code, f"{type(why).__name__}: {why}", at=at)
        return done


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
    if desk.touched and inbox.any_parked():
        _again(desk)
    current().about(place=bag.from_node, lane=bag.lane, letters=[last + 1, bag.last])
    return Arrived(bag.from_node, bag.lane, bag.last, applied=len(fresh))


def _one(desk: Desk, seq: int, body: bytes, letter: Letter) -> None:
    try:
        TABLE[type(letter.body)](desk, letter)
    except NotYet as why:
        number = getattr(letter.body, "number", "")
        inbox.park(
            desk.sender, desk.lane, seq, desk.schema, body, why.code, why.why, desk.at,
            kind=letters.kind(letter.body), number=number,
        )  # fmt: skip


def _again(desk: Desk) -> None:
    """Try parked letters of the cases that just moved, and those that waited for the catalog that just came."""
    reasons = ("catalog",) if desk.catalog_came else ()
    waiting = inbox.parked(numbers=desk.touched) if not reasons else inbox.parked(reasons)
    for one in waiting:
        _retry(one, desk.at)


@step
def _retry(one: inbox.Parked, at: dt.datetime) -> bool:
    body = inbox.body_of(one)
    if body is None:
        return False
    desk = Desk(one.from_node, one.lane, one.schema, at)
    try:
        letter = letters.decode(body, one.schema)
        desk.expect([letter])
        TABLE[type(letter.body)](desk, letter)
    except NotYet as why:
        inbox.still(one, why.code, why.why, at)
        return False
    except Unreadable as why:
        inbox.still(one, "version", str(why), at)
        return False
    inbox.unpark(one)
    return True


@flow("letters.try_again")
def try_again(actor: Actor, one: inbox.Parked, *, at: dt.datetime, key: str = "") -> bool:
    """Try a parked letter again, now that what it lacked may be here; True when it was applied."""
    current().about(case=one.number, place=one.from_node, lane=one.lane, seq=one.seq)
    return _retry(one, at)


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
    if isinstance(body, letters.Status) and inbox.heard(bag.from_node, body, at):
        restored(at)


def restored(at: dt.datetime) -> None:
    """This database is older than it was: ask for what this node wrote since."""
    recall.ask(node_actor("here"), at=at)


def tend(at: dt.datetime) -> int:
    """What the mail room does every few seconds: parked letters are tried again, facts that are missing are asked for, requests
    that a crash left over are done. Bounded; returns how many letters were applied."""
    asking.do_waiting(at)
    arriving.tidy()
    done = 0
    for one in inbox.parked(("gap", "catalog", "version", "person"), most=100):
        done += _tried(one, at)
    late = [one for one in inbox.parked(("gap",), most=100) if one.at < at - recall.PATIENCE and one.tries % 5 == 0]
    if late:
        recall.ask_for_gaps(node_actor("here"), late, at=at)
    return done


def _tried(one: inbox.Parked, at: dt.datetime) -> int:
    try:
        return int(try_again(node_actor(one.from_node), one, at=at))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        return 0
