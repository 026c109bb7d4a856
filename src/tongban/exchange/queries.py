"""What screens and commands show of the mail room: lanes, nodes as last heard, custody of a case, parked letters, what was asked of other
nodes and of the city. Readers only."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Literal

import msgspec

from tongban.domain.text import Text
from tongban.plumbing import here
from tongban.plumbing.statements import ask


class LaneLine(msgspec.Struct, frozen=True):
    """A lane out of this node: letters given to it, in the stream, applied at the other side; what waits and since when."""

    to: str
    lane: str
    last: int
    sent: int
    delivered: int
    waiting: int
    oldest: dt.datetime | None
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None
    a_minute: int


class LaneIn(msgspec.Struct, frozen=True):
    """A lane into this node: applied up to, known to be sent up to, since when; bags that wait behind a gap."""

    from_node: str
    lane: str
    last: int
    known: int
    at: dt.datetime
    kept: int

    @property
    def waiting(self) -> int:
        """Letters that we know to have been sent and have not applied."""
        return max(0, self.known - self.last)


class Peer(msgspec.Struct, frozen=True):
    """Another node as last heard: when, by its own clock, the version of its letters, its catalog (SM3, hex), letters it still
    has to get rid of, and the release it runs."""

    node: str
    heard_at: dt.datetime
    clock: dt.datetime
    schema: int
    catalog: str
    waiting: int
    program: str


class Sent(msgspec.Struct, frozen=True):
    """A dossier that left this node: to whom, with which entry, written when, applied there when (None: not yet)."""

    to: str
    n: int
    at: dt.datetime
    delivered_at: dt.datetime | None


class Parked(msgspec.Struct, frozen=True):
    """A letter that could not be applied: where it came from, which one, about which case, why (code and words), since when,
    how often it was tried again and when last."""

    id: int
    from_node: str
    lane: str
    seq: int
    schema: int
    kind: str
    number: str
    reason: str
    detail: str
    at: dt.datetime
    tries: int
    tried_at: dt.datetime | None


PARKED = (
    "select id, from_node, lane, seq, schema, kind, number, reason, detail, at, tries, tried_at from exchange_parked"
)


class Refused(msgspec.Struct, frozen=True):
    """A bag that could not be opened: from whom as it says, which letters, why."""

    id: int
    from_node: str
    lane: str
    first: int
    last: int
    reason: str
    detail: str
    at: dt.datetime


class Asked(msgspec.Struct, frozen=True):
    """An act that was asked of another node: ``state`` is waiting, done or refused (then with a code and words). ``item`` is the
    part of the life event that it is about, empty for an act on a case."""

    id: str
    number: str
    act: str
    to_node: str
    at: dt.datetime
    state: str
    code: str
    text: Text
    answered_at: dt.datetime | None
    item: str = ""


class Answered(msgspec.Struct, frozen=True):
    """The numbers of the cases found (their copies are here), and the moment for which that is true."""

    numbers: tuple[str, ...]
    as_of: dt.datetime


def lanes_out(at: dt.datetime) -> list[LaneLine]:
    """The lanes to other nodes. ``a_minute``: letters written in the last minute."""
    rows = ask(
        "select o.to_node, o.lane, o.last, o.sent, o.delivered, o.last - o.delivered + u.many, "
        "least(u.oldest, (select min(l.at) from exchange_letter l where l.to_node = o.to_node and l.lane = o.lane "
        "and l.seq = o.delivered + 1)), o.sent_at, o.delivered_at, "
        "(select count(*) from exchange_letter l where l.to_node = o.to_node and l.lane = o.lane and l.at > %s) "
        "from exchange_out_lane o cross join lateral (select count(*) as many, min(at) as oldest from exchange_letter l "
        "where l.to_node = o.to_node and l.lane = o.lane and l.seq is null) u order by o.to_node, o.lane",
        [at - dt.timedelta(minutes=1)],
    )
    return [LaneLine(*row) for row in rows]


def worth_a_line(node: str, waiting: int) -> bool:
    """Whether a screen shows a lane: one to or from a node that the layout no longer has only while something waits in it."""
    return waiting > 0 or node in here.nodes().by_code


def lanes_in() -> list[LaneIn]:
    """The lanes from other nodes."""
    rows = ask(
        "select i.from_node, i.lane, i.last, i.known, i.at, (select count(*) from exchange_bag b "
        "where b.from_node = i.from_node and b.lane = i.lane and b.reason = '') from exchange_in_lane i "
        "order by i.from_node, i.lane"
    )
    return [LaneIn(*row) for row in rows]


def peers() -> list[Peer]:
    """The other nodes that were heard."""
    rows = ask("select node, heard_at, clock, schema, catalog, waiting, program from exchange_peer order by node")
    return [Peer(*row) for row in rows]


def dossiers(number: str) -> list[Sent]:
    """When the dossier of a case left this node and arrived, newest first."""
    rows = ask(
        "select to_node, n, at, delivered_at from exchange_letter where number = %s and kind = 'dossier' order by id desc",
        [number],
    )
    return [Sent(*row) for row in rows]


def dossiers_of(numbers: Sequence[str]) -> dict[str, dict[int, dt.datetime | None]]:
    """For each of these cases whose dossier left this node: the entry it was sent with -> when it was applied there, or None."""
    rows = ask(
        "select number, n, delivered_at from exchange_letter where kind = 'dossier' and number = any(%s) order by id",
        [list(numbers)],
    )
    found: dict[str, dict[int, dt.datetime | None]] = {}
    for number, n, at in rows:
        known = found.setdefault(number, {})
        # Sent again (a gap was asked for), it has arrived when the first one did.
        known[n] = known.get(n) or at
    return found


def awaited_of(numbers: Sequence[str]) -> dict[str, int]:
    """How many files of these cases are still under way to this node; cases that wait for none are left out."""
    rows = ask(
        "select number, count(*) from exchange_awaited_file where number = any(%s) group by number", [list(numbers)]
    )
    return dict(rows)


def parked(most: int = 200) -> list[Parked]:
    """Letters that could not be applied, oldest first, without what they say."""
    return [Parked(*row) for row in ask(f"{PARKED} order by id limit %s", [most])]


def waiting_for_somebody() -> tuple[int, int]:
    """How many letters are parked, and how many bags were refused."""
    (row,) = ask(
        "select (select count(*) from exchange_parked), (select count(*) from exchange_bag where reason <> '')"
    )
    return int(row[0]), int(row[1])


def refused_bags(most: int = 100) -> list[Refused]:
    """Bags that could not be opened, newest first."""
    rows = ask(
        "select id, from_node, lane, first, last, reason, detail, at from exchange_bag where reason <> '' "
        "order by id desc limit %s",
        [most],
    )
    return [Refused(*row) for row in rows]


def asked_about(number: str) -> list[Asked]:
    """What was asked from here of other nodes about a case, newest first."""
    rows = ask(
        "select id, number, act, to_node, at, state, code, text::text, answered_at, item "
        "from exchange_request "
        "where number = %s order by at desc limit 20",
        [number],
    )
    return [Asked(str(r[0]), r[1], r[2], r[3], r[4], r[5], r[6], _text(r[7]), r[8], r[9]) for r in rows]


def _text(stored: str) -> Text:
    return Text("") if stored == "{}" else msgspec.json.decode(stored, type=Text)


def answer_to(question: str) -> Answered | None:
    """The city's answer to a question; None while there is none."""
    rows = ask(
        "select numbers::text, as_of from exchange_question where id = %s and answered_at is not null",
        [uuid.UUID(question)],
    )
    return Answered(tuple(msgspec.json.decode(rows[0][0])), rows[0][1]) if rows else None


