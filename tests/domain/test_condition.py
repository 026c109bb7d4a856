"""Reading and typing conditions: what is wrong is said with its place and how to mend it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tongban.domain.element import Choice, Element, read_answer
from tongban.domain.expression import MAX_NODES, Expr
from tongban.domain.refusals import Refused
from tongban.domain.situation import evaluate, parse
from tongban.domain.text import Text
from tongban.domain.wording import describe

TODAY = dt.date(2026, 11, 22)
ELEMENTS = {
    e.code: e
    for e in (
        Element("birth_date", Text("出生日期"), "date"),
        Element("income", Text("月收入"), "money"),
        Element("size", Text("家庭人数"), "integer"),
        Element("area", Text("面积"), "quantity", unit="m2"),
        Element("stay", Text("居住时长"), "quantity", unit="month"),
        Element("local", Text("本市户籍"), "boolean"),
        Element(
            "home", Text("住房"), "choice", choices=(Choice("rent", Text("租房", "rented")), Choice("own", Text("自有")))
        ),
        Element(
            "help", Text("补助"), "multichoice", choices=(Choice("a", Text("甲")), Choice("b", Text("乙")))
        ),
        Element("note", Text("说明"), "text"),
    )
}  # fmt: skip


def value(raw: Any, **answers: Any) -> bool | None:
    return evaluate(parse(raw, ELEMENTS), answers, TODAY).value


def test_the_example_of_the_senior_card() -> None:
    test = {"ge": [{"age_on": ["$birth_date", {"plus": ["today", {"months": 1}]}]}, 65]}
    assert value(test, birth_date="1961-12-22") is True
    assert value(test, birth_date="1961-12-23") is False
    assert value(test) is None


@pytest.mark.parametrize(
    ("raw", "answers", "expected"),
    [
        ({"lt": [{"divide": ["$income", "$size"]}, {"money": "1510.00"}]}, {"income": "4529.97", "size": 3}, True),
        ({"lt": [{"divide": ["$income", "$size"]}, {"money": "1510.00"}]}, {"income": "4530", "size": "3"}, False),
        ({"lt": [{"divide": ["$income", "$size"]}, {"money": "1510.00"}]}, {"income": "4530", "size": 0}, None),
        ({"le": ["$income", {"quantity": [1, "wan_yuan"]}]}, {"income": "10000.00"}, True),
        ({"ge": ["$area", {"quantity": ["0.0001", "km2"]}]}, {"area": 100}, True),
        ({"ge": ["$area", {"quantity": [1, "mu"]}]}, {"area": "666"}, False),
        ({"ge": ["$stay", {"quantity": [1, "year"]}]}, {"stay": 12}, True),
        ({"ge": ["$stay", {"quantity": [1, "year"]}]}, {"stay": [1, "year"]}, True),
        ({"ge": ["$stay", {"quantity": [1, "year"]}]}, {"stay": {"value": "11", "unit": "month"}}, False),
        ({"in": ["$home", ["rent"]]}, {"home": "rent"}, True),
        ({"has": ["$help", "b"]}, {"help": ["a"]}, False),
        ({"eq": [{"count": "$help"}, 2]}, {"help": ["a", "b", "b"]}, True),
        ({"known": "$note"}, {"note": "  "}, False),
        ("$local", {"local": "是"}, True),
        ({"not": "$local"}, {"local": True}, False),
        ({"all": []}, {}, True),
        ({"any": []}, {}, False),
        ({"eq": ["$birth_date", "1961-02-28"]}, {"birth_date": dt.date(1961, 2, 28)}, True),
        ({"ge": [{"age": "$birth_date"}, 18]}, {"birth_date": "2008-02-29"}, True),
        ({"eq": [{"days_between": ["$birth_date", "today"]}, 2]}, {"birth_date": "2026-11-20"}, True),
        ({"eq": [{"months_between": ["$birth_date", "today"]}, 1]}, {"birth_date": "2026-09-23"}, True),
        ({"lt": [{"minus": ["today", {"years": 18}]}, "$birth_date"]}, {"birth_date": "2008-11-22"}, False),
    ],
)  # fmt: skip
def test_values(raw: Any, answers: dict[str, Any], expected: bool | None) -> None:
    assert value(raw, **answers) is expected


def test_a_leap_day_birthday_is_on_the_last_of_february() -> None:
    test = parse({"ge": [{"age_on": ["$birth_date", "$birth_date"]}, 0]}, ELEMENTS)
    assert evaluate(test, {"birth_date": "2008-02-29"}, TODAY).value is True
    adult = parse({"ge": [{"age": "$birth_date"}, 18]}, ELEMENTS)
    assert evaluate(adult, {"birth_date": "2008-02-29"}, dt.date(2026, 2, 28)).value is True
    assert evaluate(adult, {"birth_date": "2008-02-29"}, dt.date(2026, 2, 27)).value is False


@pytest.mark.parametrize(
    ("raw", "pointer", "says"),
    [
        ({"ge": ["$birthdate", 65]}, "/t/ge/0", "birth_date"),
        ({"gee": [1, 2]}, "/t/gee", "ge"),
        ({"ge": ["$income", 1510]}, "/t/ge", "金额"),
        ({"ge": ["$area", {"money": 3}]}, "/t/ge", "面积"),
        ({"ge": ["$stay", {"quantity": [30, "day"]}]}, "/t/ge", "年月数"),
        ({"eq": ["$home", "tent"]}, "/t/eq", "rent、own"),
        ({"in": ["$home", ["rent", "boat"]]}, "/t/in", "boat"),
        ({"has": ["$help", "z"]}, "/t/has", "a、b"),
        ({"lt": ["$note", "x"]}, "/t/lt", "文字"),
        ({"plus": [1, 2]}, "/t", "判断"),
        ({"eq": [{"plus": ["today", 3]}, "today"]}, "/t/eq/0/plus", "日期"),
        ({"known": 3}, "/t/known", "数据元"),
        ({"eq": ["$birth_date", "1961-02-30"]}, "/t/eq", "不是日期"),
        ({"eq": [Decimal("1e999999"), 1]}, "/t/eq/0", "太大"),
        ({"eq": [10**40, 1]}, "/t/eq/0", "太大"),
        ({"eq": [{"quantity": [1, "parsec"]}, 1]}, "/t/eq/0/quantity", "单位"),
        ({"all": "$local"}, "/t/all", "列表"),
        ({"not": ["$local", "$local"]}, "/t/not", "看不懂"),
        ({"age_on": ["$birth_date"]}, "/t/age_on", "2 个"),
        ({"ge": [1, 2], "le": [1, 2]}, "/t", "看不懂"),
        ([], "/t", "看不懂"),
        (None, "/t", "看不懂"),
        ({"in": ["$home", []]}, "/t/in", "空"),
        ("python", "/t", "判断"),
        ({"eq": [{"__import__": "os"}, 1]}, "/t/eq/0/__import__", "没有"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(raw: Any, pointer: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(raw, ELEMENTS, "/t")
    assert refused.value.pointer == pointer
    assert says in refused.value.text.zh
    assert "改法" in refused.value.text.zh


def test_depth_and_size_are_bounded() -> None:
    deep: Any = True
    for _ in range(25):
        deep = {"not": deep}
    with pytest.raises(Refused):
        parse(deep, ELEMENTS)
    parse({"all": [True] * (MAX_NODES - 1)}, ELEMENTS)
    with pytest.raises(Refused):
        parse({"all": [True] * MAX_NODES}, ELEMENTS)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("date", "2026-13-01"), ("date", "99999999-01-01"), ("money", "1e9"), ("money", "９"), ("money", "NaN"),
        ("money", float("inf")), ("integer", "1.5"), ("integer", True), ("integer", "9" * 5000), ("text", 10**4000),
        ("boolean", "perhaps"), ("boolean", 1), ("multichoice", "a"), ("quantity", [1, 2, 3]), ("text", ["x"]),
        ("quantity", {"value": 1, "unit": "kg"}), ("money", Decimal("sNaN")), ("text", b"x"), ("date", 20260101),
    ],
)  # fmt: skip
def test_answers_that_are_no_such_value_are_unknown(kind: str, raw: Any) -> None:
    assert read_answer(kind, "m2" if kind == "quantity" else "", raw) is None


def test_an_expression_survives_storage_and_is_said_in_words() -> None:
    raw = {"all": [{"in": ["$home", ["rent"]]}, {"lt": ["$income", {"quantity": [2, "wan_yuan"]}]}, {"not": "$local"}]}
    test = parse(raw, ELEMENTS)
    assert msgspec.json.decode(msgspec.json.encode(test), type=Expr) == test
    assert test.elements() == ("home", "income", "local")
    said = describe(test, ELEMENTS)
    assert said.zh == "“住房”是租房之一,且“月收入”小于2万元,且并非(“本市户籍”)"
    assert "rented" in said.en


def test_every_operator_can_be_said() -> None:
    from tongban.domain import wording
    from tongban.domain.expression import OPERATORS

    special = {"in", "all", "any", "money", "quantity", "date", "number", "text"}
    assert set(OPERATORS) - special == set(wording._ZH) == set(wording._EN)
