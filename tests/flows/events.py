"""A synthetic resident who brings a life event to the end: says what the situation of the event says, answers what is asked for
and missing, hands in or shows what is asked, and departments that decide every child. Nothing here knows any one event."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from tests.channels.resident.signed_in import arrived
from tests.conftest import AT
from tests.flows.cases import lead
from tests.flows.people import PUTUO, SON
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.case import Case
from tongban.domain.check_digits import luhn, mod_31
from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.handed_in import PaperIn
from tongban.domain.mother import Mother
from tongban.domain.person import Identity
from tongban.domain.refusals import Refused
from tongban.flows import compose, deliver, event_advance, handle
from tongban.flows.compose import MotherReceipt
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries as mothers
from tongban.simulated.numbers import citizen

TIMES = 40


def sample(element: Element, on: dt.date) -> Any:
    """A value that fits an element."""
    least = element.min if element.min is not None else 1
    card = "622202100111222333"
    credit = "91310000MA1FL0XX1"
    found: dict[str, Callable[[], Any]] = {
        "choice": lambda: element.choices[0].code,
        "multichoice": lambda: [element.choices[0].code],
        "boolean": lambda: True,
        "date": lambda: (on - dt.timedelta(days=10)).isoformat(),
        "integer": lambda: str(int(least)),
        "number": lambda: str(least),
        "money": lambda: str(least),
        "quantity": lambda: str(least),
        "id_number": lambda: "310119196001010020",
        "credit_code": lambda: credit + mod_31(credit),
        "phone": lambda: "13800138000",
        "bank_card": lambda: card + luhn(card),
        "division": lambda: PUTUO,
        "email": lambda: "name@example.com",
        "name": lambda: "沈小满",
        "address": lambda: "长寿路1号",
    }
    return found.get(element.type, lambda: "说明")()


def when(situations: Iterable[Any], event: str) -> dt.datetime:
    """The day of the reference situation, in the morning."""
    row = _reference(situations, event)
    return dt.datetime.combine(row.given.today, dt.time(2), dt.UTC) if row else AT


def _reference(situations: Iterable[Any], event: str) -> Any:
    rows = [row for row, _ in situations if row.given.event == event]
    return next((row for row in rows if row.reference), rows[0]) if rows else None


def given(situations: Iterable[Any], event: str, **changes: Any) -> EventIntake:
    """What the reference situation of an event says."""
    row = _reference(situations, event)
    answers = {k: msgspec.to_builtins(v) for k, v in row.given.answers.items()} if row else {}
    return EventIntake(answers=answers, center=PUTUO, **changes)


def fitting(intake: EventIntake) -> Identity:
    """A grown resident of whom is true what a situation says of age and sex: nobody types that over what their card says."""
    birth = dt.date.fromisoformat(intake.answers.get("birth_date", "1972-09-30"))
    sex = intake.answers.get("sex", "male")
    if (birth, sex) == (SON.birth, SON.sex) or birth.year > 2004:
        return SON
    number = citizen("310101", birth, 15 if sex == "male" else 26)
    return Identity(kind="citizen", name=SON.name, number=number, birth=birth, sex=sex)


def mended(
    intake: EventIntake, refused: Refused, on: dt.date, *, grade: str = "C", counter: bool = True
) -> EventIntake:
    """The intake after a person has done what the refusal asked for."""
    answers, papers, declared, shown = (
        dict(intake.answers),
        list(intake.papers),
        list(intake.declarations),
        list(intake.at_counter),
    )
    if refused.code == "event.nothing":
        raise refused
    for problem in refused.problems:
        kind, _, code = problem.pointer.lstrip("/").partition("/")
        of, _, material = code.rpartition(".")
        if kind == "answers":
            answers[code] = sample(catalog.elements()[code], on)
        elif kind == "papers":
            ways = catalog.materials()[material].satisfied_by
            handed = any((p.of, p.paper.material, p.paper.grade) == (of or "self", material, grade) for p in papers)
            if any(way.declaration for way in ways) and code not in declared:
                declared.append(code)
            elif not handed:
                # At a counter the original is compared: what was uploaded is seen now.
                papers = [p for p in papers if (p.of, p.paper.material) != (of or "self", material)]
                papers.append(EventPaper(PaperIn(material, "original", grade), of or "self"))  # type: ignore[arg-type]
            elif counter and code not in shown:
                shown.append(code)
            else:
                raise AssertionError(f"{problem}: nothing helps")
        elif kind == "center":
            intake = msgspec.structs.replace(intake, center=PUTUO)
        else:
            raise AssertionError(f"{problem.code} {problem.pointer}: {problem.text.zh}")
    return msgspec.structs.replace(
        intake, answers=answers, papers=tuple(papers), declarations=tuple(declared), at_counter=tuple(shown)
    )


def submitted(
    event: str, intake: EventIntake, who: Identity, at: dt.datetime
) -> tuple[Actor, str, MotherReceipt, EventIntake]:
    """Submit online, answering what is missing until nothing is."""
    actor, here = arrived(who, at)
    for turn in range(TIMES):
        try:
            receipt = compose.submit(actor, here.visit, event, intake, channel="resident", at=at, key=f"{event}:{turn}")
        except Refused as refused:
            before, intake = intake, mended(intake, refused, at.date())
            assert intake != before, refused.problems
            continue
        return actor, here.visit, receipt, intake
    raise AssertionError(f"{event}: still refused after {TIMES} turns")


def mother(number: str) -> Mother:
    """The mother case as it is now."""
    found = mothers.get(number)
    assert found is not None
    return found.mother


def child(number: str) -> Case:
    """A child as it is now."""
    found = cases.get(number)
    assert found is not None
    return found.case


def decide(number: str, at: dt.datetime, *, granted: bool = True, note: str = "") -> Case:
    """Its department takes a child over, accepts, reviews where that is needed, decides and delivers."""
    for act in ("take_over", "accept", "review", "decide", "deliver"):
        case = child(number)
        clerk = lead(case.holder)
        if (act == "take_over" and case.looked) or (act == "accept" and case.stage != "received"):
            continue
        if act == "take_over":
            handle.take_over(clerk, number, at=at)
        elif act == "accept":
            handle.accept(clerk, number, at=at)
        elif act == "review" and case.hand_over == "reviewed":
            handle.review(clerk, number, "pass", at=at)
        elif act == "decide":
            handle.decide(clerk, number, granted, note or ("" if granted else "不符合条件"), at=at)
        elif act == "deliver" and granted:
            deliver.deliver(clerk, number, "electronic", at=at)
    return child(number)


def to_the_end(number: str, answer: Callable[[str], None], at: dt.datetime) -> tuple[Mother, list[str]]:
    """Decide every child as it opens and answer for every part that is held; days pass where only time is waited for. Returns the
    mother case and the items in the order in which they started."""
    order: list[str] = []
    for _ in range(TIMES):
        now = mother(number)
        if now.stage != "open":
            return now, order
        moved = False
        for one in now.parts:
            if one.state == "held":
                answer(one.part.item)
                moved = True
            elif one.state == "open" and one.number and child(one.number).stage not in ("delivered", "decided"):
                if one.part.item not in order:
                    order.append(one.part.item)
                decide(one.number, at)
                moved = True
        if not moved:
            at += dt.timedelta(days=30)
        event_advance.advance(SYSTEM, number, at=at)
    raise AssertionError(f"not at the end: {[(p.part.item, p.state, p.problems) for p in mother(number).parts]}")
