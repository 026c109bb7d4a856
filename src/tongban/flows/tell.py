"""Telling a department of a decision: outside any transaction, safe to repeat (the notice carries the fact's place as its id),
and written down as an act of the city when the department has taken note."""

import datetime as dt

import msgspec

from tongban.domain import facts
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.ports import Notice, Subject, Told, Unavailable, Value
from tongban.plumbing import outside, sockets
from tongban.plumbing.jobs import TryAgain
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import queries as people


@flow("department.told")
def told(actor: Actor, number: str, department: str, reference: str, *, at: dt.datetime, key: str = "") -> None:
    """Write down that the department has taken note, by its own reference, or that it will read it on paper."""
    current().about(case=number, department=department, reference=reference)


def _entries(found: Found, fact: facts.Body) -> dict[str, Value]:
    """What the department must enter: the values of the e-licences that are its own to give after this decision."""
    if not isinstance(fact, facts.Decided) or fact.outcome == "refused":
        return {}
    kinds = catalog.credential_kinds()
    mine = [kinds[code] for code in fact.results if code in kinds and kinds[code].issuer == found.department]
    answers = msgspec.json.decode(cases.beside(found.case.number, found.case.answers) or b"{}") if mine else {}
    return {code: answers[code] for kind in mine for code in kind.fields if code in answers}


def tell_department(number: str, n: int, at: dt.datetime) -> None:
    """Tell the department of the item about entry ``n``; TryAgain while it does not answer."""
    found = cases.get(number)
    if found is None:
        return
    entry = next((e for e in cases.log(number) if e.n == n), None)
    if entry is None:
        return
    identity = people.identity(found.case.applicant)
    fact = entry.fact
    notice = Notice(
        id=f"{number}-{n}", case=number, item=found.case.item, event=facts.exchange_event(fact) or facts.kind(fact),
        at=entry.at, subject=Subject(identity.number, identity.name),
        values={"outcome": getattr(fact, "outcome", facts.kind(fact)), **_entries(found, fact)},
    )  # fmt: skip
    port = sockets.plugged().department(found.department)
    answer = outside.ask({found.department: lambda: port.tell(notice)}, budget=10.0)[found.department]
    key = f"told:{number}:{n}"
    if isinstance(answer, Told):
        told(SYSTEM, number, found.department, answer.reference, at=at, key=key)
    elif isinstance(answer, Unavailable) and answer.code == "paper":
        told(SYSTEM, number, found.department, "paper", at=at, key=key)
    else:
        raise TryAgain(f"{found.department}: {answer.why if isinstance(answer, Unavailable) else answer}")
