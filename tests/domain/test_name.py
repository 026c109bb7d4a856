"""Names: what survives, what is put right, what is refused."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tongban.domain.name import clean_name, name_key
from tongban.domain.refusals import Refused


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "阿依古丽·买买提",
        "𠀀𠮷",  # extension B
        "𰻝",  # extension G (biang)
        "𱍐㐂䶮",  # end of G, extension A
        "郎凉",  # compatibility ideographs with codes of their own in GB 18030
        "﨎﨏",
        "王〇",
        "张々",
        "⺁⼀",  # radicals
        "葛\U000e0101城",  # a variant shape of the character before
        "Jean-Luc O'Neill Jr.",
        "SMITH, JOHN",
        "Nguyễn Thị Ánh",
        "Gülşen",
        "བསྟན་འཛིན"[:3],
        "王",
        "王" * 100,
    ],
)
def test_names_survive(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  张三\u3000", "张三"),
        ("张 三", "张三"),
        ("张\u3000三", "张三"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 ・ 买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽··买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("ＪＯＨＮ\u3000\u3000ＳＭＩＴＨ", "JOHN SMITH"),
        ("J. Smith", "J. Smith"),
        ("O’Neill", "O'Neill"),
        ("Jean–Luc", "Jean-Luc"),
        ("Andre\u0301", "André"),
    ],
)
def test_look_alikes_are_put_right(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "what", "position"),
    [
        ("", "empty", None),
        (" \u3000", "empty", None),
        ("王" * 101, "long", None),
        ("王" * 2000, "long", None),
        ("张3", "digit", 2),
        ("张３", "digit", 2),
        ("310101199003071230", "digit", 1),
        ("张\x00三", "control", 2),
        ("张\u200b三", "control", 2),
        ("\u202e张三", "control", 1),
        ("张\ud800", "control", 2),
        ("张\n三", "control", 2),
        ("张\ue000", "private", 2),
        ("张😀", "symbol", 2),
        ("张❤\ufe0f", "symbol", 2),
        ("<script>", "symbol", 1),
        ("·张三", "symbol", 1),
        ("张三·", "symbol", 3),
        ("Ⅳ世", "symbol", 1),
        ("\u0301e", "symbol", 1),
    ],
)
def test_what_cannot_be_in_a_name(typed: str, what: str, position: int | None) -> None:
    with pytest.raises(Refused) as caught:
        clean_name(typed)
    found = caught.value
    assert found.code == f"person.name.{what}"
    assert found.facts.get("position") == position
    assert found.text.zh and found.text.en and found.advice is not None


def test_one_person_is_found_however_typed() -> None:
    assert name_key("阿依古丽·买买提") == name_key("阿依古丽买买提")
    assert name_key("John  Smith") == name_key("JOHN SMITH") == name_key("John-Smith")
    assert name_key("郎") == name_key("郎")  # the compatibility form and the unified one
    assert name_key("⼀") == name_key("一")
    assert name_key("葛\U000e0101城") == name_key("葛城")
    assert name_key("𰻝") != name_key("𰻞")


HAN = st.sampled_from("张三李四阿买提𠮷𰻝郎〇々") | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@settings(max_examples=60, deadline=None)
@given(st.text(HAN, min_size=1, max_size=100))
def test_every_chinese_name_is_kept_as_it_is(name: str) -> None:
    assert clean_name(name) == name


@settings(max_examples=200, deadline=None)
@given(st.text(HAN | st.sampled_from(" ·•.-'’éE\u0301\u3000") | st.characters(), max_size=20))
@example("\u2126")
@example("张. .三")
def test_cleaning_twice_changes_nothing(typed: str) -> None:
    try:
        name = clean_name(typed)
    except Refused:
        return
    assert clean_name(name) == name
    assert name_key(name) and name_key(clean_name(name)) == name_key(name)
