"""What supervisors must see (督办): cases that nobody has looked at although their date has passed, over all centers of the actor's
places. It is derived from facts and the calendar, so nobody can silence it but by looking at the case or giving it to somebody."""

import datetime as dt
from typing import Literal

import msgspec
from django.db import connection

from tongban.domain import deadlines
from tongban.domain.actor import Actor
from tongban.domain.text import Text
from tongban.reads import paging
from tongban.reads.worklist import center_name, centers_of, days_left
from tongban.registers.cases import rows as case_rows
from tongban.registers.catalog import queries as catalog

POWER = "case.supervise"
Why = Literal["not_taken", "came_back", "silent", "not_seen"]
WHY: dict[Why, Text] = {
    "not_taken": Text("移交后逾期无人接办", "Handed over; nobody took it up in time"),
    "came_back": Text("退回后逾期无人处理", "Handed back; nobody took it up in time"),
    "silent": Text("已因逾期视为受理,仍无人接办", "Accepted by silence, and still nobody looked"),
    "not_seen": Text("逾期无人查看", "Past its date; nobody looked"),
}
# The same rule in the words of the database: unseen and past its date, or accepted by silence where it was sent. An index holds
# exactly the open cases that nobody has looked at (cases_unlooked), which are few.
LIES = (
    "not closed and not looked and due_kind <> 'correct' and "
    "(due_on < %(today)s or (custody = 'sent' and stage = 'accepted' and due_kind = 'decide'))"
)


class Alarm(msgspec.Struct, frozen=True):
    """One case: why it is told, where it lies and since when, who sent it, how many working days it is over (silent: since the
    receipt), and the day after which silence accepts it (null: it did already, or cannot)."""

    number: str
    item_name: Text
    why: Why
    holder: str
    holder_name: str
    came_from_name: str
    since: dt.date | None
    over: int
    silence_on: dt.date | None


class Alarms(msgspec.Struct, frozen=True):
    """A page of alarms, what has waited longest first; ``next`` is the cursor of the following page or empty."""

    rows: tuple[Alarm, ...]
    next: str


def alarms(actor: Actor, *, cursor: str = "", limit: int = 50, today: dt.date) -> Alarms:
    """The alarms of all centers where the actor supervises."""
    actor.must(POWER)
    day, after = paging.unpack(cursor, tuple[dt.date, str]) if cursor else (dt.date.min, "")
    values = {"codes": centers_of(actor, POWER), "today": today, "day": day, "after": after, "limit": limit + 1}
    with connection.cursor() as cur:
        cur.execute(
            f"select number, item, version, opened_on, state from cases_case where {LIES} and holder = any(%(codes)s) "
            "and (opened_on, number) > (%(day)s, %(after)s) order by opened_on, number limit %(limit)s",
            values,
        )
        found = cur.fetchall()
    rows = tuple(_alarm(r, today) for r in found[:limit])
    return Alarms(rows, paging.pack(found[limit - 1][3], found[limit - 1][0]) if len(found) > limit else "")


def count(actor: Actor, *, today: dt.date, center: str = "") -> int:
    """How many alarms there are where the actor supervises; 0 for whoever supervises nowhere."""
    if not actor.may(POWER, center):
        return 0
    with connection.cursor() as cur:
        cur.execute(
            f"select count(*) from cases_case where {LIES} and holder = any(%(codes)s)",
            {"codes": centers_of(actor, POWER, center), "today": today},
        )
        return int(cur.fetchone()[0])


def by_center(codes: list[str], today: dt.date) -> dict[str, int]:
    """Alarms per center, for the board, which has asked for the power."""
    with connection.cursor() as cur:
        cur.execute(
            f"select holder, count(*)::int from cases_case where {LIES} and holder = any(%(codes)s) group by 1",
            {"codes": codes, "today": today},
        )
        return dict(cur.fetchall())


def _alarm(row: tuple, today: dt.date) -> Alarm:
    number, item, version, _, folded = row
    case, calendar = case_rows.case(folded), catalog.calendar()
    due = deadlines.due(case, calendar)
    why: Why = "not_seen"
    if case.silent:
        why = "silent"
    elif case.custody in ("sent", "back"):
        why = "not_taken" if case.custody == "sent" else "came_back"
    begin = case.clock_since if case.silent else due.on
    silence = deadlines.told_by(case, calendar).on if case.stage == "received" and why == "not_taken" else None
    return Alarm(
        number, catalog.version(item, version).name, why, case.holder, center_name(case.holder),
        center_name(case.came_from) if case.came_from else "", case.custody_since,
        -(days_left(begin, today) or 0) if begin else 0, silence,
    )  # fmt: skip
