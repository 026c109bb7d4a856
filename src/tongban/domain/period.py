"""The clock of a case: segments that run or stand still, and the deadlines computed from them. Only segments are kept,
never a due date, so a late notice of the State Council or a corrected pause moves every deadline by itself."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal, NoReturn, Protocol

import msgspec

from tongban.domain.calendar import Calendar, Deadline, plain_date
from tongban.domain.refusals import Refused
from tongban.domain.text import Text

Light = Literal["green", "yellow", "red", "paused", "done"]


class Running(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="running"):
    """The clock runs from the day after ``since``."""

    since: dt.date


class Paused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="paused"):
    """The clock stands still from the day after ``since`` up to and with the day of resuming.

    ``basis`` is the law that allows it, ``notice`` names the letter sent to the applicant, ``planned_days`` is the
    length told there in working days (0: not known).
    """

    since: dt.date
    reason: str
    basis: str
    notice: str = ""
    planned_days: int = 0


class PauseLike(Protocol):
    """What a case remembers of a pause (``domain.case.Pause``)."""

    @property
    def since(self) -> dt.date: ...
    @property
    def until(self) -> dt.date | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def planned_days(self) -> int: ...


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was promised, in working days. The light turns yellow when ``yellow_left`` or fewer days are left of the
    promised limit and red at ``red_left``; None takes a third of the promise, at most 3, and less than that for red."""

    legal_days: int
    promised_days: int
    yellow_left: int | None = None
    red_left: int | None = None

    def thresholds(self) -> tuple[int, int]:
        """(yellow, red) in working days left; red -1 means only when overdue."""
        yellow = min(3, self.promised_days // 3) if self.yellow_left is None else self.yellow_left
        red = min(1, yellow - 1) if self.red_left is None else self.red_left
        return yellow, red


class Deadlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All last days of a case on one day of asking."""

    legal: Deadline
    promised: Deadline


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The clock of one limit. ``first_day``: whether the day after the start counts as day 1 (the law's rule) or the
    start itself. ``ended``: the day it was decided; the clock then stands for good."""

    segments: tuple[Running | Paused, ...]
    first_day: Literal["next", "same"] = "next"
    ended: dt.date | None = None

    @classmethod
    def start(cls, on: dt.date, *, first_day: Literal["next", "same"] = "next") -> "Clock":
        """A clock that starts on the city's date ``on`` (acceptance, or receipt for the limits before it)."""
        return cls((Running(plain_date(on)),), first_day)

    @classmethod
    def replay(cls, since: dt.date, pauses: Iterable[PauseLike], ended: dt.date | None = None) -> "Clock":
        """The clock of a case from what its fold remembers. Raises like the acts it repeats."""
        clock = cls.start(since)
        for pause in pauses:
            clock = clock.pause(pause.since, pause.reason, pause.basis, planned_days=pause.planned_days)
            if pause.until is not None:
                clock = clock.resume(pause.until)
        return clock.stop(ended) if ended is not None else clock

    @property
    def started(self) -> dt.date:
        """The day the clock started."""
        return self.segments[0].since

    @property
    def paused(self) -> Paused | None:
        """The pause that holds now, if any."""
        last = self.segments[-1]
        return last if isinstance(last, Paused) and self.ended is None else None

    def pause(self, on: dt.date, reason: str, basis: str, *, notice: str = "", planned_days: int = 0) -> "Clock":
        """Stand still after ``on``. Refused: ``period.ended``, ``period.order``, ``period.paused``,
        ``period.basis`` (no reason or legal basis)."""
        self._may_act(on)
        if self.paused is not None:
            _refuse("paused", "办理期限已经中止,不能再次中止", "The clock already stands still")
        if not reason.strip() or not basis.strip():
            advice = Text("请选择特别程序并写明法律条款", "Choose the special procedure and name the article of law")
            _refuse("basis", "中止计时须有事由和法律依据", "A pause needs a reason and a legal basis", advice)
        if planned_days < 0:
            _refuse("planned", "预计时长不能为负", "A planned length cannot be negative")
        return self._with(Paused(on, reason, basis, notice, planned_days))

    def resume(self, on: dt.date) -> "Clock":
        """Run again after ``on``. Refused: ``period.ended``, ``period.order``, ``period.running``."""
        self._may_act(on)
        if self.paused is None:
            _refuse("running", "办理期限没有中止,无需恢复", "The clock is running already")
        return self._with(Running(on))

    def stop(self, on: dt.date) -> "Clock":
        """The case is decided: no deadline moves any more. Refused: ``period.ended``, ``period.order``."""
        self._may_act(on)
        return msgspec.structs.replace(self, ended=on)

    def due(self, calendar: Calendar, days: int, today: dt.date | None = None) -> Deadline | None:
        """The last day of a limit of ``days`` working days; None while a pause of unknown length stands in the way.

        A pause that begins on or after the last day does not move it. While a pause holds, its planned length is used,
        or ``today`` when it should have ended already.
        """
        if days == 0:
            return Deadline(self.started)
        left, first = days, self.started
        for number, segment in enumerate(self.segments):
            if isinstance(segment, Paused):
                continue
            begin = segment.since - dt.timedelta(days=1 if number == 0 and self.first_day == "same" else 0)
            if number + 1 == len(self.segments):
                return self._from(calendar, first, begin, left)
            ran = calendar.working_days_between(begin, self.segments[number + 1].since)
            if ran >= left:
                return self._from(calendar, first, begin, left)
            left -= max(ran, 0)
        last = self.segments[-1]
        if not isinstance(last, Paused) or last.planned_days == 0:
            return None
        resumed = max(calendar.add_working_days(last.since, last.planned_days).date, today or last.since)
        found = self._from(calendar, first, resumed, left)
        return msgspec.structs.replace(found, estimated=True)

    def deadlines(self, calendar: Calendar, terms: Terms, today: dt.date | None = None) -> Deadlines | None:
        """Legal and promised last days; None while a pause of unknown length stands in the way."""
        legal = self.due(calendar, terms.legal_days, today)
        promised = self.due(calendar, terms.promised_days, today)
        return Deadlines(legal, promised) if legal is not None and promised is not None else None

    def days_left(self, calendar: Calendar, days: int, today: dt.date) -> int | None:
        """Working days from ``today`` to the last day: 0 on it, negative after it (at least -1, also on a day off)."""
        due = self.due(calendar, days, today)
        if due is None:
            return None
        left = calendar.working_days_between(today, due.date)
        return min(left, -1) if today > due.date else left

    def light(self, calendar: Calendar, terms: Terms, today: dt.date) -> Light:
        """What the worklist shows: done, paused, or how near the promised last day is on the city's date ``today``."""
        if self.ended is not None:
            return "done"
        if self.paused is not None:
            return "paused"
        left = self.days_left(calendar, terms.promised_days, today)
        yellow, red = terms.thresholds()
        if left is None or left > yellow:
            return "green"
        return "red" if left < 0 or left <= red else "yellow"

    def _from(self, calendar: Calendar, first: dt.date, begin: dt.date, left: int) -> Deadline:
        end = calendar.add_working_days(begin, left).date
        return Deadline(end, calendar.provisional_between(first, end))

    def _with(self, segment: Running | Paused) -> "Clock":
        return msgspec.structs.replace(self, segments=(*self.segments, segment))

    def _may_act(self, on: dt.date) -> None:
        plain_date(on)
        if self.ended is not None:
            _refuse("ended", "办件已经办结,期限不再变动", "The case is decided: its clock stands for good")
        if on < self.segments[-1].since:
            _refuse("order", "日期早于上一次计时变动", "The date is before the last change of this clock")


def moved(clock: Clock, days: int, before: Calendar, after: Calendar) -> tuple[Deadline, Deadline] | None:
    """(old, new) when a notice changes a deadline, also when it only makes it final; None when nothing changes."""
    old, new = clock.due(before, days), clock.due(after, days)
    if clock.ended is not None or old is None or new is None or old == new:
        return None
    return old, new


def _refuse(what: str, zh: str, en: str, advice: Text | None = None) -> NoReturn:
    raise Refused(f"period.{what}", zh, en, advice=advice)
