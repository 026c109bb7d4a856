"""Laws of the three-valued evaluation: Kleene, monotone in knowledge, and never an exception whatever the answers are."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_condition import ELEMENTS, TODAY
from tongban.domain.expression import Expr
from tongban.domain.refusals import Refused
from tongban.domain.situation import add_months, evaluate, parse, whole_months

GOOD: dict[str, st.SearchStrategy[Any]] = {
    "birth_date": st.dates(dt.date(1900, 1, 1), dt.date(2030, 1, 1)).map(str),
    "income": st.decimals(0, 100_000, places=2).map(str),
    "size": st.integers(0, 9),
    "area": st.integers(0, 300),
    "stay": st.integers(0, 60),
    "local": st.booleans(),
    "home": st.sampled_from(["rent", "own"]),
    "help": st.lists(st.sampled_from(["a", "b"]), max_size=2),
    "note": st.text(max_size=3),
}
answers = st.fixed_dictionaries({}, optional=GOOD)

money = st.one_of(
    st.just("$income"),
    st.integers(0, 50_000).map(lambda n: {"money": n}),
    st.just({"divide": ["$income", "$size"]}),
    st.just({"times": ["$size", {"quantity": [1, "wan_yuan"]}]}),
)
day = st.one_of(
    st.just("today"),
    st.just("$birth_date"),
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
    st.integers(-300_000, 300_000).map(lambda n: {"plus": ["$birth_date", {"months": n}]}),
    st.just({"minus": ["today", {"years": "$size"}]}),
)
whole = st.one_of(
    st.integers(-100, 100),
    st.just("$size"),
    st.just({"count": "$help"}),
    st.tuples(day, day).map(lambda p: {"months_between": list(p)}),
    st.tuples(day, day).map(lambda p: {"days_between": list(p)}),
    st.tuples(day, day).map(lambda p: {"age_on": list(p)}),
)


def compared(side: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    ops = st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"])
    return st.tuples(ops, side, side).map(lambda t: {t[0]: [t[1], t[2]]})


leaf = st.one_of(
    st.booleans(),
    st.just("$local"),
    compared(money),
    compared(day),
    compared(whole),
    st.lists(st.sampled_from(["rent", "own"]), min_size=1).map(lambda options: {"in": ["$home", options]}),
    st.sampled_from(["a", "b"]).map(lambda one: {"has": ["$help", one]}),
    st.just({"ge": ["$area", {"quantity": [1, "mu"]}]}),
)
tests = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda one: {"not": one}),
    ),
    max_leaves=12,
)


def read(raw: Any) -> Expr:
    return parse(raw, ELEMENTS)


@given(tests, tests, answers)
def test_de_morgan(a: Any, b: Any, known: dict[str, Any]) -> None:
    left = evaluate(read({"not": {"all": [a, b]}}), known, TODAY).value
    right = evaluate(read({"any": [{"not": a}, {"not": b}]}), known, TODAY).value
    assert left is right


@given(tests, answers)
def test_double_negation_and_because(a: Any, known: dict[str, Any]) -> None:
    plain, twice = evaluate(read(a), known, TODAY), evaluate(read({"not": {"not": a}}), known, TODAY)
    assert plain.value is twice.value
    if plain.value is None:
        assert plain.because
        assert all(leaf.value is None for leaf in plain.because)
    assert all(leaf.value is not None for leaf in plain.because if plain.value is False)
    assert plain.value is not True or not plain.because


@given(tests, answers, answers)
def test_more_answers_never_turn_a_yes_into_a_no(a: Any, some: dict[str, Any], more: dict[str, Any]) -> None:
    before = evaluate(read(a), some, TODAY).value
    after = evaluate(read(a), more | some, TODAY).value
    assert before is None or after is before


@given(tests, answers)
def test_answering_what_is_asked_for_settles_it(a: Any, known: dict[str, Any]) -> None:
    """An unknown outcome names elements to ask, unless only an uncomputable value (a division by zero) is to blame."""
    outcome = evaluate(read(a), known, TODAY)
    if outcome.value is None and not outcome.ask:
        assert any({"divide", "plus", "minus"} & set(_ops(leaf.test)) for leaf in outcome.because)


def _ops(expr: Expr) -> list[str]:
    return [expr.op, *(op for arg in expr.args for op in _ops(arg))]


hostile = st.one_of(
    st.none(), st.text(), st.binary(), st.floats(), st.decimals(), st.integers(), st.dates(), st.datetimes(),
    st.sampled_from(["9" * 10_000, "1e999999999", "9999-12-31", "0001-01-01", 10**4200, Decimal("1e999999"), {}, [], [[]],
                     {"value": {}, "unit": []}, [1, {}], ["a", ["b"]], object(), b"\xff", "\x00", float("nan")]),
    st.lists(st.integers()), st.dictionaries(st.text(), st.text()),
)  # fmt: skip


@settings(max_examples=120)
@given(tests, st.dictionaries(st.sampled_from(sorted(ELEMENTS)), hostile), st.dates())
def test_evaluation_never_raises(a: Any, anything: dict[str, Any], today: dt.date) -> None:
    assert evaluate(read(a), anything, today).value in (True, False, None)


yaml_like = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.dates(), st.decimals(),
        st.sampled_from(["today", "$birth_date", "$help", "$income", "$"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["eq", "in", "all", "not", "plus", "age", "money", "quantity", "count", "has", "date", "x", "known"]),
            inner, max_size=2,
        ),
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=120)
@given(yaml_like, answers)
def test_reading_refuses_or_gives_something_that_evaluates(raw: Any, known: dict[str, Any]) -> None:
    try:
        test = read(raw)
    except Refused as refused:
        assert refused.code == "catalog.expression"
    else:
        assert evaluate(test, known, TODAY).value in (True, False, None)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 1200))
def test_months_added_are_months_counted(start: dt.date, months: int) -> None:
    assert whole_months(start, add_months(start, months)) == months


def test_because_names_the_failing_leaf_and_what_to_ask() -> None:
    raw = {"all": ["$local", {"ge": [{"age": "$birth_date"}, 60]}, {"lt": ["$income", {"money": 1510}]}]}
    no = evaluate(read(raw), {"local": True, "birth_date": "2000-01-01"}, TODAY)
    assert no.value is False
    assert [leaf.test.op for leaf in no.because] == ["ge"]
    unknown = evaluate(read(raw), {"local": True, "birth_date": "1950-01-01"}, TODAY)
    assert unknown.value is None
    assert unknown.ask == ("income",)
