"""Guidance (情形引导): which question to ask next, and what is settled so far. The next question is the one whose answer
leaves least open, over all its answers alike, after those on which it hangs; what a person does not know is not asked twice,
and leaves a "may be"."""

from typing import Literal

import msgspec

from tongban.domain.element import Choice, Element
from tongban.domain.guidance_order import ready_to_ask, settling, standing
from tongban.domain.plan import Circumstances, PlanItem
from tongban.domain.plan_days import Days
from tongban.domain.plan_desk import Desk
from tongban.domain.prepared import Prepared
from tongban.domain.text import Text

_YES_NO = (Choice("true", Text("是", "Yes")), Choice("false", Text("否", "No")))


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
    """The question that settles most, among those that need not wait for another (see guidance_order.py); None when no question would
    settle anything more."""
    now = standing(prepared, circumstances)
    if not now.questions:
        return None
    best = settling(prepared, now, ready_to_ask(prepared, now)).question
    element = prepared.registry.elements[best.element]
    return Asked(best.element, best.text or element.name, best.why, _choices(element), len(now.questions) - 1)


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
