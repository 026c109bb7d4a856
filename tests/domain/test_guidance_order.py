"""Which question waits for which: a detail never before the question whether there is such a thing at all, whatever the order of the
file; and where nothing hangs on another question, the one that settles most."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.domain.events import MONDAY, item, ready, registry
from tongban.domain.condition import parse
from tongban.domain.element import Element
from tongban.domain.expression import Expr
from tongban.domain.guidance import next_question
from tongban.domain.item import Condition
from tongban.domain.life_event import EventItem, Question
from tongban.domain.plan import Circumstances
from tongban.domain.prepared import Prepared
from tongban.domain.situation import evaluate
from tongban.domain.text import Text

WHY = Text("x")
YES = ("holds", "wants", "works", "rents")
DAYS = ("ends", "born")
ELEMENTS = {code: Element(code, Text(code), "boolean") for code in YES} | {
    code: Element(code, Text(code), "date") for code in DAYS
}
VALID: dict[str, Any] = {"ge": ["$ends", "today"]}
OLD: dict[str, Any] = {"ge": [{"age": "$born"}, 60]}


def rule(raw: Any) -> Expr:
    return parse(raw, ELEMENTS)


def may(raw: Any) -> tuple[Condition, ...]:
    return (Condition("c", WHY, "a", rule(raw)),)


def event(*items: tuple[Any, Any], asks: str, whens: dict[str, Any] | None = None) -> Prepared:
    """An event of items, each with its ``when`` and what one must meet, and its questions in this order of the file."""
    entries = tuple(EventItem(f"i{n}", WHY, when=rule(when)) for n, (when, _) in enumerate(items))
    versions = tuple(item(f"i{n}", conditions=may(must)) for n, (_, must) in enumerate(items))
    said = {code: rule(when) for code, when in (whens or {}).items()}
    questions = tuple(Question(code, WHY, when=said.get(code)) for code in asks.split())
    return ready(entries, versions, registry(tuple(ELEMENTS.values())), questions=questions)


def ask(prepared: Prepared, unsure: str = "", **answers: Any) -> str:
    found = next_question(prepared, Circumstances(MONDAY, answers, unsure=frozenset(unsure.split())))
    return found.element if found else ""


def test_when_a_paper_ends_is_asked_of_those_who_hold_it() -> None:
    """Whether it is said in one sentence, or as an item that applies and what one must meet for it."""
    for one in ({"all": [VALID, "$holds"]}, True), ("$holds", VALID):
        prepared = event(one, asks="ends holds")
        assert ask(prepared) == "holds"
        assert ask(prepared, holds=True) == "ends"
        assert ask(prepared, holds=False) == ""


def test_a_detail_that_somebody_else_needs_too_does_not_wait() -> None:
    prepared = event(("$holds", VALID), (True, VALID), asks="ends holds")
    assert ask(prepared) == "ends"


def test_a_date_comes_before_what_it_decides_about() -> None:
    prepared = event((OLD, "$rents"), (OLD, "$rents"), asks="rents born")
    assert ask(prepared) == "born"
    assert ask(prepared, born="2000-01-01") == ""
    assert ask(prepared, unsure="born") == "rents", "whoever does not know it is asked the rest"


def test_one_of_two_reasons_is_enough_so_both_come_first() -> None:
    prepared = event(
        ({"any": ["$works", "$holds"]}, "$rents"), ({"any": ["$works", "$holds"]}, VALID), asks="ends rents holds works"
    )
    assert ask(prepared) in ("works", "holds")
    assert ask(prepared, works=False) == "holds"
    assert ask(prepared, works=False, holds=False) == ""


def test_whether_one_may_have_it_does_not_come_before_whether_it_is_wanted() -> None:
    """Either answer could end the questions; but nobody is asked for what they do not want."""
    assert ask(event(("$wants", "$rents"), asks="rents wants")) == "wants"


def test_two_that_end_each_other_are_asked_in_the_order_that_settles_most() -> None:
    assert ask(event(({"all": ["$works", "$rents"]}, True), asks="rents works")) == "rents"
    assert ask(event(({"all": ["$works", "$rents"]}, True), ("$works", True), asks="rents works")) == "works"


def test_a_question_waits_for_what_its_own_when_asks() -> None:
    """Even where the answer to the later one could spare the earlier."""
    prepared = event(("$wants", True), asks="wants works", whens={"wants": "$works"})
    assert ask(prepared) == "works"
    assert ask(prepared, works=False) == ""
    assert ask(prepared, unsure="works") == "wants"


def test_questions_that_wait_in_a_row_begin_at_its_end_whatever_the_order_of_the_file() -> None:
    for asks in ("wants works holds", "holds works wants", "works holds wants"):
        prepared = event(("$wants", True), asks=asks, whens={"wants": "$works", "works": "$holds"})
        assert [ask(prepared), ask(prepared, holds=True), ask(prepared, holds=True, works=True)] == [
            "holds",
            "works",
            "wants",
        ]


def test_questions_that_wait_for_each_other_are_asked_all_the_same() -> None:
    circle = {"wants": "$works", "works": "$wants"}
    assert ask(event(("$wants", "$works"), asks="wants works", whens=circle)) in ("wants", "works")


def atom(code: str, yes: bool) -> Any:
    if code in DAYS:
        return VALID if code == "ends" else OLD
    return f"${code}" if yes else {"eq": [f"${code}", False]}


@st.composite
def trees(draw: st.DrawFn, codes: tuple[str, ...]) -> Any:
    chosen = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True))
    atoms = [atom(code, draw(st.booleans())) for code in chosen]
    return atoms[0] if len(atoms) == 1 else {draw(st.sampled_from(["all", "any"])): atoms}


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Prepared, dict[str, Expr]]:
    """An event, and the ``when`` of each question that has one; those never form a circle."""
    order = draw(st.permutations([*YES, *DAYS]))
    whens = {code: draw(trees(tuple(order[:n]))) for n, code in enumerate(order) if n and draw(st.booleans())}
    tests = st.one_of(st.just(True), trees(tuple(order)), trees(tuple(order)))
    items = draw(st.lists(st.tuples(tests, tests), min_size=1, max_size=4))
    asks = " ".join(draw(st.permutations(order)))
    return event(*items, asks=asks, whens=whens), {code: rule(raw) for code, raw in whens.items()}


TRUTHS = st.fixed_dictionaries(
    {code: st.booleans() for code in YES} | {code: st.sampled_from(["1950-01-01", "2030-01-01"]) for code in DAYS}
)


@given(drawn(), TRUTHS, st.sets(st.sampled_from([*YES, *DAYS]), max_size=2))
def test_nothing_is_asked_while_another_question_may_still_show_that_it_does_not_apply(
    event: tuple[Prepared, dict[str, Expr]], truth: dict[str, Any], unsure: set[str]
) -> None:
    prepared, whens = event
    answers, seen = dict[str, Any](), set[str]()

    def applies(code: str) -> bool | None:
        return evaluate(whens[code], answers, MONDAY).value if code in whens else True

    while found := next_question(prepared, Circumstances(MONDAY, answers, unsure=frozenset(seen & unsure))):
        assert found.element not in seen and applies(found.element) is not False
        if applies(found.element) is None:
            open_ones = {code for code in whens[found.element].elements() if code not in seen}
            assert all(applies(code) is False for code in open_ones), (found.element, answers, open_ones)
        seen.add(found.element)
        if found.element not in unsure:
            answers[found.element] = truth[found.element]
    undecided = [term for term in prepared.items if evaluate(prepared.tests[term.when], answers, MONDAY).value is None]
    out = [
        t
        for t in undecided
        if any(evaluate(prepared.tests[c], answers, MONDAY).value is False for _, c in t.conditions)
    ]
    for term in undecided:
        missing = {code for code in prepared.asked[term.when] if code not in answers}
        assert term in out or all(code in unsure or applies(code) is False for code in missing), term.entry.when


@given(st.lists(st.sampled_from(["all", "any"]), min_size=1, max_size=2, unique=True), st.data())
def test_where_nothing_hangs_on_another_the_one_that_settles_most_is_asked(
    shapes: list[str], data: st.DataObject
) -> None:
    """Items that want all of these, or one of these: with both about, no answer spares another question, and with one kind all
    spare each other. Some more items want one thing each, so that some questions settle more. Weighed here by hand."""
    wholes: list[Any] = [{op: [f"${code}" for code in YES]} for op in shapes]
    alone = data.draw(st.lists(st.sampled_from(YES), unique=True, max_size=3)) if len(shapes) == 2 else []
    wholes += [f"${code}" for code in alone]
    order = data.draw(st.permutations(YES))
    found = next_question(event(*((one, True) for one in wholes), asks=" ".join(order)), Circumstances(MONDAY))
    assert found is not None

    def left(code: str) -> int:
        return sum(evaluate(rule(one), {code: yes}, MONDAY).value is None for one in wholes for yes in (True, False))

    assert found.element == min(order, key=lambda code: (left(code), order.index(code)))
