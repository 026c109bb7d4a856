"""What nodes write to each other: versioned letters, each a frozen struct. Unknown kinds and unknown fields are errors, so that
nothing is half understood; committed JSON Schemas and samples (schemas/) hold every version to its word."""

import datetime as dt
from typing import Any, Literal

import msgspec

from tongban.domain.chain import Entry
from tongban.domain.consent import Mandate
from tongban.domain.person import Identity
from tongban.domain.text import Text
from tongban.exchange.draft_letters import DraftHere, DraftLies, DraftMoves, DraftWanted
from tongban.exchange.sheet import FileHere, Part, Sheet, must_be_moment

SCHEMA = 4
"""The version this program writes, to nodes that read it. It reads this one and the two before: nodes are upgraded on different days."""
OLDEST = max(1, SCHEMA - 2)
"""The oldest version that this program reads."""


class Logged(Part, frozen=True):
    """One entry of a case's log: its place, moment (UTC), who, the bytes of the fact as text, and its hash (hex)."""

    n: int
    at: dt.datetime
    by: str
    body: str
    hash: str

    def __post_init__(self) -> None:
        must_be_moment(self.at)


class Kept(Part, frozen=True):
    """What lies sealed beside a fact, in clear inside the bag: answers or a note, with its salt."""

    kind: str
    digest: str
    plain: bytes


class PersonHere(Part, frozen=True):
    """Who a person reference is."""

    ref: str
    identity: Identity


class MandateHere(Part, frozen=True):
    """The mandate under which the agent of a case acts."""

    ref: str
    mandate: Mandate


class Facts(Sheet, frozen=True, tag="facts"):
    """Entries of the log of a case for a node that holds a copy. ``query_code`` comes with the first entry."""

    number: str
    entries: tuple[Logged, ...]
    query_code: str = ""


class Dossier(Sheet, frozen=True, tag="dossier"):
    """移交: the whole log and all that lies beside it, for the node that holds the pen from now on."""

    number: str
    entries: tuple[Logged, ...]
    query_code: str
    kept: tuple[Kept, ...] = ()
    people: tuple[PersonHere, ...] = ()
    mandate: MandateHere | None = None
    files: tuple[FileHere, ...] = ()


class EventLog(Sheet, frozen=True, tag="event_log"):
    """The log of a life event, whole (since version 3): from the node that received it to the city, and from there to nodes at which its
    person was served. What was typed is not in it. It is short, so nothing is ever missing before it."""

    number: str
    query_code: str
    entries: tuple[Logged, ...]


class Piece(Sheet, frozen=True, tag="piece"):
    """A piece of a file: the place-th (from 0) of ``of``. Filled in when the bag is packed, from the cabinet."""

    digest: str
    size: int
    place: int
    of: int
    data: bytes = b""


class Asker(Part, frozen=True):
    """Who asks from the other node: vouched for by that node. ``serves`` are the persons whom this actor serves right now."""

    kind: Literal["staff", "resident", "machine"]
    ref: str
    center: str = ""
    serves: tuple[str, ...] = ()


class Request(Sheet, frozen=True, tag="request"):
    """An act asked of the holder by a node that does not hold the case: the name of the act and its arguments as JSON."""

    id: str
    act: str
    number: str
    origin: str
    asker: Asker
    arguments: dict[str, Any]
    files: tuple[FileHere, ...] = ()


class Outcome(Sheet, frozen=True, tag="outcome"):
    """What became of a request: done (the fact travels by itself), or refused with a code and words."""

    request: str
    number: str
    done: bool
    code: str = ""
    text: Text = Text("")


class Question(Sheet, frozen=True, tag="question"):
    """Cases held elsewhere, asked of the city: one by number and query code, or those of a person who is at the counter. The
    asking node hears of them from then on."""

    id: str
    number: str = ""
    query_code: str = ""
    person: str = ""


class Answer(Sheet, frozen=True, tag="answer"):
    """The city's answer: the numbers of the cases found, whose copies were written before it in the same lane, true as of
    ``as_of``: the last word from the nodes that hold them; and of a person, where drafts of theirs lie (since version 3)."""

    question: str
    numbers: tuple[str, ...]
    as_of: dt.datetime
    drafts: tuple[DraftHere, ...] = ()

    def __post_init__(self) -> None:
        must_be_moment(self.as_of)


class Version(Part, frozen=True):
    """A published item version as it was digested."""

    code: str
    version: int
    valid_from: dt.date
    digest: str
    body: str


class Publication(Sheet, frozen=True, tag="publication"):
    """A catalog edition, published once at the city node: the very bytes, so that every node computes the same digest."""

    id: str
    digest: str
    published_at: dt.datetime
    by: str
    note: str
    body: str
    versions: tuple[Version, ...] = ()

    def __post_init__(self) -> None:
        must_be_moment(self.published_at)


