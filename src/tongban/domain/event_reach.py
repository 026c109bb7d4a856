"""How far somebody sees into the life event of another person: an agent whose mandate names some of its items has the event as if it had
no others, and of what is known and was said only what those items ask for."""

from collections.abc import Collection

import msgspec

from tongban.domain.event_intake import EventIntake
from tongban.domain.event_part import paper_name
from tongban.domain.event_plan import papers_asked
from tongban.domain.life_event import SELF
from tongban.domain.prepared import Prepared, prepare
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text


class Reach(msgspec.Struct, frozen=True):
    """What lies open: the event with these ``items`` alone (``every`` are all that it has), the elements and papers they ask for, and the
    e-licences and checks of the person it is for that they can use."""

    prepared: Prepared
    items: frozenset[str]
    every: tuple[str, ...]
    elements: frozenset[str]
    papers: frozenset[str]
    credentials: frozenset[str]
    checks: frozenset[str]


def reach(prepared: Prepared, items: Collection[str]) -> Reach:
    """How far one sees who may act on these items of the event."""
    event = prepared.event
    entries = tuple(one for one in event.items if one.item in items)
    theme = tuple(one for one in event.theme if one.on in items)
    versions = {term.entry.item: term.version for term in prepared.items}
    some = prepare(msgspec.structs.replace(event, items=entries, theme=theme), versions, prepared.registry)
    elements = _asked(some)
    kept = [n for n, one in enumerate(event.questions) if one.element in elements]
    some = some._replace(
        event=msgspec.structs.replace(some.event, questions=tuple(event.questions[n] for n in kept)),
        questions=tuple(some.questions[n] for n in kept),
    )
    ways = [way for term in some.items for paper in term.papers if paper.of == SELF for way in paper.ways]
    fills = [fill for term in some.items for field in term.version.fields for fill in field.prefill]
    return Reach(
        some, frozenset(one.item for one in entries), tuple(one.item for one in event.items), elements, papers_asked(some),
        frozenset([way.credential for way in ways] + [fill.credential for fill in fills]) - {""},
        frozenset([way.check for way in ways] + [fill.check for fill in fills]) - {""},
    )  # fmt: skip


def _asked(some: Prepared) -> frozenset[str]:
    """The elements that these items ask for: on their forms, in their conditions, for where they belong, and what a question waits for
    that is put for their sake."""
    found = {field.key for term in some.items for field in term.fields}
    for term in some.items:
        tests = (
            term.when,
            *(n for _, n in term.conditions),
            *(f.test for f in term.fields),
            *(p.test for p in term.papers),
        )
        found |= {term.place_key, *(code for n in tests for code in some.asked[n])}
    grown = -1
    while grown != len(found):
        grown = len(found)
        for question, test in zip(some.event.questions, some.questions, strict=True):
            found |= set(some.asked[test]) if question.element in found else set()
    return frozenset(found - {""})


def within(intake: EventIntake, open_: Reach) -> EventIntake:
    """What was said and brought, as far as one sees. Where nothing of it was chosen, what the mandate names is what is wanted."""
    return _cut(intake, open_, inside=True)


def rejoined(sent: EventIntake, before: EventIntake, open_: Reach) -> EventIntake:
    """What is kept after somebody sent what they see: of theirs only what is open to them, and what lies beyond as it was."""
    mine, rest = _cut(sent, open_, inside=True), _cut(before, open_, inside=False)
    chosen = None
    if sent.chosen is not None or before.chosen is not None:
        ours = open_.items if mine.chosen is None else frozenset(mine.chosen)
        theirs = frozenset(open_.every if before.chosen is None else before.chosen)
        chosen = tuple(item for item in open_.every if item in (ours if item in open_.items else theirs))
    return msgspec.structs.replace(
        mine, chosen=chosen, answers=rest.answers | mine.answers, unsure=rest.unsure + mine.unsure, papers=rest.papers + mine.papers,
        declarations=rest.declarations + mine.declarations, follow=rest.follow + mine.follow,
        at_counter=rest.at_counter + mine.at_counter, insist=rest.insist + mine.insist,
    )  # fmt: skip


def _cut(intake: EventIntake, open_: Reach, *, inside: bool) -> EventIntake:
    def names(given: tuple[str, ...], known: frozenset[str]) -> tuple[str, ...]:
        return tuple(one for one in given if (one in known) is inside)

    return msgspec.structs.replace(
        intake,
        answers={code: value for code, value in intake.answers.items() if (code in open_.elements) is inside},
        unsure=names(intake.unsure, open_.elements),
        papers=tuple(p for p in intake.papers if (paper_name(p.of, p.paper.material) in open_.papers) is inside),
        declarations=names(intake.declarations, open_.papers),
        follow=names(intake.follow, open_.papers),
        at_counter=names(intake.at_counter, open_.papers),
        insist=names(intake.insist, open_.items),
        chosen=names(intake.chosen or (), open_.items) or None,
    )


def must_be_open(intake: EventIntake, open_: Reach) -> None:
    """Refused ``mandate.item`` when an item is chosen that the mandate does not name."""
    beyond = [item for item in intake.chosen or () if item not in open_.items]
    if beyond:
        text = Text("委托书没有写明可办理这个事项", "The mandate does not name this item")
        act = Text(
            "不选这个事项就可以提交,它由本人办理", "Leave it out to hand in the rest: the person does it themselves"
        )
        problems = tuple(Problem("mandate.item", text, f"/items/{item}", act) for item in beyond)
        raise Refused("mandate.item", text.zh, text.en, pointer=problems[0].pointer, problems=problems)
