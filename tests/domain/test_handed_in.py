"""What a correction must bring: what was asked for, other than before; of a form that the city lost, what was said before."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tongban.domain.element import Element
from tongban.domain.facts import PaperMark, Point
from tongban.domain.handed_in import changed, of_lost_form
from tongban.domain.item import Field, Item, ItemVersion
from tongban.domain.text import Text

ELEMENTS = {
    "name": Element("name", Text("姓名"), "text", group="applicant"),
    "carer": Element("carer", Text("代办人"), "text", group="agent"),
    "members": Element("members", Text("成员"), "text", group="household"),
    "why": Element("why", Text("原因"), "text"),
    "more": Element("more", Text("补充"), "text"),
}


def version(*fields: Field) -> ItemVersion:
    return ItemVersion(Item("x", Text("甲"), "gongan"), 1, dt.date(2026, 1, 1), fields=fields)


def test_of_a_lost_form_all_is_missing_that_everybody_must_say_beside_who_they_are() -> None:
    form = version(*(Field(code, required=code != "more") for code in ELEMENTS))
    own = (Point("field", "why", "wrong"), Point("paper", "members", "unreadable"))
    assert of_lost_form(form, ELEMENTS, own) == (*own, Point("field", "members", "missing"))
    assert of_lost_form(form, ELEMENTS, ()) == tuple(Point("field", code, "missing") for code in ("members", "why"))


def test_of_a_form_of_nothing_but_names_the_first_one_is_named() -> None:
    assert of_lost_form(version(Field("name")), ELEMENTS, ()) == (Point("field", "name", "missing"),)
    assert of_lost_form(version(), ELEMENTS, ()) == ()


def test_what_was_missing_is_there_when_it_is_there_and_all_else_must_be_other_than_before() -> None:
    asked = (Point("field", "why", "missing"), Point("field", "more", "wrong"), Point("paper", "id_card", "expired"))
    same = {"why": "病", "more": "无"}
    assert changed(asked, same, same, same, ()) == {"why"}
    assert changed(asked, same, same, same | {"more": "有"}, (PaperMark("id_card", "paper", "B"),)) == {
        "why",
        "more",
        "id_card",
    }
    for empty in ("", None):
        assert changed(asked, ["why"], {"why": empty}, {"why": empty}, ()) == set(), "still missing"
    assert changed(asked, ["more"], same, same, ()) == set(), "what nobody typed was not given"


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "1", "2"])),
       st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "1", "2"])))  # fmt: skip
def test_without_anything_missing_only_what_is_other_counts(old: dict[str, str], typed: dict[str, str]) -> None:
    asked = [Point("field", code, "wrong") for code in "abc"]
    assert changed(asked, typed, old, old | typed, ()) == {k for k in typed if typed[k] != old.get(k)}
