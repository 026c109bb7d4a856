"""Which questions of the guidance are open, and which of them must wait: whoever has no permit is not asked first until when it
is valid. Nobody writes that order down; it follows from the definitions, out of what hangs on each question."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from tongban.domain.element import Element
from tongban.domain.life_event import Question
from tongban.domain.plan import Circumstances
from tongban.domain.plan_desk import environment
from tongban.domain.prepared import Prepared
from tongban.domain.situation import weigh

# How much it is worth to know: whether an item is in the plan at all, whether one may have it, a paper, a field.
_ITEM, _CONDITION, _PAPER, _FIELD = 20, 10, 3, 1
# How many answers of a choice are tried; the rest of a long list tells nothing new.
_TRIED = 12

Truth = list[bool | None]


class Open(NamedTuple):
    """A question that may be asked: its number in the file, and what every test comes to after each of its answers (none: it
    is typed, and no answer can be tried)."""

    n: int
    question: Question
    after: tuple[Truth, ...]


class Standing(NamedTuple):
    """The guidance as it stands: what is known, what each test comes to, what hangs on those that are undecided, and the
    questions that may be asked."""

    env: dict[str, Any]
    truth: Truth
    worth: dict[int, int]
    questions: tuple[Open, ...]


def standing(prepared: Prepared, given: Circumstances) -> Standing:
    """What is open, everything that is known taken into account."""
    env = environment(prepared, given)
    truth = weigh(prepared.compiled, env, given.start, given.pending)
    out = _out(prepared, truth)
    worth = _worth(prepared, truth, out)
    wanted = _wanted(prepared, truth, worth)
    questions = tuple(
        Open(n, question, _after(prepared, given, env, question.element))
        for n, (question, test) in enumerate(zip(prepared.event.questions, prepared.questions, strict=True))
        if question.element not in env
        and question.element not in given.unsure
        and question.element in prepared.registry.elements
        and truth[test] is not False
        and question.element in wanted
    )
    return Standing(env, truth, worth, questions)


def ready_to_ask(prepared: Prepared, now: Standing) -> tuple[Open, ...]:
    """The open questions that need not wait for another open one.

    A question waits for those on which it hangs: their answer may show that it need not be asked. Where two hang on each
    other, what is said weighs more than what is found out: first the ``when`` of a question, then the ``when`` of an item, last what
    the answers that can be tried would strike out. Where nothing hangs, nothing waits."""
    waits: dict[int, set[int]] = {one.n: set() for one in now.questions}
    for hanging in (_said(prepared, now), _guarded(prepared, now), _strikes(prepared, now)):
        for n, others in hanging.items():
            waits[n] |= {o for o in others if n not in hanging[o] and n not in _reached(waits, o)}
    return tuple(one for one in now.questions if not waits[one.n])


def _reached(waits: dict[int, set[int]], start: int) -> set[int]:
    """The questions that this one waits for, directly or through others."""
    seen, look = set[int](), [start]
    while look:
        for n in waits[look.pop()] - seen:
            seen.add(n)
            look.append(n)
    return seen


def _said(prepared: Prepared, now: Standing) -> dict[int, set[int]]:
    """For each question the open ones that its own ``when`` asks about, while that is undecided."""
    tests = {one.n: prepared.questions[one.n] for one in now.questions}
    return {n: _deciding(prepared, now, test) - {n} for n, test in tests.items()}


def _guarded(prepared: Prepared, now: Standing) -> dict[int, set[int]]:
    """For each question the open ones that decide whether all the items which need it are in the plan: so a date, whose answers
    cannot be tried, comes before what it decides about, too."""
    found: dict[int, set[int]] = {one.n: set() for one in now.questions}
    for test in {term.when for term in prepared.items}:
        if deciding := _deciding(prepared, now, test):
            without = [False if n == test else value for n, value in enumerate(now.truth)]
            for n in _struck(prepared, now, without) - deciding:
                found[n] |= deciding
    return found


def _strikes(prepared: Prepared, now: Standing) -> dict[int, set[int]]:
    """For each question the others of which some answer leaves nothing that hangs on it."""
    found: dict[int, set[int]] = {one.n: set() for one in now.questions}
    for other in now.questions:
        for truth in other.after:
            for n in _struck(prepared, now, truth) - {other.n}:
                found[n].add(other.n)
    return found


def _deciding(prepared: Prepared, now: Standing, test: int) -> set[int]:
    """The open questions that an undecided test asks about."""
    asks = prepared.asked[test] if now.truth[test] is None else ()
    return {one.n for one in now.questions if one.question.element in asks}


def _struck(prepared: Prepared, now: Standing, truth: Truth) -> set[int]:
    """The open questions that would not be asked if the tests came to this. That one may not have an item after all is no
    reason here: first comes whether it is wanted, then whether one may have it."""
    wanted = _wanted(prepared, truth, _worth(prepared, truth, _out(prepared, now.truth)))
    return {
        one.n
        for one in now.questions
        if one.question.element not in wanted or truth[prepared.questions[one.n]] is False
    }


def _wanted(prepared: Prepared, truth: Truth, worth: dict[int, int]) -> set[str]:
    """The elements on which something still hangs, other questions among it."""
    wanted = {code for test in worth for code in prepared.asked[test]}
    undecided = {
        (question.element, test)
        for question, test in zip(prepared.event.questions, prepared.questions, strict=True)
        if truth[test] is None
    }
    # A question that is wanted wants those that tell whether it applies, and they may come anywhere in the file.
    while more := {pair for pair in undecided if pair[0] in wanted}:
        undecided -= more
        wanted |= {code for _, test in more for code in prepared.asked[test]}
    return wanted


def _out(prepared: Prepared, truth: Truth) -> Collection[int]:
    """The items that are out of the plan, by their number: they do not apply, or one may not have them."""
    return {
        n
        for n, term in enumerate(prepared.items)
        if truth[term.when] is False or any(truth[test] is False for _, test in term.conditions)
    }


def _worth(prepared: Prepared, truth: Truth, out: Collection[int]) -> dict[int, int]:
    """What hangs on each test that is open now, leaving out items that are out of the plan anyway."""
    worth: dict[int, int] = {}

    def hang(test: int, value: int) -> None:
        if truth[test] is None:
            worth[test] = worth.get(test, 0) + value

    for n, term in enumerate(prepared.items):
        if n in out or truth[term.when] is False:
            continue
        hang(term.when, _ITEM)
        for _, test in term.conditions:
            hang(test, _CONDITION)
        for paper in term.papers:
            hang(paper.test, _PAPER)
        for field in term.fields:
            hang(field.test, _FIELD)
    return worth


def _after(prepared: Prepared, given: Circumstances, env: dict[str, Any], code: str) -> tuple[Truth, ...]:
    element = prepared.registry.elements[code]
    return tuple(
        weigh(prepared.compiled, {**env, code: answer}, given.start, given.pending) for answer in _answers(element)
    )


def _answers(element: Element) -> Iterator[Any]:
    if element.type == "boolean":
        yield from (True, False)
    elif element.type == "choice":
        yield from (choice.code for choice in element.choices[:_TRIED])


def _left(prepared: Prepared, now: Standing, one: Open) -> float:
    """How much stays open after this question, on average over its answers."""
    if not one.after:
        return sum(_typed(prepared, now.env, one.question.element, test) * value for test, value in now.worth.items())
    return sum(sum(value for test, value in now.worth.items() if truth[test] is None) for truth in one.after) / len(
        one.after
    )


def _typed(prepared: Prepared, env: dict[str, Any], code: str, test: int) -> float:
    """The part of a test that stays open when a date or an amount is typed: whatever else it waits for."""
    missing = [asked for asked in prepared.asked[test] if asked not in env]
    return len([asked for asked in missing if asked != code]) / len(missing) if missing else 1.0


def settling(prepared: Prepared, now: Standing, among: Sequence[Open]) -> Open:
    """Of these questions the one that leaves least open; of equals the first in the file."""
    return min(among, key=lambda one: (_left(prepared, now, one), one.n))
