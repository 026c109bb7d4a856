"""The chain that makes a log one thing: entry n carries SM3 over itself and the hash before, so one changed row is found,
and two nodes that hold the same case can compare one hash. SM3 is GB/T 32905-2016."""

import datetime as dt
import hashlib
from collections.abc import Iterable

import msgspec

from tongban.domain import facts


class Entry(msgspec.Struct, frozen=True):
    """A fact in its place: the n-th (from 1) of a case, when (UTC), by whom (pseudonymous), and its hash."""

    number: str
    n: int
    at: dt.datetime
    by: str
    body: bytes
    hash: bytes

    @property
    def fact(self) -> facts.Body:
        """The fact itself."""
        return facts.decode(self.body)


def link(number: str, n: int, at: dt.datetime, by: str, body: bytes, before: bytes) -> bytes:
    """The hash of an entry. ``before`` is the hash of entry n-1, empty for the first."""
    head = msgspec.json.encode([number, n, at.astimezone(dt.UTC).isoformat(timespec="microseconds"), by])
    return hashlib.new("sm3", b"\x1f".join((head, body, before.hex().encode()))).digest()


def append(number: str, head: tuple[int, bytes], at: dt.datetime, by: str, fact: facts.Body) -> Entry:
    """The entry that follows ``head`` (n, hash)."""
    n, before = head
    body = facts.encode(fact)
    return Entry(number, n + 1, at, by, body, link(number, n + 1, at, by, body, before))


def broken(entries: Iterable[Entry]) -> str | None:
    """Say in words where a chain is broken; None when it holds."""
    before, expected = b"", 1
    for entry in entries:
        if entry.n != expected:
            return f"{entry.number}: entry {expected} is missing (found {entry.n})"
        if link(entry.number, entry.n, entry.at, entry.by, entry.body, before) != entry.hash:
            return f"{entry.number}: entry {entry.n} does not match its hash"
        before, expected = entry.hash, expected + 1
    return None if expected > 1 else "empty log"
