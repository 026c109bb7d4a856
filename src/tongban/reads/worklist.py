"""The worklist of a center: what waits for us, nearest date first, with a light; and the custody of what we received and
handed over. Each tab reads one partial index per center and stops after a bounded number of rows, so its cost does not grow
with the number of cases."""

import datetime as dt
import re
from typing import Literal

import msgspec
from django.db import connection

from tongban.domain.actor import Actor, below
from tongban.domain.deadlines import PausedLight, stage_light
from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text
from tongban.exchange import queries as mail
from tongban.flows import access
from tongban.plumbing import here
from tongban.plumbing.clock import CITY_ZONE
from tongban.reads import custody, elsewhere, paging
from tongban.reads.custody import Moment
from tongban.reads.elsewhere import Held
from tongban.registers.cases import rows as case_rows
from tongban.registers.catalog import queries as catalog

Show = Literal["todo", "sent"]
_NUMBER = re.compile(r"[0-9A-Z]{22}(?:-[0-9]{2})?", re.ASCII)
STATES = ("unlooked", "received", "correcting", "accepted", "special", "decided")
LIGHTS = ("red", "yellow", "green", "paused")
# A filter looks through at most this many nearest cases for one page; the next page goes on from there.
SCAN = 2_000


class WorkRow(msgspec.Struct, frozen=True):
    """One line of the worklist. No personal data: the clerk opens the case for that.

    ``looked`` False is 无人接办: nobody looked, which is not the same as incomplete (``asked`` things to correct).
    ``days`` are working days left to ``due_on``; ``custody`` is here, sent, taken or back, since ``custody_since``.
    """

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
    light: PausedLight
    days: int | None = None
    asked: int = 0
    corrections: int = 0
    follow: int = 0
    came_from: str = ""
    came_from_name: str = ""
    custody_since: dt.date | None = None
    transfer_days: int = 0
    # The newest step of its custody, for what was handed over from here; files of it that are still under way to us.
    moved: Moment | None = None
    files: int = 0
    held: Held = Held()

    @property
    def silent(self) -> bool:
        """Accepted by silence where it was sent, and still nobody there has looked."""
        return not self.looked and self.custody == "sent" and self.stage == "accepted" and self.due_kind == "decide"

    @property
    def state(self) -> str:
        """One of STATES: what the clerk has to do with it."""
        return self.stage if self.looked else "unlooked"


class Worklist(msgspec.Struct, frozen=True):
    """A page of the worklist; ``next`` is the cursor of the following page or empty."""

    rows: tuple[WorkRow, ...]
    next: str


class Lights(msgspec.Struct, frozen=True):
    """The open cases of a center in numbers: by light, by state (STATES) and by item (code, name, count; most first).
    ``full`` says that only the nearest ``most`` were counted."""

    green: int = 0
    yellow: int = 0
    red: int = 0
    paused: int = 0
    unlooked: int = 0
    states: tuple[tuple[str, int], ...] = ()
    items: tuple[tuple[str, Text, int], ...] = ()
    total: int = 0
    full: bool = False


_COLUMNS = (
    "number, item, version, stage, looked, custody, holder, receiving, opened_at, due_kind, due_on, yellow_on, "
    "provisional"
)
# The folded case is wide: it is fetched for the lines shown, not for those looked through.
_STATE = "(select state from cases_case s where s.number = n.number)"
# The same rule as deadlines.stage_light, where the database can count by it; a test holds the two together.
_LIGHT = (
    "case when due_on < %(today)s then 'red' when stage in ('correcting', 'special') then 'paused' "
    "when yellow_on <= %(today)s then 'yellow' else 'green' end"
)
_HERE = {
    "todo": "holder = c.code and not closed",
    # What came back is ours again and still part of the custody story until somebody takes it up.
    "sent": "receiving = c.code and not closed and custody <> 'here' and (holder <> c.code or custody = 'back')",
}
_NEAREST = (
    "select {columns} from unnest(%(codes)s::text[]) as c(code) cross join lateral ("
    "select {columns} from cases_case where {here} and (due_on, number) > (%(day)s, %(after)s) "
    "order by due_on, number limit %(scan)s) w order by due_on, number limit %(scan)s"
)


