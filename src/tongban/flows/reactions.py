"""The table of what follows by itself from a fact. A reaction is never done inside the act: it is deferred with it, and done by
the worker, so that a dead department holds up nobody."""

from collections.abc import Sequence

import msgspec

from tongban.domain import facts
from tongban.domain.case import Case
from tongban.plumbing import here, jobs
from tongban.plumbing.tx import step


class Reaction(msgspec.Struct, frozen=True):
    """From a kind of fact to a piece of work (flows/jobs.py), and why."""

    kind: str
    work: str
    why: str


REACTIONS: tuple[Reaction, ...] = (
    Reaction("decided", "tell_department", "the department whose item it is hears of every decision"),
    Reaction("revoked", "tell_department", "a decision undone is heard of like a decision"),
    Reaction("correction_asked", "notify", "who must correct something has to know until when"),
    Reaction("not_accepted", "notify", "who is sent away is told, and where the reason stands"),
    Reaction("decided", "notify", "a decision that nobody hears of might as well not be made"),
    Reaction("revoked", "notify", "who relies on a decision must hear that it is gone"),
)


# What becomes of a child moves its life event (flows/event_advance.py), wherever it is decided: at the node of the mother case these
# are heard of by letter. Why each: a decision and its results let others start, an end without them changes the plan, and a
# correction is said to those who wait.
MOVES_EVENT = frozenset({
    "decided", "result_issued", "not_accepted", "withdrawn", "revoked", "correction_asked", "correction_received",
})  # fmt: skip
EVENT_WORK = "advance_event"


@step
def heard(case: Case, new: Sequence[facts.Body]) -> None:
    """Defer what follows for a life event from these facts of a child, written here or come by letter."""
    mother, _, child = case.number.partition("-")
    if child and here.hosts(case.receiving) and any(facts.kind(fact) in MOVES_EVENT for fact in new):
        jobs.defer(jobs.Later(EVENT_WORK, mother, case.n))


@step
def follow(case: Case, new: Sequence[facts.Body]) -> None:
    """Defer what follows from these facts, the last of which is entry ``case.n``."""
    heard(case, new)
    first = case.n - len(new)
    for place, fact in enumerate(new, 1):
        for reaction in REACTIONS:
            if reaction.kind == facts.kind(fact):
                jobs.defer(jobs.Later(reaction.work, case.number, first + place))
