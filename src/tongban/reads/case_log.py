"""The log of a case as it may travel: its facts without personal data, each with its hash, and whether the chain holds. Who keeps
the head of a log can prove later that nothing in it was changed."""

import datetime as dt

import msgspec

from tongban.domain import chain, facts
from tongban.domain.actor import Actor
from tongban.domain.options import at_any_counter, options
from tongban.flows import access, handle
from tongban.plumbing.clock import city_date
from tongban.reads import custody, elsewhere, progress
from tongban.reads.custody import Custody
from tongban.reads.elsewhere import Asked
from tongban.reads.progress import Progress
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog


class LogEntry(msgspec.Struct, frozen=True):
    """Fact n: its kind, moment, who (a reference, never a name), the fact itself, the national exchange event (or empty) and
    the hash (SM3, hex) over this entry and the hash before."""

    n: int
    kind: str
    at: dt.datetime
    by: str
    event: str
    fact: facts.Fact
    hash: str


class CaseLog(msgspec.Struct, frozen=True):
    """All facts of a case in order. ``head`` is the hash of the last one; ``holds`` says that the chain is unbroken."""

    number: str
    n: int
    head: str
    holds: bool
    entries: tuple[LogEntry, ...]


class CaseSeen(msgspec.Struct, frozen=True):
    """A case for a machine: what its resident sees, the length and head of its log, what the actor may do with it now, its
    custody, and what was asked of its holder from here. Of a copy only what belongs to the resident may be done, with a visit."""

    number: str
    n: int
    head: str
    acts: tuple[str, ...]
    progress: Progress
    custody: Custody
    asked: tuple[Asked, ...]


def seen(actor: Actor, number: str, *, now: dt.datetime) -> CaseSeen:
    """A case that the actor may read."""
    found = access.case(actor, number)
    case = found.case
    possible = options(case, catalog.version(case.item, case.version), lost=handle.form_lost(found))
    shown = progress.of_found(found, city_date(now))
    if shown.held.here:
        acts = tuple(o.act for o in possible if actor.may(o.power, case.holder))
    else:
        acts = tuple(o.act for o in at_any_counter(possible) if actor.may("case.receive"))
    moved = custody.of_found(found, cases.log(number), now=now)
    return CaseSeen(case.number, case.n, case.head.hex(), acts, shown, moved, elsewhere.asked(number))


def of_case(actor: Actor, number: str) -> CaseLog:
    """The log of a case that the actor may read."""
    case = access.case(actor, number).case
    log = cases.log(case.number)
    entries = tuple(
        LogEntry(
            e.n, facts.kind(e.fact), e.at, e.by, facts.exchange_event(e.fact) or "", e.fact, e.hash.hex()  # type: ignore[arg-type]
        )
        for e in log
    )  # fmt: skip
    holds = chain.broken(log) is None and bool(log) and log[-1].hash == case.head
    return CaseLog(case.number, case.n, case.head.hex(), holds, entries)
