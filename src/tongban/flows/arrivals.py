"""What is done with letters about cases: entries are appended to a copy, a dossier brings what the holder needs, pieces become
files. Each step works within the transaction of its bag (flows/incoming.py)."""

from collections.abc import Sequence

from tongban.domain import replica
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.refusals import NotFound
from tongban.domain.replica import CannotFollow, Followed
from tongban.exchange import arriving, letters, outbox
from tongban.exchange.letters import Dossier, Facts, Letter, Piece
from tongban.flows import despatch, write
from tongban.flows.desk import Desk, Known, NotYet
from tongban.plumbing import crypto, files, here
from tongban.plumbing.tx import step
from tongban.registers.cases.service import Beside
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import service as people


@step
def facts_came(desk: Desk, letter: Letter) -> None:
    """Entries for the copy of a case."""
    body = letter.body
    assert isinstance(body, Facts)
    before, followed = _followed(desk, body.number, body.entries)
    try:
        replica.must_have_written(before, followed.fresh, desk.sender, here.nodes())
    except CannotFollow as why:
        raise NotYet(why.code, why.why) from None
    _write(desk, before, followed, body.query_code, ())


@step
def dossier_came(desk: Desk, letter: Letter) -> None:
    """移交到达: the whole case, for the node that holds the pen from now on."""
    body = letter.body
    assert isinstance(body, Dossier)
    before, followed = _followed(desk, body.number, body.entries)
    if followed.fresh:
        try:
            replica.must_have_handed(followed.case, desk.sender, here.nodes())
        except CannotFollow as why:
            raise NotYet(why.code, why.why) from None
    for person in body.people:
        people.arrived(person.ref, person.identity, desk.at)
    if body.mandate is not None:
        people.mandate_arrived(body.mandate.ref, body.mandate.mandate, desk.at, f"node:{desk.sender}")
    kept = [Beside(one.kind, one.digest, one.plain) for one in body.kept if _true(one)]
    _write(desk, before, followed, body.query_code, kept)
    for file in body.files:
        if not files.exists(file.digest):
            arriving.await_file(body.number, file.digest, file.size, desk.at)


def _true(one: letters.Kept) -> bool:
    return crypto.digest(one.plain).hex() == one.digest


def _followed(desk: Desk, number: str, entries: Sequence[letters.Logged]) -> tuple[Case, Followed]:
    known = desk.known.get(number)
    before = known.case if known else Case(number)
    try:
        return before, replica.follow(before, _entries(number, entries))
    except CannotFollow as why:
        raise NotYet(why.code, why.why) from None


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
    if files.exists(piece.digest):
        return
    whole = arriving.piece(piece, desk.at)
    if whole is None:
        return
    if len(whole) != piece.size or crypto.digest(whole).hex() != piece.digest:
        raise NotYet("differs", f"the pieces of file {piece.digest[:12]} do not give what the dossier names")
    files.keep(whole, piece.digest)
    arriving.file_is_here(piece.digest)
