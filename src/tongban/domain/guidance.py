"""Guidance (情形引导): which question to ask next, and what is settled so far. The next question is the one whose answer
leaves least open, over all its answers alike; what a person does not know is not asked twice, and leaves a "may be"."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from tongban.domain.element import Choice, Element
from tongban.domain.life_event import Question
from tongban.domain.plan import Circumstances, PlanItem
from tongban.domain.plan_days import Days
from tongban.domain.plan_desk import Desk, environment
from tongban.domain.prepared import Prepared
from tongban.domain.situation import weigh
from tongban.domain.text import Text

# How much it is worth to know: whether an item is in the plan at all, whether one may have it, a paper, a field.
_ITEM, _CONDITION, _PAPER, _FIELD = 20, 10, 3, 1
_YES_NO = (Choice("true", Text("是", "Yes")), Choice("false", Text("否", "No")))
# How many answers of a choice are tried; the rest of a long list tells nothing new.
_TRIED = 12


class Asked(msgspec.Struct, frozen=True):
    """A question to put: the element, the words, why, and the answers to choose from (empty: typed). ``left`` questions
    may follow at most."""

    element: str
    text: Text
    why: Text
    choices: tuple[Choice, ...]
    left: int


class Outcome(msgspec.Struct, frozen=True):
    """What is known of one item: ``eligible``, ``not``, ``maybe``; for a not the condition and its law, for a maybe the
    elements that would tell."""

    item: str
    name: Text
    verdict: Literal["eligible", "not", "maybe"]
    because: tuple[Text, ...]
    law: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


def next_question(prepared: Prepared, circumstances: Circumstances) -> Asked | None:
    """The question that settles most; None when no question would settle anything more."""
    env = environment(prepared, circumstances)
    truth = weigh(prepared.compiled, env, circumstances.start, circumstances.pending)
    worth = _worth(prepared, truth)
    open_questions = _open(prepared, circumstances, env, truth, worth)
    if not open_questions:
        return None
    left = {n: _left(prepared, circumstances, env, question, worth) for n, question in open_questions}
    best = min(open_questions, key=lambda pair: (left[pair[0]], pair[0]))[1]
    element = prepared.registry.elements[best.element]
    return Asked(best.element, best.text or element.name, best.why, _choices(element), len(open_questions) - 1)


def _open(
    prepared: Prepared, given: Circumstances, env: dict[str, Any], truth: list[bool | None], worth: dict[int, int]
) -> list[tuple[int, Question]]:
    """Questions that are not answered, may apply, and on whose answer something still hangs."""
    waits = {code for test in worth for code in prepared.asked[test]}
    for question, test in zip(prepared.event.questions, prepared.questions, strict=True):
        if truth[test] is None and question.element in waits:
            waits |= set(prepared.asked[test])
    return [
        (n, question)
        for n, (question, test) in enumerate(zip(prepared.event.questions, prepared.questions, strict=True))
        if question.element not in env
        and question.element not in given.unsure
        and question.element in prepared.registry.elements
        and truth[test] is not False
        and question.element in waits
    ]


def _worth(prepared: Prepared, truth: list[bool | None]) -> dict[int, int]:
    """What hangs on each test that is open now, leaving out items that are out of the plan anyway."""
    worth: dict[int, int] = {}

    def hang(test: int, value: int) -> None:
        if truth[test] is None:
            worth[test] = worth.get(test, 0) + value

    for term in prepared.items:
        if truth[term.when] is False or any(truth[test] is False for _, test in term.conditions):
            continue
        hang(term.when, _ITEM)
        for _, test in term.conditions:
            hang(test, _CONDITION)
        for paper in term.papers:
            hang(paper.test, _PAPER)
        for field in term.fields:
            hang(field.test, _FIELD)
    return worth


def _left(
    prepared: Prepared, given: Circumstances, env: dict[str, Any], question: Question, worth: dict[int, int]
) -> float:
    """How much stays open after this question, on average over its answers."""
    element = prepared.registry.elements[question.element]
    tests = list(worth)
    answers = list(_answers(element))
    if not answers:
        return sum(_typed(prepared, env, question.element, test) * worth[test] for test in tests)
    total = 0.0
    for answer in answers:
        truth = weigh(
            (prepared.compiled[test] for test in tests), {**env, question.element: answer}, given.start, given.pending
        )
        total += sum(worth[test] for test, value in zip(tests, truth, strict=True) if value is None)
    return total / len(answers)


def _typed(prepared: Prepared, env: dict[str, Any], code: str, test: int) -> float:
    """The part of a test that stays open when a date or an amount is typed: whatever else it waits for."""
    missing = [asked for asked in prepared.asked[test] if asked not in env]
    return len([asked for asked in missing if asked != code]) / len(missing) if missing else 1.0


def _answers(element: Element) -> Iterator[Any]:
    if element.type == "boolean":
        yield from (True, False)
    elif element.type == "choice":
        yield from (choice.code for choice in element.choices[:_TRIED])


def _choices(element: Element) -> tuple[Choice, ...]:
    return _YES_NO if element.type == "boolean" else element.choices


def outcomes(prepared: Prepared, circumstances: Circumstances, days: Days) -> tuple[Outcome, ...]:
    """Item by item what the answers so far come to; items that do not apply or were not chosen are left out."""
    desk = Desk(prepared, circumstances, days, None)
    composed = zip(desk.states, prepared.items, strict=True)
    return tuple(
        _outcome(prepared, state, term.version.name)
        for state, term in composed
        if state.state in ("in", "maybe", "not_eligible", "blocked")
    )


def _outcome(prepared: Prepared, state: PlanItem, name: Text) -> Outcome:
    if state.state == "not_eligible":
        because = tuple(failing.condition.text for failing in state.failing)
        return Outcome(state.item, name, "not", because, tuple(f.law.cite() for f in state.failing if f.law))
    if state.state == "blocked":
        name_of = prepared.items[prepared.numbers[state.behind]].version.name
        before = Text(f"要先办成“{name_of.zh}”", f"It comes after: {name_of.en or name_of.zh}")
        return Outcome(state.item, name, "not", (before,))
    if state.state == "maybe":
        elements = prepared.registry.elements
        because = tuple(elements[code].name for code in state.asks if code in elements)
        return Outcome(state.item, name, "maybe", because, (), state.asks)
    return Outcome(state.item, name, "eligible", ())
