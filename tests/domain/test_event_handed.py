"""What becomes of the papers of a draft when the person takes one way or another for one of them."""

from tongban.domain.element import Element
from tongban.domain.event_form import handed, not_typed, shown_later
from tongban.domain.event_intake import EventPaper
from tongban.domain.handed_in import PaperIn
from tongban.domain.text import Text

CARD = EventPaper(PaperIn("card", "original", "C", "a" * 64))
BOOK = EventPaper(PaperIn("book", "original", "C", "b" * 64))
CHILD = EventPaper(PaperIn("card", "original", "C", "c" * 64), "child")
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
    seen = handed(BEFORE, "self", "card", "seen")
    assert [(p.of, p.paper.material, p.paper.grade, p.paper.digest[:1]) for p in seen] == [
        ("self", "book", "C", "b"), ("child", "card", "C", "c"), ("self", "card", "B", "a"),
    ]  # fmt: skip
    assert handed([], "child", "book", "seen") == [EventPaper(PaperIn("book", "original", "B"), "child")]


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
