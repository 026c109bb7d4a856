"""The board of today's work, per center and district: received, decided, waiting, overdue. It counts the day's cases by index,
so its cost is the day's, not the city's history."""

import datetime as dt

import msgspec
from django.db import connection

from tongban.domain.actor import Actor
from tongban.domain.text import Text
from tongban.reads import alarms, elsewhere
from tongban.reads.worklist import centers_of
from tongban.registers.catalog import queries as catalog

COUNTS = ("received", "for_others", "decided", "waiting", "overdue", "unlooked", "alarms")


class Line(msgspec.Struct, frozen=True):
    """The day of one center or district. ``alarms``: past their date, and nobody has looked (reads/alarms.py). ``as_of``: its cases are held on another node and were last heard of then."""

    code: str
    name: Text
    received: int = 0
    for_others: int = 0
    decided: int = 0
    waiting: int = 0
    overdue: int = 0
    unlooked: int = 0
    alarms: int = 0
    as_of: dt.datetime | None = None


class Board(msgspec.Struct, frozen=True):
    """Today: the total, the districts and the centers that the actor may see."""

    day: dt.date
    total: Line
    districts: tuple[Line, ...]
    centers: tuple[Line, ...]


_TODAY = """
select code, sum(received)::int, sum(for_others)::int, sum(decided)::int, sum(waiting)::int, sum(overdue)::int, sum(unlooked)::int
from (
  select receiving as code, count(*) as received, count(*) filter (where handling <> receiving) as for_others,
         0 as decided, 0 as waiting, 0 as overdue, 0 as unlooked
  from cases_case where opened_on = %(day)s and receiving = any(%(codes)s) group by 1
  union all
  select handling, 0, 0, count(*), 0, 0, 0 from cases_case where decided_on = %(day)s and handling = any(%(codes)s) group by 1
  union all
  select holder, 0, 0, 0, count(*), count(*) filter (where due_on < %(day)s), count(*) filter (where not looked)
  from cases_case where not closed and holder = any(%(codes)s) group by 1
) parts group by code
"""


def board(actor: Actor, *, today: dt.date) -> Board:
    """Today's work where the actor has the power board.read."""
    actor.must("board.read")
    codes = centers_of(actor, "board.read")
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, {"day": today, "codes": codes})
        counts = {row[0]: row[1:] for row in cursor.fetchall()}
    places, lying = catalog.places(), alarms.by_center(codes, today)
    centers = tuple(
        Line(
            c.code,
            Text(c.name.zh.removesuffix("社区事务受理服务中心"), c.name.en),
            *(*counts.get(c.code, (0,) * 6), lying.get(c.code, 0)),
        )
        for c in places.centers.values()
        if c.code in set(codes)
    )
    names = {d.code: d.name for d in places.divisions.values() if len(d.code) == 6}
    districts = tuple(
        _sum(code, names.get(code, Text(code)), [line for line in centers if line.code.startswith(code)])
        for code in dict.fromkeys(line.code[:6] for line in centers)
    )
    return Board(today, _sum("", Text("合计", "Total"), list(centers)), districts, centers)


def _sum(code: str, name: Text, lines: list[Line]) -> Line:
    # The centers of a district lie on one node.
    heard = elsewhere.held(lines[0].code).as_of if code and lines else None
    counts = (sum(getattr(line, f) for line in lines) for f in COUNTS)
    return msgspec.structs.replace(Line(code, name, *counts), as_of=heard)
