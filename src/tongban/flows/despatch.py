"""What goes out with a fact: a copy to every other node that the case concerns, and the whole dossier to the node that gets the
pen. On a node that is alone nobody else is concerned, so nothing is written."""

from collections.abc import Sequence

from tongban.domain import facts
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.exchange import arriving, letters, outbox, watch
from tongban.plumbing import files, here
from tongban.plumbing.tx import current, step
from tongban.registers.cases import queries as cases
from tongban.registers.cases.service import Beside
from tongban.registers.people import queries as people


@step
def posted(
    before: Case, after: Case, entries: Sequence[Entry], *, query_code: str, kept: Sequence[Beside] = ()
) -> None:
    """Write the letters that follow from these entries, which are the last of the case."""
    nodes = here.nodes()
    others = nodes.concerned(after) - {here.node()}
    known = nodes.concerned(before) if before.n else frozenset()
    if before.n and here.is_city() and len(nodes.nodes) > 1:
        # Who once asked for this case hears of it also when the city itself holds it.
        heard = frozenset(watch.watchers([after.number]).get(after.number, ())) - {here.node()}
        others, known = others | heard, known | heard
    if not others:
        return
    at = current().at
    pen = nodes.host(after.holder)
    moved = any(isinstance(e.fact, facts.HandedOver | facts.HandedBack) for e in entries)
    addressed: list[tuple[str, letters.Body]] = []
    whole: Sequence[Entry] = entries if before.n == 0 else ()
    for node in sorted(others):
        if node not in known or (node == pen and moved):
            whole = whole or cases.log(after.number)
        if node == pen and moved:
            addressed.append((node, dossier(after, whole, query_code, kept if before.n == 0 else None)))
        else:
            addressed.append((node, copy(after.number, entries if node in known else whole, query_code)))
    outbox.post_many(addressed, at, number=after.number, n=after.n)
    if moved and pen != here.node():
        for paper in file_list(after):
            # One that is still under way to us goes after the case when it comes (arrivals._file_came).
            if files.exists(paper.digest):
                outbox.post_file(pen, paper.digest, at)


def copy(number: str, entries: Sequence[Entry], query_code: str) -> letters.Facts:
    """Entries for a copy; the first one brings the query code along."""
    first = entries[0].n == 1
    return letters.Facts(number, tuple(letters.logged(e) for e in entries), query_code if first else "")


def dossier(case: Case, whole: Sequence[Entry], query_code: str, kept: Sequence[Beside] | None) -> letters.Dossier:
    """All that the holder of a case needs. ``kept`` is what lies beside the log when it is at hand; else it is read."""
    beside = [(b.kind, b.digest, b.plain) for b in kept] if kept is not None else cases.whole_beside(case.number)
    wanted = [person for person in (case.applicant, case.agent) if person]
    identities = people.identities(wanted)
    opened = whole[0].fact
    mandate = people.mandate(opened.mandate) if isinstance(opened, facts.Opened) and opened.mandate else None
    return letters.Dossier(
        case.number,
        tuple(letters.logged(e) for e in whole),
        query_code,
        tuple(letters.Kept(*one) for one in beside),
        tuple(letters.PersonHere(ref, identities[ref]) for ref in wanted if ref in identities),
        letters.MandateHere(mandate.ref, people.plain(mandate)) if mandate else None,
        tuple(file_list(case)),
    )


def file_list(case: Case) -> list[letters.FileHere]:
    """The scans of a case that lie in the cabinet of this node or are under way to it, each once."""
    coming = arriving.under_way(case.number)
    digests = dict.fromkeys(p.digest for p in case.papers if p.digest)
    sizes = {d: files.size_of(d) if files.exists(d) else coming.get(d) for d in digests}
    return [letters.FileHere(d, size) for d, size in sizes.items() if size is not None]


@step
def again(number: str, to: str, after: int) -> None:
    """Write the facts of a case behind entry ``after`` once more."""
    found = cases.get(number)
    if found is None:
        return
    entries = cases.log(number, after)
    if entries:
        outbox.post(to, copy(number, entries, found.query_code), current().at, number=number, n=entries[-1].n)
