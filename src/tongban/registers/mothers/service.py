"""Writers of the mothers register: every fact and with it the row, the one form sealed beside the log, and event drafts."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

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
_COPY = (
    f"insert into mothers_mother ({', '.join((*_STATIC, 'here', *rows.COLUMNS))}) "
    f"values ({', '.join(['%s'] * (len(_STATIC) + 1 + len(rows.COLUMNS)))})"
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


def replicate(before: int, after: Mother, fresh: Sequence[Entry], *, query_code: str, own: bool = False) -> None:
    """Write entries that came by letter to the copy that had ``before`` of them. Nothing of a copy wakes. ``own``: it is none, but was
    received here, and a restored backup had forgotten it."""
    values = rows.values(after) if own else rows.copy_values(after)
    if before:
        say(_APPEND, [*values, after.number])
    else:
        static = [
            after.number,
            query_code,
            after.event,
            after.receiving,
            after.applicant,
            after.agent or None,
            after.channel,
        ]
        say(_COPY, [*static, fresh[0].at, own, *values])
    _record(after.number, fresh, ())


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


drafts = rows.DRAFTS
"""The drafts of life events: how each stands, that it is used, gone or forgotten. What has columns of its own stands below."""


def save_draft(
    draft: uuid.UUID, *, applicant: str, agent: str, event: str, center: str, by: str, rev: int, body: bytes,
    at: dt.datetime,
) -> bool:  # fmt: skip
    """Insert (rev 0) or replace the draft that had ``rev``; False when another device saved in between."""
    own = {"applicant": applicant, "agent": agent or None, "event": event}
    return rows.DRAFTS.save(draft, own, center=center, by=by, rev=rev, body=body, at=at)


def draft_come(
    draft: uuid.UUID, *, applicant: str, agent: str, event: str, center: str, by: str, rev: int, moves: int, body: bytes,
    at: dt.datetime,
) -> None:  # fmt: skip
    """A draft came from another node; what is here of it after as many moves stays."""
    own = {"applicant": applicant, "agent": agent or None, "event": event, "center": center, "by": by}
    rows.DRAFTS.come(draft, own, rev=rev, moves=moves, body=body, at=at)
