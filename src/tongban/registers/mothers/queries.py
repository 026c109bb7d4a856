"""Readers of the mothers register. They check nothing: flows and reads call them after they have asked for the reason."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import connection

from tongban.domain import mother as rule
from tongban.domain.chain import Entry
from tongban.domain.draft import Lies
from tongban.domain.mother import Mother
from tongban.plumbing import crypto
from tongban.plumbing.statements import ask
from tongban.registers.mothers import rows

_ENTRY = "select number, n, at, by, body, hash from mothers_fact"
_FOUND = "select state, query_code, opened_at from mothers_mother"


class Found(msgspec.Struct, frozen=True):
    """A mother case with what its row adds to the fold."""

    mother: Mother
    query_code: str
    opened_at: dt.datetime


def get(number: str, *, lock: bool = False) -> Found | None:
    """The mother case with this number; ``lock`` keeps others from acting on it until the transaction ends."""
    found = ask(f"{_FOUND} where number = %s{' for update' if lock else ''}", [number])
    return Found(rows.mother(found[0][0]), *found[0][1:]) if found else None


def log(number: str) -> list[Entry]:
    """The facts of a mother case in order, with those just written in the same transaction."""
    return [rows.entry(r) for r in ask(f"{_ENTRY} where number = %s order by n", [number])]


def code(number: str) -> str:
    """The query code of a mother case."""
    return str(ask("select query_code from mothers_mother where number = %s", [number])[0][0])


def is_copy(number: str) -> bool:
    """Whether the mother case was received at another node, and only its log is here."""
    return bool(ask("select 1 from mothers_mother where number = %s and not here", [number]))


def of_person(person: str, limit: int = 50) -> list[Found]:
    """The newest mother cases of a person, as applicant or agent."""
    found = ask(
        f"{_FOUND} where applicant = %s::uuid or agent = %s::uuid order by number desc limit %s",
        [person, person, limit],
    )
    return [Found(rows.mother(r[0]), *r[1:]) for r in found]


def waking(on: dt.date, limit: int, after: str = "") -> list[str]:
    """Numbers of mother cases of which a part can start today, in order."""
    found = ask(
        "select number from mothers_mother where wake_on <= %s and number > %s order by number limit %s",
        [on, after, limit],
    )
    return [number for (number,) in found]


def form(number: str, digest: str) -> bytes | None:
    """Open the form beside the log. The caller has checked the reason."""
    found = ask("select body from mothers_form where number = %s and digest = %s", [number, digest])
    if not found:
        return None
    salted = crypto.open_(found[0][0], f"mothers.form:{number}".encode())
    if crypto.digest(salted).hex() != digest:
        raise crypto.Tampered(f"{number}: the form does not match its digest")
    return salted[16:]


def has_form(number: str, digest: str) -> bool:
    """Whether the form that a fact names lies beside the log."""
    return bool(ask("select 1 from mothers_form where number = %s and digest = %s", [number, digest]))


def newest_form(number: str, digest: str) -> bytes | None:
    """`form`; and at a node that was put back to an older backup, where the newest went with the disk, the one before it that is still
    there."""
    plain = form(number, digest)
    if plain is None:
        named = (getattr(rule.decode(one.body), "form", "") for one in reversed(log(number)))
        plain = next((older for one in named if one and (older := form(number, one)) is not None), None)
    return plain


def touched_since(moment: dt.datetime, after: str = "", most: int = 500) -> list[Found]:
    """Mother cases and copies with a fact since a moment, by number: for a node that lost its newest ones."""
    found = ask(
        f"{_FOUND} where number > %s and number in (select number from mothers_fact where at >= %s) order by number limit %s",
        [after, moment, most],
    )
    return [Found(rows.mother(r[0]), *r[1:]) for r in found]


class DraftFound(msgspec.Struct, frozen=True):
    """An event draft as it was last saved."""

    id: uuid.UUID
    applicant: str
    agent: str
    event: str
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


_DRAFT = (
    "select id, applicant, agent, event, center, by, rev, body, updated_at, used_by, gone_to, moves from mothers_draft"
)


def draft(draft_id: uuid.UUID) -> DraftFound | None:
    """A draft, opened."""
    return next(iter(_drafts(f"{_DRAFT} where id = %s", [draft_id])), None)


def drafts_of(applicant: str) -> list[DraftFound]:
    """The unfinished event drafts of a person, newest first (at most 50), whichever counter or device began them."""
    return _drafts(
        f"{_DRAFT} where applicant = %s and used_by = '' and gone_to = '' order by updated_at desc limit 50",
        [applicant],
    )


def _drafts(sql: str, values: list[object]) -> list[DraftFound]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [DraftFound(*_opened(r)) for r in cursor.fetchall()]


def _opened(r: tuple[Any, ...]) -> tuple[Any, ...]:
    body = rows.DRAFTS.opened(r[0], r[7])
    return (r[0], str(r[1]), str(r[2] or ""), *r[3:7], body, *r[8:])


def logs(batch: int = 1_000) -> Iterator[tuple[Mother, list[Entry]]]:
    """Every mother case with its log, in batches by number: for `verify`."""
    after = ""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "select number, state from mothers_mother where number > %s order by number limit %s", [after, batch]
            )
            found = cursor.fetchall()
            last = found[-1][0] if found else "~"
            cursor.execute(f"{_ENTRY} where number > %s and number <= %s order by number, n", [after, last])
            entries: dict[str, list[Entry]] = {}
            for r in cursor.fetchall():
                entries.setdefault(r[0], []).append(rows.entry(r))
        for number, state in found:
            yield _readable(number, state), entries.pop(number, [])
        for number, rest in entries.items():
            # A log without a row: the row was removed.
            yield Mother(number), rest
        if not found:
            return
        after = last


def _readable(number: str, state: bytes) -> Mother:
    try:
        return rows.mother(state)
    except msgspec.DecodeError:
        return Mother(number)
