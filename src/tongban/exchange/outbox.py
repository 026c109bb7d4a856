"""Letters that leave: written in the transaction of the act they tell of, numbered and read by the mail room afterwards. All
statements are plain SQL: in a flow they travel with the others, in the mail room each is a transaction of its own."""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator, Sequence

import msgspec
from django.db import connection

from tongban.domain.refusals import NotFound
from tongban.exchange import letters
from tongban.exchange.bag import LETTER_LIMIT
from tongban.exchange.letters import Letter
from tongban.exchange.sheet import FIRST
from tongban.plumbing import crypto, files
from tongban.plumbing.ids import new_id
from tongban.plumbing.statements import ask, say, say_rows

log = logging.getLogger("tongban.exchange")

LETTERS, FILES = LANES = "letters", "files"
CHANNEL = "exchange_posted"
KEEP = dt.timedelta(days=30)
"""How long a delivered letter is kept: a node restored from a backup of this age asks for it again."""
FEW = 64
"""Copies of facts that may wait for each other for a moment."""
SENT_FOR = dt.timedelta(days=5)
"""How long a file that was sent counts as being there: less than the days after which a node forgets one that no case names."""


class Outgoing(msgspec.Struct, frozen=True):
    """A numbered letter, opened, as it goes into a bag."""

    seq: int
    body: bytes


class Lane(msgspec.Struct, frozen=True):
    """A lane to another node: the last number given, how far it is in the stream, how far it was applied there. ``patient``: what is
    to be sent are a few copies of facts and nothing that somebody waits for. ``reads``: the version of letters that the node was heard
    to read (0: it was not heard)."""

    to: str
    lane: str
    last: int
    sent: int
    delivered: int
    turn: int
    patient: bool = False
    reads: int = 0


def post(to: str, body: letters.Body, at: dt.datetime, *, number: str = "", n: int = 0) -> None:
    """Write a letter to another node, in the transaction of the act under way."""
    post_many([(to, body)], at, number=number, n=n)


def post_many(addressed: Sequence[tuple[str, letters.Body]], at: dt.datetime, *, number: str = "", n: int = 0) -> None:
    """Write several letters; the mail room is woken if it sleeps."""
    rows = []
    for to, body in addressed:
        uid = new_id()
        data = letters.encode(Letter(uid.hex, at, body))
        kind = letters.kind(body)
        if len(data) > LETTER_LIMIT:
            raise ValueError(f"a letter ({kind}) of {len(data)} bytes; at most {LETTER_LIMIT}: send files in pieces")
        lane = FILES if kind == "piece" else LETTERS
        rows.append((uid, to, lane, kind, number, n, at, len(data), crypto.seal(data, context=_place(uid))))
    say_rows("insert into exchange_letter (uid, to_node, lane, kind, number, n, at, size, body)", rows)
    say(f"select pg_notify('{CHANNEL}', '') from exchange_relay where id = 1 and asleep")


def post_file(to: str, digest: str, at: dt.datetime) -> None:
    """Write the pieces of a file of the cabinet, once for each node, unless that is so long ago that it may have let go of it."""
    if not ask(
        "insert into exchange_sent_file (to_node, digest, at) values (%s, %s, %s) on conflict (to_node, digest) "
        "do update set at = excluded.at where exchange_sent_file.at < %s returning digest",
        [to, digest, at, at - SENT_FOR],
    ):
        return
    size = files.size_of(digest)
    pieces = files.count(size)
    post_many([(to, letters.Piece(digest, size, place, pieces)) for place in range(pieces)], at)


def _place(uid: uuid.UUID) -> bytes:
    return b"exchange.letter:" + uid.hex.encode()


_NUMBER = (
    "with new as (select id, to_node, lane from exchange_letter where seq is null order by id limit %s for update), "
    "placed as (select id, to_node, lane, row_number() over (partition by to_node, lane order by id) as place from new), "
    "counted as (select to_node, lane, max(place) as many from placed group by to_node, lane), "
    "lanes as (insert into exchange_out_lane (to_node, lane, last, sent, delivered, turn) "
    "select to_node, lane, many, 0, 0, 0 from counted on conflict (to_node, lane) do update "
    "set last = exchange_out_lane.last + excluded.last returning to_node, lane, last) "
    "update exchange_letter l set seq = lanes.last - counted.many + placed.place from placed "
    "join counted using (to_node, lane) join lanes using (to_node, lane) where l.id = placed.id"
)


