"""Where a case stands (办件进度): plain words, one clock, who has it, what to do next, and the steps so far. The same page
serves the resident with a query code, the clerk and the API."""

import datetime as dt

import msgspec

from tongban.domain import deadlines, facts, public_state
from tongban.domain.actor import Actor
from tongban.domain.deadlines import Due, Promise
from tongban.domain.facts import FollowUp, PaperMark, Point
from tongban.domain.item import ItemVersion
from tongban.domain.public_state import PublicState
from tongban.domain.text import Text
from tongban.flows import access
from tongban.reads import elsewhere
from tongban.reads.elsewhere import Held
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog


class Step(msgspec.Struct, frozen=True):
    """One step of the timeline: what, when, where; never who by name."""

    n: int
    kind: str
    word: Text
    at: dt.datetime
    center: str
    center_name: str
    exchange: str
    note: Text = Text("")


class Progress(msgspec.Struct, frozen=True):
    """A case as its resident may see it. ``held`` says whether this node holds it, or how new the copy is. ``due``
    binds the center that holds it; ``public_due`` is the one date that the resident counts by: the same, but while centers pass
    the case on."""

    number: str
    item: str
    item_name: Text
    department: str
    state: PublicState
    stage: str
    receiving: str
    receiving_name: str
    holder: str
    holder_name: str
    phone: str
    opened_at: dt.datetime
    due: Due
    public_due: Due
    due_word: Text
    light: str
    promise: Promise | None
    asked: tuple[Point, ...]
    form_lost: bool
    correct_until: dt.date | None
    follow: tuple[FollowUp, ...]
    papers: tuple[PaperMark, ...]
    results: tuple[str, ...]
    steps: tuple[Step, ...]
    looked: bool
    custody: str
    custody_since: dt.date | None
    closed: bool
    held: Held = Held()


def by_code(number: str, query_code: str, *, today: dt.date) -> Progress:
    """For anybody with the number and its query code."""
    return of_found(access.case_by_code(number.strip().upper(), query_code.strip().upper()), today)


def of_case(actor: Actor, number: str, *, today: dt.date) -> Progress:
    """For staff with the power to read it, for the resident it belongs to, for a machine with the token."""
    return of_found(access.case(actor, number), today)


def of_found(found: Found, today: dt.date) -> Progress:
    """The same for a case that flows.access has already given to the caller."""
    case = found.case
    version = catalog.version(case.item, case.version)
    due = found.due
    holder = catalog.places().center_of(case.holder)
    return Progress(
        number=case.number, item=case.item, item_name=version.name, department=found.department,
        state=public_state.of_case(case), stage=case.stage, receiving=case.receiving,
        receiving_name=center_name(case.receiving), holder=case.holder, holder_name=center_name(case.holder),
        phone=(holder.phone if holder else "") or version.phones.enquiry, opened_at=found.opened_at, due=due,
        public_due=deadlines.public_due(case, catalog.calendar()),
        due_word=deadlines.DUE_WORDS[due.kind], light=deadlines.light(due.on, due.yellow, today),
        promise=deadlines.promise(case, catalog.calendar()), asked=case.asked, form_lost=case.lost, correct_until=case.correct_until,
        follow=case.follow, papers=case.papers, results=result_names(version, case.results),
        steps=_steps(found), looked=case.looked, custody=case.custody, custody_since=case.custody_since,
        closed=case.closed, held=elsewhere.held(case.holder),
    )  # fmt: skip


def result_names(version: ItemVersion, results: tuple[str, ...]) -> tuple[str, ...]:
    """The names of results that the log keeps as codes."""
    names = {r.credential: r.name.zh for r in version.results if r.credential}
    return tuple(names.get(r, r) for r in results)


def center_name(code: str) -> str:
    """The full name of a center; the code itself when it is not known."""
    center = catalog.places().center_of(code)
    return str(center.name) if center else code


def _steps(found: Found) -> tuple[Step, ...]:
    steps, holder = [], found.case.receiving
    for entry in cases.log(found.case.number):
        fact, where, note = entry.fact, holder, Text("")
        if isinstance(fact, facts.HandedOver | facts.HandedBack):
            holder = fact.to
            note = Text(f"移交至{center_name(fact.to)}", f"Passed on to {center_name(fact.to)}")
        elif isinstance(fact, facts.CorrectionReceived) and fact.at_center:
            where = fact.at_center
        elif isinstance(fact, facts.Accepted) and fact.basis == "silence":
            note = Text("逾期未告知,自收件之日起视为受理", "Not told in time: accepted since the day of receipt")
        elif isinstance(fact, facts.CorrectionAsked):
            note = Text(f"请在{fact.until:%Y-%m-%d}前补正", f"Correct it by {fact.until:%Y-%m-%d}")
        steps.append(
            Step(
                entry.n,
                facts.kind(fact),
                public_state.step_word(fact),
                entry.at,
                where,
                center_name(where),
                facts.exchange_event(fact) or "",
                note,
            )
        )
    return tuple(steps)
