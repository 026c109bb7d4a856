"""What is done with letters about cases: entries are appended to a copy, a dossier brings what the holder needs, pieces become
files. Each step works within the transaction of its bag (flows/incoming.py)."""

import datetime as dt
import re
from collections.abc import Sequence

from django.conf import settings

from tongban.domain import facts, replica
from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.refusals import NotFound
from tongban.domain.replica import Followed, Mandated
from tongban.exchange import arriving, letters, outbox, queries
from tongban.exchange.letters import Dossier, Facts, Letter, Piece
from tongban.flows import despatch, write
from tongban.flows.desk import Desk, Known, NotYet, judged
from tongban.plumbing import crypto, files, here
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import queries as cases
from tongban.registers.cases.service import Beside
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import service as people

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@step
def facts_came(desk: Desk, letter: Letter) -> None:
    """Entries for the copy of a case. What is not the sender's to tell waits until those tell it whose it is: let go, it would never be
    asked for where they had forgotten it themselves when this letter came."""
    body = letter.body
    assert isinstance(body, Facts)
    before, followed = _followed(desk, body.number, body.entries)
    told = replica.believed(before, followed.fresh, desk.sender, here.nodes())
    if len(told) < len(followed.fresh) and queries.restored_lately(desk.at):
        told = replica.believed(before, followed.fresh, desk.sender, here.nodes(), here.node())
    rest = followed.fresh[len(told) :]
    if rest:
        followed = replica.follow(before, told)
    if told or not rest:
        _write(desk, before, followed, body.query_code, ())
    if rest:
        why = f"entry {rest[0].n} came from {desk.sender}, which did not hold the case"
        raise NotYet("not_holder", why, partly=bool(told))
    if here.is_city():
        _holds_a_copy(desk, followed.case, body)


def _holds_a_copy(desk: Desk, case: Case, body: Facts) -> None:
    """Who tells of a case in which no center of its own has a part once asked for it at a counter, and hears of what is new: the city
    may have forgotten that with a disk. A made-up entry below our newest was not looked at yet: its hash must be ours."""
    told = max(body.entries, key=lambda one: one.n, default=None)
    heard = desk.sender in desk.watchers.get(case.number, ()) or desk.sender in here.nodes().concerned(case)
    if told is None or heard:
        return
    same, *newer = cases.log(case.number, told.n - 1) or (None,)
    if same is not None and same.hash.hex() == told.hash:
        desk.watch(case.number)
        if newer:
            despatch.again(case.number, desk.sender, told.n)


@step
def dossier_came(desk: Desk, letter: Letter) -> None:
    """移交到达: the whole case, for the node that holds the pen from now on."""
    body = letter.body
    assert isinstance(body, Dossier)
    before, followed = _followed(desk, body.number, body.entries)
    nodes = here.nodes()
    with judged():
        if followed.fresh:
            replica.must_have_handed(before, followed.fresh, desk.sender, nodes)
        replica.must_be_meant(followed.case, desk.sender, here.node(), nodes, new=bool(followed.fresh))
    log = [*(cases.log(body.number) if before.n else ()), *followed.fresh]
    _persons(desk, body, followed.case, log[0].fact)
    named = {digest for e in log for digest in facts.beside(e.fact)}
    kept = [Beside(one.kind, one.digest, one.plain) for one in body.kept if one.digest in named and _true(one)]
    if named - {one.digest for one in kept} or followed.case.applicant not in {person.ref for person in body.people}:
        # Its sender lost this with a disk. Noted, or `verify` would take it for something that was removed here.
        current().detail.setdefault("bare", []).append(body.number)
    _write(desk, before, followed, body.query_code, kept)
    for file in body.files:
        if not files.exists(file.digest):
            arriving.await_file(body.number, file.digest, file.size, desk.at)


