"""Guidance: the next question settles most, nothing known or not known is asked twice, a no names its law."""

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.events import CALENDAR, MONDAY, item, ready, registry
from tongban.domain.condition import parse
from tongban.domain.element import Choice, Element
from tongban.domain.expression import Expr
from tongban.domain.guidance import next_question, outcomes
from tongban.domain.item import Condition, Field, Law, PaperNeed
from tongban.domain.life_event import EventItem, Question
from tongban.domain.plan import Circumstances, Known, KnownValue
from tongban.domain.plan_days import days_from
from tongban.domain.prepared import Prepared
from tongban.domain.situation import weigh
from tongban.domain.text import Text

WHY = Text("x")
ELEMENTS = {
    e.code: e
    for e in (
        Element("works", Text("在职"), "boolean"),
        Element("rare", Text("罕见"), "boolean"),
        Element("born", Text("出生日期"), "date"),
        Element("home", Text("住房"), "choice", tuple(Choice(c, Text(c)) for c in ("rent", "own", "other"))),
    )
}


def condition(raw: Any) -> Expr:
    return parse(raw, ELEMENTS)


OLD = Condition("old", Text("年满60周岁"), "a", condition({"ge": [{"age": "$born"}, 60]}))
ITEMS = (
    item("pension", law=(Law("a", "某办法", article="第三条"),), conditions=(OLD,), fields=(Field("born"),)),
    item("benefit", fields=(Field("home", when=condition("$rare")),), papers=(PaperNeed("m"),)),
    item("rent", fields=(Field("home"),)),
)
ENTRIES = (
    EventItem("pension", WHY, when=condition("$works")),
    EventItem("benefit", WHY, when=condition("$works")),
    EventItem("rent", WHY, when=condition({"eq": ["$home", "rent"]})),
)
QUESTIONS = (
    Question("rare", WHY),
    Question("home", WHY),
    Question("born", WHY, when=condition("$works")),
    Question("works", WHY, text=Text("还在上班吗?")),
)


def event() -> Prepared:
    return ready(ENTRIES, ITEMS, registry(tuple(ELEMENTS.values())), questions=QUESTIONS)


def ask(prepared: Prepared, unsure: tuple[str, ...] = (), **answers: Any) -> str:
    found = next_question(prepared, Circumstances(MONDAY, answers, unsure=frozenset(unsure)))
    return found.element if found else ""


def test_the_question_that_settles_most_comes_first_whatever_the_order_of_the_file() -> None:
    found = next_question(event(), Circumstances(MONDAY))
    assert found is not None
    assert (found.element, found.text.zh, [c.code for c in found.choices]) == (
        "works",
        "还在上班吗?",
        ["true", "false"],
    )


def test_questions_end_when_nothing_hangs_on_them_any_more() -> None:
    assert ask(event(), works=False) == "home"
    # Without work neither pension nor benefit is in the plan: nobody needs a date of birth or the rare case.
    assert ask(event(), works=False, home="own") == ""
    assert ask(event(), works=True, home="own") == "born"
    assert ask(event(), works=True, home="own", born="1950-01-01") == "rare"


def test_what_is_not_known_is_not_asked_twice_and_leaves_a_may_be() -> None:
    assert ask(event(), unsure=("works",)) == "home"
    asked = ask(event(), unsure=("works", "home"))
    assert asked == "born", "the answer may still show that there is no pension"
    given = Circumstances(MONDAY, unsure=frozenset({"works"}), answers={"born": "1950-01-01", "home": "own"})
    told = {o.item: o for o in outcomes(event(), given, days_from(CALENDAR, MONDAY))}
    assert (told["pension"].verdict, told["pension"].asks) == ("maybe", ("works",))


def test_what_the_city_knows_is_not_asked() -> None:
    known = Known({"works": KnownValue(True), "home": KnownValue("own")})
    found = next_question(event(), Circumstances(MONDAY, known=known))
    assert found is not None and found.element == "born"


def test_a_no_names_the_condition_and_its_law() -> None:
    given = Circumstances(MONDAY, {"works": True, "born": "1990-01-01"})
    told = {o.item: o for o in outcomes(event(), given, days_from(CALENDAR, MONDAY))}
    assert told["pension"].verdict == "not"
    assert [text.zh for text in told["pension"].because] == ["年满60周岁"]
    assert told["pension"].law == ("某办法第三条",)
    assert told["benefit"].verdict == "eligible"


ANSWERS: dict[str, Any] = {
    "works": st.booleans(), "rare": st.booleans(), "home": st.sampled_from(["rent", "own", "other"]),
    "born": st.dates(dt.date(1930, 1, 1), dt.date(2020, 1, 1)).map(str),
}  # fmt: skip


@given(st.fixed_dictionaries(ANSWERS), st.sets(st.sampled_from(sorted(ANSWERS))))
def test_questions_end_and_then_only_what_was_not_known_is_open(truth: dict[str, Any], unsure: set[str]) -> None:
    """A person answers until nothing is asked: no question comes twice, and what is open then hangs on "不清楚"."""
    prepared, answers, seen = event(), dict[str, Any](), list[str]()
    while True:
        found = next_question(prepared, Circumstances(MONDAY, answers, unsure=frozenset(seen) & unsure))
        if found is None:
            break
        assert found.element not in seen
        seen.append(found.element)
        if found.element not in unsure:
            answers[found.element] = truth[found.element]
    open_items = [
        term.when for term, value in zip(prepared.items, _whens(prepared, answers), strict=True) if value is None
    ]
    assert all(set(prepared.asked[test]) & unsure for test in open_items)


def _whens(prepared: Prepared, answers: dict[str, Any]) -> list[bool | None]:
    return weigh([prepared.compiled[term.when] for term in prepared.items], answers, MONDAY)
