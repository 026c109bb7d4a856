"""Masks: enough to recognise, too little to use."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tongban.domain.masking import HIDDEN, MASKS, mask


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "张三", "张*"),
        ("name", "欧阳修", "欧*修"),
        ("name", "司马相如", "司**如"),
        ("name", "𠮷田𰻝", "𠮷*𰻝"),
        ("name", "王", "*"),
        ("name", "阿依古丽·买买提", "阿**·买**"),
        ("name", "JOHN SMITH", "J** S**"),
        ("id_number", "310101199003071230", "310***********1230"),
        ("id_number", "E12345678", "E*****678"),
        ("id_number", "1234", "****"),
        ("phone", "13800138000", "138****8000"),
        ("phone", "021-62345678-801", "021-****5678"),
        ("phone", "12345", "****"),
        ("address", "上海市普陀区长寿路街道武宁路123弄4号501室", "上海市普陀区长寿路街道****"),
        ("address", "普陀区武宁路123号", "普陀区****"),
        ("address", "武宁路100弄金色小区3号", "****"),
        ("address", "长寿路金色小区三号楼", "****"),
        ("address", "浦东新区花木街道锦绣路", "浦东新区花木街道****"),
        ("address", "普陀区", "****"),
        ("bank_card", "6228480402564890018", "***************0018"),
        ("bank_card", "123", "****"),
        ("date", "1990-03-07", "1990-**-**"),
        ("email", "zhang@example.com", "z**@example.com"),
        ("email", "zhang", "****"),
        ("secret", "anything", "****"),
        ("name", "", ""),
    ],
)
def test_masks(kind: str, value: str, shown: str) -> None:
    assert mask(kind, value) == shown


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(set(MASKS) - {"credit_code"})), st.text(min_size=1, max_size=30))
@example("name", "·")
def test_no_mask_shows_the_value(kind: str, value: str) -> None:
    shown = mask(kind, value)
    assert "*" in shown
    assert shown != value or set(value) <= set("* ·-")


def _digits(count: int) -> st.SearchStrategy[str]:
    # The same strings as by a pattern, drawn in a tenth of the time.
    return st.text("0123456789", min_size=count, max_size=count)


@settings(max_examples=60, deadline=None)
@given(
    st.builds("{}{}".format, _digits(17), st.sampled_from("0123456789X")),
    st.builds("1{}{}".format, st.sampled_from("3456789"), _digits(9)),
)
def test_numbers_show_at_most_seven_characters(number: str, phone: str) -> None:
    assert sum(c != "*" for c in mask("id_number", number)) == 7
    assert sum(c != "*" for c in mask("phone", phone)) == 7
    assert number[6:14] not in mask("id_number", number)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1, max_size=12))
def test_an_unknown_kind_shows_nothing(value: str, kind: str) -> None:
    if kind not in MASKS:
        assert mask(kind, value) == HIDDEN
