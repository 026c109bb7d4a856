"""What the city knows of the person served, as a plan takes it: values with their source and date, e-licences that are good today,
checks that departments answered with yes. Nothing is asked of anybody here; what could still be fetched is said beside it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tongban.domain import fetching
from tongban.domain.element import Element
from tongban.domain.event_reach import Reach
from tongban.domain.fetching import Request
from tongban.domain.life_event import SELF
from tongban.domain.material import CredentialKind
from tongban.domain.plan import FieldSource, Holdings, Known, KnownValue
from tongban.domain.prepared import Prepared
from tongban.domain.receiving import Known as Said
from tongban.flows.serve import CHECK
from tongban.plumbing import sockets
from tongban.plumbing.clock import city_date
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials import queries as credentials
from tongban.registers.credentials.rows import Held
from tongban.registers.people import queries as people
from tongban.registers.people.rows import Known as PersonKnown


class Origin(msgspec.Struct, frozen=True):
    """Where a value came from, in the words of the register: who said so, when, how far it is trusted."""

    source: str
    on: dt.date
    grade: str


class KnownOf(msgspec.Struct, frozen=True):
    """What is known of one person: for the plan, and with its origins for the page."""

    plan: Known
    origins: dict[str, Origin]
    held: tuple[Held, ...]

    @property
    def said(self) -> Said:
        """The values as the rulebook of the form takes them, with those that somebody vouches for."""
        vouched = frozenset(code for code, origin in self.origins.items() if origin.grade in ("A", "B"))
        return Said({code: one.value for code, one in self.plan.values.items()}, vouched=vouched)


def within(known: KnownOf, open_: Reach) -> KnownOf:
    """What of it an agent may see who acts on some items only."""
    values = {code: one for code, one in known.plan.values.items() if code in open_.elements}
    here = known.plan.people[SELF]
    some = msgspec.structs.replace(
        here,
        credentials=tuple(kind for kind in here.credentials if kind in open_.credentials),
        checks=tuple(check for check in here.checks if check in open_.checks),
    )
    kinds = open_.credentials | {CHECK + check for check in open_.checks}
    return KnownOf(
        Known(values, {SELF: some}), {code: known.origins[code] for code in values},
        tuple(one for one in known.held if one.kind in kinds),
    )  # fmt: skip


def known_of(person: str, *, today: dt.date) -> KnownOf:
    """What is known of a person. The caller has shown the visit that is the reason to look."""
    known = people.known(person)
    held = tuple(one for one in credentials.for_person(person) if good(one, today))
    kinds = tuple(one.kind for one in held if not one.kind.startswith(CHECK))
    checks = tuple(one.kind.removeprefix(CHECK) for one in held if one.kind.startswith(CHECK))
    elements, credential_kinds = catalog.elements(), catalog.credential_kinds()
    values = {
        code: value
        for code, one in known.items()
        if code in elements and (value := _value(elements[code], one, held, credential_kinds)) is not None
    }
    return KnownOf(
        Known(values, {SELF: Holdings(register=bool(known), credentials=kinds, checks=checks)}),
        {code: Origin(known[code].source, city_date(known[code].as_of), known[code].grade) for code in values},
        held,
    )


def good(held: Held, today: dt.date) -> bool:
    """Whether an e-licence or the yes of a check may be used today."""
    return held.state == "valid" and (held.valid_until is None or held.valid_until >= today)


def _value(
    element: Element, known: PersonKnown, held: Iterable[Held], kinds: Mapping[str, CredentialKind]
) -> KnownValue | None:
    """The value as a plan takes it. Consents and statements of the day are asked each time, whatever is on record."""
    if element.reuse == "never" or known.value in (None, ""):
        return None
    source, by = _named(element.code, known, held, kinds)
    return KnownValue(known.value, source, by, city_date(known.as_of))


def _named(
    code: str, known: PersonKnown, held: Iterable[Held], kinds: Mapping[str, CredentialKind]
) -> tuple[FieldSource, str]:
    """By what the value came: the e-licence or the check that says the same, else the register."""
    for one in held:
        if one.source == known.source and code in one.fields and one.fields[code] == known.value:
            if one.kind.startswith(CHECK):
                return "check", one.kind.removeprefix(CHECK)
            if one.kind in kinds:
                return "credential", one.kind
    return "register", ""


def fetchable(prepared: Prepared, items: Iterable[str], held: Iterable[Held]) -> tuple[Request, ...]:
    """What departments can still be asked for these items of the event, about the applicant and nobody else: an item that is
    the matter of another person asks only for those papers of it that are the applicant's."""
    wanted = set(items)
    offers, have = sockets.plugged().offers(), {one.kind for one in held}
    registry = prepared.registry
    needed: dict[str, None] = {}
    checks: dict[tuple[str, str], None] = {}
    # What an item of this event will issue to the applicant cannot be there yet.
    issued = {kind for term in prepared.items if term.entry.of == SELF for kind in term.issues}
    for term in prepared.items:
        if term.entry.item not in wanted:
            continue
        for paper in term.papers:
            if paper.of == SELF:
                for way in paper.ways:
                    needed |= {way.credential: None} if way.credential and way.credential not in issued else {}
                    checks |= {(way.department, way.check): None} if way.check else {}
        if term.entry.of == SELF:
            for field in term.version.fields:
                for prefill in field.prefill:
                    needed |= {prefill.credential: None} if prefill.credential else {}
                    checks |= {(prefill.department, prefill.check): None} if prefill.check else {}
    return fetching.grouped(
        ((registry.credentials[kind].issuer, kind) for kind in needed if kind in registry.credentials),
        checks,
        offers,
        have,
    )


def answers(known: Known, typed: Mapping[str, Any]) -> dict[str, Any]:
    """All values that a condition of the event may look at; what the person said goes over what is on record."""
    return {
        **{code: one.value for code, one in known.values.items()},
        **{code: value for code, value in typed.items() if value not in (None, "", [])},
    }
