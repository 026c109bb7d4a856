"""The dates that bind a case. They are computed from facts and the working-day calendar and from nothing else, so no hand can
move a deadline: only a fact or a published calendar notice does."""

import datetime as dt
from typing import Literal

import msgspec

from tongban.domain.calendar import Calendar
from tongban.domain.case import Case
from tongban.domain.period import Clock
from tongban.domain.text import Text

DueKind = Literal["", "take_over", "accept", "correct", "decide", "follow", "deliver"]

DELIVER_DAYS = 10

DUE_WORDS: dict[str, Text] = {
    "": Text("无时限", "No date"), "take_over": Text("接办期限", "Take up by"), "accept": Text("受理期限", "Accept by"),
    "correct": Text("补正期限", "Correct by"), "decide": Text("办结期限", "Decide by"),
    "follow": Text("补交期限", "Paper follows by"), "deliver": Text("送达期限", "Deliver by"),
}  # fmt: skip


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


def clock(case: Case) -> Clock | None:
    """The legal clock of the case; None before acceptance."""
    return Clock.replay(case.clock_since, case.pauses, case.decided_on) if case.clock_since else None


def promise(case: Case, calendar: Calendar) -> Promise | None:
    """The promised and the legal date; None before acceptance and while a pause of unknown length stands in the way."""
    running = clock(case)
    if running is None:
        return None
    promised, legal = running.due(calendar, case.promised_days), running.due(calendar, case.legal_days)
    if promised is None or legal is None:
        return None
    return Promise(promised.date, legal.date, promised.provisional or legal.provisional, running.paused is not None)


def due(case: Case, calendar: Calendar) -> Due:
    """The next date that binds the holder (or, for a correction, the resident).

    In a special procedure the date of decision is an estimate by the planned length of the pause.
    """
    if case.closed or case.opened_on is None:
        return Due()
    if case.stage == "decided":
        until = min((f.until for f in case.follow), default=None)
        if until or case.decided_on is None:
            return Due("follow", until, until)
        # 行政许可法第四十四条: the decision is delivered within ten days.
        return in_days("deliver", case.decided_on, DELIVER_DAYS, calendar)
    if case.stage == "correcting":
        return Due("correct", case.correct_until, case.correct_until)
    if case.custody == "sent" and case.custody_since and not case.silent:
        return in_days("take_over", case.custody_since, case.transfer_days, calendar)
    if case.stage == "received":
        begin = case.custody_since if case.custody == "taken" and case.custody_since else case.opened_on
        # After a correction the days count anew: nobody could accept what had not come.
        begin = max(begin, case.complete_on or begin)
        own, told = in_days("accept", begin, case.accept_days, calendar), told_by(case, calendar)
        # Whoever takes over late has what is left of the resident's days, not days of its own.
        return told if told.on and own.on and told.on < own.on else own
    running = clock(case)
    last = running.due(calendar, case.promised_days) if running else None
    if running is None or last is None:
        return Due("decide")
    # Yellow in the last third, at least one working day before the end.
    ahead = running.due(calendar, max(0, case.promised_days - max(1, case.promised_days // 3)))
    return Due("decide", last.date, ahead.date if ahead else last.date, last.provisional)


def told_by(case: Case, calendar: Calendar) -> Due:
    """The last day on which the resident must hear whether the case is accepted; then silence accepts (行政许可法第三十二条).
    It runs from the receipt (or from a correction that made the papers complete). Under 收受分离 the transfer limit comes before the
    days of acceptance, once: passing the case on, or leaving it where nobody takes it over, moves the day of nobody's clock."""
    begin = case.complete_on or case.opened_on
    if begin is None:
        return Due()
    days = case.accept_days + (case.transfer_days if case.hand_over == "received" and case.complete_on is None else 0)
    return in_days("accept", begin, days, calendar)


def public_due(case: Case, calendar: Calendar) -> Due:
    """The one date that the resident counts by: `due`, but for the limits that centers set each other while a case is passed on."""
    if case.custody != "sent" or case.silent or case.stage not in ("received", "accepted", "special"):
        return due(case, calendar)
    if case.stage == "received":
        return told_by(case, calendar)
    return due(msgspec.structs.replace(case, custody="here"), calendar)


def in_days(kind: DueKind, start: dt.date, days: int, calendar: Calendar) -> Due:
    """A date so many working days after a day."""
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


PausedLight = Literal["none", "green", "yellow", "red", "paused"]


def stage_light(stage: str, on: dt.date | None, yellow: dt.date | None, today: dt.date) -> PausedLight:
    """The light of a worklist: while a correction or a special procedure runs the city's clock stands still (paused); a
    pause that has outlasted its date is red like any other."""
    if stage in ("correcting", "special") and on is not None and today <= on:
        return "paused"
    return light(on, yellow, today)
