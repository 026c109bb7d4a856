"""Credentials: three-valued, with grades of trust."""

import datetime as dt
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.domain.credential import (
    GRADES,
    CameBy,
    Credential,
    Grade,
    State,
    after_copying,
    after_original_seen,
    at_least,
    best,
    grade_of,
    must_be_usable,
    standing,
    usable,
    weakest,
)
from tongban.domain.refusals import Refused
from tongban.domain.text import Text

D = dt.date
TODAY = D(2026, 11, 21)
CARD = Credential("id_card", "1", "p", D(2016, 1, 1), TODAY, "valid", "A")


@pytest.mark.parametrize(
    ("change", "found", "good"),
    [
        ({}, "usable", True),
        ({"valid_until": None}, "usable", True),
        ({"valid_until": D(2026, 11, 20)}, "expired", False),
        ({"state": "expired", "valid_until": None}, "expired", False),
        ({"state": "revoked", "valid_until": D(2020, 1, 1)}, "revoked", False),
        ({"issued": D(2026, 11, 22)}, "not_yet", False),
        ({"state": "unknown"}, "unknown", None),
        ({"state": "unknown", "valid_until": D(2026, 11, 20)}, "expired", False),
    ],
)
def test_standing(change: dict[str, object], found: str, good: bool | None) -> None:
    credential = msgspec.structs.replace(CARD, **change)
    assert (standing(credential, TODAY), usable(credential, TODAY)) == (found, good)
    if good:
        must_be_usable(credential, TODAY)
    else:
        with pytest.raises(Refused) as caught:
            must_be_usable(credential, TODAY, Text("居民身份证", "The identity card"))
        assert caught.value.code == f"credential.{found}"
        assert caught.value.text.zh.startswith("居民身份证") and caught.value.text.en.startswith("The identity card is")
        assert caught.value.advice is not None


def test_grades_by_the_way_something_came() -> None:
    assert [grade_of(way) for way in get_args(CameBy)] == ["A", "B", "C", "D"]
    assert at_least("A", "B") and at_least("B", "B") and not at_least("C", "B")
    assert (after_original_seen("D"), after_original_seen("A")) == ("B", "A")
    assert (after_copying("A"), after_copying("D")) == ("C", "D")
    assert weakest([]) == "D" and best([]) is None
    assert set(GRADES) == set(get_args(Grade))


grades = st.sampled_from(get_args(Grade))


@settings(max_examples=40, deadline=None)
@given(st.lists(grades, min_size=1, max_size=5))
def test_the_whole_is_trusted_as_its_weakest_part(parts: list[Grade]) -> None:
    assert all(at_least(part, weakest(parts)) for part in parts)
    found = best(parts)
    assert found is not None and all(at_least(found, part) for part in parts)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(get_args(State)), st.none() | st.dates(), st.none() | st.dates(), st.dates())
def test_only_a_word_of_the_issuer_makes_it_usable(
    state: State, issued: dt.date | None, until: dt.date | None, on: dt.date
) -> None:
    good = usable(Credential("k", "1", "p", issued, until, state), on)
    inside = (issued is None or issued <= on) and (until is None or on <= until)
    assert (good is True) == (state == "valid" and inside)
    assert good is not None or state == "unknown"
