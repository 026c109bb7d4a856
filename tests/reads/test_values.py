"""Values as people read them: an amount with what it is an amount of."""

from decimal import Decimal

import pytest

from tongban.domain.element import Element
from tongban.domain.text import Text
from tongban.reads import values


@pytest.mark.parametrize(
    ("kind", "unit", "value", "said"),
    [
        ("quantity", "m2", "350", Text("350平方米", "350 m²")),
        ("quantity", "month", Decimal(3), Text("3个月", "3 months")),
        ("money", "", "1200", Text("1200元", "1200 yuan")),
        ("quantity", "m2", "", Text("")),
        ("integer", "", 3, Text("3")),
    ],
)
def test_an_amount_says_of_what(kind: str, unit: str, value: object, said: Text) -> None:
    assert values.in_words(Element("x", Text("x"), kind, unit=unit), value) == said  # type: ignore[arg-type]
