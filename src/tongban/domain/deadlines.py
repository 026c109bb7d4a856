"""The dates that bind a case. They are computed from facts and the working-day calendar and from nothing else, so no hand can
move a deadline: only a fact or a published calendar notice does."""

import datetime as dt
from typing import Literal, Protocol

import msgspec

from tongban.domain.case import Case

DueKind = Literal["", "take_over", "accept", "correct", "decide", "follow"]

DUE_WORDS: dict[str, str] = {
    "": "无时限", "take_over": "接办期限", "accept": "受理期限", "correct": "补正期限", "decide": "办结期限", "follow": "补交期限",
}  # fmt: skip


class OnDate(Protocol):
    """A deadline: its date, and whether the year's calendar was not yet published (provisional)."""

    @property
    def date(self) -> dt.date: ...
    @property
    def provisional(self) -> bool: ...


class WorkingDays(Protocol):
    """What is needed of the calendar (domain/period.Calendar)."""

    def add_working_days(self, start: dt.date, n: int) -> OnDate: ...
    def working_days_between(self, start: dt.date, end: dt.date) -> int: ...


class Due(msgspec.Struct, frozen=True):
    """The next date that binds: which, when, when its light turns yellow, and whether it is provisional."""

    kind: DueKind = ""
    on: dt.date | None = None
    yellow: dt.date | None = None
    provisional: bool = False


class Promise(msgspec.Struct, frozen=True):
    """When the decision is promised and when the law demands it; ``stopped`` while the clock stands still."""

    promised: dt.date
    legal: dt.date
    provisional: bool
    stopped: bool


def paused_days(case: Case, calendar: WorkingDays, upto: dt.date) -> int:
    """Working days on which the clock stood still. A pause that has not ended counts up to ``upto``."""
    return sum(calendar.working_days_between(p.since, p.until or max(upto, p.since)) for p in case.pauses)


def promise(case: Case, calendar: WorkingDays, today: dt.date) -> Promise | None:
    """The promised and the legal date; None before acceptance. The day after acceptance is day 1."""
    if case.clock_since is None:
        return None
    pause = paused_days(case, calendar, today)
    promised = calendar.add_working_days(case.clock_since, case.promised_days + pause)
    legal = calendar.add_working_days(case.clock_since, case.legal_days + pause)
    stopped = bool(case.pauses) and case.pauses[-1].until is None
    return Promise(promised.date, legal.date, promised.provisional or legal.provisional, stopped)


def due(case: Case, calendar: WorkingDays) -> Due:
    """The next date that binds the holder (or, for a correction, the resident).

    While the clock stands still there is no date of decision: it depends on when the pause ends.
    """
    if case.closed or case.opened_on is None:
        return Due()
    if case.stage == "decided":
        until = min((f.until for f in case.follow), default=None)
        return Due("follow", until, until) if until else Due()
    if case.stage == "correcting":
        return Due("correct", case.correct_until, case.correct_until)
    if case.stage == "special":
        pause = case.pauses[-1]
        return _in_days("decide", pause.since, pause.planned_days, calendar)
    if case.custody == "sent" and case.custody_since:
        return _in_days("take_over", case.custody_since, case.transfer_days, calendar)
    if case.stage == "received":
        begin = case.custody_since if case.custody == "taken" and case.custody_since else case.opened_on
        return _in_days("accept", begin, case.accept_days, calendar)
    assert case.clock_since is not None
    return _in_days(
        "decide", case.clock_since, case.promised_days + paused_days(case, calendar, case.clock_since), calendar
    )


def _in_days(kind: DueKind, start: dt.date, days: int, calendar: WorkingDays) -> Due:
    last = calendar.add_working_days(start, days)
    # Yellow in the last third, at least one working day before the end.
    yellow = calendar.add_working_days(start, max(0, days - max(1, days // 3)))
    return Due(kind, last.date, yellow.date, last.provisional)


def light(on: dt.date | None, yellow: dt.date | None, today: dt.date) -> Literal["none", "green", "yellow", "red"]:
    """The clerk's light: red after the date, yellow from the yellow date on."""
    if on is None:
        return "none"
    if today > on:
        return "red"
    return "yellow" if yellow is not None and today >= yellow else "green"