def number(most: int = 1_000) -> int:
    """Give lane numbers to letters that have none; returns to how many. Only the mail room calls it, one at a time (it holds a
    lock). Should a second one call it in the moment between, the rows are locked: a letter numbered twice would leave a gap."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [most])
        return int(cursor.rowcount)


def lanes(to: str = "") -> list[Lane]:
    """All lanes (to one node)."""
    rows = ask(
        "select to_node, lane, last, sent, delivered, turn, last - sent between 1 and %s and not exists (select from "
        "exchange_letter l where l.to_node = o.to_node and l.lane = o.lane and l.seq > o.sent and l.kind <> 'facts'), coalesce((select p.schema from exchange_peer p where p.node = o.to_node), 0) "
        "from exchange_out_lane o where %s in ('', to_node) order by to_node, lane",
        [FEW, to],
    )
    return [Lane(*row) for row in rows]


def read(to: str, lane: str, after: int, most: int = 256, most_bytes: int = 512_000) -> list[Outgoing]:
    """The next letters of a lane, in order and opened; at least one if there is one. Pieces are filled from the cabinet."""
    rows = ask(
        "select seq, uid, kind, size, body from exchange_letter where to_node = %s and lane = %s and seq > %s "
        "order by seq limit %s",
        [to, lane, after, 2 if lane == FILES else most],
    )
    if rows and rows[0][0] == after + 1:
        return list(_opened(rows, after, most_bytes))
    return _gone(to, lane, after, most)


def _gone(to: str, lane: str, after: int, most: int) -> list[Outgoing]:
    """Letters that the other side asks for and that nobody has any more: swept, or forgotten with a restored backup. In their place goes
    one that says nothing; else the lane would wait for them for ever. What facts they told is found missing by the chain.

    Asked in one statement: letters are being numbered meanwhile, and what was numbered between two looks would seem to be gone."""
    rows = ask(
        "select o.last, (select min(l.seq) from exchange_letter l where l.to_node = o.to_node and l.lane = o.lane "
        "and l.seq > %s) from exchange_out_lane o where o.to_node = %s and o.lane = %s",
        [after, to, lane],
    )
    if not rows:
        return []
    last, next_one = rows[0]
    upto = last if next_one is None else next_one - 1
    nothing = letters.encode(Letter(uuid.UUID(int=0).hex, FIRST, letters.Again("", 0)))
    return [Outgoing(seq, nothing) for seq in range(after + 1, min(upto, after + most) + 1)]


def _opened(rows: list[tuple[int, uuid.UUID, str, int, bytes]], after: int, most_bytes: int) -> Iterator[Outgoing]:
    total = 0
    for seq, uid, kind, size, body in rows:
        total += size
        if seq != after + 1 or (total > most_bytes and total != size):
            return
        after = seq
        data = crypto.open_(body, _place(uid))
        yield Outgoing(seq, _filled(data) if kind == "piece" else data)


def _filled(data: bytes) -> bytes:
    letter = letters.decode(data)
    piece = letter.body
    assert isinstance(piece, letters.Piece)
    try:
        filled = msgspec.structs.replace(piece, data=files.piece(piece.digest, piece.place))
    except (NotFound, crypto.Tampered) as why:
        # The file was lost or damaged here. It must not hold up all files behind it: the piece goes without its data, and the
        # other side shows that it did not come.
        log.error("a piece of file %s cannot be sent: %s", piece.digest[:12], why)
        return data
    return letters.encode(msgspec.structs.replace(letter, body=filled))


def sent(to: str, lane: str, seq: int, at: dt.datetime, turn: int = -1) -> None:
    """Letters up to ``seq`` are in the stream; of no account when the lane was rewound since they were read (``turn``)."""
    say(
        "update exchange_out_lane set sent = greatest(sent, %s), sent_at = %s where to_node = %s and lane = %s "
        "and %s in (-1, turn)",
        [seq, at, to, lane, turn],
    )


def delivered(to: str, lane: str, seq: int, at: dt.datetime) -> bool:
    """The other node has applied letters up to ``seq``; True when that is news."""
    # One statement, so that no dossier stays undelivered for ever when we are killed in between; and only over what is new: a word
    # comes each second, and a lane has a million letters.
    return bool(
        ask(
            "with old as (select delivered from exchange_out_lane where to_node = %s and lane = %s for update), "
            "lane as (update exchange_out_lane o set delivered = %s, delivered_at = %s from old "
            "where o.to_node = %s and o.lane = %s and o.delivered < %s returning old.delivered as before), "
            "dossiers as (update exchange_letter l set delivered_at = %s from lane where l.to_node = %s and l.lane = %s "
            "and l.seq > lane.before and l.seq <= %s and l.kind = 'dossier' and l.delivered_at is null) "
            "select before from lane",
            [to, lane, seq, at, to, lane, seq, at, to, lane, seq],
        )
    )


def rewind(to: str, lane: str, seq: int) -> None:
    """The other node has letters up to ``seq`` only: what is behind goes out again."""
    say(
        "update exchange_out_lane set sent = least(sent, %s), turn = turn + 1 where to_node = %s and lane = %s",
        [seq, to, lane],
    )


def adopt(to: str, lane: str, seq: int) -> bool:
    """Somebody has seen a number of this lane beyond ours: this database is older than it was. Go on behind it; True when so."""
    return bool(
        ask(
            "insert into exchange_out_lane (to_node, lane, last, sent, delivered, turn) values (%s, %s, %s, %s, %s, 0) "
            "on conflict (to_node, lane) do update set last = excluded.last, sent = excluded.last, "
            "delivered = excluded.last where exchange_out_lane.last < excluded.last returning last",
            [to, lane, seq, seq, seq],
        )
    )


def asleep(yes: bool) -> None:
    """Whether the mail room listens: then writers wake it."""
    say("update exchange_relay set asleep = %s where id = 1 and asleep <> %s", [yes, yes])


def waiting() -> int:
    """Letters that no node has applied yet."""
    (row,) = ask(
        "select coalesce((select sum(last - delivered) from exchange_out_lane), 0)::bigint "
        "+ (select count(*) from exchange_letter where seq is null)"
    )
    return int(row[0])


def sweep(at: dt.datetime, most: int = 5_000) -> int:
    """Forget letters that were applied at the other node long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from exchange_letter where id in (select l.id from exchange_letter l join exchange_out_lane o "
            "on o.to_node = l.to_node and o.lane = l.lane where l.at < %s and l.seq <= o.delivered limit %s)",
            [at - KEEP, most],
        )
        return int(cursor.rowcount)
