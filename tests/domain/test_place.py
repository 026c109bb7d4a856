"""Divisions that follow one another, centers, hours."""

import datetime as dt

import pytest

from tests.domain.test_calendar import CITY
from tongban.domain.place import Center, Division, Places, ServiceHours
from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text

D, T = dt.date, dt.time
OLD, NEW, SPECIAL = "310119001", "310115005", "310115501"
DIVISIONS = [
    Division("310000", Text("上海市", "Shanghai"), "municipality"),
    Division("310115", Text("浦东新区", "Pudong"), "district", "310000"),
    Division("310119", Text("南汇区"), "district", "310000", valid_to=D(2009, 8, 8), successor="310115"),
    Division(OLD, Text("惠南街道"), "street", "310119", valid_to=D(2009, 8, 8), successor=NEW),
    Division(NEW, Text("惠南镇"), "town", "310115", valid_from=D(2009, 8, 9)),
    Division(SPECIAL, Text("某开发区"), "special", "310115"),
    Division("310115009", Text("无后街道"), "street", "310115", valid_to=D(2020, 1, 1)),
]
CENTER = Center(NEW, Text("惠南镇社区事务受理服务中心"), "310115")
PLACES = Places.of(DIVISIONS, [CENTER])
TODAY = D(2026, 11, 21)


def code_of(act: object, *args: object) -> str:
    with pytest.raises(Refused) as caught:
        act(*args)  # type: ignore[operator]
    return caught.value.code


def test_codes_of_every_length_are_understood() -> None:
    assert PLACES.division(NEW + "001").name.zh == "惠南镇"
    assert PLACES.district_of(NEW + "001").code == PLACES.district_of(NEW).code == "310115"
    assert PLACES.district_of("310115777").name.zh == "浦东新区"
    assert PLACES.full_name(NEW) == Text("浦东新区惠南镇", "惠南镇, Pudong")
    for wrong in ("", "31", "3101150051", "999999"):
        assert code_of(PLACES.division, wrong) == "place.division"


def test_a_merged_street_leads_to_its_successor_on_the_day() -> None:
    assert PLACES.successor(OLD, D(2009, 8, 8)).code == OLD
    assert PLACES.successor(OLD, D(2009, 8, 9)).code == NEW
    assert PLACES.center_of(OLD + "007", TODAY) == CENTER
    assert PLACES.center_of(OLD) is None and PLACES.center_of(NEW) == CENTER
    assert code_of(PLACES.successor, "310115009", TODAY) == "place.gone"
    assert PLACES.center_of("310115009", TODAY) is None
    assert not DIVISIONS[4].valid_on(D(2009, 8, 8)) and DIVISIONS[4].valid_on(TODAY)


def test_what_has_no_center_has_none() -> None:
    assert PLACES.center_of("310115") is None and PLACES.center_of(SPECIAL, TODAY) is None
    assert PLACES.center_of("310115999", TODAY) is None
    with pytest.raises(NotFound):
        PLACES.center(SPECIAL)
    assert PLACES.center(NEW) == CENTER


def test_centers_of_a_place() -> None:
    assert PLACES.centers_in("310000") == PLACES.centers_in("310115") == PLACES.centers_in(NEW) == (CENTER,)
    assert PLACES.centers_in("310119") == ()


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (DIVISIONS[1], "place.twice"),
        (Division("310120001", Text("甲"), "street", "310120"), "place.parent"),
        (Division("310115008", Text("甲"), "street", NEW), "place.parent"),
        (Division("310115008", Text("甲"), "street", "310115", successor="310115777"), "place.successor"),
        (Division("310115008", Text("甲"), "street", "310115", successor="310115008"), "place.successor"),
    ],
)
def test_a_broken_table_is_refused(extra: Division, code: str) -> None:
    assert code_of(Places.of, [*DIVISIONS, extra], []) == code


def test_a_center_stands_in_a_listed_street() -> None:
    assert code_of(Places.of, DIVISIONS, [Center("310115888", Text("甲"), "310115")]) == "place.center.division"
    assert code_of(Places.of, DIVISIONS, [Center(NEW, Text("甲"), "310101")]) == "place.center.division"


def test_hours_of_working_and_rest_days() -> None:
    hours = ServiceHours(closed=(D(2026, 2, 17),))
    assert hours.on(D(2026, 11, 20), CITY) == (T(8, 30), T(16, 30))
    assert hours.on(D(2026, 11, 21), CITY) == (T(8, 30), T(11, 30))
    assert hours.on(D(2026, 10, 10), CITY) == (T(8, 30), T(16, 30))  # a make-up Saturday
    assert hours.on(D(2026, 2, 17), CITY) is None
    assert hours.is_open(D(2026, 11, 20), T(8, 30), CITY) and not hours.is_open(D(2026, 11, 20), T(16, 30), CITY)


def test_the_next_opening() -> None:
    hours = ServiceHours(closed=(D(2026, 11, 22),))
    assert hours.next_opening(D(2026, 11, 20), T(7, 0), CITY) == (D(2026, 11, 20), T(8, 30))
    assert hours.next_opening(D(2026, 11, 20), T(9, 0), CITY) == (D(2026, 11, 20), T(9, 0))
    assert hours.next_opening(D(2026, 11, 21), T(11, 30), CITY) == (D(2026, 11, 23), T(8, 30))
    assert hours.add_opening_days(D(2026, 11, 20), 2) == D(2026, 11, 23)
    shut = ServiceHours(closed=tuple(D(2026, 1, 1) + dt.timedelta(days=n) for n in range(100)))
    assert code_of(shut.next_opening, D(2026, 1, 1), T(9, 0), CITY) == "place.hours.closed"
