"""Letters about drafts, which follow their person from node to node (since version 3): where one lies, that it is wanted, and the draft
itself."""

import datetime as dt
from typing import Literal

from tongban.exchange.sheet import FileHere, Part, Sheet, must_be_moment

DraftKind = Literal["item", "event"]


class DraftHere(Part, frozen=True):
    """Where a draft of the person asked for lies; the words as in a letter of its own (DraftLies)."""

    draft: str
    kind: DraftKind
    code: str
    center: str
    at: dt.datetime
    node: str
    moves: int = 0

    def __post_init__(self) -> None:
        must_be_moment(self.at)


class DraftLies(Sheet, frozen=True, tag="draft_lies"):
    """Where a draft lies, without what it says: to the city from the node where it lies, and from there to who asked
    for it. ``code``: the item or life event; ``center``, ``at``: where and when it was saved last; ``moves``: how often it moved;
    ``case``: the number under which it was handed in. An empty node: it lies nowhere any more."""

    draft: str
    person: str
    kind: DraftKind
    code: str
    center: str
    at: dt.datetime
    node: str
    moves: int = 0
    case: str = ""

    def __post_init__(self) -> None:
        must_be_moment(self.at)


class DraftWanted(Sheet, frozen=True, tag="draft_wanted"):
    """A node serves the person and asks for their draft; ``moves``: after how many it was said to lie where this
    goes. Sent on to where the draft has gone."""

    draft: str
    person: str
    kind: DraftKind
    origin: str
    moves: int = 0


class DraftMoves(Sheet, frozen=True, tag="draft"):
    """A draft goes to the node that serves its person, as it was last saved; from then on it lies there. Its scans
    follow in pieces."""

    draft: str
    person: str
    kind: DraftKind
    code: str
    center: str
    by: str
    at: dt.datetime
    rev: int
    moves: int
    body: bytes
    version: int = 0
    agent: str = ""
    files: tuple[FileHere, ...] = ()

    def __post_init__(self) -> None:
        must_be_moment(self.at)
