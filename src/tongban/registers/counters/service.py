"""Writers of the counters register."""

import datetime as dt
import uuid

from tongban.plumbing.statements import say


def open_visit(
    visit: uuid.UUID, *, center: str, staff: str, applicant: str, agent: str, mandate: str, how: str, at: dt.datetime,
    closed_at: dt.datetime | None = None,
) -> None:  # fmt: skip
    """Begin to serve a person at a window. ``how`` says how the person was identified (card, typed, licence)."""
    say(
        "insert into counters_visit (id, center, staff, applicant, agent, mandate, how, opened_at, closed_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [visit, center, staff, applicant, agent or None, mandate or None, how, at, closed_at],
    )


def close_visit(visit: uuid.UUID, at: dt.datetime) -> None:
    """The person has left."""
    say("update counters_visit set closed_at = %s where id = %s and closed_at is null", [at, visit])