def centers_of(actor: Actor, power: str, center: str = "") -> list[str]:
    """The centers where the actor has a power; only ``center`` when it is asked for and allowed. Only those that this node hosts:
    of others it holds a part of the cases, which would look like all. The city node has the facts of all."""
    if center:
        actor.must(power, center)
        if not _complete(center):
            node = elsewhere.held(center).name
            raise Refused(
                "worklist.other_node",
                f"这个中心的办件在{node.zh},请在那里查看",
                f"The cases of this center lie at the {node.en or node.zh}: look there",
                pointer="/center",
            )
        return [center]
    places = actor.places(power)
    every = catalog.places().centers.values()
    return [c.code for c in every if any(c.code.startswith(below(p)) for p in places) and _complete(c.code)]


def _complete(center: str) -> bool:
    return here.hosts(center) or here.is_city()


def _own(actor: Actor) -> str:
    """Where the actor's list begins: staff of a center see their own; districts and machines all that they may."""
    return actor.center if actor.kind == "staff" and len(actor.center) == 9 else ""


def work_centers(actor: Actor) -> tuple[tuple[str, str], ...]:
    """The centers (code, short name) whose worklist the actor may open, in order of code."""
    return tuple((code, center_name(code)) for code in sorted(centers_of(actor, "case.read")))


def worklist(
    actor: Actor,
    *,
    center: str = "",
    show: Show = "todo",
    item: str = "",
    state: str = "",
    light: str = "",
    cursor: str = "",
    limit: int = 50,
    today: dt.date,
    now: dt.datetime | None = None,
) -> Worklist:
    """The cases that wait at the actor's center (or were handed over from it), nearest date first.

    ``item``, ``state`` (of STATES) and ``light`` (of LIGHTS) narrow it; unknown words find nothing to narrow by and are refused.
    ``now`` is for how long a dossier is under way; without it, the end of the day.
    """
    if not 1 <= limit <= 200:
        raise Refused("page.limit", "每页1至200条", "1 to 200 rows a page", pointer="/limit")
    where = _narrowed(item, state, light)
    codes = centers_of(actor, "case.read", center or _own(actor))
    day, after = paging.unpack(cursor, tuple[dt.date, str]) if cursor else (dt.date.min, "")
    scan = SCAN if where else limit + 1
    values = {"codes": codes, "day": day, "after": after, "scan": scan, "today": today, "item": item, "state": state,
              "light": light, "limit": limit + 1}  # fmt: skip
    nearest = _NEAREST.format(columns=_COLUMNS, here=_HERE[show])
    with connection.cursor() as cur:
        cur.execute(
            f"select {_COLUMNS}, {_STATE} from ({nearest}) n {where} order by due_on, number limit %(limit)s",
            values,
        )
        rows = tuple(_row(r, today) for r in cur.fetchall())
        shown = _followed(rows[:limit], show, now or dt.datetime.combine(today, dt.time.max, CITY_ZONE))
        if len(rows) > limit:
            return Worklist(shown, paging.pack(rows[limit - 1].due_on, rows[limit - 1].number))
        if not where:
            return Worklist(shown, "")
        # The page is not full: either this is all, or there are more cases behind the ones looked through.
        cur.execute(f"select due_on, number from ({nearest}) n offset %(scan)s - 1", values)
        last = cur.fetchone()
    return Worklist(shown, paging.pack(*last) if last else "")


def _followed(rows: tuple[WorkRow, ...], show: Show, now: dt.datetime) -> tuple[WorkRow, ...]:
    """The rows with what the mail room adds: how far those handed over are, and which wait for files."""
    numbers = [r.number for r in rows]
    files = mail.awaited_of(numbers) if show == "todo" else {}
    moved = custody.moments(((r.number, r.transfer_days) for r in rows), now=now) if show == "sent" else {}
    away = {code: elsewhere.held(code) for code in {r.holder for r in rows} if not here.hosts(code)}
    if not (files or moved or away):
        return rows
    return tuple(
        msgspec.structs.replace(
            r, files=files.get(r.number, 0), moved=moved.get(r.number), held=away.get(r.holder, r.held)
        )
        for r in rows
    )


