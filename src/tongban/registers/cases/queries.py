"""Readers of the cases register. They check nothing: flows/access and reads/ are the only ones who may call them, and they
ask for powers and reason first."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django.db import connection

from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.deadlines import Due, DueKind
from tongban.domain.draft import Lies
from tongban.plumbing import crypto
from tongban.plumbing.statements import ask
from tongban.registers.cases import rows

_ENTRY = "select number, n, at, by, body, hash from cases_fact"


class Found(msgspec.Struct, frozen=True):
    """A case with what its row adds to the fold."""

    case: Case
    department: str
    query_code: str
    opened_at: dt.datetime
    due_on: dt.date | None
    yellow_on: dt.date | None
    due_kind: DueKind
    provisional: bool

    @property
    def due(self) -> Due:
        """The date that binds, as the row has it."""
        return Due(self.due_kind, self.due_on, self.yellow_on, self.provisional)


_FOUND = "select state, department, query_code, opened_at, due_on, yellow_on, due_kind, provisional from cases_case"


def get(number: str, *, lock: bool = False) -> Found | None:
    """The case with this number; ``lock`` keeps others from acting on it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_FOUND} where number = %s{' for update' if lock else ''}", [number])
        row = cursor.fetchone()
    return Found(rows.case(row[0]), *row[1:]) if row else None


def get_many(numbers: Sequence[str]) -> dict[str, Found]:
    """The cases with these numbers that are known here, locked in one order until the transaction ends."""
    found = ask(f"{_FOUND} where number = any(%s) order by number for update", [sorted(numbers)])
    return {case.case.number: case for case in (Found(rows.case(r[0]), *r[1:]) for r in found)}


def log(number: str, after: int = 0) -> list[Entry]:
    """The facts of a case in order (those behind entry ``after``), with those just written in the same transaction."""
    return [rows.entry(r) for r in ask(f"{_ENTRY} where number = %s and n > %s order by n", [number, after])]


def logs_of(numbers: Sequence[str]) -> dict[str, list[Entry]]:
    """The logs of a few cases at once."""
    found: dict[str, list[Entry]] = {}
    for r in ask(f"{_ENTRY} where number = any(%s) order by number, n", [list(numbers)]):
        found.setdefault(r[0], []).append(rows.entry(r))
    return found


def lies_beside(number: str, digests: Sequence[str]) -> frozenset[str]:
    """Which of these digests (answers, notes) lie beside the case on this node."""
    found = ask("select digest from cases_sealed where number = %s and digest = any(%s)", [number, list(digests)])
    return frozenset(r[0] for r in found)


def whole_beside(number: str) -> list[tuple[str, str, bytes]]:
    """All that lies beside the log of a case, opened, with its salt, as (kind, digest, plain): what goes with the pen."""
    found = ask("select kind, digest, body from cases_sealed where number = %s order by digest", [number])
    return [(kind, digest, crypto.open_(body, f"cases.{kind}:{number}".encode())) for kind, digest, body in found]


def touched_since(moment: dt.datetime, after: str = "", most: int = 500) -> list[Case]:
    """Cases with a fact since a moment, by number: for a node that lost its newest ones."""
    found = ask(
        "select state from cases_case where number > %s and number in (select number from cases_fact where at >= %s) "
        "order by number limit %s",
        [after, moment, most],
    )
    return [rows.case(r[0]) for r in found]


def last_fact() -> dt.datetime | None:
    """The moment of the newest fact of this database."""
    (row,) = ask("select max(at) from cases_fact")
    return row[0]


def logs(batch: int = 5_000) -> Iterator[tuple[Case, list[Entry]]]:
    """Every case with its log, in batches by number: for `verify`."""
    after = ""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "select number, state from cases_case where number > %s order by number limit %s", [after, batch]
            )
            cases = cursor.fetchall()
            # Behind the last row there may still be logs whose row was removed.
            last = cases[-1][0] if cases else "~"
            cursor.execute(f"{_ENTRY} where number > %s and number <= %s order by number, n", [after, last])
            entries: dict[str, list[Entry]] = {}
            for r in cursor.fetchall():
                entries.setdefault(r[0], []).append(rows.entry(r))
        for number, state in cases:
            yield _readable(number, state), entries.pop(number, [])
        for number, rest in entries.items():
            # A log without a row: the row was removed.
            yield Case(number), rest
        if not cases:
            return
        after = last


