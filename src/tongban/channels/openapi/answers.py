"""What is answered about cases and visits where no value of the rulebook or of a read says it already."""

import datetime as dt
from typing import Any, Literal

import msgspec

from tongban.domain.person import Identity
from tongban.domain.text import Text


class Entered(msgspec.Struct, frozen=True):
    """The mandate that was entered."""

    mandate: str


class DepartmentSilent(msgspec.Struct, frozen=True):
    """A department that did not answer, and why: what it would have given is taken on paper."""

    department: Text
    why: Text


class Gathered(msgspec.Struct, frozen=True):
    """What the city holds now for this item (credential kinds; ``check:`` a data check that said yes), what is not there, and
    who did not answer. Sent again it asks again only for what did not come."""

    held: tuple[str, ...]
    not_there: tuple[str, ...]
    unavailable: tuple[DepartmentSilent, ...]


class KnownValue(msgspec.Struct, frozen=True):
    """A known value: who said so (department code, ``card``, ``counter``, ``self``), as of when, how far it is trusted."""

    value: Any
    source: str
    as_of: dt.datetime
    grade: Literal["A", "B", "C", "D"]


class PersonInClear(msgspec.Struct, frozen=True):
    """A person: identity, and what is known by element code."""

    person: str
    identity: Identity
    known: dict[str, KnownValue]


class OfItem(msgspec.Struct, frozen=True):
    """How many open cases of one item."""

    item: str
    name: Text
    count: int


class Summary(msgspec.Struct, frozen=True):
    """Open cases in numbers. ``complete`` false: only the nearest of each center were counted."""

    total: int
    complete: bool
    lights: dict[str, int]
    states: dict[str, int]
    items: list[OfItem]


class NoteSeen(msgspec.Struct, frozen=True):
    """A note for the resident: written with fact n, of this kind."""

    n: int
    kind: str
    text: str


class CaseInClear(msgspec.Struct, frozen=True):
    """What lies sealed beside a case: who it is about, the answers of the form by element code, the notes."""

    number: str
    item: str
    version: int
    applicant: Identity
    agent: Identity | None
    answers: dict[str, Any]
    notes: list[NoteSeen]
