"""The clock of a case: pauses, deadlines and lights."""

import datetime as dt
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_calendar import CITY, NOTICE_2027, calendars, dates
from tongban.domain.calendar import Calendar, Deadline
from tongban.domain.period import Clock, Terms, moved
from tongban.domain.refusals import Refused

D = dt.date
MONDAY = D(2026, 11, 2)
LAW = "行政许可法第四十五条"
TERMS = Terms(legal_days=20, promised_days=10)


class Remembered(NamedTuple):
    since: D
    until: D | None
    reason: str
    basis: str
    planned_days: int = 0


def code_of(act: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)  # type: ignore[operator]
    return caught.value.code


def test_legal_and_promised_stand_apart() -> None:
    found = Clock.start(MONDAY).deadlines(CITY, TERMS)
    assert found is not None
    assert (found.promised, found.legal) == (Deadline(D(2026, 11, 16)), Deadline(D(2026, 11, 30)))


def test_the_first_day_is_a_parameter() -> None:
    assert Clock.start(MONDAY, first_day="same").due(CITY, 5) == Deadline(D(2026, 11, 6))
    assert Clock.start(MONDAY).due(CITY, 5) == Deadline(D(2026, 11, 9))
    assert Clock.start(D(2026, 11, 7), first_day="same").due(CITY, 1) == Deadline(D(2026, 11, 9))  # a Saturday
    assert Clock.start(D(2026, 11, 7)).due(CITY, 0) == Deadline(D(2026, 11, 7))  # on the spot


def test_a_pause_moves_the_deadline_by_its_working_days() -> None:
    clock = Clock.start(MONDAY).pause(D(2026, 11, 5), "现场核查", LAW, planned_days=3)
    assert clock.due(CITY, 10) == Deadline(D(2026, 11, 19), estimated=True)
    assert clock.due(CITY, 10, today=D(2026, 11, 13)) == Deadline(D(2026, 11, 24), estimated=True)  # it lasts longer
    assert clock.resume(D(2026, 11, 12)).due(CITY, 10) == Deadline(D(2026, 11, 23))
    assert clock.resume(D(2026, 11, 5)).due(CITY, 10) == Deadline(D(2026, 11, 16))


def test_a_pause_of_unknown_length_has_no_deadline() -> None:
    clock = Clock.start(MONDAY).pause(D(2026, 11, 5), "专家评审", LAW)
    assert clock.due(CITY, 10) is None and clock.deadlines(CITY, TERMS) is None
    assert clock.days_left(CITY, 10, D(2026, 11, 6)) is None
    assert clock.due(CITY, 3) == Deadline(D(2026, 11, 5))  # a limit that had run out already


def test_lights() -> None:
    clock = Clock.start(MONDAY)  # 10 days: promised 16 November
    lights = [clock.light(CITY, TERMS, D(2026, 11, day)) for day in (2, 10, 11, 13, 15, 16, 17)]
    assert lights == ["green", "green", "yellow", "red", "red", "red", "red"]
    assert clock.pause(D(2026, 11, 3), "听证", LAW).light(CITY, TERMS, D(2026, 11, 20)) == "paused"
    assert clock.stop(D(2026, 11, 20)).light(CITY, TERMS, D(2026, 12, 20)) == "done"


def test_lights_of_short_limits() -> None:
    on_the_spot, one_day = Terms(0, 0), Terms(5, 1)
    assert Clock.start(MONDAY).light(CITY, on_the_spot, MONDAY) == "yellow"
    assert Clock.start(MONDAY).light(CITY, on_the_spot, D(2026, 11, 3)) == "red"
    assert [Clock.start(MONDAY).light(CITY, one_day, D(2026, 11, d)) for d in (2, 3, 4)] == ["green", "yellow", "red"]
    friday = Clock.start(D(2026, 11, 5))
    assert friday.light(CITY, one_day, D(2026, 11, 7)) == "red"  # due on Friday: overdue on Saturday
    assert friday.days_left(CITY, 1, D(2026, 11, 7)) == -1


def test_a_notice_moves_provisional_deadlines() -> None:
    clock = Clock.start(D(2026, 12, 21))
    fixed = CITY.with_notice(NOTICE_2027)
    assert moved(clock, 8, CITY, fixed) == (Deadline(D(2026, 12, 31), provisional=True), Deadline(D(2026, 12, 30)))
    assert moved(clock, 2, CITY, fixed) is None
    assert moved(clock.stop(D(2026, 12, 22)), 8, CITY, fixed) is None
    assert moved(clock.pause(D(2026, 12, 22), "听证", LAW), 8, CITY, fixed) is None


