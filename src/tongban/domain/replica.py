"""Copies of a case on other nodes: whether entries that came by letter follow what is known, who was allowed to write them, what a
dossier may bring, and who may ask the holder for an act. Only the node that hosts the holder may append; everybody else follows."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tongban.domain import case as rule
from tongban.domain import chain, facts, mother
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.mother import Mother
from tongban.domain.nodes import Nodes
from tongban.domain.refusals import Conflict


class CannotFollow(Exception):
    """A letter cannot be followed. ``code``: gap (earlier ones are missing), differs (another entry stands at the same place, or the
    hash is not that of its content), not_holder (the sender did not have the pen, or is not the one to ask), person (somebody
    who is not of the case), version (not understood)."""

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
        fact = _fact(entry)
        if isinstance(fact, facts.Opened) and not case.number.startswith(fact.receiving):
            # A made-up case under a number of another center would stand in the way of the true one.
            raise CannotFollow("not_holder", f"{case.number} is no number of the center {fact.receiving}")
        try:
            case = rule.advance(case, fact, entry.n, entry.hash)
        except Conflict as why:
            raise CannotFollow("differs", f"entry {entry.n} is no step of a case in this stage: {why}") from None
        fresh.append(entry)
    return Followed(case, tuple(fresh))


def _fact(entry: Entry) -> facts.Body:
    try:
        return entry.fact
    except (msgspec.MsgspecError, ValueError, RecursionError) as why:
        # A newer program may know it.
        raise CannotFollow("version", f"entry {entry.n} is not understood: {why}") from None


def believed(before: Case, fresh: Sequence[Entry], sender: str, nodes: Nodes, ours: str = "") -> tuple[Entry, ...]:
    """The leading entries that are the sender's to tell: its node hosted the holder when they were written. The city node passes on
    what it has. ``ours``: our own node, when it was restored from a backup and hears from others what it wrote itself."""
    if sender == nodes.city:
        return tuple(fresh)
    told: list[Entry] = []
    for entry, writer in _writers(before, fresh, nodes):
        if writer not in (sender, ours):
            break
        told.append(entry)
    return tuple(told)


def must_have_handed(before: Case, fresh: Sequence[Entry], sender: str, nodes: Nodes) -> None:
    """A dossier ends with the entry by which its sender gave the pen away. What others wrote before is taken from the sender only for
    a case that is not known here at all; else it comes from those who wrote it. Raises CannotFollow."""
    if not isinstance(fresh[-1].fact, facts.HandedOver | facts.HandedBack):
        raise CannotFollow("not_holder", f"the dossier came from {sender}, and its log gives the pen to nobody")
    writers = [writer for _, writer in _writers(before, fresh, nodes)]
    for writer in writers if before.n else writers[-1:]:
        if writer != sender:
            raise CannotFollow("not_holder", f"the dossier came from {sender}, which did not hold the case")


def must_be_meant(case: Case, sender: str, node: str, nodes: Nodes, *, new: bool) -> None:
    """A dossier is for the node that has the pen now. One that brings nothing ``new`` (sent again, or overtaken) is still taken where
    both had a part in the case: the scans that it names may be missing. Raises CannotFollow."""
    if not (nodes.host(case.holder) == node if new else {node, sender} <= nodes.with_a_part(case)):
        raise CannotFollow("not_holder", f"the dossier from {sender} is not for this node")


class Mandated(msgspec.Struct, frozen=True):
    """The mandate that comes with a dossier: its reference, who acts and for whom."""

    ref: str
    agent: str
    principal: str


def must_bring_its_own(case: Case, first: facts.Body, persons: Iterable[str], mandate: Mandated | None) -> None:
    """A dossier names the persons of its case, and the mandate that its first entry names, and is no way to name people for other
    cases. Raises CannotFollow."""
    if not set(persons) <= {case.applicant, case.agent} - {""}:
        raise CannotFollow("person", "a person of the dossier is not one of the case")
    named = Mandated(getattr(first, "mandate", ""), case.agent, case.applicant)
    if mandate is not None and (mandate != named or not mandate.ref):
        raise CannotFollow("person", "the mandate of the dossier is not that of the case")


def must_be_asked(case: Case, origin: str, center: str, sender: str, node: str, nodes: Nodes) -> None:
    """A request for an act begins at another node of the city, at a center of its own (or at none: a resident at home), and comes from
    there or from a node that the case concerns. Who has just given the case to us by our own copy cannot ask us for it: what gave it
    to us is still to come, and sent back the request would circle. Raises CannotFollow."""
    if origin not in nodes.by_code or origin == node or (center and nodes.host(center) != origin):
        raise CannotFollow("not_holder", "it does not begin where it says")
    if sender != origin and sender not in nodes.concerned(case):
        raise CannotFollow("not_holder", f"sent on by {sender}, which never had a part in the case")
    if nodes.host(case.holder) == sender:
        raise CannotFollow("gap", "what gave this node the case is not here yet")


def follow_event(
    before: Mother, entries: Sequence[Entry], sender: str, nodes: Nodes, ours: str = ""
) -> tuple[Mother, tuple[Entry, ...]]:
    """The copy of a life event after its whole log came, and the entries that are new: none when as much is here already. Only the node
    that received it tells of it, and the city passes on what it was told. ``ours``: our own node, when it was restored from a backup and
    hears from others of what it received itself. Raises CannotFollow."""
    number, log = before.number, sorted(entries, key=lambda one: one.n)
    if len(log) <= before.n:
        return before, ()
    if (why := chain.broken(log)) is not None or (before.n and log[before.n - 1].hash != before.head):
        raise CannotFollow("differs", why or "another log of this number is here already")
    try:
        after = mother.fold(number, ((mother.decode(one.body), one.n, one.hash) for one in log))
    except (msgspec.MsgspecError, ValueError, RecursionError) as why:
        # A newer program may know it.
        raise CannotFollow("version", f"an entry is not understood: {why}") from None
    except Conflict as why:
        raise CannotFollow("differs", f"no log of a life event: {why}") from None
    host = nodes.host(after.receiving)
    if not number.startswith(after.receiving) or not (sender in (host, nodes.city) or host == ours):
        raise CannotFollow("not_holder", f"{number} was not received at {sender}")
    return after, tuple(log[before.n :])


def event_must_be_asked(receiving: str, origin: str, center: str, sender: str, node: str, nodes: Nodes) -> None:
    """A request about a life event goes straight from the node where its person is served to the one that received it, for the pen of a
    life event never moves. Raises CannotFollow."""
    if origin != sender or origin == node or (center and nodes.host(center) != origin):
        raise CannotFollow("not_holder", "it does not begin where it says")
    if nodes.host(receiving) != node:
        raise CannotFollow("not_holder", "this node did not receive the life event")


def _writers(before: Case, fresh: Sequence[Entry], nodes: Nodes) -> Iterator[tuple[Entry, str]]:
    """Each entry with the node that had the pen when it was written."""
    holder = before.holder
    for entry in fresh:
        fact = entry.fact
        holder = holder or getattr(fact, "receiving", "")
        yield entry, nodes.host(holder)
        if isinstance(fact, facts.HandedOver | facts.HandedBack):
            holder = fact.to
