"""The table of what follows by itself from a fact. A reaction is never done inside the act: it is deferred with it, and done by
the worker, so that a dead department holds up nobody."""

from collections.abc import Sequence

import msgspec

from tongban.domain import facts
from tongban.domain.case import Case
from tongban.plumbing import jobs
from tongban.plumbing.tx import step


class Reaction(msgspec.Struct, frozen=True):
    """From a kind of fact to a piece of work (flows/jobs.py), and why."""

    kind: str
    work: str
    why: str


REACTIONS: tuple[Reaction, ...] = (
    Reaction("decided", "tell_department", "the department whose item it is hears of every decision"),
    Reaction("revoked", "tell_department", "a decision undone is heard of like a decision"),
)


@step
def follow(case: Case, new: Sequence[facts.Body]) -> None:
    """Defer what follows from these facts, the last of which is entry ``case.n``."""
    first = case.n - len(new)
    for place, fact in enumerate(new, 1):
        for reaction in REACTIONS:
            if reaction.kind == facts.kind(fact):
                jobs.defer(jobs.Later(reaction.work, case.number, first + place))
