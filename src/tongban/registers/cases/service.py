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
# An act of a case is one statement: its facts, what lies beside them, the papers, and the row. What repeats travels as one
# JSON text, because that costs a third of what arrays cost to send.
_RECORD = """
with facts as (
  insert into cases_fact (number, n, kind, at, by, body, hash)
  select %s, n, kind, at, by, body, decode(hash, 'hex')
  from jsonb_to_recordset(%s::jsonb) as x (n int, kind text, at timestamptz, by text, body text, hash text)
), beside as (
  insert into cases_sealed (number, digest, kind, body)
  select %s, digest, kind, decode(body, 'hex') from jsonb_to_recordset(%s::jsonb) as x (digest text, kind text, body text)
  on conflict do nothing
), papers as (
  insert into cases_paper (number, n, place, material, how, grade, digest)
  select %s, %s, place, material, how, grade, digest
  from jsonb_to_recordset(%s::jsonb) as x (place int, material text, how text, grade text, digest text)
)
"""
_OPEN = (
    f"{_RECORD} insert into cases_case ({', '.join(_STATIC + rows.COLUMNS)}) "
    f"values ({', '.join(['%s'] * len(_STATIC + rows.COLUMNS))})"
)
_APPEND = f"{_RECORD} update cases_case set {', '.join(f'{c} = %s' for c in rows.COLUMNS)} where number = %s"


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
    case: Case, entries: Sequence[Entry], due: Due, *, query_code: str, department: str, at: dt.datetime,
    beside: Sequence[Beside] = (), papers: Sequence[PaperMark] = (),
) -> None:  # fmt: skip
    """Write a new case: its row, its first facts, what lies beside them (sealed) and the papers handed in."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            [*_recorded(case.number, 1, entries, beside, papers),
             case.number, query_code, case.item, case.version, department, case.receiving, case.applicant,
             case.agent or None, case.channel, at, case.opened_on, *rows.values(case, due)],
        )  # fmt: skip


def append(
    after: Case, entries: Sequence[Entry], due: Due, *, beside: Sequence[Beside] = (), papers: Sequence[PaperMark] = ()
) -> None:
    """Write further facts of a case whose row the caller has locked (queries.get); the papers belong to the last fact."""
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [*_recorded(after.number, after.n, entries, beside, papers), *rows.values(after, due), after.number],
        )


def set_due(number: str, due: Due) -> None:
    """A calendar notice moved the date: nothing else of the row changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update cases_case set due_on = %s, yellow_on = %s, due_kind = %s, provisional = %s where number = %s",
            [due.on, due.yellow, due.kind, due.provisional, number],
        )


def _recorded(
    number: str, n: int, entries: Sequence[Entry], beside: Sequence[Beside], papers: Sequence[PaperMark]
) -> list[object]:
    """The values of _RECORD. What lies beside is sealed for this case: moved to another, it does not open."""
    facts = [
        {"n": e.n, "kind": _kind(e.body), "at": e.at, "by": e.by, "body": e.body.decode(), "hash": e.hash.hex()}
        for e in entries
    ]
    sealed = [
        {"digest": t.digest, "kind": t.kind, "body": crypto.seal(t.plain, context=_place(t.kind, number)).hex()}
        for t in beside
    ]
    marks = [
        {"place": i, "material": p.material, "how": p.how, "grade": p.grade, "digest": p.digest}
        for i, p in enumerate(papers)
    ]
    return [number, _json(facts), number, _json(sealed), number, n, _json(marks)]


def _json(several: list[dict[str, object]]) -> str:
    return msgspec.json.encode(several).decode()


def _place(kind: str, number: str) -> bytes:
    return f"cases.{kind}:{number}".encode()


class _Tag(msgspec.Struct):
    kind: str


def _kind(body: bytes) -> str:
    return msgspec.json.decode(body, type=_Tag).kind


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
