"""Enquiries as two sides see them: the department what waits for its answer, the holder what came of its questions."""

import datetime as dt
import uuid
from typing import Literal

import msgspec

from tongban.domain import enquiry
from tongban.domain.actor import CITY, Actor
from tongban.domain.case import CLOSED
from tongban.domain.deadlines import light
from tongban.domain.enquiry import Enquiry
from tongban.domain.person import IDENTITY_KINDS
from tongban.domain.refusals import NotAllowed
from tongban.domain.text import Text
from tongban.flows import access
from tongban.plumbing import here
from tongban.plumbing.clock import city_date
from tongban.reads import paging
from tongban.reads.worklist import center_name, days_left
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.enquiries import queries


class Asked(msgspec.Struct, frozen=True):
    """One enquiry with the names that a screen shows; ``days`` are working days left to its date."""

    enquiry: Enquiry
    department: Text
    material: Text
    item: Text
    center: str
    light: Literal["none", "green", "yellow", "red"]
    days: int | None = None


class Waiting(msgspec.Struct, frozen=True):
    """A page of enquiries that wait for an answer; ``next`` is the cursor or empty."""

    rows: tuple[Asked, ...]
    next: str


def departments_of(actor: Actor) -> tuple[str, ...]:
    """The departments for which the actor may answer."""
    return tuple(code for code in catalog.departments() if actor.may(enquiry.power_of(code), CITY))


def waiting(actor: Actor, *, cursor: str = "", limit: int = 50, today: dt.date) -> Waiting:
    """What waits for the actor's answer, nearest date first."""
    mine = departments_of(actor)
    if not mine:
        raise NotAllowed("actor.not_allowed", "您没有答复协查的权限", "You do not have the power to answer enquiries")
    after = paging.unpack(cursor, tuple[dt.date, uuid.UUID]) if cursor else (dt.date.min, uuid.UUID(int=0))
    found = queries.waiting(mine, after, limit + 1)
    rows = tuple(_asked(one, today) for one in found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return Waiting(rows, paging.pack(last.due_on, last.id) if last else "")


def of_case(actor: Actor, number: str, *, today: dt.date) -> tuple[Asked, ...]:
    """What was asked about a case, for those who handle it; others see nothing of it."""
    found = access.case(actor, number)
    if not actor.may("case.handle", found.case.holder):
        return ()
    return tuple(_asked(one, today) for one in queries.of_case(number))


Names = tuple[tuple[str, Text], ...]


def askable(actor: Actor, number: str) -> tuple[Names, Names]:
    """The materials of a case that a department may be asked about by this actor, and the departments that answer by a
    person; both empty when nothing may be asked."""
    found = access.case(actor, number)
    case = found.case
    if not here.hosts(case.holder) or not actor.may("case.handle", case.holder):
        return (), ()
    if case.stage in CLOSED or case.stage == "decided":
        return (), ()
    kinds = catalog.materials()
    version = catalog.version(case.item, case.version)
    materials = tuple((p.material, kinds[p.material].name) for p in version.papers if p.material in kinds)
    return materials, tuple((d.code, d.name) for d in catalog.departments().values() if d.connector == "paper")


class InClear(msgspec.Struct, frozen=True):
    """An enquiry whose texts may be read: by who answers it (then with whom it is about), or by the holder of the case."""

    material: Text
    department: Text
    enquiry: Enquiry
    name: str = ""
    document: Text = Text("")
    id_number: str = ""


def to_answer(actor: Actor, enquiry_id: str, *, at: dt.datetime) -> tuple[Asked, InClear]:
    """One enquiry in clear for who answers it; the look is written down first."""
    seen = access.enquiry(actor, enquiry_id, at=at)
    who = seen.applicant
    shown = msgspec.structs.replace(
        in_clear(seen.enquiry), name=who.name, document=IDENTITY_KINDS[who.kind], id_number=who.number
    )
    return _asked(seen.enquiry, city_date(at)), shown


def in_clear(one: Enquiry) -> InClear:
    """The names around an enquiry that flows.access has opened."""
    return InClear(_material(one.material), catalog.departments()[one.department].name, one)


def _material(code: str) -> Text:
    kind = catalog.materials().get(code)
    return kind.name if kind else Text(code)


def _asked(one: Enquiry, today: dt.date) -> Asked:
    found = cases.get(one.number)
    return Asked(
        one, catalog.departments()[one.department].name, _material(one.material),
        catalog.version(found.case.item, found.case.version).name if found else Text(""), center_name(one.center),
        "none" if one.answered_at else light(one.due_on, one.due_on, today), days_left(one.due_on, today),
    )  # fmt: skip
