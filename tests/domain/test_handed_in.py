"""What a form holds that nothing else in the house knows."""

import datetime as dt

from tongban.domain.element import Element
from tongban.domain.handed_in import matter
from tongban.domain.item import Field, Item, ItemVersion
from tongban.domain.text import Text

ELEMENTS = {
    "name": Element("name", Text("姓名"), "text", group="applicant", reuse="always"),
    "phone": Element("phone", Text("电话"), "text", group="applicant"),
    "carer": Element("carer", Text("代办人"), "text", group="agent"),
    "members": Element("members", Text("成员"), "text", group="household"),
}


def version(*fields: Field) -> ItemVersion:
    return ItemVersion(Item("x", Text("甲"), "gongan"), 1, dt.date(2026, 1, 1), fields=fields)


def test_what_a_disk_can_take_is_what_says_more_than_who_somebody_is() -> None:
    assert matter(version(*map(Field, ELEMENTS)), ELEMENTS) == ("phone", "carer", "members")
    assert matter(version(Field("name"), Field("gone")), ELEMENTS) == () == matter(version(), ELEMENTS)
    assert matter(version(Field("name")), ELEMENTS, "child") == ("name",), (
        "what the register says is about somebody else"
    )
