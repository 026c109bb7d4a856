"""Letters that arrive: how far each lane is, bags that wait for earlier ones, letters that could not be applied and why, and what
is known of the other nodes. What a letter means is not decided here (flows/incoming.py)."""

import datetime as dt
from collections.abc import Iterable

import msgspec

from tongban.exchange import letters, outbox
from tongban.exchange.letters import Position
from tongban.exchange.queries import PARKED, Parked
from tongban.plumbing import crypto
from tongban.plumbing.statements import ask, say, say_rows

KEPT_BAGS = 2_000
"""Bags of one lane that may wait for a missing one; what comes beyond is left in the stream."""
FARTHEST = 10**15
"""No lane comes this far: a letter each microsecond for thirty years."""
REFUSED_BAGS = 1_000
"""Refused bags that are kept to be looked at. Whoever may speak to us could else fill the disk with what nobody signed."""
ASK_AGAIN = dt.timedelta(seconds=3)


class Waiting(Exception):
    """So many bags wait for a missing one that no more are kept: leave them in the stream."""


class Place(msgspec.Struct, frozen=True):
    """How far a lane is: the last letter that was applied or parked, and whether bags wait behind a missing one."""

    last: int
    kept: bool


def positions(lanes: Iterable[tuple[str, str]], at: dt.datetime) -> dict[tuple[str, str], Place]:
    """How far these lanes (from node, lane) are; they stay locked until the transaction ends, always in the same order."""
    wanted = sorted(set(lanes))
    say_rows(
        "insert into exchange_in_lane (from_node, lane, last, known, at)",
        [(node, lane, 0, 0, at) for node, lane in wanted],
        "on conflict do nothing",
    )
    rows = ask(
        "select from_node, lane, last, exists (select from exchange_bag b where b.from_node = l.from_node "
        "and b.lane = l.lane and b.reason = '') from exchange_in_lane l where (from_node, lane) in "
        "(select * from unnest(%s::text[], %s::text[])) order by from_node, lane for update",
        [[node for node, _ in wanted], [lane for _, lane in wanted]],
    )
    return {(node, lane): Place(last, kept) for node, lane, last, kept in rows}


def position(from_node: str, lane: str, at: dt.datetime) -> int:
    """The last letter of a lane that was applied or parked; the lane stays locked until the transaction ends."""
    return positions([(from_node, lane)], at)[from_node, lane].last


def advance(from_node: str, lane: str, last: int, at: dt.datetime) -> None:
    """Letters up to ``last`` are done with."""
    say(
        "update exchange_in_lane set last = %s, at = %s, asked_at = null where from_node = %s and lane = %s",
        [last, at, from_node, lane],
    )


def keep_bag(from_node: str, lane: str, first: int, last: int, data: bytes, at: dt.datetime) -> None:
    """Keep a bag until the letters before it are here. Raises Waiting when too many wait."""
    (row,) = ask(
        "select count(*), bool_or(first = %s and last = %s) from exchange_bag "
        "where from_node = %s and lane = %s and reason = ''",
        [first, last, from_node, lane],
    )
    if row[1]:
        return
    if row[0] >= KEPT_BAGS:
        raise Waiting(f"{row[0]} bags of {from_node}/{lane} wait")
    _bag(from_node, lane, first, last, "", "", data, at)


def many_refused() -> bool:
    """Whether so many refused bags lie here that no more are kept. What was in a true one is asked for again by its numbers."""
    (row,) = ask("select count(*) from (select from exchange_bag where reason <> '' limit %s) u", [REFUSED_BAGS])
    return int(row[0]) >= REFUSED_BAGS


def refuse_bag(from_node: str, lane: str, first: int, last: int, reason: str, detail: str, data: bytes, at: dt.datetime) -> None:  # fmt: skip
    """Keep a bag that cannot be opened, with the reason: somebody must look at it."""
    _bag(from_node[:40], lane[:40], first, last, reason, detail[:500], data, at)


def _bag(from_node: str, lane: str, first: int, last: int, reason: str, detail: str, data: bytes, at: dt.datetime) -> None:  # fmt: skip
    say(
        "insert into exchange_bag (from_node, lane, first, last, at, reason, detail, body) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [from_node, lane, first, last, at, reason, detail, data],
    )


