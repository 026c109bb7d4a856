"""The worklist of a center: what waits for us, nearest date first, with a light; and what we received that is elsewhere now.
It reads one partial index per center, so its cost does not grow with the number of cases."""

import datetime as dt
from typing import Literal

import msgspec
from django.db import connection

from tongban.domain.actor import Actor
from tongban.domain.deadlines import light
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.reads import paging
from tongban.registers.catalog import queries as catalog

Show = Literal["todo", "sent"]


class WorkRow(msgspec.Struct, frozen=True):
    """One line of the worklist. No personal data: the clerk opens the case for that."""

    number: str
    item: str
    item_name: Text
    stage: str
    looked: bool
    custody: str
    holder: str
    holder_name: str
    receiving: str
    receiving_name: str
    opened_at: dt.datetime
    due_kind: str
    due_on: dt.date | None
    provisional: bool
    light: Literal["none", "green", "yellow", "red"]


class Worklist(msgspec.Struct, frozen=True):
    """A page of the worklist; ``next`` is the cursor of the following page or empty."""

    rows: tuple[WorkRow, ...]
    next: str


class Lights(msgspec.Struct, frozen=True):
    """How many open cases of a center are green, yellow, red, and how many nobody has looked at (each at most ``most``)."""

    green: int
    yellow: int
    red: int
    unlooked: int


_COLUMNS = "number, item, version, stage, looked, custody, holder, receiving, opened_at, due_kind, due_on, yellow_on, provisional"
_TODO = (
    f"select {_COLUMNS} from unnest(%s::text[]) as c(code) cross join lateral ("
    f"select {_COLUMNS} from cases_case where holder = c.code and not closed and (due_on, number) > (%s, %s) "
    "order by due_on, number limit %s) w order by due_on, number limit %s"
)
_SENT = (
    f"select {_COLUMNS} from unnest(%s::text[]) as c(code) cross join lateral ("
    f"select {_COLUMNS} from cases_case where receiving = c.code and holder <> c.code and not closed and number > %s "
    "order by number limit %s) w order by number limit %s"
)


def centers_of(actor: Actor, power: str, center: str = "") -> list[str]:
    """The centers where the actor has a power; only ``center`` when it is asked for and allowed."""
    if center:
        actor.must(power, center)
        return [center]
    places = actor.places(power)
    return [
        c.code
        for c in catalog.places().centers.values()
        if any(c.code.startswith(p.removesuffix("0000")) for p in places)
    ]


def worklist(
    actor: Actor, *, center: str = "", show: Show = "todo", cursor: str = "", limit: int = 50, today: dt.date
) -> Worklist:
    """The cases that wait at the actor's center (or were sent from it), nearest date first."""
    if not 1 <= limit <= 200:
        raise Refused("page.limit", "每页1至200条", "1 to 200 rows a page", pointer="/limit")
    codes = centers_of(actor, "case.read", center or actor.center)
    with connection.cursor() as cur:
        if show == "sent":
            after = paging.unpack(cursor, tuple[str])[0] if cursor else ""
            cur.execute(_SENT, [codes, after, limit + 1, limit + 1])
        else:
            day, number = paging.unpack(cursor, tuple[dt.date, str]) if cursor else (dt.date.min, "")
            cur.execute(_TODO, [codes, day, number, limit + 1, limit + 1])
        found = cur.fetchall()
    rows = tuple(_row(r, today) for r in found[:limit])
    more = ""
    if len(found) > limit:
        last = rows[-1]
        more = paging.pack(last.number) if show == "sent" else paging.pack(last.due_on, last.number)
    return Worklist(rows, more)


def _row(r: tuple[object, ...], today: dt.date) -> WorkRow:
    (
        number,
        code,
        version,
        stage,
        looked,
        custody,
        holder,
        receiving,
        opened_at,
        due_kind,
        due_on,
        yellow_on,
        provisional,
    ) = r
    return WorkRow(
        number, code, catalog.version(code, version).name, stage, looked, custody, holder, center_name(holder),  # type: ignore[arg-type]
        receiving, center_name(receiving), opened_at, due_kind, due_on, provisional, light(due_on, yellow_on, today),  # type: ignore[arg-type]
    )  # fmt: skip


def center_name(code: object) -> str:
    """The short name of a center for lists: without the long suffix that all share."""
    center = catalog.places().center_of(str(code))
    return str(center.name).removesuffix("社区事务受理服务中心") if center else str(code)


def lights(actor: Actor, *, center: str = "", today: dt.date, most: int = 5_000) -> Lights:
    """Counts for the head of the worklist, over at most ``most`` nearest cases."""
    codes = centers_of(actor, "case.read", center or actor.center)
    with connection.cursor() as cur:
        cur.execute(
            "select count(*) filter (where yellow_on > %s), count(*) filter (where yellow_on <= %s and due_on >= %s), "
            "count(*) filter (where due_on < %s), count(*) filter (where not looked) from ("
            "select due_on, yellow_on, looked from cases_case where holder = any(%s) and not closed "
            "order by due_on, number limit %s) w",
            [today, today, today, today, codes, most],
        )
        return Lights(*cur.fetchone())
