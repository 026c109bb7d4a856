"""The one place where a fact is added to a case: it folds, computes the dates, writes log and row together, and posts what
other nodes must hear. Every flow on a case ends here, so log, row and letters cannot part."""

import datetime as dt
from collections.abc import Sequence

from tongban.domain import case as rule
from tongban.domain import chain, codes, deadlines, facts
from tongban.domain.case import Case
from tongban.domain.facts import PaperMark
from tongban.domain.replica import Followed
from tongban.flows import despatch, reactions
from tongban.plumbing import here
from tongban.plumbing.tx import Elsewhere, current, step
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
        case, entries, due, here=here.hosts(case.holder), query_code=query_code, department=department, at=act.at,
        beside=kept, papers=papers,
    )  # fmt: skip
    despatch.posted(Case(number), case, entries, query_code=query_code, kept=kept)
    return case, due


@step
def held_elsewhere(found: Found) -> bytes:
    """Stand-in for what only the holder of a case has: the act is asked of that node. On the holder's own node, nothing."""
    if not here.hosts(found.case.holder):
        raise Elsewhere(found.case.number, here.nodes().host(found.case.holder))
    return b"{}"


@step
def appended(found: Found, *new: facts.Body, papers: Sequence[PaperMark] = (), kept: Sequence[Beside] = ()) -> Case:
    """Append facts to a case whose row is locked; return the case after them. Only the node that hosts the holder may: on
    any other the act is asked of that one (tx.Elsewhere), after all rules have judged it by the copy that is here."""
    act = current()
    held_elsewhere(found)
    case, entries = _grow(found.case, new, act.at, act.actor.ref)
    due = deadlines.due(case, catalog.calendar())
    cases.append(case, entries, due, here=here.hosts(case.holder), beside=kept, papers=papers)
    despatch.posted(found.case, case, entries, query_code=found.query_code)
    reactions.follow(case, new)
    act.about(facts=[facts.kind(f) for f in new])
    return case


@step
def followed(before: int, known: Followed, *, query_code: str, department: str, kept: Sequence[Beside] = ()) -> None:
    """Write entries that came by letter from the node that holds the case, or held it when they were written."""
    case = known.case
    if known.fresh:
        due = deadlines.due(case, catalog.calendar())
        reactions.heard(case, [entry.fact for entry in known.fresh])
        cases.replicate(
            before, case, known.fresh, due, here=here.hosts(case.holder), query_code=query_code, department=department,
            beside=kept,
        )  # fmt: skip
        if here.hosts(case.receiving) and before == 0 and case.opened_on is not None:
            given = codes.parse_case_number(case.number)
            cases.counted(given.center, given.day, given.sequence)
    elif kept:
        cases.bring(case.number, kept)