def _narrowed(item: str, state: str, light: str) -> str:
    if state and state not in STATES:
        raise Refused("worklist.state", "没有这种办件状态", "There is no such state", pointer="/state")
    if light and light not in LIGHTS:
        raise Refused("worklist.light", "没有这种时限颜色", "There is no such light", pointer="/light")
    parts = ["item = %(item)s"] if item else []
    if state:
        parts.append("not looked" if state == "unlooked" else "looked and stage = %(state)s")
    if light:
        parts.append(f"({_LIGHT}) = %(light)s")
    return f"where {' and '.join(parts)}" if parts else ""


def _row(r: tuple[object, ...], today: dt.date) -> WorkRow:
    number, code, version, stage, looked, custody, holder, receiving, opened_at, due_kind, due_on, yellow_on, *rest = r
    provisional, folded = rest
    case = case_rows.case(folded)  # type: ignore[arg-type]
    return WorkRow(
        number, code, catalog.version(code, version).name, stage, looked, custody, holder, center_name(holder),  # type: ignore[arg-type]
        receiving, center_name(receiving), opened_at, due_kind, due_on, provisional,  # type: ignore[arg-type]
        stage_light(stage, due_on, yellow_on, today),  # type: ignore[arg-type]
        days=days_left(due_on, today),  # type: ignore[arg-type]
        asked=len(case.asked), corrections=case.corrections, follow=len(case.follow), came_from=case.came_from,
        came_from_name=center_name(case.came_from) if case.came_from else "", custody_since=case.custody_since,
        transfer_days=case.transfer_days,
    )  # fmt: skip


def days_left(due_on: dt.date | None, today: dt.date) -> int | None:
    """Working days to a date: 0 on the day itself, negative after it."""
    if due_on is None:
        return None
    left = catalog.calendar().working_days_between(today, due_on)
    return min(left, -1) if today > due_on else left


def center_name(code: object) -> str:
    """The short name of a center for lists: without the long suffix that all share."""
    center = catalog.places().center_of(str(code))
    return str(center.name).removesuffix("社区事务受理服务中心") if center else str(code)


def lights(actor: Actor, *, center: str = "", today: dt.date, most: int = SCAN) -> Lights:
    """Counts for the head of the worklist, over at most ``most`` nearest cases of each center."""
    codes = centers_of(actor, "case.read", center or _own(actor))
    columns = "item, stage, looked, due_on, yellow_on, number"
    nearest = _NEAREST.format(columns=columns, here=_HERE["todo"])
    with connection.cursor() as cur:
        cur.execute(
            f"select item, case when looked then stage else 'unlooked' end, {_LIGHT}, count(*)::int from ({nearest}) n "
            "group by 1, 2, 3",
            {"codes": codes, "day": dt.date.min, "after": "", "scan": most, "today": today},
        )
        found = cur.fetchall()
    by_light: dict[str, int] = {}
    by_state = dict.fromkeys(STATES, 0)
    by_item: dict[str, int] = {}
    for item, state, light, count in found:
        by_light[light] = by_light.get(light, 0) + count
        by_state[state] = by_state.get(state, 0) + count
        by_item[item] = by_item.get(item, 0) + count
    total, names = sum(by_light.values()), catalog.items()
    items = sorted(by_item.items(), key=lambda pair: (-pair[1], pair[0]))
    return Lights(
        **by_light, unlooked=by_state["unlooked"], states=tuple(by_state.items()), total=total, full=total >= most,
        items=tuple((code, names[code].name if code in names else Text(code), count) for code, count in items),
    )  # fmt: skip


def find(actor: Actor, typed: str) -> str:
    """The number of the case that was meant: as typed, with spaces, in small letters, or read from the QR of a receipt."""
    word = "".join(typed.split()).upper()
    # A scanner types the whole address of the receipt's QR; the number is in it.
    inside = [w for w in word.replace("?", "/").replace("=", "/").split("/") if _NUMBER.fullmatch(w)]
    number = inside[0] if inside else word
    if not _NUMBER.fullmatch(number):
        raise NotFound(
            "case.not_found",
            "办件编号是22位,请核对后再输,或扫描收件凭证上的二维码",
            "A case number has 22 characters: check it, or scan the code on the receipt",
            pointer="/number",
        )
    return access.case(actor, number).case.number
