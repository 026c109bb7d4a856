"""A life event (一件事) as data: what may happen to a person, the questions that tell which items apply, and in which order
departments work. It holds no figures: what is saved is composed from the items (see plan.py) and never typed in."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from tongban.domain.element import Evidence
from tongban.domain.expression import Expr
from tongban.domain.item import Cause, Phones
from tongban.domain.text import Text

# The applicant of the event; other people are named by the event (child, deceased …).
SELF = "self"


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody beside the applicant whom items are about. A paper or e-licence of one person is none of another."""

    code: str
    name: Text


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question of the guidance: an element of the registry, asked in the words of this event, with why it is asked."""

    element: str
    why: Text
    text: Text | None = None
    when: Expr | None = None


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """This item begins only when ``item`` is decided, ``wait_days`` calendar days later."""

    item: str
    why: Text
    wait_days: int = 0
    evidence: Evidence = "reconstructed"


class Deferral(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """甩项后置: the item follows the rest. ``until_days`` are calendar days after the last other decision."""

    until_days: int
    consequence: Text
    evidence: Evidence = "reconstructed"


class EventItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One item of the event and how it stands in it.

    ``of``: whose matter it is. ``fills``: the item's element -> ``$element`` of the event's one form, or a constant.
    ``papers``: the item's material -> the ``material`` or ``person.material`` that is meant. ``come``: why one comes when the item is
    done by itself, a word for each visit. ``promised_days``: a shorter promise that holds inside the event.
    """

    item: str
    why: Text
    of: str = SELF
    when: Expr | None = None
    optional: bool = False
    after: tuple[After, ...] = ()
    fills: Mapping[str, Any] = {}
    papers: Mapping[str, str] = {}
    deferrable: Deferral | None = None
    come: tuple[Cause, ...] | None = None
    promised_days: int | None = None
    evidence: Evidence = "reconstructed"


class Reaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens by itself once ``on`` (an item of the event) is decided: a credential or an account of ``of`` is
    frozen, sealed or ended by ``department``. A correcting case lifts it again."""

    on: str
    act: Literal["freeze", "seal", "end"]
    of: str
    department: str
    why: Text
    credential: str = ""
    account: Text | None = None
    evidence: Evidence = "reconstructed"


class LifeEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A life event. ``delivery``: how its results are handed over together, whatever each item does alone."""

    code: str
    name: Text
    lead: str
    summary: Text
    items: tuple[EventItem, ...]
    aliases: tuple[str, ...] = ()
    audience: Literal["person", "legal"] = "person"
    topics: tuple[str, ...] = ()
    year: int = 0
    valid_from: date = date(2026, 1, 1)
    people: tuple[Person, ...] = ()
    questions: tuple[Question, ...] = ()
    before: Text | None = None
    delivery: tuple[Literal["counter", "mail", "electronic"], ...] = ()
    channels: tuple[Literal["window", "resident", "kiosk", "hotline", "openapi", "console"], ...] = ()
    fully_online: bool = False
    theme: tuple[Reaction, ...] = ()
    phones: Phones = Phones()
    evidence: Evidence = "reconstructed"
    sources: tuple[str, ...] = ()
    note: Text | None = None
