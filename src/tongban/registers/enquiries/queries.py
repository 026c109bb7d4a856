"""Readers of the enquiries register; the caller has asked for powers. Lists come without the texts: what was asked and answered
speaks of a person, and is opened by flows.access alone."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec
from django.db import connection

from tongban.domain.enquiry import Enquiry
from tongban.plumbing import crypto

_COLUMNS = "id, number, department, material, center, asked_by, asked_at, due_on, answered_by, answered_at, holds"


def context(enquiry: object, what: str) -> bytes:
    """What the sealed texts of an enquiry are bound to."""
    return f"enquiries.{what}:{enquiry}".encode()


def get(enquiry: str, *, lock: bool = False) -> Enquiry | None:
    """One enquiry; ``lock`` keeps a second answer out."""
    try:
        found = uuid.UUID(enquiry)
    except ValueError:
        return None
    return next(iter(_read(f"where id = %s{' for update' if lock else ''}", [found])), None)


def of_case(number: str) -> list[Enquiry]:
    """All enquiries of a case, oldest first (at most 100)."""
    return _read("where number = %s order by asked_at, id limit 100", [number])


def waiting(departments: Sequence[str], after: tuple[dt.date, uuid.UUID], limit: int) -> list[Enquiry]:
    """Unanswered enquiries to these departments, nearest date first, after a place."""
    return _read(
        "where department = any(%s) and answered_at is null and (due_on, id) > (%s, %s) order by due_on, id limit %s",
        [list(departments), after[0], after[1], limit],
    )


def texts(enquiries: Sequence[Enquiry]) -> list[Enquiry]:
    """The same with question and answer in clear. The caller has checked the reason and writes the look down."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, question, answer from enquiries_enquiry where id = any(%s)",
            [[uuid.UUID(e.id) for e in enquiries]],
        )
        sealed = {str(id_): (id_, question, answer) for id_, question, answer in cursor.fetchall()}
    return [_opened(one, *sealed[one.id]) for one in enquiries]


def _opened(one: Enquiry, id_: object, question: bytes, answer: bytes) -> Enquiry:
    return msgspec.structs.replace(
        one,
        question=crypto.open_text(question, context(id_, "question")),
        answer=crypto.open_text(answer, context(id_, "answer")) if answer else "",
    )


def _read(where: str, values: list[object]) -> list[Enquiry]:
    with connection.cursor() as cursor:
        cursor.execute(f"select {_COLUMNS} from enquiries_enquiry {where}", values)
        return [_enquiry(row) for row in cursor.fetchall()]


def _enquiry(row: tuple) -> Enquiry:
    id_, number, department, material, center, asked_by, asked_at, due_on, by, at, holds = row
    return Enquiry(
        str(id_), number, department, material, center, asked_by, asked_at, due_on, answered_by=by, answered_at=at, holds=holds
    )  # fmt: skip
