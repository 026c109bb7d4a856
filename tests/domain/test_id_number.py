"""Numbers of persons: the vectors of the conventions, each way of being wrong, and what holds for every number."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.domain.check_digits import mod_11_2
from tongban.domain.id_number import IdNumber, parse_citizen, parse_id_number
from tongban.domain.refusals import Refused

TODAY = dt.date(2026, 11, 21)

VECTORS = [
    ("310101199003071230", "citizen", dt.date(1990, 3, 7), "male"),
    ("810000199003070015", "hmt", dt.date(1990, 3, 7), "male"),
    ("820000199003070017", "hmt", dt.date(1990, 3, 7), "male"),
    ("830000199003070019", "hmt", dt.date(1990, 3, 7), "male"),
    ("931156199003070010", "foreigner", dt.date(1990, 3, 7), "male"),
    ("310119196001010020", "citizen", dt.date(1960, 1, 1), "female"),  # 南汇, abolished 2009
    ("310230196001010032", "citizen", dt.date(1960, 1, 1), "male"),  # 崇明县, abolished 2016
]


def number(area: str, birth: str, sequence: str = "123") -> str:
    body = area + birth + sequence
    return body + mod_11_2(body)


def refusal(text: str, **kwargs: object) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_id_number(text, today=TODAY, **kwargs)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(("text", "kind", "birth", "sex"), VECTORS)
def test_vectors_of_the_conventions(text: str, kind: str, birth: dt.date, sex: str) -> None:
    assert parse_id_number(text, today=TODAY) == IdNumber(kind, text, text[:6], birth, sex)  # type: ignore[arg-type]


def test_it_reads_what_people_type() -> None:
    ends_in_x = next(n for i in range(1000) if (n := number("310101", "19900307", f"{i:03d}")).endswith("X"))
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in ends_in_x.lower())
    for typed in (ends_in_x.lower(), full_width, f" {ends_in_x[:6]} {ends_in_x[6:14]}-{ends_in_x[14:]}\u3000"):
        assert parse_citizen(typed, today=TODAY).value == ends_in_x


def test_old_foreigner_card_stands_beside_the_new() -> None:
    assert parse_id_number("usa110000010101", today=TODAY) == IdNumber("foreigner", "USA110000010101")
    assert refusal("USA11000001010").code == "code.foreigner.length"
    assert refusal("USA1100000I0101").code == "code.foreigner.character"


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "code.citizen.length", None),
        ("31010119900307123", "code.citizen.length", None),
        ("310101900307123", "code.citizen.old", None),
        ("31010119900307O230", "code.citizen.character", 15),
        ("3101011990030712３Ａ", "code.citizen.character", 18),
        ("3101011990030712٣0", "code.citizen.character", 17),
        ("310101199003071231", "code.citizen.check_digit", 18),
        ("310101199013071230", "code.citizen.birth", 7),
        (number("310101", "19900230"), "code.citizen.birth", 7),
        (number("310101", "20991231"), "code.citizen.birth_future", 7),
        (number("310101", "20261122"), "code.citizen.birth_future", 7),
        (number("310101", "18691231"), "code.citizen.birth_too_early", 7),
        (number("000101", "19900307"), "code.citizen.area", 1),
        (number("810001", "19900307"), "code.hmt.area", 1),
        ("810000199003070016", "code.hmt.check_digit", 18),
        ("931156199003070011", "code.foreigner.check_digit", 18),
    ],
)
def test_each_mistake_is_named(text: str, code: str, position: int | None) -> None:
    found = refusal(text)
    assert (found.code, found.facts.get("position")) == (code, position)
    assert found.text.zh and found.text.en and found.advice is not None


def test_born_today_is_allowed_and_the_first_year_too() -> None:
    assert parse_citizen(number("310101", "20261121"), today=TODAY).birth == TODAY
    assert parse_citizen(number("310101", "18700101"), today=TODAY).birth == dt.date(1870, 1, 1)


def test_another_kind_than_asked_for_is_said_so() -> None:
    found = refusal("810000199003070015", kind="citizen")
    assert (found.code, found.facts["found"]) == ("code.citizen.kind", "hmt")
    assert refusal("81000019900307", kind="citizen").code == "code.citizen.length"
    assert refusal("310101199003071230", kind="foreigner").code == "code.foreigner.kind"


def test_a_refusal_never_repeats_the_number() -> None:
    found = refusal("310101199003071231")
    assert "19900307" not in f"{found} {found.text} {found.advice} {found.facts}"


births = st.dates(dt.date(1870, 1, 1), TODAY)
numbers = st.builds(
    lambda province, district, birth, sequence: number(
        f"{province}{district:04d}", f"{birth:%Y%m%d}", f"{sequence:03d}"
    ),
    st.sampled_from(["11", "31", "46", "54", "65"]),
    st.integers(0, 9999),
    births.filter(lambda birth: birth.year >= 1000),
    st.integers(0, 999),
)


@settings(max_examples=80, deadline=None)
@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_refused(good: str, place: int, by: int) -> None:
    assert parse_citizen(good, today=TODAY).value == good
    wrong = good[:place] + str((int(good[place]) + by) % 10) + good[place + 1 :]
    with pytest.raises(Refused):
        parse_citizen(wrong, today=TODAY)


@settings(max_examples=80, deadline=None)
@given(numbers, st.integers(0, 15))
def test_every_swap_of_neighbours_is_refused(good: str, place: int) -> None:
    swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    if swapped != good:
        with pytest.raises(Refused):
            parse_id_number(swapped, today=TODAY)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=24))
def test_any_text_is_a_number_or_a_refusal(text: str) -> None:
    try:
        found = parse_id_number(text, today=TODAY)
    except Refused as refused:
        assert refused.code.startswith("code.")
    else:
        assert parse_id_number(found.value, today=TODAY) == found
