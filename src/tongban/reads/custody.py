"""Custody (移交情况) as clerks see it: sent, delivered, taken over, handed back, each since when, by which limit and light, and
how many papers are still under way. The steps come from the log, their arrival from the mail room; the rule is domain/transfer.py."""

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec

from tongban.domain import reasons, transfer
from tongban.domain.chain import Entry
from tongban.domain.deadlines import Due
from tongban.domain.text import Text
from tongban.domain.transfer import Leg, Light, Step
from tongban.exchange import queries
from tongban.plumbing import here
from tongban.plumbing.clock import city_date
from tongban.reads import elsewhere
from tongban.reads.progress import center_name
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog

STEPS: dict[Step, Text] = {
    "sent": Text("已发出", "Sent"), "delivered": Text("已到达,无人接办", "Delivered; nobody looked yet"),
    "taken": Text("已接办", "Taken over"), "passed_on": Text("未接办,已转出", "Passed on without a look"),
}  # fmt: skip


class Passing(msgspec.Struct, frozen=True):
    """One passing of the pen: from whom to whom, why, and its steps with since when. ``arrived`` null: not known on this node;
    ``delivered`` null: not yet, or noted elsewhere. ``node`` is where it went when that is another node."""

    n: int
    step: Step
    back: bool
    sender: str
    sender_name: str
    to: str
    to_name: str
    node: Text
    reason: Text
    sent: dt.datetime
    arrived: bool | None
    delivered: dt.datetime | None
    taken: dt.datetime | None
    left: dt.datetime | None


class Custody(msgspec.Struct, frozen=True):
    """The passings of a case, newest first; the light and the limit of the newest while nobody there has looked; how many files
    of it are still under way to this node."""

    passings: tuple[Passing, ...]
    light: Light
    due: Due
    days: int | None
    files: int


class Moment(msgspec.Struct, frozen=True):
    """The newest step of a case in a list, since when (null: noted on another node), and its light."""

    step: Step
    back: bool
    since: dt.datetime | None
    arrived: bool | None
    light: Light


def of_found(found: Found, log: Sequence[Entry], *, now: dt.datetime) -> Custody:
    """The custody of one case that flows.access has given to the caller."""
    case, calendar = found.case, catalog.calendar()
    legs = _noted(case.number, log, queries.dossiers_of([case.number]))
    files = queries.awaited_of([case.number]).get(case.number, 0)
    if not legs:
        return Custody((), "none", Due(), None, files)
    last, today = legs[-1], city_date(now)
    light = "none" if case.closed else transfer.leg_light(last, case.transfer_days, calendar, now, today)
    due = transfer.limit(last, case.transfer_days, calendar) if light != "none" else Due()
    days = None
    if due.on is not None:
        left = calendar.working_days_between(today, due.on)
        days = min(left, -1) if today > due.on else left
    return Custody(tuple(_passing(leg) for leg in reversed(legs)), light, due, days, files)


def moments(found: Iterable[tuple[str, int]], *, now: dt.datetime) -> dict[str, Moment]:
    """The newest step of each of a few cases (number, transfer limit in working days) that have moved."""
    days = dict(found)
    logs, posted, calendar, today = (
        cases.logs_of(list(days)),
        queries.dossiers_of(list(days)),
        catalog.calendar(),
        city_date(now),
    )
    told = {}
    for number, log in logs.items():
        if legs := _noted(number, log, posted):
            last = legs[-1]
            light = transfer.leg_light(last, days[number], calendar, now, today)
            told[number] = Moment(last.step, last.back, last.since, last.arrived, light)
    return told


def _noted(number: str, log: Sequence[Entry], posted: dict[str, dict[int, dt.datetime | None]]) -> list[Leg]:
    return [transfer.noted(leg, here.hosts, posted.get(number, {})) for leg in transfer.legs(number, log)]


def _passing(leg: Leg) -> Passing:
    words = reasons.HANDED_BACK if leg.back else reasons.HANDED_OVER
    host = here.nodes().host
    away = host(leg.sender) != host(leg.to)
    return Passing(
        leg.n, leg.step, leg.back, leg.sender, center_name(leg.sender), leg.to, center_name(leg.to),
        elsewhere.node_name(host(leg.to)) if away else Text(""), reasons.word(words, leg.reason), leg.sent, leg.arrived,
        leg.delivered, leg.taken, leg.left,
    )  # fmt: skip
