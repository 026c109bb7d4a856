"""What becomes of the papers of a draft when the person takes one way or another for one of them."""

import datetime as dt

import pytest

from tongban.domain.element import Element
from tongban.domain.event_form import handed, must_be_seen, said_of, shown_later, ways
from tongban.domain.event_intake import EventIntake, EventPaper, Seen, witnessed
from tongban.domain.handed_in import PaperIn
from tongban.domain.plan import PlanPaper
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.domain.who import not_typed

CARD = EventPaper(PaperIn("card", "original", "C", "a" * 64))
BOOK = EventPaper(PaperIn("book", "original", "C", "b" * 64))
CHILD = EventPaper(PaperIn("card", "original", "C", "c" * 64), "child")
AT = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
BY, BY_NOW = Seen("staff:1", AT), Seen("staff:2", AT + dt.timedelta(days=1))
SEEN = EventPaper(PaperIn("card", "original", "B"), seen=BY)
BEFORE = [CARD, BOOK, CHILD]


def test_another_way_leaves_out_what_was_uploaded_of_this_one_only() -> None:
    for way in ("counter", "declared", "follow"):
        assert handed(BEFORE, "self", "card", way) == [BOOK, CHILD]
    for way in ("", "upload"):
        assert handed(BEFORE, "self", "card", way) == BEFORE


def test_a_new_scan_is_handed_in_once_whatever_was_chosen_beside_it() -> None:
    new = EventPaper(PaperIn("card", "original", "C", "d" * 64))
    assert handed(BEFORE, "self", "card", "counter", [new]) == [*BEFORE, new]
    assert handed([*BEFORE, new], "self", "card", "upload", [new]) == [*BEFORE, new]


def test_what_the_clerk_has_in_hand_is_seen() -> None:
    seen = handed(BEFORE, "self", "card", "seen", counter=True)
    assert [(p.of, p.paper.material, p.paper.grade, p.paper.digest[:1]) for p in seen] == [
        ("self", "book", "C", "b"), ("child", "card", "C", "c"), ("self", "card", "B", "a"),
    ]  # fmt: skip
    assert handed([], "child", "book", "seen", counter=True) == [EventPaper(PaperIn("book", "original", "B"), "child")]


def test_at_home_nothing_becomes_seen_and_nothing_ceases_to_be() -> None:
    assert handed(BEFORE, "self", "card", "seen") == BEFORE
    new = EventPaper(PaperIn("card", "original", "C", "d" * 64))
    for way in ("", "seen", "upload"):
        assert handed([SEEN, BOOK], "self", "card", way, [new]) == [SEEN, BOOK, new]
    # Whoever would rather show it again, or promise it, says so themselves.
    assert handed([SEEN, BOOK], "self", "card", "counter") == [BOOK]


def test_a_clerk_who_has_not_seen_it_takes_it_back() -> None:
    assert handed([SEEN, BOOK], "self", "card", "upload", counter=True) == [BOOK]
    scan = EventPaper(PaperIn("card", "original", "B", "a" * 64), seen=BY)
    assert handed([scan, BOOK], "self", "card", "upload", counter=True) == [BOOK, CARD]


def test_only_a_counter_and_what_it_said_before_vouch_for_a_grade() -> None:
    made_up = EventPaper(PaperIn("card", "original", "B"), seen=Seen("staff:x", AT))
    bare = EventPaper(PaperIn("card", "original", "B"))
    assert witnessed([made_up, CARD], [], None) == (bare, CARD)
    assert witnessed([made_up, CARD], [], BY_NOW) == (EventPaper(bare.paper, seen=BY_NOW), CARD)
    assert witnessed([bare, CARD], [SEEN], BY_NOW) == (SEEN, CARD), "who saw it first has seen it"
    others = (
        EventPaper(bare.paper, "child"),
        EventPaper(PaperIn("book", "original", "B")),
        EventPaper(PaperIn("card", "original", "A")),
        EventPaper(PaperIn("card", "copy", "B")),
        EventPaper(PaperIn("card", "original", "B", "d" * 64)),
    )
    assert witnessed(others, [SEEN], None) == others, "another paper than the one that was seen"


def test_a_door_that_sees_nobody_takes_what_a_counter_saw() -> None:
    must_be_seen([SEEN, BOOK, CHILD], "resident")
    must_be_seen([EventPaper(PaperIn("card", "original", "B"))], "window")
    with pytest.raises(Refused) as told:
        must_be_seen([SEEN, EventPaper(PaperIn("card", "original", "A"), "child")], "resident")
    assert [(p.code, p.pointer) for p in told.value.problems] == [("paper.not_seen", "/papers/child.card")]


def test_seen_is_a_way_at_home_only_where_a_counter_said_it() -> None:
    card = PlanPaper("card", "self", "paper", ("x",), original=True)
    bare = EventIntake(papers=(EventPaper(PaperIn("card", "original", "B")),))
    assert said_of(EventIntake(papers=(SEEN,)), card) == "seen" and said_of(bare, card) == "upload"
    assert said_of(bare, card, "window") == "seen"
    assert ways(card, (), "resident", "seen") == ("seen", "upload", "counter")
    assert ways(card, (), "resident", "upload") == ("upload", "counter")
    assert ways(card, (), "window") == ("seen", "upload")


def test_an_original_seen_on_a_scan_is_not_seen() -> None:
    assert shown_later("upload", original=True)
    assert not shown_later("upload", original=False) and not shown_later("declared", original=True)


def test_who_somebody_is_is_typed_only_where_it_is_asked() -> None:
    elements = {
        e.code: e
        for e in (
            Element("name", Text("姓名"), "name", group="applicant", reuse="always"),
            Element("sex", Text("性别"), "text", group="applicant", reuse="always"),
            Element("phone", Text("手机"), "phone", group="applicant"),
        )
    }
    assert not_typed(elements, ["sex", "phone"]) == {"name"}
