"""Writers of the mothers register: every fact and with it the row, the one form sealed beside the log, and event drafts."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec
from django.db import connection

from tongban.domain.chain import Entry
from tongban.domain.mother import Mother
from tongban.plumbing import crypto
from tongban.plumbing.statements import say, say_rows
from tongban.registers.mothers import rows

_STATIC = ("number", "query_code", "event", "receiving", "applicant", "agent", "channel", "opened_at")
_OPEN = (
    f"insert into mothers_mother ({', '.join(_STATIC + rows.COLUMNS)}) "
    f"values ({', '.join(['%s'] * len(_STATIC + rows.COLUMNS))})"
)
_APPEND = f"update mothers_mother set {', '.join(f'{c} = %s' for c in rows.COLUMNS)} where number = %s"


class Form(msgspec.Struct, frozen=True):
    """The one form as it is kept beside the log: what a fact names by digest, and the bytes (salted, so that equal forms of two
    mother cases are told apart)."""

    digest: str
    plain: bytes


def form(plain: bytes) -> Form:
    """Prepare a form to be kept."""
    salted = uuid.uuid4().bytes + plain
    return Form(crypto.digest(salted).hex(), salted)


def open_mother(
    mother: Mother, entries: Sequence[Entry], *, query_code: str, at: dt.datetime, forms: Sequence[Form]
) -> None:
    """Write a new mother case: its row, its facts, its form."""
    say(
        _OPEN,
        [mother.number, query_code, mother.event, mother.receiving, mother.applicant, mother.agent or None, mother.channel, at,
         *rows.values(mother)],
    )  # fmt: skip
    _record(mother.number, entries, forms)


def append(after: Mother, entries: Sequence[Entry], forms: Sequence[Form] = ()) -> None:
    """Write further facts of a mother case whose row the caller has locked (queries.get)."""
    say(_APPEND, [*rows.values(after), after.number])
    _record(after.number, entries, forms)


class _Tag(msgspec.Struct):
    kind: str


def _record(number: str, entries: Sequence[Entry], forms: Sequence[Form]) -> None:
    """Facts and forms. A form is sealed for this mother case: moved to another, it does not open."""
    say_rows(
        "insert into mothers_fact (number, n, kind, at, by, body, hash)",
        [(e.number, e.n, msgspec.json.decode(e.body, type=_Tag).kind, e.at, e.by, e.body.decode(), e.hash) for e in entries],
    )  # fmt: skip
    say_rows(
        "insert into mothers_form (number, digest, body)",
        [(number, f.digest, crypto.seal(f.plain, context=f"mothers.form:{number}".encode())) for f in forms],
        "on conflict do nothing",
    )


def save_draft(
    draft: uuid.UUID, *, applicant: str, agent: str, event: str, center: str, by: str, rev: int, body: bytes,
    at: dt.datetime,
) -> bool:  # fmt: skip
    """Insert (rev 0) or replace the draft that had ``rev``; False when another device saved in between."""
    sealed = crypto.seal(body, context=f"mothers.draft:{draft}".encode())
    with connection.cursor() as cursor:
        if rev == 0:
            cursor.execute(
                "insert into mothers_draft (id, applicant, agent, event, center, by, rev, body, updated_at, used_by) "
                "values (%s, %s, %s, %s, %s, %s, 1, %s, %s, '') on conflict (id) do nothing returning rev",
                [draft, applicant, agent or None, event, center, by, sealed, at],
            )
        else:
            cursor.execute(
                "update mothers_draft set rev = rev + 1, body = %s, by = %s, center = %s, updated_at = %s "
                "where id = %s and rev = %s and used_by = '' returning rev",
                [sealed, by, center, at, draft, rev],
            )
        return cursor.fetchone() is not None


def use_draft(draft: uuid.UUID, number: str, applicant: str) -> str:
    """The draft became a mother case of the same person; another person's draft stays as it is. Returns the number that it
    became before, or empty: the row stays locked, so of two tabs that send one draft the second sees the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select used_by from mothers_draft where id = %s and applicant = %s for update", [draft, applicant]
        )
        row = cursor.fetchone()
        if row is None or row[0]:
            return str(row[0]) if row else ""
        cursor.execute("update mothers_draft set used_by = %s where id = %s", [number, draft])
    return ""


def forget_drafts(before: dt.datetime, most: int) -> int:
    """Remove at most ``most`` drafts that nobody touched since a moment, submitted or not; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from mothers_draft where id = any(array(select id from mothers_draft where updated_at < %s "
            "order by updated_at limit %s for update skip locked))",
            [before, most],
        )
        return int(cursor.rowcount)
