"""Identity, age, capacity, look-up forms."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_id_number import number
from tongban.domain.person import CapacityRule, Identity, age_on, capacity, identify, index_key, must_be_represented
from tongban.domain.refusals import Refused

D = dt.date
TODAY = D(2026, 11, 21)
NUMBER = "310101199003071230"


def code_of(act: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)  # type: ignore[operator]
    return caught.value.code


def test_identities() -> None:
    assert identify("citizen", " 张 三", NUMBER, today=TODAY) == Identity(
        "citizen", "张三", NUMBER, D(1990, 3, 7), "male"
    )
    assert identify("passport", "John Smith", "e 1234567", today=TODAY, birth=D(1990, 1, 1)).number == "E1234567"
    assert identify("unknown", "张小宝", today=TODAY, birth=TODAY, sex="female").birth == TODAY
    old = identify("foreigner", "John Smith", "USA110000010101", today=TODAY, birth=D(1980, 1, 1), sex="male")
    assert (old.birth, old.sex) == (D(1980, 1, 1), "male")


def test_what_does_not_agree_is_refused() -> None:
    assert code_of(identify, "citizen", "张三", NUMBER, today=TODAY, birth=D(1990, 3, 8)) == "person.birth_differs"
    assert code_of(identify, "citizen", "张三", NUMBER, today=TODAY, sex="female") == "person.sex_differs"
    assert code_of(identify, "hmt", "张三", NUMBER, today=TODAY) == "code.hmt.kind"
    assert code_of(identify, "unknown", "张三", NUMBER, today=TODAY) == "person.number_without_kind"
    assert code_of(identify, "passport", "张三", "12", today=TODAY) == "person.passport"
    assert code_of(identify, "unknown", "张三", today=TODAY, birth=D(2026, 11, 22)) == "person.birth_future"
    assert code_of(identify, "citizen", "张3", NUMBER, today=TODAY) == "person.name.digit"


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (D(1961, 11, 21), TODAY, 65),
        (D(1961, 11, 22), TODAY, 64),
        (TODAY, TODAY, 0),
        (D(2008, 2, 29), D(2022, 2, 27), 13),
        (D(2008, 2, 29), D(2022, 2, 28), 14),
        (D(2008, 2, 29), D(2024, 2, 28), 15),
        (D(2008, 2, 29), D(2024, 2, 29), 16),
    ],
)
def test_age(birth: D, on: D, age: int) -> None:
    assert age_on(birth, on) == age


def test_nobody_has_an_age_before_birth() -> None:
    assert code_of(age_on, TODAY, D(2026, 11, 20)) == "person.birth_future"


def test_capacity_by_age_and_income() -> None:
    def on_birthday(years: int, **kwargs: bool) -> str:
        return capacity(D(2026 - years, 11, 21), TODAY, **kwargs)

    assert [on_birthday(n) for n in (0, 13, 14, 17, 18)] == ["guardian", "guardian", "assisted", "assisted", "full"]
    assert on_birthday(15, own_income=True) == "assisted" and on_birthday(16, own_income=True) == "full"
    assert capacity(D(2018, 11, 21), TODAY, rule=CapacityRule(guardian_below=8)) == "assisted"


def test_a_child_is_represented() -> None:
    child = D(2015, 1, 1)
    assert code_of(must_be_represented, child, TODAY, represented=False) == "person.guardian_needed"
    must_be_represented(child, TODAY, represented=True)
    must_be_represented(D(2000, 1, 1), TODAY, represented=False)


def test_look_up_forms() -> None:
    assert index_key("id_number", " 310101 1990-0307 1230 ") == NUMBER
    assert index_key("id_number", "31010119900307123x").endswith("X")
    assert index_key("phone", "021-6234 5678") == index_key("phone", "02162345678")
    assert index_key("name", "阿依古丽•买买提") == index_key("name", "阿依古丽·买买提")


@settings(max_examples=80, deadline=None)
@given(st.dates(D(1900, 1, 1), D(2020, 1, 1)), st.integers(0, 40_000))
def test_age_never_falls_and_grows_once_a_year(birth: D, later: int) -> None:
    day = birth + dt.timedelta(days=later)
    before, after = age_on(birth, day), age_on(birth, day + dt.timedelta(days=1))
    assert after - before in (0, 1)
    assert age_on(birth, D(day.year + 1, 12, 31)) == day.year + 1 - birth.year


@settings(max_examples=40, deadline=None)
@given(st.dates(D(1900, 1, 1), TODAY), st.integers(0, 999))
def test_the_number_tells_birth_and_sex(birth: D, sequence: int) -> None:
    made = number("310107", f"{birth:%Y%m%d}", f"{sequence:03d}")
    found = identify("citizen", "张三", made, today=TODAY)
    assert (found.birth, found.sex) == (birth, "male" if sequence % 2 else "female")
