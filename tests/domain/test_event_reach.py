"""How far an agent sees into an event whose items are not all theirs to do: one item of two, with an element and a paper of each, and one of
both."""

import pytest

from tests.domain import events
from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.event_reach import must_be_open, reach, rejoined, within
from tongban.domain.expression import Expr
from tongban.domain.handed_in import PaperIn
from tongban.domain.item import Field, PaperNeed, Prefill
from tongban.domain.life_event import EventItem, Question
from tongban.domain.material import Alternative, CredentialKind
from tongban.domain.refusals import Refused
from tongban.domain.text import Text

ELEMENTS = tuple(Element(code, Text(code), "text") for code in ("both", "mine", "theirs", "hinge", "before"))
MATERIALS = (
    events.material("my_paper", Alternative(credential="my_card"), Alternative(paper="original")),
    events.material("their_paper", Alternative(credential="their_card"), Alternative(paper="original")),
)
KINDS = tuple(CredentialKind(code, Text(code), "x") for code in ("my_card", "their_card"))
VERSIONS = (
    events.item("a", fields=(Field("both"), Field("mine", prefill=(Prefill("person"),))), papers=(PaperNeed("my_paper"),)),
    events.item("b", fields=(Field("both"), Field("theirs")), papers=(PaperNeed("their_paper"),)),
)  # fmt: skip
HINGE = Expr("answer", value="hinge", source="boolean")
BEFORE = Expr("answer", value="before", source="boolean")
EVENT = events.ready(
    (EventItem("a", Text("x"), when=HINGE), EventItem("b", Text("x"))),
    VERSIONS,
    events.registry(ELEMENTS, MATERIALS, KINDS),
    questions=(Question("theirs", Text("x")), Question("hinge", Text("x"), when=BEFORE), Question("before", Text("x"))),
)
OPEN = reach(EVENT, {"a", "elsewhere"})
MINE, THEIRS = EventPaper(PaperIn("my_paper")), EventPaper(PaperIn("their_paper"))
ALL = EventIntake(
    {"both": "1", "mine": "2", "theirs": "3"}, ("hinge",), ("a", "b"), (MINE, THEIRS), follow=("my_paper", "their_paper"), center="c",
)  # fmt: skip


def test_the_event_is_as_if_it_had_no_other_items() -> None:
    assert OPEN.items == {"a"} and OPEN.every == ("a", "b")
    assert [term.entry.item for term in OPEN.prepared.items] == ["a"]
    assert OPEN.elements == {"both", "mine", "hinge", "before"}, "what a question waits for is asked for its sake"
    assert [q.element for q in OPEN.prepared.event.questions] == ["hinge", "before"]
    assert len(OPEN.prepared.questions) == 2
    assert (OPEN.papers, OPEN.credentials) == ({"my_paper"}, {"my_card"})


def test_what_lies_beyond_is_not_seen() -> None:
    assert within(ALL, OPEN) == EventIntake(
        {"both": "1", "mine": "2"}, ("hinge",), ("a",), (MINE,), follow=("my_paper",), center="c"
    )
    assert within(EventIntake(chosen=("b",)), OPEN).chosen is None


def test_what_lies_beyond_stays_as_it_was() -> None:
    forged = EventIntake({"both": "4", "theirs": "5"}, ("theirs",), ("a",), (THEIRS,), declarations=("their_paper",))
    kept = rejoined(forged, ALL, OPEN)
    assert kept.answers == {"both": "4", "theirs": "3"} and kept.unsure == ()
    assert kept.papers == (THEIRS,) and kept.declarations == () and kept.follow == ("their_paper",)
    assert rejoined(within(ALL, OPEN), ALL, OPEN).answers == ALL.answers


@pytest.mark.parametrize(
    ("sent", "before", "kept"),
    [
        (None, None, None),
        (("a",), None, ("a", "b")),
        (None, ("b",), ("a", "b")),
        (("a",), ("b",), ("a", "b")),
        (("a", "b"), ("a",), ("a",)),
    ],
)
def test_only_ones_own_items_are_chosen(sent: tuple[str, ...], before: tuple[str, ...], kept: tuple[str, ...]) -> None:
    assert rejoined(EventIntake(chosen=sent), EventIntake(chosen=before), OPEN).chosen == kept


def test_an_item_beyond_is_told_when_it_is_handed_in() -> None:
    must_be_open(EventIntake(chosen=("a",)), OPEN)
    must_be_open(EventIntake(), OPEN)
    with pytest.raises(Refused) as told:
        must_be_open(ALL, OPEN)
    assert [(p.code, p.pointer) for p in told.value.problems] == [("mandate.item", "/items/b")]
