"""Between rows and domain values: the register's only translation."""

import msgspec

from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.deadlines import Due
from tongban.plumbing.drafts import Drafts

DRAFTS = Drafts("cases")
_decode = msgspec.msgpack.Decoder(Case)
_encode = msgspec.msgpack.Encoder()


def state(case: Case) -> bytes:
    """The stored form of a folded case."""
    return _encode.encode(case)


def case(stored: bytes | memoryview) -> Case:
    """The folded case of a row."""
    return _decode.decode(stored)


def entry(row: tuple[object, ...]) -> Entry:
    """An entry of the log from (number, n, at, by, body, hash)."""
    number, n, at, by, body, hash_ = row
    return Entry(str(number), int(n), at, str(by), str(body).encode(), bytes(hash_))  # type: ignore[call-overload, arg-type]


COLUMNS = (
    "stage", "holder", "handling", "decided_on", "due_on", "yellow_on", "due_kind", "provisional", "looked", "custody",
    "closed", "here", "n", "head", "state",
)  # fmt: skip
"""What changes with every fact."""


def values(after: Case, due: Due, *, here: bool) -> list[object]:
    """The values of COLUMNS. ``here``: this node hosts the holder."""
    return [
        after.stage, after.holder, after.handling, after.decided_on, due.on, due.yellow, due.kind, due.provisional,
        after.looked, after.custody, after.closed, here, after.n, after.head, state(after),
    ]  # fmt: skip
