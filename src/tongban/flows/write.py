"""The one place where a fact is added to a case: it folds, computes the dates, and writes log and row together. Every flow on
a case ends here, so log and row cannot part."""

import datetime as dt
from collections.abc import Sequence

from tongban.domain import case as rule
from tongban.domain import chain, deadlines, facts
from tongban.domain.case import Case
from tongban.domain.facts import PaperMark
from tongban.flows import reactions
from tongban.plumbing.tx import current, step
from tongban.registers.cases import service as cases
from tongban.registers.cases.queries import Found
from tongban.registers.cases.service import Beside
from tongban.registers.catalog import queries as catalog


def _grow(before: Case, new: Sequence[facts.Body], at: dt.datetime, by: str) -> tuple[Case, list[chain.Entry]]:
    case, entries = before, []
    for fact in new:
        entry = chain.append(case.number, (case.n, case.head), at, by, fact)
        case = rule.advance(case, fact, entry.n, entry.hash)
        entries.append(entry)
    return case, entries


@step
def opened(
    number: str,
    new: Sequence[facts.Body],
    *,
    query_code: str,
    department: str,
    papers: Sequence[PaperMark],
    kept: Sequence[Beside],
) -> tuple[Case, deadlines.Due]:
    """Write a new case with its first facts; return it with the date that binds it."""
    act = current()
    case, entries = _grow(Case(number), new, act.at, act.actor.ref)
    due = deadlines.due(case, catalog.calendar())
    cases.open_case(
        case, entries, due, query_code=query_code, department=department, at=act.at, beside=kept, papers=papers
    )
    return case, due


@step
def appended(found: Found, *new: facts.Body, papers: Sequence[PaperMark] = (), kept: Sequence[Beside] = ()) -> Case:
    """Append facts to a case whose row is locked; return the case after them."""
    act = current()
    case, entries = _grow(found.case, new, act.at, act.actor.ref)
    cases.append(case, entries, deadlines.due(case, catalog.calendar()), beside=kept, papers=papers)
    reactions.follow(case, new)
    act.about(facts=[facts.kind(f) for f in new])
    return case