def next_bag(from_node: str, lane: str, last: int, at: dt.datetime) -> bytes | None:
    """The next kept bag that now fits, taken out; older ones that are no longer needed go with it."""
    rows = ask(
        "delete from exchange_bag where from_node = %s and lane = %s and reason = '' and first <= %s "
        "returning first, last, body",
        [from_node, lane, last + 1],
    )
    useful = sorted((first, end, bytes(body)) for first, end, body in rows if end > last)
    for begin, end, body in useful[1:]:
        _bag(from_node, lane, begin, end, "", "", body, at)
    return useful[0][2] if useful else None


def park(
    from_node: str, lane: str, seq: int, schema: int, data: bytes, reason: str, detail: str, at: dt.datetime, *,
    kind: str = "", number: str = "",
) -> None:  # fmt: skip
    """Keep a letter that could not be applied."""
    say(
        "insert into exchange_parked (from_node, lane, seq, schema, kind, number, reason, detail, at, tries, body) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, %s) on conflict (from_node, lane, seq) do nothing",
        [from_node, lane, seq, schema, _words(kind, 20), _words(number, 25), reason, _words(detail, 500), at,
         crypto.seal(data, context=_place(from_node, lane, seq))],
    )  # fmt: skip


def parked_about(numbers: Iterable[str], most: int = 200) -> list[Parked]:
    """Parked letters about these cases; those tried least come first, so that one that always fails hides no other."""
    rows = ask(f"{PARKED} where number = any(%s) order by tries, id limit %s", [list(numbers), most])
    return [Parked(*row) for row in rows]


def parked_for(reason: str, most: int = 200) -> list[Parked]:
    """Parked letters of this reason, those tried least first."""
    rows = ask(f"{PARKED} where reason = %s order by tries, id limit %s", [reason, most])
    return [Parked(*row) for row in rows]


def parked_due(at: dt.datetime, most: int = 100) -> list[Parked]:
    """Parked letters that it is time to try again: after 2, 4, 8 … seconds, and at last every ten minutes, or every hour where
    time alone does not help. Those tried least come first: whoever fills the table delays only what was tried often."""
    rows = ask(
        f"{PARKED} where coalesce(tried_at, at) <= %s::timestamptz - least(interval '2 s' * power(2, least(tries, 12)), "
        "case when reason in ('gap', 'not_holder', 'catalog', 'version') then interval '10 min' else interval '1 h' end) "
        "order by tries, id limit %s",
        [at, most],
    )
    return [Parked(*row) for row in rows]


def parked_one(parked_id: int) -> Parked | None:
    """One parked letter; None when it has been dealt with."""
    rows = ask(f"{PARKED} where id = %s", [parked_id])
    return Parked(*rows[0]) if rows else None


def refused_bag(bag_id: int) -> bytes | None:
    """A refused bag as it came; None when it has been dealt with."""
    rows = ask("select body from exchange_bag where id = %s and reason <> ''", [bag_id])
    return bytes(rows[0][0]) if rows else None


def bag_is_done(bag_id: int) -> None:
    """A refused bag was opened after all."""
    say("delete from exchange_bag where id = %s and reason <> ''", [bag_id])


def body_of(one: Parked) -> bytes | None:
    """A parked letter, opened and locked; None when somebody has just dealt with it."""
    rows = ask("select body from exchange_parked where id = %s for update skip locked", [one.id])
    return crypto.open_(rows[0][0], _place(one.from_node, one.lane, one.seq)) if rows else None


def unpark(one: Parked) -> None:
    """A parked letter was applied."""
    say("delete from exchange_parked where id = %s", [one.id])


def still(one: Parked, reason: str, detail: str, at: dt.datetime) -> None:
    """A parked letter was tried again in vain."""
    say(
        "update exchange_parked set reason = %s, detail = %s, tries = tries + 1, tried_at = %s where id = %s",
        [reason, _words(detail, 500), at, one.id],
    )


def _words(text: str, most: int) -> str:
    """As much of a text as the table takes. It comes from a letter that could not be applied: to note why must never fail."""
    return text.replace("\0", "").encode(errors="replace").decode()[:most]


def lacks(number: str, since: dt.datetime) -> bool:
    """Whether letters that bring this case to us have come since a moment and could not be applied yet."""
    return bool(
        ask(
            "select 1 from exchange_parked where number = %s and kind in ('facts', 'dossier') and at > %s "
            "and reason in ('gap', 'catalog', 'version', 'person') limit 1",
            [number, since],
        )
    )