def _readable(number: str, state: bytes) -> Case:
    """The folded case of a row; an empty one when the bytes are no case any more, so that `verify` goes on and says so."""
    try:
        return rows.case(state)
    except msgspec.DecodeError:
        return Case(number)


def beside(number: str, digest: str) -> bytes | None:
    """Open what lies beside a fact (answers, a note). The caller has checked the reason."""
    with connection.cursor() as cursor:
        cursor.execute("select kind, body from cases_sealed where number = %s and digest = %s", [number, digest])
        row = cursor.fetchone()
    if row is None:
        return None
    salted = crypto.open_(row[1], f"cases.{row[0]}:{number}".encode())
    if crypto.digest(salted).hex() != digest:
        raise crypto.Tampered(f"{number}: what lies beside the log does not match its digest")
    return salted[16:]


class DraftFound(msgspec.Struct, frozen=True):
    """A draft as it was last saved."""

    id: uuid.UUID
    applicant: str
    agent: str
    item: str
    version: int
    center: str
    by: str
    rev: int
    body: bytes
    updated_at: dt.datetime
    used_by: str
    gone_to: str = ""
    moves: int = 0

    def lies(self, here: str) -> Lies:
        """Where it lies as far as this node, ``here``, knows."""
        return Lies(self.gone_to or here, self.moves, self.used_by)


_DRAFT = "select id, applicant, agent, item, version, center, by, rev, body, updated_at, used_by, gone_to, moves from cases_draft"


def draft(draft_id: uuid.UUID) -> DraftFound | None:
    """A draft, opened."""
    return next(iter(_drafts(f"{_DRAFT} where id = %s", [draft_id])), None)


def drafts_of(applicant: str) -> list[DraftFound]:
    """The unfinished drafts of a person, newest first (at most 50)."""
    return _drafts(
        f"{_DRAFT} where applicant = %s and used_by = '' and gone_to = '' order by updated_at desc limit 50",
        [applicant],
    )


def _drafts(sql: str, values: list[object]) -> list[DraftFound]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [DraftFound(*_opened(r)) for r in cursor.fetchall()]


def _opened(r: tuple[Any, ...]) -> tuple[Any, ...]:
    body = rows.DRAFTS.opened(r[0], r[8])
    return (r[0], str(r[1]), str(r[2] or ""), *r[3:8], body, *r[9:])


def paper_held(number: str, digest: str) -> bool:
    """True when the case holds a paper with these bytes: the only way to read an uploaded paper of a case."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from cases_paper where number = %s and digest = %s limit 1", [number, digest])
        return cursor.fetchone() is not None


def provisional(limit: int, after: str = "") -> list[Found]:
    """Open cases whose date waits for a calendar notice, in order of number."""
    return _many(f"{_FOUND} where provisional and not closed and number > %s order by number limit %s", [after, limit])


def overdue(kind: str, before: dt.date, limit: int, after: Found | None = None) -> list[Found]:
    """Open cases held here whose date of this kind has passed, oldest first; those behind ``after`` when it is given."""
    day, number = (after.due_on, after.case.number) if after else (dt.date.min, "")
    return _many(
        f"{_FOUND} where not closed and here and due_kind = %s and due_on < %s and (due_on, number) > (%s, %s) "
        "order by due_on, number limit %s",
        [kind, before, day, number, limit],
    )


def of_person(person: str, limit: int = 50) -> list[Found]:
    """The newest cases of a person, as applicant or agent."""
    return _many(f"{_FOUND} where applicant = %s or agent = %s order by number desc limit %s", [person, person, limit])


def _many(sql: str, values: list[object]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Found(rows.case(r[0]), *r[1:]) for r in cursor.fetchall()]
