"""Working days: real notices, provisional years, and that counting agrees with walking day by day."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import cost
from tongban.domain.calendar import Calendar, Deadline, Notice, Year
from tongban.domain.refusals import Refused

D = dt.date


def days(first: D, last: D) -> tuple[D, ...]:
    return tuple(first + dt.timedelta(days=n) for n in range((last - first).days + 1))


YEAR_2026 = Year(
    2026,
    Notice("国务院办公厅关于2026年部分节假日安排的通知", "国办发明电〔2025〕7号", D(2025, 11, 4)),
    provisional=False,
    off=(
        *days(D(2026, 1, 1), D(2026, 1, 3)),
        *days(D(2026, 2, 15), D(2026, 2, 23)),
        *days(D(2026, 4, 4), D(2026, 4, 6)),
        *days(D(2026, 5, 1), D(2026, 5, 5)),
        *days(D(2026, 6, 19), D(2026, 6, 21)),
        *days(D(2026, 9, 25), D(2026, 9, 27)),
        *days(D(2026, 10, 1), D(2026, 10, 7)),
    ),
    work=tuple(D(2026, m, d) for m, d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))),
)
YEAR_2027 = Year(2027, provisional=True, off=(D(2027, 1, 1),))
NOTICE_2027 = Year(
    2027,
    Notice("2027", "x", D(2026, 11, 25)),
    provisional=False,
    off=(D(2026, 12, 31), D(2027, 1, 1)),
    work=(D(2026, 12, 26),),
)
CITY = Calendar.of([YEAR_2026, YEAR_2027])


def test_weekends_holidays_and_make_up_days() -> None:
    assert CITY.is_workday(D(2026, 11, 20)) and not CITY.is_workday(D(2026, 11, 21))
    assert not CITY.is_workday(D(2026, 10, 7)) and CITY.is_workday(D(2026, 10, 8))
    assert CITY.is_workday(D(2026, 10, 10))  # a Saturday


def test_the_day_after_is_day_one() -> None:
    assert CITY.add_working_days(D(2026, 11, 20), 1) == Deadline(D(2026, 11, 23))
    assert CITY.add_working_days(D(2026, 11, 21), 1) == Deadline(D(2026, 11, 23))
    assert CITY.add_working_days(D(2026, 9, 30), 3) == Deadline(D(2026, 10, 10))
    assert CITY.add_working_days(D(2026, 11, 21), 0) == Deadline(D(2026, 11, 21))


def test_a_year_without_a_notice_gives_a_provisional_deadline() -> None:
    assert CITY.add_working_days(D(2026, 12, 20), 10) == Deadline(D(2027, 1, 4), provisional=True)
    assert CITY.add_working_days(D(2030, 5, 6), 1) == Deadline(D(2030, 5, 7), provisional=True)
    assert not CITY.add_working_days(D(2026, 12, 14), 7).provisional  # 23 December: no notice reaches back so far


def test_the_last_days_of_december_wait_for_the_next_notice() -> None:
    assert CITY.add_working_days(D(2026, 12, 20), 9) == Deadline(D(2026, 12, 31), provisional=True)
    assert CITY.add_working_days(D(2026, 12, 20), 4) == Deadline(D(2026, 12, 24), provisional=True)
    fixed = CITY.with_notice(NOTICE_2027)
    assert fixed.is_workday(D(2026, 12, 26)) and not fixed.is_workday(D(2026, 12, 31))
    assert fixed.add_working_days(D(2026, 12, 20), 9) == Deadline(D(2026, 12, 30))
    assert not CITY.is_workday(D(2026, 12, 26))  # the calendar before is untouched


def test_a_fixed_year_does_not_become_provisional_again() -> None:
    with pytest.raises(Refused) as caught:
        CITY.with_notice(Year(2026))
    assert caught.value.code == "period.notice_final"
    assert CITY.with_notice(Year(2026, provisional=False, off=())).is_workday(D(2026, 10, 1))  # a corrected notice


def test_an_empty_span_is_not_provisional() -> None:
    assert not CITY.provisional_between(D(2030, 5, 6), D(2030, 5, 6))


def test_a_day_is_off_or_at_work_not_both() -> None:
    with pytest.raises(Refused) as caught:
        Calendar.of([Year(2026, provisional=False, off=(D(2026, 10, 10),), work=(D(2026, 10, 10),))])
    assert (caught.value.code, caught.value.facts["day"]) == ("period.day_twice", "2026-10-10")


def test_only_dates_and_sane_counts() -> None:
    for bad in (-1, 10_001):
        with pytest.raises(ValueError):
            CITY.add_working_days(D(2026, 1, 1), bad)
    with pytest.raises(TypeError):
        CITY.add_working_days(dt.datetime(2026, 1, 1, 20, tzinfo=dt.UTC), 1)


def test_a_long_span_costs_no_more_than_its_years() -> None:
    CITY.working_days_between(D(2000, 1, 1), D(2030, 1, 1))
    with cost.at_most(2):  # walking 2,000 × 10,958 days costs more
        for _ in range(2_000):
            CITY.working_days_between(D(2000, 1, 1), D(2030, 1, 1))


dates = st.dates(D(2025, 1, 1), D(2028, 12, 31))
calendars = st.builds(
    lambda off, work: Calendar.of(
        [Year(y, provisional=False, off=tuple(off - work), work=tuple(work)) for y in (2025, 2026, 2027)]
    ),
    st.sets(dates, max_size=30),
    st.sets(dates, max_size=15),
)


@settings(max_examples=50, deadline=None)
@given(calendars, dates, st.integers(1, 60))
def test_counting_agrees_with_walking(calendar: Calendar, start: D, count: int) -> None:
    day, left = start, count
    while left:
        day += dt.timedelta(days=1)
        left -= calendar.is_workday(day)
    assert calendar.add_working_days(start, count).date == day
    assert calendar.working_days_between(start, day) == count


@settings(max_examples=60, deadline=None)
@given(calendars, dates, dates, dates)
def test_days_between_add_up(calendar: Calendar, a: D, b: D, c: D) -> None:
    between = calendar.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)
    assert between(a, b) == -between(b, a)


@settings(max_examples=60, deadline=None)
@given(calendars, dates, dates, st.integers(0, 40), st.integers(0, 40))
def test_deadlines_are_monotone(calendar: Calendar, a: D, b: D, m: int, n: int) -> None:
    first, second = min(a, b), max(a, b)
    few, many = min(m, n), max(m, n)
    assert calendar.add_working_days(first, few).date <= calendar.add_working_days(second, few).date
    assert calendar.add_working_days(first, few).date <= calendar.add_working_days(first, many).date