def any_parked() -> bool:
    """Whether anything is parked: then it is worth asking what can be tried again."""
    return bool(ask("select 1 from exchange_parked limit 1"))


def _place(from_node: str, lane: str, seq: int) -> bytes:
    return f"exchange.parked:{from_node}:{lane}:{seq}".encode()


def heard(node: str, status: letters.Status, at: dt.datetime) -> list[Position]:
    """Another node has spoken: note it, and how far it is. Returns the positions of our lanes that are beyond all that we know to
    have written: then this database is older than it was, and flows/recall.py says what follows."""
    say(
        "insert into exchange_peer (node, heard_at, clock, schema, catalog, waiting, program) "
        "values (%s, %s, %s, %s, %s, %s, %s) "
        "on conflict (node) do update set heard_at = excluded.heard_at, clock = excluded.clock, "
        "schema = excluded.schema, catalog = excluded.catalog, waiting = excluded.waiting, program = excluded.program",
        [node, at, status.at, status.schema, status.catalog, status.waiting, status.program],
    )
    ours = {lane.lane: lane.last for lane in outbox.lanes(node)}
    beyond = [one for one in status.applied if _sane(one) and one.at > ours.get(one.lane, 0)]
    for one in status.applied:
        if _sane(one) and one not in beyond:
            outbox.delivered(node, one.lane, one.at, at)
    for one in status.again:
        if _sane(one):
            outbox.rewind(node, one.lane, one.at)
    say_rows(
        "insert into exchange_in_lane (from_node, lane, last, known, at)",
        [(node, one.lane, 0, one.at, at) for one in status.sent if _sane(one)],
        "on conflict (from_node, lane) do update set known = excluded.known where exchange_in_lane.known <> excluded.known",
    )
    return beyond


def _sane(one: Position) -> bool:
    # The first number that does not fit into the column would stop the numbering of all lanes.
    return one.lane in outbox.LANES and 0 <= one.at <= FARTHEST


def applied(node: str) -> tuple[Position, ...]:
    """How far the lanes from a node are here."""
    rows = ask("select lane, last from exchange_in_lane where from_node = %s order by lane", [node])
    return tuple(Position(lane, last) for lane, last in rows)


def missing(node: str, at: dt.datetime, *, idle: bool) -> tuple[Position, ...]:
    """Lanes from a node of which letters are missing: bags wait behind a gap, or (when the stream is ``idle``) the node says it
    has sent more. Asked for every few seconds, not more often. A time that lies ahead is from a clock that was wrong and is of no
    account: else a clock put back by ten minutes would keep a gap open for ten minutes."""
    rows = ask(
        "update exchange_in_lane l set asked_at = %s where from_node = %s "
        "and (asked_at is null or asked_at not between %s and %s) and at not between %s and %s and ((%s::boolean and known > last) or exists (select 1 from exchange_bag b "
        "where b.from_node = l.from_node and b.lane = l.lane and b.reason = '')) returning lane, last",
        [at, node, at - ASK_AGAIN, at, at - ASK_AGAIN, at, idle],
    )
    return tuple(Position(lane, last) for lane, last in rows)


def recalling(since: dt.datetime, of: Iterable[str]) -> None:
    """This node waits for its own newest facts from these others."""
    say("update exchange_relay set recalling = %s, recall_of = to_jsonb(%s::text[]) where id = 1", [since, list(of)])


def told(at: dt.datetime, before: dt.datetime) -> bool:
    """Somebody says that we have forgotten letters; True when nobody has since this moment, and nothing is being fetched."""
    return bool(
        ask(
            "update exchange_relay set told_at = %s where id = 1 and recalling is null "
            "and (told_at is null or told_at < %s) returning id",
            [at, before],
        )
    )


def recalled(of: str, asked_at: dt.datetime | None, at: dt.datetime) -> None:
    """Another node has told all that was asked for at a moment (None: it does not say, and is an older program). With the last of
    those asked the waiting is over, and not before: a case that this node has forgotten may be known to one of them alone."""
    say(
        "update exchange_relay set recall_of = recall_of - %s::text, "
        "recalling = case when recall_of - %s::text = '[]'::jsonb then null else recalling end, recalled_at = %s "
        "where id = 1 and recalling is not null and recalling = coalesce(%s::timestamptz, recalling)",
        [of, of, at, asked_at],
    )
