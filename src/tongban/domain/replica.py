"""Copies of a case on other nodes: whether entries that came by letter follow what is known, and who was allowed to write them.
Only the node that hosts the holder may append; everybody else follows."""

from collections.abc import Sequence

import msgspec

from tongban.domain import case as rule
from tongban.domain import chain, facts
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.nodes import Nodes
from tongban.domain.refusals import Conflict


class CannotFollow(Exception):
    """Entries cannot be appended to the copy. ``code``: gap (earlier ones are missing), differs (another entry stands at the
    same place, or the hash is not that of its content), not_holder (the sender did not have the pen)."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


class Followed(msgspec.Struct, frozen=True):
    """The copy after the entries, and those of them that were new."""

    case: Case
    fresh: tuple[Entry, ...]


def follow(before: Case, entries: Sequence[Entry]) -> Followed:
    """Append what is new to a copy. The same entries twice change nothing. Raises CannotFollow."""
    case, fresh = before, []
    for entry in sorted(entries, key=lambda one: one.n):
        if entry.n <= case.n:
            if entry.n == case.n and entry.hash != case.head:
                raise CannotFollow("differs", f"entry {entry.n} is here already with another content")
            continue
        if entry.n != case.n + 1:
            raise CannotFollow("gap", f"entries {case.n + 1} to {entry.n - 1} are missing")
        if chain.link(case.number, entry.n, entry.at, entry.by, entry.body, case.head) != entry.hash:
            raise CannotFollow("differs", f"entry {entry.n} does not follow entry {case.n} by its hash")
        try:
            case = rule.advance(case, entry.fact, entry.n, entry.hash)
        except Conflict as why:
            raise CannotFollow("differs", f"entry {entry.n} is no step of a case in this stage: {why}") from None
        fresh.append(entry)
    return Followed(case, tuple(fresh))


def must_have_written(before: Case, fresh: Sequence[Entry], sender: str, nodes: Nodes) -> None:
    """Each new entry was written by the node that hosted the holder then; the city node passes on what it has. Raises CannotFollow."""
    if sender == nodes.city:
        return
    holder = before.holder
    for entry in fresh:
        fact = entry.fact
        holder = holder or getattr(fact, "receiving", "")
        if nodes.host(holder) != sender:
            raise CannotFollow("not_holder", f"entry {entry.n} came from {sender}, which did not hold the case")
        if isinstance(fact, facts.HandedOver | facts.HandedBack):
            holder = fact.to


def must_have_handed(case: Case, sender: str, nodes: Nodes) -> None:
    """A dossier comes from the node of the center that held the case before. Raises CannotFollow."""
    if sender not in (nodes.host(case.came_from or case.receiving), nodes.city):
        raise CannotFollow("not_holder", f"the dossier came from {sender}, which did not hold the case")
