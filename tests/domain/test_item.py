"""Eligibility, materials and jurisdiction of an item version."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from tests.domain.test_condition import ELEMENTS, TODAY
from tongban.domain.item import (
    Condition,
    Field,
    Item,
    ItemVersion,
    Law,
    PaperNeed,
    eligibility,
    needed_fields,
    needed_papers,
    weigh_papers,
)
from tongban.domain.jurisdiction import Homes, Route, route
from tongban.domain.material import Alternative, Given, HandedPaper, MaterialKind, check, complete
from tongban.domain.place import Center, Division, Places
from tongban.domain.refusals import Refused
from tongban.domain.situation import parse
from tongban.domain.text import Text


def read(raw: Any) -> Any:
    return parse(raw, ELEMENTS)


RENTS = {"eq": ["$home", "rent"]}
VERSION = ItemVersion(
    Item("card", Text("敬老卡申领"), "gongan"),
    1,
    dt.date(2026, 1, 1),
    receivable=True,
    law=(Law("a", "《某办法》", "沪府发〔2016〕24号", "第三条"),),
    conditions=(
        Condition("age", Text("年满65周岁"), "a", read({"ge": [{"age": "$birth_date"}, 65]})),
        Condition("local", Text("本市户籍"), "a", read("$local")),
    ),
    fields=(Field("birth_date"), Field("local"), Field("home"), Field("income", when=read(RENTS))),
    papers=(
        PaperNeed("id_card", key=True),
        PaperNeed("lease", when=read(RENTS), original=False, copies=1),
        PaperNeed("income_proof", tolerated_days=10),
        PaperNeed("form", original=True),
    ),
)
KINDS = {
    kind.code: kind
    for kind in (
        MaterialKind(
            "id_card",
            Text("身份证"),
            "licence",
            Text("公安"),
            (Alternative(credential="id"), Alternative(paper="original")),
        ),
        MaterialKind("lease", Text("租约"), "proof", Text("房东"), (Alternative(paper="copy"),)),
        MaterialKind(
            "income_proof",
            Text("收入证明"),
            "proof",
            Text("单位"),
            (
                Alternative(check="income", department="renshe"),
                Alternative(result="income_item"),
                Alternative(declaration="income_promise"),
                Alternative(paper="original"),
            ),
        ),
        MaterialKind("form", Text("申请表"), "form", Text("本人"), (Alternative(paper="original"),)),
    )
}


class Licence(msgspec.Struct, frozen=True):
    kind: str
    valid_until: dt.date | None = None


def states(given: Given, **answers: Any) -> dict[str, Any]:
    return {s.material: s for s in check(weigh_papers(VERSION, answers, TODAY), KINDS, given, TODAY)}


def test_eligibility_names_the_condition_its_law_and_what_to_ask() -> None:
    no = eligibility(VERSION, {"birth_date": "1990-01-01"}, TODAY)
    assert no.value is False
    assert [(u.condition.id, u.law and u.law.cite()) for u in no.failing] == [
        ("age", "《某办法》(沪府发〔2016〕24号)第三条")
    ]
    assert no.ask == ("local",)
    unknown = eligibility(VERSION, {"birth_date": "1950-01-01"}, TODAY)
    assert (unknown.value, unknown.ask) == (None, ("local",))
    assert eligibility(VERSION, {"birth_date": "1950-01-01", "local": True}, TODAY).value is True


def test_a_condition_without_a_test_is_left_to_a_person() -> None:
    version = msgspec.structs.replace(VERSION, conditions=(Condition("kind", Text("品行良好"), "a"),))
    verdict = eligibility(version, {}, TODAY)
    assert verdict.value is True
    assert [c.id for c in verdict.judge] == ["kind"]


def test_fields_and_papers_follow_the_situation() -> None:
    open_fields = needed_fields(VERSION, {}, TODAY)
    assert [(f.field.element, f.needed, f.ask) for f in open_fields][-1] == ("income", None, ("home",))
    assert "income" not in [f.field.element for f in needed_fields(VERSION, {"home": "own"}, TODAY)]
    assert [p.need.material for p in needed_papers(VERSION, {"home": "own"}, TODAY)] == [
        "id_card", "income_proof", "form",
    ]  # fmt: skip


def test_a_fetched_licence_is_never_demanded_on_paper() -> None:
    state = states(Given(credentials=(Licence("id", TODAY),)))["id_card"]
    assert (state.state, state.grade, state.by) == ("satisfied", "A", Alternative(credential="id"))


def test_an_expired_licence_does_not_satisfy_and_says_so() -> None:
    expired = Licence("id", TODAY - dt.timedelta(days=1))
    state = states(Given(credentials=(expired,)))["id_card"]
    assert state.state == "missing"
    assert "过期" in state.why.zh
    with_paper = Given(credentials=(expired,), papers=(HandedPaper("id_card"),))
    assert states(with_paper)["id_card"].by == Alternative(paper="original")


def test_a_key_paper_is_never_tolerated_even_when_the_catalog_says_so() -> None:
    version = msgspec.structs.replace(VERSION, papers=(PaperNeed("id_card", key=True, tolerated_days=30),))
    (state,) = check(weigh_papers(version, {}, TODAY), KINDS, Given(), TODAY)
    assert state.state == "missing"


def test_what_may_follow_has_a_date_and_does_not_hold_up() -> None:
    all_states = states(Given(credentials=(Licence("id"),), papers=(HandedPaper("form"),)), home="own")
    assert all_states["income_proof"].state == "may_follow"
    assert all_states["income_proof"].due == TODAY + dt.timedelta(days=10)
    assert all_states["lease"].state == "not_needed"
    assert complete(all_states.values())
    assert not complete(states(Given(), home="own").values())


def test_a_paper_of_an_open_situation_is_unknown_and_names_the_question() -> None:
    state = states(Given())["lease"]
    assert (state.state, state.ask) == ("unknown", ("home",))


@pytest.mark.parametrize(
    ("given", "grade"),
    [
        (Given(checks=frozenset({"income"})), "A"),
        (Given(results=frozenset({"income_item"})), "A"),
        (Given(declarations=frozenset({"income_promise"})), "D"),
        (Given(papers=(HandedPaper("income_proof", "original", "B"),)), "B"),
        (Given(papers=(HandedPaper("income_proof", "original", "C"),)), None),
        (Given(papers=(HandedPaper("income_proof", "original", "D"),)), None),
        (Given(papers=(HandedPaper("income_proof", "copy", "B"),)), None),
        (Given(papers=(HandedPaper("form", "original", "B"),)), None),
    ],
)
def test_grades(given: Given, grade: str | None) -> None:
    assert states(given)["income_proof"].grade == grade


def test_a_copy_will_do_where_a_copy_is_asked_and_ones_own_form_needs_no_authority() -> None:
    given = Given(papers=(HandedPaper("lease", "copy", "C"), HandedPaper("form", "original", "D")))
    found = states(given, home="rent")
    assert (found["lease"].state, found["lease"].grade) == ("satisfied", "C")
    assert (found["form"].state, found["form"].grade) == ("satisfied", "D")
    declared_only = states(Given(papers=(HandedPaper("lease", "copy", "D"),)), home="rent")
    assert declared_only["lease"].state == "missing"


PLACES = Places.of(
    [
        Division("310000", Text("上海市"), "municipality"),
        Division("310107", Text("普陀区"), "district", "310000"),
        Division("310110", Text("杨浦区"), "district", "310000"),
        Division("310107005", Text("长寿路街道"), "street", "310107"),
        Division("310110009", Text("定海路街道"), "street", "310110"),
        Division("310110500", Text("某园区"), "special", "310110"),
    ],
    [Center("310107005", Text("长寿中心"), "310107"), Center("310110009", Text("定海中心"), "310110")],
)
PUTUO, YANGPU = "310107005", "310110009"


def scoped(scope: str, home: str | None = "hukou") -> ItemVersion:
    return msgspec.structs.replace(VERSION, scope=scope, home=home)


@pytest.mark.parametrize(
    ("scope", "receiving", "expected"),
    [
        ("direct", PUTUO, Route(PUTUO, "never")),
        ("split", PUTUO, Route(YANGPU, "received")),
        ("split", YANGPU, Route(YANGPU, "never")),
        ("settle_home", PUTUO, Route(YANGPU, "reviewed")),
        ("local", YANGPU, Route(YANGPU, "never")),
    ],
)
def test_scope_is_the_only_mode(scope: str, receiving: str, expected: Route) -> None:
    assert route(scoped(scope), receiving, Homes(hukou=YANGPU + "001"), PLACES) == expected


def test_a_direct_item_needs_no_home() -> None:
    assert route(scoped("direct", None), PUTUO, Homes(), PLACES).handling == PUTUO


@pytest.mark.parametrize(
    ("scope", "receiving", "homes", "code", "says"),
    [
        ("local", PUTUO, Homes(hukou=YANGPU), "place.local_elsewhere", "定海中心"),
        ("split", PUTUO, Homes(residence=YANGPU), "place.home_unknown", "户籍地"),
        ("split", PUTUO, Homes(hukou="110101001"), "place.home_outside", "不在本市"),
        ("split", PUTUO, Homes(hukou="310110"), "place.home_imprecise", "街道或镇"),
        ("split", PUTUO, Homes(hukou="310110500"), "place.home_imprecise", "街道或镇"),
        ("split", "310107999", Homes(hukou=YANGPU), "place.unknown_center", "310107999"),
    ],
)
def test_refusals_say_what_to_do(scope: str, receiving: str, homes: Homes, code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        route(scoped(scope), receiving, homes, PLACES)
    assert refused.value.code == code
    assert says in refused.value.text.zh


def test_a_local_item_elsewhere_names_the_right_center() -> None:
    with pytest.raises(Refused) as refused:
        route(scoped("local"), PUTUO, Homes(hukou=YANGPU), PLACES)
    assert refused.value.facts["right_center"] == YANGPU
