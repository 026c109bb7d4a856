"""Letters that came in: bags are opened and their letters are applied once, in one transaction; one that cannot be applied holds up
no other, but is parked with its reason. The TABLE says which letter is done by which step."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec
from django.db import InterfaceError, OperationalError

from tongban.domain.actor import Actor
from tongban.exchange import arriving, inbox, keys, letters
from tongban.exchange import bag as bags
from tongban.exchange.bag import Bag, BagRefused
from tongban.exchange.letters import Letter, Unreadable
from tongban.exchange.queries import Parked
from tongban.flows import arrivals, asking, catalog_letters, draft_moves, elsewhere, event_copies, recall
from tongban.flows.desk import Desk, NotYet
from tongban.plumbing.tx import current, flow, step

Step = Callable[[Desk, Any], None]
Tried = Literal["applied", "partly", "waits"]
"""What became of a parked letter that was tried again: ``partly`` when its case moved, and the rest of it waits."""

log = logging.getLogger("tongban.exchange")

TABLE: dict[type[letters.Body], Step] = {
    letters.Facts: arrivals.facts_came,
    letters.Dossier: arrivals.dossier_came,
    letters.EventLog: event_copies.log_came,
    letters.Piece: arrivals.piece_came,
    letters.Request: asking.request_came,
    letters.Outcome: asking.outcome_came,
    letters.Question: elsewhere.question_came,
    letters.Answer: elsewhere.answer_came,
    letters.DraftLies: draft_moves.lies_came,
    letters.DraftWanted: draft_moves.wanted_came,
    letters.DraftMoves: draft_moves.draft_came,
    letters.Publication: catalog_letters.publication_came,
    letters.ItemOpen: catalog_letters.item_open_came,
    letters.Again: recall.again_came,
    letters.Recall: recall.recall_came,
    letters.Recalled: recall.recalled_came,
}


class Arrived(msgspec.Struct, frozen=True):
    """What became of a bag: from whom, which lane, how far that lane is now; ``kept``: bags of the lane wait for earlier letters.
    ``touched``: the cases that moved in its transaction (an empty one: the catalog came)."""

    from_node: str = ""
    lane: str = ""
    seq: int = 0
    kept: bool = False
    applied: int = 0
    touched: tuple[str, ...] = ()


class Came(msgspec.Struct, frozen=True):
    """A bag that was opened; ``data`` is the bag as it came, to be kept when earlier letters are missing."""

    bag: Bag
    data: bytes


def node_actor(node: str) -> Actor:
    """The node whose letters are applied, as the one who acts."""
    return Actor(kind="system", ref=f"node:{node}", name=node)


def arrived(data: bytes, *, at: dt.datetime) -> Arrived:
    """Apply a bag. Whatever is wrong with its content is parked and shown; only trouble with the database is raised, and
    inbox.Waiting when so many bags wait that this one must stay in the stream."""
    return arrived_together([data], at=at)[0]


def arrived_together(some: Sequence[bytes], *, at: dt.datetime) -> list[Arrived]:
    """Apply bags of several lanes, those of a lane in order, in one transaction: under load a commit for each bag of three letters
    would be most of the work. When that fails, each gets a transaction of its own, so that a bad one spoils no other."""
    opened = [_open(data, at) for data in some]
    done = [Arrived() if one is None else Arrived(one.from_node, one.lane) for one in opened]
    todo = [place for place, one in enumerate(opened) if one is not None and one.lane != bags.STATUS]
    if not todo:
        return done
    came = [Came(opened[place], some[place]) for place in todo]  # type: ignore[arg-type]
    for place, one in zip(todo, _apply_all(came, at), strict=True):
        done[place] = one
    touched = {number for one in done for number in one.touched}
    # The newest word on each lane says whether bags wait behind it.
    for lane in {(one.from_node, one.lane): one for one in done if one.from_node}.values():
        touched.update(_follow_up(lane, at))
    _follow(touched, at)
    asking.do_waiting(at)
    recall.go_on(node_actor("here"), at=at)
    return done


def _open(data: bytes, at: dt.datetime) -> Bag | None:
    """The bag; None for one that is not believed, which is kept with the reason. A status word is heard at once."""
    try:
        bag = bags.unpack(data, keys.ours(), at=at)
    except BagRefused as why:
        if inbox.many_refused():
            log.warning("a refused bag is not kept, for so many are: %s", why.code)
        else:
            refuse(node_actor("unknown"), data, why.code, why.why, at=at)
        return None
    if bag.lane == bags.STATUS:
        heard(bag, at)
    return bag


def _apply_all(came: list[Came], at: dt.datetime) -> list[Arrived]:
    if len(came) > 1:
        try:
            return take(node_actor("here"), came, at=at)
        except Exception as why:
            if _passes(why):
                raise
    return [_apply(one, at) for one in came]


def _follow_up(lane: Arrived, at: dt.datetime) -> set[str]:
    """Bags that waited for what has just come; the cases that they move."""
    touched: set[str] = set()
    while lane.kept and (data := inbox.next_bag(lane.from_node, lane.lane, lane.seq, at)) is not None:
        try:
            bag = bags.unpack(data, keys.ours(), at=at)
        except BagRefused as why:
            # Its key was retired while it waited. Its letters are asked for again.
            refuse(node_actor(lane.from_node), data, why.code, why.why, at=at)
            break
        lane = _apply(Came(bag, data), at)
        touched.update(lane.touched)
    return touched


def _apply(one: Came, at: dt.datetime) -> Arrived:
    bag = one.bag
    try:
        return take(node_actor(bag.from_node), [one], at=at)[0]
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
        return take(node_actor(bag.from_node), [Came(one, b"")], at=at)[0]
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
def take(actor: Actor, came: Sequence[Came], *, at: dt.datetime) -> list[Arrived]:
    """Apply the letters of bags that are new, all in this transaction."""
    places = inbox.positions([(one.bag.from_node, one.bag.lane) for one in came], at)
    last = {lane: place.last for lane, place in places.items()}
    kept = {lane: place.kept for lane, place in places.items()}
    done, todo = list[Arrived](), list[tuple[Desk, int, bytes, Letter]]()
    desk: Desk | None = None
    for bag, data in ((one.bag, one.data) for one in came):
        lane, before = (bag.from_node, bag.lane), last[bag.from_node, bag.lane]
        if bag.first > before + 1:
            inbox.keep_bag(*lane, bag.first, bag.last, data, at)
            kept[lane] = True
        elif bag.last > before:
            desk = Desk(*lane, bag.schema, at, beside=desk)
            todo += _readable(desk, before, bag)
            last[lane] = bag.last
        done.append(Arrived(*lane, last[lane], kept[lane], last[lane] - before))
    if desk is not None:
        desk.expect([letter for *_, letter in todo])
    for at_desk, seq, body, letter in todo:
        _one(at_desk, seq, body, letter)
    for lane, place in places.items():
        if last[lane] > place.last:
            inbox.advance(*lane, last[lane], at)
    current().about(
        place=came[0].bag.from_node if len(last) == 1 else "",
        lanes=[[*lane, place.last + 1, last[lane]] for lane, place in sorted(places.items())],
        kept=[[*lane] for lane, waits in sorted(kept.items()) if waits],
    )
    touched = tuple(sorted(desk.touched)) if desk else ()
    return [msgspec.structs.replace(one, touched=touched) for one in done]


def _readable(desk: Desk, before: int, bag: Bag) -> list[tuple[Desk, int, bytes, Letter]]:
    """The letters of a bag behind a number; what this program does not understand is parked."""
    found = []
    for seq, body in enumerate(bag.letters[before + 1 - bag.first :], before + 1):
        try:
            found.append((desk, seq, body, letters.decode(body, bag.schema)))
        except Unreadable as why:
            kind, number = letters.about(body)
            inbox.park(
                bag.from_node, bag.lane, seq, bag.schema, body, "version", str(why), desk.at, kind=kind, number=number
            )
    return found


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
        done = [one for one in waiting if _again(one, at) != "waits"]
        touched |= {one.number for one in done if one.number}
        moved = bool(done)


@step
def _opened(one: Parked, at: dt.datetime) -> Tried:
    """Apply a parked letter; it waits, too, when somebody else has just dealt with it. Raises NotYet."""
    body = inbox.body_of(one)
    if body is None:
        return "waits"
    desk = Desk(one.from_node, one.lane, one.schema, at)
    try:
        letter = letters.decode(body, one.schema)
    except Unreadable as why:
        raise NotYet("version", str(why)) from None
    desk.expect([letter])
    try:
        TABLE[type(letter.body)](desk, letter)
    except NotYet as why:
        if not why.partly:
            raise
        inbox.still(one, why.code, why.why, at)
        return "partly"
    inbox.unpark(one)
    return "applied"


@flow("letters.try_again")
def try_again(actor: Actor, one: Parked, *, at: dt.datetime, key: str = "") -> Tried:
    """Try a parked letter again, now that what it lacked may be here. Raises NotYet: the transaction is
    undone, so that the tries of a machine, which go on for days, fill no audit trail."""
    current().about(case=one.number, place=one.from_node, lane=one.lane, seq=one.seq)
    return _opened(one, at)


@flow("letters.park")
def park(actor: Actor, one: Bag, code: str, why: str, *, at: dt.datetime) -> Arrived:
    """Park the only letter of a bag, and go on behind it."""
    place = inbox.positions([(one.from_node, one.lane)], at)[one.from_node, one.lane]
    kind, number = letters.about(one.letters[0])
    inbox.park(one.from_node, one.lane, one.first, one.schema, one.letters[0], code, why, at, kind=kind, number=number)
    inbox.advance(one.from_node, one.lane, one.last, at)
    current().about(place=one.from_node, lane=one.lane, seq=one.first, why=code)
    return Arrived(one.from_node, one.lane, one.last, place.kept)


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
    recall.go_on(node_actor("here"), at=at, pieces=recall.PIECES)
    if come := arriving.come():
        arrivals.files_came(node_actor("here"), come, at=at)
    catalog_letters.send_where_missing(at)
    due = [(one, _again(one, at)) for one in inbox.parked_due(at)]
    _follow({one.number for one, became in due if became != "waits" and one.number}, at)
    late = [
        one for one, became in due
        if became != "applied" and one.reason in recall.HELPED and one.at < at - recall.PATIENCE
    ]  # fmt: skip
    if late:
        recall.ask_for_gaps(node_actor("here"), late, at=at)
    return sum(became == "applied" for _, became in due)


def _again(one: Parked, at: dt.datetime) -> Tried:
    return tried(node_actor(one.from_node), one, at=at)


def tried(actor: Actor, one: Parked, *, at: dt.datetime) -> Tried:
    """Try a parked letter again; when it is in vain, it stays with the newest reason."""
    try:
        return try_again(actor, one, at=at)
    except NotYet as why:
        inbox.still(one, why.code, why.why, at)
    except Exception as why:
        if _passes(why):
            raise
        inbox.still(one, *_failed(why), at)
    return "waits"
