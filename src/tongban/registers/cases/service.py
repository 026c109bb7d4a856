"""Writers of the cases register: every fact, and with it the row, what is sealed beside it, and the papers. Plain SQL, one
statement each and no answer needed, so that inside a flow they travel together (plumbing/statements.py)."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

import msgspec
from django.db import connection

from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.deadlines import Due
from tongban.domain.facts import PaperMark
from tongban.plumbing import crypto
from tongban.plumbing.statements import later, say, say_rows
from tongban.registers.cases import rows

_STATIC = (
    "number", "query_code", "item", "version", "department", "receiving", "applicant", "agent", "channel", "opened_at",
    "opened_on",
)  # fmt: skip
_OPEN = (
    f"insert into cases_case ({', '.join(_STATIC + rows.COLUMNS)}) "
    f"values ({', '.join(['%s'] * len(_STATIC + rows.COLUMNS))})"
)
_APPEND = f"update cases_case set {', '.join(f'{c} = %s' for c in rows.COLUMNS)} where number = %s"


class Beside(msgspec.Struct, frozen=True):
    """Something personal that a fact names by digest: ``kind`` is answers or note."""

    kind: str
    digest: str
    plain: bytes


def beside(kind: str, plain: bytes) -> Beside:
    """Prepare what lies beside a fact. The digest is keyed by nothing: equal answers of two cases are told apart by salt."""
    salted = uuid.uuid4().bytes + plain
    return Beside(kind, crypto.digest(salted).hex(), salted)


def next_sequence_later(center: str, day: dt.date) -> Callable[[], int]:
    """The next number of this center on this day, asked now and read when called. The row stays locked until the transaction
    ends, for this center only."""
    answer = later(
        "insert into cases_counter (center, day, last) values (%s, %s, 1) "
        "on conflict (center, day) do update set last = cases_counter.last + 1 returning last",
        [center, day],
    )
    return lambda: int(answer()[0][0])


def open_case(
    case: Case, entries: Sequence[Entry], due: Due, *, here: bool, query_code: str, department: str, at: dt.datetime,
    beside: Sequence[Beside] = (), papers: Sequence[PaperMark] = (),
) -> None:  # fmt: skip
    """Write a new case: its row, its first facts, what lies beside them (sealed) and the papers handed in."""
    say(
        _OPEN,
        [case.number, query_code, case.item, case.version, department, case.receiving, case.applicant,
         case.agent or None, case.channel, at, case.opened_on, *rows.values(case, due, here=here)],
    )  # fmt: skip
    _record(case.number, 1, entries, beside, papers)


def append(
    after: Case, entries: Sequence[Entry], due: Due, *, here: bool, beside: Sequence[Beside] = (),
    papers: Sequence[PaperMark] = (),
) -> None:  # fmt: skip
    """Write further facts of a case whose row the caller has locked (queries.get); the papers belong to the last fact.
    ``here``: this node hosts the holder after them."""
    say(_APPEND, [*rows.values(after, due, here=here), after.number])
    _record(after.number, after.n, entries, beside, papers)


def replicate(
    before: int, after: Case, fresh: Sequence[Entry], due: Due, *, here: bool, query_code: str, department: str,
    beside: Sequence[Beside] = (),
) -> None:  # fmt: skip
    """Write entries that came by letter to the copy of a case that had ``before`` entries (the caller has locked the row).
    Papers stand in the facts themselves. A number of a center of this node raises its counter, so that a node restored from
    a backup gives no number twice."""
    if before == 0:
        say(
            _OPEN,
            [after.number, query_code, after.item, after.version, department, after.receiving, after.applicant,
             after.agent or None, after.channel, fresh[0].at, after.opened_on, *rows.values(after, due, here=here)],
        )  # fmt: skip
    else:
        say(_APPEND, [*rows.values(after, due, here=here), after.number])
    _record(after.number, after.n, fresh, beside, ())
    say_rows(
        "insert into cases_paper (number, n, place, material, how, grade, digest)",
        [
            (after.number, e.n, i, p.material, p.how, p.grade, p.digest)
            for e in fresh
            for i, p in enumerate(getattr(e.fact, "papers", ()))
        ],
    )


def bring(number: str, beside: Sequence[Beside]) -> None:
    """Keep what lies beside the log of a case and came after it."""
    _record(number, 0, (), beside, ())


def counted(center: str, day: dt.date, sequence: int) -> None:
    """A number was given: the counter of the center stands at least there."""
    say(
        "insert into cases_counter (center, day, last) values (%s, %s, %s) "
        "on conflict (center, day) do update set last = greatest(cases_counter.last, excluded.last)",
        [center, day, sequence],
    )


def leave_out(centers: Sequence[str], day: dt.date, many: int) -> None:
    """Give none of the next numbers of these centers on this day: some were given, and nobody here remembers which."""
    say(
        "insert into cases_counter (center, day, last) select c, %s::date, %s::int from unnest(%s::text[]) c order by c "
        "on conflict (center, day) do update set last = cases_counter.last + excluded.last",
        [day, many, list(centers)],
    )


def set_due(number: str, due: Due) -> None:
    """A calendar notice moved the date: nothing else of the row changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update cases_case set due_on = %s, yellow_on = %s, due_kind = %s, provisional = %s where number = %s",
            [due.on, due.yellow, due.kind, due.provisional, number],
        )


def _record(
    number: str, n: int, entries: Sequence[Entry], beside: Sequence[Beside], papers: Sequence[PaperMark]
) -> None:
    """Facts, papers and what lies beside. That is sealed for this case: moved to another, it does not open."""
    say_rows(
        "insert into cases_fact (number, n, kind, at, by, body, hash)",
        [(e.number, e.n, _kind(e.body), e.at, e.by, e.body.decode(), e.hash) for e in entries],
    )
    say_rows(
        "insert into cases_sealed (number, digest, kind, body)",
        [(number, t.digest, t.kind, crypto.seal(t.plain, context=_place(t.kind, number))) for t in beside],
        "on conflict do nothing",
    )
    say_rows(
        "insert into cases_paper (number, n, place, material, how, grade, digest)",
        [(number, n, i, p.material, p.how, p.grade, p.digest) for i, p in enumerate(papers)],
    )


def _place(kind: str, number: str) -> bytes:
    return f"cases.{kind}:{number}".encode()


class _Tag(msgspec.Struct):
    kind: str


def _kind(body: bytes) -> str:
    return msgspec.json.decode(body, type=_Tag).kind


drafts = rows.DRAFTS
"""The drafts of items: how each stands, that it is used, gone or forgotten. What has columns of its own stands below."""


def save_draft(
    draft: uuid.UUID, *, applicant: str, agent: str, item: str, version: int, center: str, by: str, rev: int,
    body: bytes, at: dt.datetime,
) -> bool:  # fmt: skip
    """Insert (rev 0) or replace the draft that had ``rev``; False when another device saved in between."""
    own = {"applicant": applicant, "agent": agent or None, "item": item, "version": version}
    return rows.DRAFTS.save(draft, own, center=center, by=by, rev=rev, body=body, at=at)


def draft_come(
    draft: uuid.UUID, *, applicant: str, agent: str, item: str, version: int, center: str, by: str, rev: int, moves: int, body: bytes,
    at: dt.datetime,
) -> None:  # fmt: skip
    """A draft came from another node; what is here of it after as many moves stays."""
    own = {"applicant": applicant, "agent": agent or None, "item": item, "version": version, "center": center, "by": by}
    rows.DRAFTS.come(draft, own, rev=rev, moves=moves, body=body, at=at)
