"""Writers of the cases register: every fact, and with it the row, what is sealed beside it, and the papers. Plain SQL, one
statement each and no answer needed, so that inside a flow they travel together (plumbing/tx.py)."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec
from django.db import connection

from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.deadlines import Due
from tongban.domain.facts import PaperMark
from tongban.plumbing import crypto
from tongban.registers.cases import rows

_STATIC = (
    "number", "query_code", "item", "version", "department", "receiving", "applicant", "agent", "channel", "opened_at",
    "opened_on",
)  # fmt: skip
_INSERT = (
    f"insert into cases_case ({', '.join(_STATIC + rows.COLUMNS)}) "
    f"values ({', '.join(['%s'] * len(_STATIC + rows.COLUMNS))})"
)
_UPDATE = f"update cases_case set {', '.join(f'{c} = %s' for c in rows.COLUMNS)} where number = %s"


class Beside(msgspec.Struct, frozen=True):
    """Something personal that a fact names by digest: ``kind`` is answers or note."""

    kind: str
    digest: str
    plain: bytes


def beside(kind: str, plain: bytes) -> Beside:
    """Prepare what lies beside a fact. The digest is keyed by nothing: equal answers of two cases are told apart by salt."""
    salted = uuid.uuid4().bytes + plain
    return Beside(kind, crypto.digest(salted).hex(), salted)


def next_sequence(center: str, day: dt.date) -> int:
    """The next number of this center on this day. The row stays locked until the transaction ends, for this center only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into cases_counter (center, day, last) values (%s, %s, 1) "
            "on conflict (center, day) do update set last = cases_counter.last + 1 returning last",
            [center, day],
        )
        return int(cursor.fetchone()[0])


def open_case(
    case: Case, entries: Sequence[Entry], due: Due, *, query_code: str, department: str, at: dt.datetime
) -> None:
    """Write a new case: its row and its first facts."""
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [case.number, query_code, case.item, case.version, department, case.receiving, case.applicant,
             case.agent or None, case.channel, at, case.opened_on, *rows.values(case, due)],
        )  # fmt: skip
    _write_entries(entries)


def append(after: Case, entries: Sequence[Entry], due: Due) -> None:
    """Write further facts of a case whose row the caller has locked (queries.lock)."""
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [*rows.values(after, due), after.number])
    _write_entries(entries)


def set_due(number: str, due: Due) -> None:
    """A calendar notice moved the date: nothing else of the row changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update cases_case set due_on = %s, yellow_on = %s, due_kind = %s, provisional = %s where number = %s",
            [due.on, due.yellow, due.kind, due.provisional, number],
        )


def _write_entries(entries: Sequence[Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into cases_fact (number, n, kind, at, by, body, hash) "
            "select * from unnest(%s::text[], %s::int[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::bytea[])",
            [
                [e.number for e in entries],
                [e.n for e in entries],
                [_kind(e.body) for e in entries],
                [e.at for e in entries],
                [e.by for e in entries],
                [e.body.decode() for e in entries],
                [e.hash for e in entries],
            ],
        )


class _Tag(msgspec.Struct):
    kind: str


def _kind(body: bytes) -> str:
    return msgspec.json.decode(body, type=_Tag).kind


def keep_beside(number: str, things: Sequence[Beside]) -> None:
    """Seal what lies beside the log; a value moved to another case does not open."""
    if not things:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into cases_sealed (number, digest, kind, body) "
            "select %s, * from unnest(%s::text[], %s::text[], %s::bytea[]) on conflict do nothing",
            [
                number,
                [t.digest for t in things],
                [t.kind for t in things],
                [crypto.seal(t.plain, context=f"cases.{t.kind}:{number}".encode()) for t in things],
            ],
        )


def keep_papers(number: str, n: int, papers: Sequence[PaperMark]) -> None:
    """Write the papers of fact n, in their order."""
    if not papers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into cases_paper (number, n, place, material, how, grade, digest) "
            "select %s, %s, * from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[])",
            [
                number, n, list(range(len(papers))), [p.material for p in papers], [p.how for p in papers],
                [p.grade for p in papers], [p.digest for p in papers],
            ],
        )  # fmt: skip


def save_draft(
    draft: uuid.UUID, *, applicant: str, agent: str, item: str, version: int, center: str, by: str, rev: int,
    body: bytes, at: dt.datetime,
) -> bool:  # fmt: skip
    """Insert (rev 0) or replace the draft that had ``rev``; False when another device saved in between."""
    sealed = crypto.seal(body, context=f"cases.draft:{draft}".encode())
    with connection.cursor() as cursor:
        if rev == 0:
            cursor.execute(
                "insert into cases_draft (id, applicant, agent, item, version, center, by, rev, body, updated_at, used_by) "
                "values (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s, '') on conflict (id) do nothing returning rev",
                [draft, applicant, agent or None, item, version, center, by, sealed, at],
            )
        else:
            cursor.execute(
                "update cases_draft set rev = rev + 1, body = %s, by = %s, center = %s, updated_at = %s "
                "where id = %s and rev = %s and used_by = '' returning rev",
                [sealed, by, center, at, draft, rev],
            )
        return cursor.fetchone() is not None


def use_draft(draft: uuid.UUID, number: str) -> None:
    """The draft became a case."""
    with connection.cursor() as cursor:
        cursor.execute("update cases_draft set used_by = %s where id = %s and used_by = ''", [number, draft])