class ItemOpen(Sheet, frozen=True, tag="item_open"):
    """An item was closed or opened again at the city node."""

    code: str
    open: bool
    reason: str
    since: dt.datetime
    by: str

    def __post_init__(self) -> None:
        must_be_moment(self.since)


class Again(Sheet, frozen=True, tag="again"):
    """Please write again: the facts of a case behind entry ``after``."""

    number: str
    after: int


class Recall(Sheet, frozen=True, tag="recall"):
    """A node restored from a backup asks for every fact since a moment of the cases that concern it."""

    since: dt.datetime

    def __post_init__(self) -> None:
        must_be_moment(self.since)


class Recalled(Sheet, frozen=True, tag="recalled"):
    """The answer to a recall is complete: ``cases`` were written again. ``of``: the moment of the letter that asked (since version 4). A
    restored node reads its stream once more, and in it may lie the answer to what it asked after an earlier restore."""

    cases: int
    of: dt.datetime | None = None

    def __post_init__(self) -> None:
        if self.of is not None:
            must_be_moment(self.of)


class Position(Part, frozen=True):
    """A lane: how far letters were sent, or applied."""

    lane: str
    at: int


class Status(Sheet, frozen=True, tag="status"):
    """A word each second and after each bag: not kept, not numbered. ``applied`` of your lanes, ``sent`` on mine to you,
    ``again``: letters behind this position did not reach me. ``waiting``: letters of mine that somebody has yet to apply.
    ``program``: the release that runs (since version 2), so that everybody sees which nodes are still to be upgraded."""

    at: dt.datetime
    schema: int
    catalog: str = ""
    applied: tuple[Position, ...] = ()
    sent: tuple[Position, ...] = ()
    again: tuple[Position, ...] = ()
    waiting: int = 0
    program: str = ""

    def __post_init__(self) -> None:
        must_be_moment(self.at)


Body = (
    Facts
    | Dossier
    | EventLog
    | Piece
    | Request
    | Outcome
    | Question
    | Answer
    | DraftLies
    | DraftWanted
    | DraftMoves
    | Publication
    | ItemOpen
    | Again
    | Recall
    | Recalled
    | Status
)


class Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A letter: its id (hex), when it was written (UTC), and what it says."""

    id: str
    at: dt.datetime
    body: Body

    def __post_init__(self) -> None:
        must_be_moment(self.at)


class Unreadable(Exception):
    """A letter that this program does not understand: an unknown kind, an unknown field, a newer version."""


_decode = msgspec.json.Decoder(Letter).decode
# ValueError: what is no UTF-8. RecursionError: brackets in brackets, a hundred thousand deep.
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_encode = msgspec.json.Encoder().encode


def version_for(reads: int) -> int:
    """The version that a bag for a node says: what the node reads, as it was last heard (0: never), as far as this program writes it. A
    version differs from the one before only by kinds and fields that are not written to a node that does not know them, so a district
    that is upgraded later goes on reading all others."""
    return min(SCHEMA, max(OLDEST, reads)) if reads else SCHEMA


def encode(letter: Letter) -> bytes:
    """The letter as it is kept and travels."""
    return _encode(letter)


def decode(data: bytes, schema: int = SCHEMA) -> Letter:
    """Read a letter of this version or the two before. Raises Unreadable, saying what is not understood."""
    if not OLDEST <= schema <= SCHEMA:
        raise Unreadable(f"letters of version {schema}; this node reads {OLDEST} to {SCHEMA}")
    try:
        return _decode(data)
    except _UNREADABLE as why:
        raise Unreadable(_words(why)) from None


def _words(why: Exception) -> str:
    """Why a letter is not understood, for whoever looks at what is parked."""
    if isinstance(why, UnicodeDecodeError):
        return "a word of it is no text (not UTF-8)"
    return "brackets within brackets without end" if isinstance(why, RecursionError) else str(why)


class _About(msgspec.Struct, frozen=True):
    letter: str = ""
    number: str = ""


class _Loose(msgspec.Struct):
    body: _About = _About()


def about(data: bytes) -> tuple[str, str]:
    """Kind and case number of a letter that is not understood as a whole, as far as they can be read: for the screen of what
    is parked, nothing else."""
    try:
        found = msgspec.json.decode(data, type=_Loose).body
    except _UNREADABLE:
        return "", ""
    return found.letter[:20], found.number[:25]


def kind(body: Any) -> str:
    """The tag of a letter: ``facts``, ``dossier`` …"""
    return str(body.__struct_config__.tag)


def logged(entry: Entry) -> Logged:
    """An entry as it travels."""
    return Logged(entry.n, entry.at, entry.by, entry.body.decode(), entry.hash.hex())


def entry(number: str, one: Logged) -> Entry:
    """An entry as it is kept. Raises ValueError for a hash that is none."""
    return Entry(number, one.n, one.at, one.by, one.body.encode(), bytes.fromhex(one.hash))


def schema() -> dict[str, Any]:
    """The JSON Schema of all letters: committed as schemas/letters-<version>.json."""
    return msgspec.json.schema(Letter)