def test_a_clock_refuses_what_cannot_be() -> None:
    clock = Clock.start(MONDAY)
    paused = clock.pause(D(2026, 11, 5), "听证", LAW)
    assert code_of(clock.pause, D(2026, 11, 1), "听证", LAW) == "period.order"
    assert code_of(clock.pause, D(2026, 11, 3), "听证", " ") == "period.basis"
    assert code_of(clock.pause, D(2026, 11, 3), "听证", LAW, planned_days=-1) == "period.planned"
    assert code_of(paused.pause, D(2026, 11, 6), "听证", LAW) == "period.paused"
    assert code_of(clock.resume, D(2026, 11, 6)) == "period.running"
    assert code_of(paused.resume, D(2026, 11, 4)) == "period.order"
    ended = clock.stop(D(2026, 11, 6))
    assert code_of(ended.pause, D(2026, 11, 7), "听证", LAW) == "period.ended"
    assert code_of(ended.stop, D(2026, 11, 7)) == "period.ended"
    with pytest.raises(TypeError):
        Clock.start(dt.datetime(2026, 11, 2, tzinfo=dt.UTC))


def test_a_clock_goes_through_json_and_is_rebuilt_from_a_case() -> None:
    clock = Clock.start(MONDAY).pause(D(2026, 11, 5), "听证", LAW, planned_days=3).resume(D(2026, 11, 12))
    assert msgspec.json.decode(msgspec.json.encode(clock), type=Clock) == clock
    assert Clock.replay(MONDAY, [Remembered(D(2026, 11, 5), D(2026, 11, 12), "听证", LAW, 3)]) == clock
    assert Clock.replay(MONDAY, [Remembered(D(2026, 11, 5), None, "听证", LAW)], D(2026, 11, 9)).ended == D(2026, 11, 9)


gaps = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=4)


def with_pauses(start: D, pauses: list[tuple[int, int]]) -> tuple[Clock, list[tuple[D, D]]]:
    clock, day, spans = Clock.start(start), start, []
    for run, rest in pauses:
        begin = day + dt.timedelta(days=run)
        day = begin + dt.timedelta(days=rest)
        clock = clock.pause(begin, "特别程序", LAW).resume(day)
        spans.append((begin, day))
    return clock, spans


@settings(max_examples=80, deadline=None)
@given(calendars, dates, gaps, st.integers(1, 30))
def test_pauses_shift_by_exactly_the_paused_working_days(
    calendar: Calendar, start: D, pauses: list[tuple[int, int]], limit: int
) -> None:
    clock, spans = with_pauses(start, pauses)
    due = calendar.add_working_days(start, limit).date
    for begin, end in spans:
        if begin < due:
            due = calendar.add_working_days(due, calendar.working_days_between(begin, end)).date
    found = clock.due(calendar, limit)
    assert found is not None and found.date == due


@settings(max_examples=80, deadline=None)
@given(calendars, dates, gaps, st.integers(1, 30), st.integers(1, 30))
def test_deadlines_are_monotone_and_never_before_the_plain_one(
    calendar: Calendar, start: D, pauses: list[tuple[int, int]], m: int, n: int
) -> None:
    clock, _ = with_pauses(start, pauses)
    few, many = clock.due(calendar, min(m, n)), clock.due(calendar, max(m, n))
    plain = Clock.start(start).due(calendar, min(m, n))
    assert few is not None and many is not None and plain is not None
    assert plain.date <= few.date <= many.date
    assert calendar.is_workday(few.date)


@settings(max_examples=60, deadline=None)
@given(calendars, dates, st.integers(1, 30), st.integers(0, 60))
def test_the_light_never_turns_back_while_the_clock_runs(calendar: Calendar, start: D, limit: int, later: int) -> None:
    clock, terms = Clock.start(start), Terms(limit * 2, limit)
    order = ["green", "yellow", "red"]
    one, two = start + dt.timedelta(days=later), start + dt.timedelta(days=later + 1)
    assert order.index(clock.light(calendar, terms, one)) <= order.index(clock.light(calendar, terms, two))
    due = clock.due(calendar, limit)
    assert due is not None
    if one > due.date:
        assert clock.light(calendar, terms, one) == "red"
