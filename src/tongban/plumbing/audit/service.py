"""Writers and the checker of the audit trail. The trail is kept at least three years."""

import datetime as dt
import hashlib
import hmac
import re
from typing import Any

import msgspec
from django.db import connection, transaction

from tongban.domain.actor import Actor
from tongban.plumbing import crypto
from tongban.plumbing.statements import ask, say

_INSERT = (
    'insert into audit_line (at, act, actor, place, "case", person, reason, detail, xid) '
    "values (%s, %s, %s, %s, %s, %s, %s, %s, pg_current_xact_id()::text::bigint)"
)
# The advisory lock that lets one sealer work at a time.
_SEALER = 7_460_001


def write(act: Any) -> None:
    """Write the line of an act (plumbing.tx.Act) in its own transaction."""
    detail = msgspec.json.encode(act.detail).decode() if act.detail else ""
    say(_INSERT, [act.at, act.name, act.actor.ref, act.place, act.case, act.person, act.reason, detail])


def looked(
    actor: Actor, what: str, *, person: str, reason: str, at: dt.datetime, case: str = "", place: str = ""
) -> None:
    """Write that somebody looked at a person's data: who, whose, why. The resident sees this line."""
    say(_INSERT, [at, f"look.{what}", actor.ref, place or actor.center, case, person, reason, ""])


def last() -> int:
    """The newest line; 0 in an empty trail."""
    return int(ask("select coalesce(max(id), 0) from audit_line")[0][0])


def seal(at: dt.datetime, most: int = 50_000) -> int:
    """Seal all lines that can no longer get neighbours; return how many. One sealer at a time; harmless to repeat."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_SEALER])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("select to_xid, digest from audit_seal order by from_xid desc limit 1")
        start, before = cursor.fetchone() or (0, b"")
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        end = cursor.fetchone()[0]
        cursor.execute(
            "select xid from audit_line where xid >= %s and xid < %s order by xid offset %s limit 1", [start, end, most]
        )
        if row := cursor.fetchone():
            end = max(row[0], start + 1)
        digest, count = _digest(cursor, start, end, bytes(before))
        if count == 0:
            return 0
        cursor.execute(
            "insert into audit_seal (from_xid, to_xid, count, digest, at, mark) values (%s, %s, %s, %s, %s, %s)",
            [start, end, count, digest, at, mark_of(start, end, count, digest, at)],
        )
        return count


def broken_seals() -> list[str]:
    """Recompute every seal; name the batches whose lines were changed, added or removed, and those sealed without our key. Empty is
    good. What this cannot see is that the newest seals and their lines are gone: that needs a `head` noted elsewhere."""
    broken, before, expected = [], b"", 0
    with connection.cursor() as cursor:
        cursor.execute("select from_xid, to_xid, count, digest, at, mark from audit_seal order by from_xid")
        for start, end, count, digest, at, mark in cursor.fetchall():
            found, number = _digest(cursor, start, end, before)
            if not hmac.compare_digest(bytes(mark), mark_of(start, end, count, bytes(digest), at)):
                broken.append(
                    f"seal of {at:%Y-%m-%d %H:%M:%S} over transactions {start}..{end}: not sealed with our key"
                )
            elif start != expected or found != bytes(digest) or number != count:
                broken.append(
                    f"seal of {at:%Y-%m-%d %H:%M:%S} over transactions {start}..{end}: {count} lines sealed, {number} found"
                )
            before, expected = bytes(digest), end
    return broken


def mark_of(start: int, end: int, count: int, digest: bytes, at: dt.datetime) -> bytes:
    """The keyed mark of a seal."""
    said = f"audit.seal:{start}..{end}:{count}:{at.astimezone(dt.UTC).isoformat()}:"
    return crypto.sign(said.encode() + digest)


def head() -> str:
    """The newest seal in a line that fits into a book: ``<to_xid>:<digest>``; empty before the first."""
    with connection.cursor() as cursor:
        cursor.execute("select to_xid, digest from audit_seal order by from_xid desc limit 1")
        row = cursor.fetchone()
    return f"{row[0]}:{bytes(row[1]).hex()}" if row else ""


def has(noted: str) -> bool:
    """Whether a head noted before is still a seal of the trail; False says that seals were removed, or an old backup is here."""
    end, _, digest = noted.strip().partition(":")
    if not (end.isascii() and end.isdigit() and len(end) < 19 and re.fullmatch(r"[0-9a-f]{64}", digest, re.ASCII)):
        return False
    with connection.cursor() as cursor:
        cursor.execute("select 1 from audit_seal where to_xid = %s and digest = %s", [int(end), bytes.fromhex(digest)])
        return cursor.fetchone() is not None


def noted_of(name: str) -> frozenset[str]:
    """All that acts have listed under this name of their detail. It reads the whole trail: for checks, not for pages."""
    rows = ask(
        "select distinct jsonb_array_elements_text(detail::jsonb -> %s) from audit_line where detail like %s",
        [name, f'%"{name}"%'],
    )
    return frozenset(one for (one,) in rows)


def _digest(cursor: Any, start: int, end: int, before: bytes) -> tuple[bytes, int]:
    cursor.execute(
        'select id, at, act, actor, place, "case", person, reason, detail, xid from audit_line '
        "where xid >= %s and xid < %s order by xid, id",
        [start, end],
    )
    # The bounds are bound in: a seal stretched over later lines is found, too.
    running, count = hashlib.new("sm3", b"%b%d..%d" % (before, start, end)), 0
    for row in cursor.fetchall():
        running.update(msgspec.json.encode([row[0], row[1].astimezone(dt.UTC).isoformat(), *row[2:]]))
        count += 1
    return running.digest(), count
