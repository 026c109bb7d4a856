"""The one place where a fact is added to a mother case: it folds, and writes log, row and form together, at the node that received the
event. Copies of the log go out (flows/event_copies.py); the form never leaves the node."""

from collections.abc import Sequence

import msgspec

from tongban.domain import chain, event_part
from tongban.domain import mother as rule
from tongban.domain.event_part import EventForm
from tongban.domain.facts import Body, kind
from tongban.domain.mother import Mother
from tongban.exchange import queries as mail
from tongban.flows import event_copies
from tongban.plumbing.jobs import TryAgain
from tongban.plumbing.tx import current, step
from tongban.registers.mothers import queries
from tongban.registers.mothers import service as mothers
from tongban.registers.mothers.service import Form


def _grow(before: Mother, new: Sequence[Body]) -> tuple[Mother, list[chain.Entry]]:
    act, mother, entries = current(), before, []
    for fact in new:
        entry = chain.append(mother.number, (mother.n, mother.head), act.at, act.actor.ref, fact)
        mother = rule.advance(mother, fact, entry.n, entry.hash)
        entries.append(entry)
    return mother, entries


def must_be_caught_up(number: str) -> None:
    """Deferred work waits while this node fetches what a restored backup has forgotten: an entry written upon an older state would fork
    the log from its copies. TryAgain."""
    if not mail.caught_up():
        raise TryAgain(f"{number}: this node fetches what a restored backup has forgotten")


@step
def sealed(form: EventForm) -> Form:
    """The one form, ready to be kept beside the log."""
    return mothers.form(msgspec.json.encode(form))


@step
def form_of(mother: Mother) -> EventForm:
    """The one form of a mother case as it is now, or what a restored backup left of it. The caller has shown the reason. At another node
    than the one that received it, the act is asked of that one (tx.Elsewhere)."""
    event_copies.must_be_received_here(mother)
    return event_part.read_form(queries.newest_form(mother.number, mother.form))


@step
def opened(number: str, new: Sequence[Body], *, query_code: str, forms: Sequence[Form]) -> Mother:
    """Write a new mother case with its first facts."""
    mother, entries = _grow(Mother(number), new)
    mothers.open_mother(mother, entries, query_code=query_code, at=current().at, forms=forms)
    event_copies.told(mother, query_code)
    return mother


@step
def appended(mother: Mother, new: Sequence[Body], forms: Sequence[Form] = ()) -> Mother:
    """Append facts to a mother case whose row is locked; nothing to append changes nothing. Only where it was received."""
    event_copies.must_be_received_here(mother)
    if not new:
        return mother
    after, entries = _grow(mother, new)
    mothers.append(after, entries, forms)
    event_copies.told(after, queries.code(mother.number))
    current().about(facts=[kind(fact) for fact in new])
    return after