class DraftElsewhere(msgspec.Struct, frozen=True):
    """A draft that lies at another node, as far as is known here: of which item or life event (``kind``, ``code``), where and when it
    was saved last, how often it moved, the number it became, and since when it was asked for (None: it was not)."""

    id: uuid.UUID
    person: str
    kind: Literal["item", "event"]
    code: str
    center: str
    saved_at: dt.datetime
    node: str
    moves: int
    number: str
    wanted_at: dt.datetime | None


_DRAFT = "select id, person::text, kind, code, center, saved_at, node, moves, number, wanted_at from exchange_draft"


def drafts_of(person: str, but: str, most: int = 50) -> list[DraftElsewhere]:
    """The unfinished drafts of a person that lie at other nodes than ``but``, newest first, as far as was heard."""
    rows = ask(
        f"{_DRAFT} where person = %s and number = '' and node not in ('', %s) and code <> '' "
        "order by saved_at desc, id limit %s",
        [person, but, most],
    )
    return [DraftElsewhere(*row) for row in rows]


def draft_elsewhere(draft: uuid.UUID) -> DraftElsewhere | None:
    """What was heard of a draft; None when nothing was."""
    return next((DraftElsewhere(*row) for row in ask(f"{_DRAFT} where id = %s", [draft])), None)


def reads(node: str, version: int) -> bool:
    """Whether a node is known to read letters of this version: a new kind of letter is written to no other."""
    return bool(ask("select 1 from exchange_peer where node = %s and schema >= %s", [node, version]))


def as_of(center: str, now: dt.datetime) -> dt.datetime:
    """Up to which moment what is known here of cases held at a center is complete: now when this node hosts it; else when its
    node was last heard with nothing under way, or the city's word when that node does not write to us."""
    if here.hosts(center):
        return now
    nodes = here.nodes()
    rows = ask(
        "select p.node, case when i.last < i.known then i.at else p.heard_at end from exchange_peer p "
        "left join exchange_in_lane i on i.from_node = p.node and i.lane = 'letters' where p.node in (%s, %s)",
        [nodes.host(center), nodes.city],
    )
    heard: dict[str, dt.datetime] = dict(rows)
    return heard.get(nodes.host(center)) or heard.get(nodes.city) or dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def recalling() -> dt.datetime | None:
    """Since when this node waits for its own facts from others, after a restored backup; None when it does not."""
    rows = ask("select recalling from exchange_relay where id = 1")
    return rows[0][0] if rows else None


def posted_since(node: str, kind: str, moment: dt.datetime) -> bool:
    """Whether a letter of this kind was written to a node since a moment."""
    return bool(
        ask("select 1 from exchange_letter where at > %s and to_node = %s and kind = %s limit 1", [moment, node, kind])
    )


OWN = dt.timedelta(minutes=10)
"""How long after a restored backup other nodes may still tell us what we wrote ourselves."""


def restored_lately(at: dt.datetime) -> bool:
    """Whether this node fetches from others what a restored backup has forgotten, or did until a while ago."""
    return bool(
        ask("select 1 from exchange_relay where id = 1 and (recalling is not null or recalled_at > %s)", [at - OWN])
    )


def restored_at() -> dt.datetime | None:
    """When this node last had back from the others what a restored backup had forgotten; None when it never was restored."""
    rows = ask("select recalled_at from exchange_relay where id = 1")
    return rows[0][0] if rows else None


def caught_up() -> bool:
    """Whether this node has all that it wrote itself: False between the restore of a backup and the answers of the others."""
    return recalling() is None
