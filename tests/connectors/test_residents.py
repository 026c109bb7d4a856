"""The synthetic residents: unique, valid, related, the same for the same seed, and quick to make."""

from collections import Counter
from datetime import date

import pytest
from stdnum.cn import uscc

from tests import cost
from tongban.domain import id_number
from tongban.simulated import names
from tongban.simulated.named import GUIFANG, JIANGUO, NAMED
from tongban.simulated.residents import ON, make, place, places


@pytest.fixture(scope="module")
def city():
    with cost.at_most(10):
        return make()


def test_five_thousand_with_unique_valid_numbers(city):
    assert len(city) == 5000
    assert len({r.number for r in city}) == 5000
    for r in city:
        read = id_number.parse_citizen(r.number, today=ON)
        assert read.birth == r.birth
        assert read.sex == r.sex


def test_the_same_seed_gives_the_same_city_and_another_seed_another():
    assert make(7, 300) == make(7, 300)
    assert make(7, 300)[len(NAMED) :] != make(8, 300)[len(NAMED) :]


@pytest.mark.parametrize("n", [0, 1, 9, 10, 11, 12, 13, 500])
def test_exactly_as_many_as_asked_for(n):
    assert len(make(3, n)) == n


def test_every_relative_exists_and_agrees(city):
    people = {r.number: r for r in city}
    for r in city:
        if r.spouse:
            assert people[r.spouse].spouse == r.number
            assert people[r.spouse].marriage == r.marriage is not None
            assert r.marital == "已婚"
        for child in r.children:
            assert r.number in (people[child].father, people[child].mother)
            assert (people[child].birth - r.birth).days > 16 * 365
        assert r.marriage is None or r.marriage.on < ON


def test_places_are_streets_of_the_city_in_about_the_right_numbers(city):
    known = {p.code for p in places()}
    assert len(known) == 215
    assert {r.residence_place for r in city} <= known
    assert {r.hukou_place for r in city} <= known | {""}
    by_district = Counter(r.residence_place[:6] for r in city)
    assert by_district.most_common(1)[0][0] == "310115"  # Pudong has a fifth of the city
    assert 0.17 < by_district["310115"] / 5000 < 0.29
    apart = sum(1 for r in city if r.hukou_place and r.hukou_place != r.residence_place)
    assert apart > 500


def test_the_journeys_family_is_as_the_founding_documents_tell():
    assert (GUIFANG.name, GUIFANG.residence_place[:6], GUIFANG.hukou_place) == ("沈桂芳", "310112", "310110009")
    assert GUIFANG.sex == "female"
    assert date(2026, 11, 22).year - GUIFANG.birth.year == 78
    assert JIANGUO.mother == GUIFANG.number
    assert JIANGUO.job is not None
    assert JIANGUO.job.place[:6] == "310117"
    assert JIANGUO.residence_place == "310107015"
    assert place("310110009").name == "四平路街道"


def test_rare_characters_and_long_names_live_here(city):
    everyone = "".join(r.name for r in city)
    assert all(rare in everyone for rare in "𬱖㛃䶮·")


def test_employers_have_valid_credit_codes():
    for name, code, _ in names.EMPLOYERS:
        assert uscc.is_valid(code), name
