"""Between rows and domain values: the register's only translation."""

import datetime as dt

import msgspec

from tongban.domain import mother as rule
from tongban.domain.chain import Entry
from tongban.domain.mother import Mother
from tongban.plumbing.drafts import Drafts

DRAFTS = Drafts("mothers")
_decode = msgspec.msgpack.Decoder(Mother)
_encode = msgspec.msgpack.Encoder()


def state(mother: Mother) -> bytes:
    """The stored form of a folded mother case."""
    return _encode.encode(mother)


def mother(stored: bytes | memoryview) -> Mother:
    """The folded mother case of a row."""
    return _decode.decode(stored)


def entry(row: tuple[object, ...]) -> Entry:
    """An entry of the log from (number, n, at, by, body, hash)."""
    number, n, at, by, body, hash_ = row
    return Entry(str(number), int(n), at, str(by), str(body).encode(), bytes(hash_))  # type: ignore[call-overload, arg-type]


COLUMNS = ("stage", "wake_on", "n", "head", "state")
"""What changes with every fact."""


def values(after: Mother) -> list[object]:
    """The values of COLUMNS."""
    wake: dt.date | None = rule.wake_on(after)
    return [after.stage, wake, after.n, after.head, state(after)]


def copy_values(after: Mother) -> list[object]:
    """The values of COLUMNS of a copy: time moves nothing of it."""
    return [after.stage, None, after.n, after.head, state(after)]
