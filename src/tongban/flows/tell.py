"""Telling a department of a decision: outside any transaction, safe to repeat (the notice carries the fact's place as its id),
and written down as an act of the city when the department has taken note."""

import datetime as dt

from tongban.domain import facts
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.ports import Notice, Subject, Told, Unavailable
from tongban.plumbing import outside, sockets
from tongban.plumbing.jobs import TryAgain
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as cases
from tongban.registers.people import queries as people


@flow("department.told")
def told(actor: Actor, number: str, department: str, reference: str, *, at: dt.datetime, key: str = "") -> None:
    """Write down that the department has taken note, by its own reference, or that it will read it on paper."""
    current().about(case=number, department=department, reference=reference)


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
        values={"outcome": getattr(fact, "outcome", facts.kind(fact))},
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