def _persons(desk: Desk, body: Dossier, case: Case, first: facts.Body) -> None:
    """Enter the persons of the case and its mandate, and nobody else."""
    # All is looked at before anything is written: a letter that is parked leaves nothing behind.
    held = body.mandate
    mandate = Mandated(held.ref, held.mandate.agent, held.mandate.principal) if held else None
    with judged():
        replica.must_bring_its_own(case, first, [p.ref for p in body.people], mandate)
    if not all(people.is_reference(p.ref, p.identity) for p in body.people):
        raise NotYet("person", "a reference does not follow from its number: the nodes have different person keys")
    for person in body.people:
        people.arrived(person.ref, person.identity, desk.at)
    if held is not None:
        people.mandate_arrived(held.ref, held.mandate, desk.at, f"node:{desk.sender}")


def _true(one: letters.Kept) -> bool:
    return crypto.digest(one.plain).hex() == one.digest


def _followed(desk: Desk, number: str, entries: Sequence[letters.Logged]) -> tuple[Case, Followed]:
    known = desk.known.get(number)
    before = known.case if known else Case(number)
    with judged():
        return before, replica.follow(before, _entries(number, entries))


def _entries(number: str, logged: Sequence[letters.Logged]) -> list[Entry]:
    try:
        return [letters.entry(number, one) for one in logged]
    except ValueError as why:
        raise NotYet("differs", f"an entry is not readable: {why}") from None


def _write(desk: Desk, before: Case, followed: Followed, query_code: str, kept: Sequence[Beside]) -> None:
    case = followed.case
    known = desk.known.get(case.number)
    if known is None:
        known = Known(before, query_code, _department(case))
    write.followed(before.n, followed, query_code=known.query_code, department=known.department, kept=kept)
    desk.known[case.number] = Known(case, known.query_code, known.department)
    if followed.fresh:
        desk.touched.add(case.number)
        for node in desk.watchers.get(case.number, ()):
            # At the city node: who asked for this case at a counter hears of what is new.
            if node != desk.sender and node not in here.nodes().concerned(case):
                body = despatch.copy(case.number, followed.fresh, known.query_code)
                outbox.post(node, body, desk.at, number=case.number, n=case.n)


def _department(case: Case) -> str:
    try:
        return catalog.version(case.item, case.version).item.department
    except NotFound:
        raise NotYet("catalog", f"{case.item} version {case.version} is not here yet") from None


@step
def piece_came(desk: Desk, letter: Letter) -> None:
    """A piece of a file; with the last one the file is put together, and must have the digest that names it."""
    piece = letter.body
    assert isinstance(piece, Piece)
    if not (_DIGEST.fullmatch(piece.digest) and 0 <= piece.size <= settings.UPLOAD_LIMIT):
        raise NotYet("differs", "the piece is of no file")
    if files.exists(piece.digest):
        return
    if piece.of != files.count(piece.size) or not 0 <= piece.place < piece.of or len(piece.data) != _length(piece):
        raise NotYet(
            "differs", f"piece {piece.place} of file {piece.digest[:12]} came without its data, or is no piece of it"
        )
    whole = arriving.piece(desk.sender, piece, desk.at)
    if whole is None:
        return
    if len(whole) != piece.size or crypto.digest(whole).hex() != piece.digest:
        raise NotYet("differs", f"the pieces of file {piece.digest[:12]} do not give what the dossier names")
    files.keep(whole, piece.digest)
    _file_came(piece.digest, desk.at)


def _length(piece: Piece) -> int:
    return min(files.CHUNK, piece.size - piece.place * files.CHUNK)


def _file_came(digest: str, at: dt.datetime) -> None:
    """Nobody waits for it any more; where the case has moved on meanwhile, the file goes after it."""
    for found in cases.get_many(list(arriving.waiting_for(digest))).values():
        if not here.hosts(found.case.holder):
            outbox.post_file(here.nodes().host(found.case.holder), digest, at)
    arriving.file_is_here(digest)


@flow("letters.files_came")
def files_came(actor: Actor, digests: Sequence[str], *, at: dt.datetime) -> None:
    """Files that are here while cases wait for them (arriving.come)."""
    for digest in digests:
        _file_came(digest, at)
    current().about(files=len(digests))
