"""Readers of the counters register."""

import datetime as dt
import uuid

import msgspec
from django.db import connection


class VisitFound(msgspec.Struct, frozen=True):
    """One person served at one window."""

    id: uuid.UUID
    center: str
    staff: str
    applicant: str
    agent: str
    mandate: str
    how: str
    opened_at: dt.datetime
    closed_at: dt.datetime | None


_VISIT = "select id, center, staff, applicant, agent, mandate, how, opened_at, closed_at from counters_visit"


def visit(visit_id: uuid.UUID) -> VisitFound | None:
    """The visit, or None."""
    return next(iter(_visits(f"{_VISIT} where id = %s", [visit_id])), None)


def open_visits(staff: str, since: dt.datetime) -> list[VisitFound]:
    """The visits that this clerk has not closed, newest first."""
    return _visits(
        f"{_VISIT} where staff = %s and closed_at is null and opened_at >= %s order by opened_at desc limit 20",
        [staff, since],
    )


def _visits(sql: str, values: list[object]) -> list[VisitFound]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [
            VisitFound(r[0], r[1], r[2], str(r[3]), str(r[4] or ""), str(r[5] or ""), *r[6:]) for r in cursor.fetchall()
        ]
