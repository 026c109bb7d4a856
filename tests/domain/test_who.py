"""Who somebody is stands as an authority or a counter said it: on the form of an item and in a correction. All else may be mended."""

import datetime as dt
from typing import Any

from tongban.domain.condition import parse
from tongban.domain.element import Choice, Element
from tongban.domain.item import Condition, Field, Item, ItemVersion
from tongban.domain.jurisdiction import Route
from tongban.domain.receiving import Assessment, City, Intake, Known, assess
from tongban.domain.text import Text
from tongban.domain.who import as_said, corrected, not_typed, stands

TODAY = dt.date(2026, 11, 20)
ELEMENTS = {
    e.code: e
    for e in (
        Element("name", Text("姓名"), "name", group="applicant", reuse="always"),
        Element("birth_date", Text("出生日期"), "date", group="applicant", reuse="always"),
        Element("sex", Text("性别"), "choice", (Choice("male", Text("男")), Choice("female", Text("女"))), group="applicant", reuse="always"),
        Element("phone", Text("手机"), "phone", group="applicant"),
        Element("child_name", Text("孩子姓名"), "name", group="child", reuse="always"),
    )
}  # fmt: skip
READ = {"name": "沈桂芳", "birth_date": "1948-03-12", "sex": "1", "phone": "13800138000"}
KNOWN = Known(READ, vouched=frozenset(READ))
FORGED = {"name": "王五", "birth_date": "1930-01-01", "sex": "male", "phone": "13900139000", "child_name": "沈小满"}
OLD = Condition("old", Text("满85周岁"), "a", parse({"ge": [{"age": "$birth_date"}, 85]}, ELEMENTS))


def version(*fields: str) -> ItemVersion:
    return ItemVersion(
        Item("x", Text("x"), "gongan"), 1, dt.date(2026, 1, 1), receivable=True, conditions=(OLD,),
        fields=tuple(Field(code) for code in fields),
    )  # fmt: skip


def weighed(typed: dict[str, Any], known: Known = KNOWN, *fields: str) -> Assessment:
    city: Any = City(ELEMENTS, {}, None)  # type: ignore[arg-type]
    form = version(*(fields or ("name", "birth_date", "sex", "phone")))
    return assess(form, city, known, Intake(answers=typed), "x", TODAY, router=lambda *_: Route("310107015", "never"))


def test_what_stands_is_who_one_is_and_can_be_read() -> None:
    assert stands(ELEMENTS, KNOWN, TODAY) == {"name", "birth_date"}
    assert as_said(FORGED, ELEMENTS, KNOWN, TODAY).keys() == {"sex", "phone", "child_name"}
    assert not stands(ELEMENTS, Known(READ), TODAY), "nobody vouches for it"
    assert not_typed(ELEMENTS, ["sex", "phone"]) == {"name", "birth_date"}


def test_the_form_of_an_item_has_the_authoritys_word_whatever_is_typed() -> None:
    """Not in the values, not in the conditions: nobody grows old by typing a date."""
    made = weighed(FORGED, KNOWN, *FORGED)
    assert made.form.values == FORGED | {"name": "沈桂芳", "birth_date": "1948-03-12"}
    assert made.eligibility.value is False and made.stands == {"name", "birth_date"}


def test_what_nobody_vouches_for_is_the_persons_to_say() -> None:
    made = weighed(FORGED, Known(READ), *FORGED)
    assert made.form.values == FORGED and made.eligibility.value is True and not made.stands


def test_a_field_that_the_item_does_not_ask_is_told_even_if_it_stands() -> None:
    made = weighed({"birth_date": "1930-01-01"}, KNOWN, "name")
    assert [p.code for p in made.problems if p.pointer == "/answers/birth_date"] == ["form.unknown_field"]


def test_a_correction_changes_nobody_unless_just_that_was_asked_for() -> None:
    before = {"name": "沈桂芳", "birth_date": "1948-03-12", "phone": "13800138000"}

    def left(*asked: str, **old: str) -> dict[str, Any]:
        return corrected(before | old, FORGED, asked, ELEMENTS, KNOWN, TODAY)

    assert left("phone") == {code: FORGED[code] for code in ("sex", "phone", "child_name")}
    assert left("name") == {code: FORGED[code] for code in ("name", "sex", "phone", "child_name")}
    assert left(birth_date="1949-03-12")["birth_date"] == "1930-01-01", "the case says otherwise: that may be mended"
    assert "name" not in left("phone", name=" 沈桂芳 "), "written otherwise, it is still what the authority says"
    assert left("phone", birth_date="in 1948")["birth_date"] == "1930-01-01", (
        "what does not read as a date may be mended"
    )
