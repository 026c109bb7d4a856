"""Hostile and clumsy YAML: nothing runs, nothing hangs, and the message names the line."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from tests import cost
from tongban.registers.catalog.files import MAX_BYTES, BadFile, read_file, read_text

LAUGHS = "a: &a [lol, lol]\n" + "".join(f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi"))  # noqa: B905


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (LAUGHS.encode(), 1, "别名"),
        (b"a: 1\nb: *a\n", 2, "别名"),
        (b"x: 1\ny: !!python/object/apply:os.system ['echo hi']\n", 2, "类型标记"),
        (b"x: !!python/name:os.system\n", 1, "类型标记"),
        (b"x: !custom 3\n", 1, "类型标记"),
        (b"x: !!str 3\n", 1, "类型标记"),
        (b"a: 1\nb: 2\na: 3\n", 3, "两次"),
        (b"a:\n  b: 1\n  b: 2\n", 3, "两次"),
        (b"? [1, 2]\n: 3\n", 1, "一个词"),
        (b"a: 1\n---\nb: 2\n", 2, "两份"),
        (b"a: [1, 2\nb: 3\n", 2, "YAML"),
        (b"a: 1\n b: 2\n", 2, "YAML"),
        (b"\ta: 1\n", 1, "YAML"),
        (b"a: x\x00y\n", 0, "字符"),
        (b"a: \xff\xfe\n", 1, "UTF-8"),
        (b"ok: 1\nb: \xb0\xa1\n", 2, "UTF-8"),
        (b"[" * 100_000, 1, "嵌套"),
        (b"- " * 3_000 + b"x", 1, "嵌套"),
        (b"{a: " * 5_000, 1, "嵌套"),
        (b"[" + b"1," * 150_000 + b"]", 1, "太多"),
        (b"a: " + b"x" * 30_000, 1, "缩短"),
        (b"a: " + b"1" * 10_000_000, 0, "超过"),
        (b"d: 2026-02-30\n", 1, "这一天"),
    ],
    ids=lambda value: str(value)[:24] if not isinstance(value, bytes) else f"{value[:16]!r}",
)
def test_hostile_files_are_refused_quickly(content: bytes, line: int, says: str) -> None:
    with cost.at_most(10), pytest.raises(BadFile) as bad:
        read_text(content, "x.yaml")
    note = bad.value.note
    assert says in note.what + note.mend
    assert note.mend
    assert note.line == line


def test_words_mean_what_a_civil_servant_reads() -> None:
    text = (
        "off: [no, on, 08:30, 007, 1_000, 0x1F, 1e3, .5, 12, -3, 1.50, 2026-01-31, '65', \"true\", true, ~, null, '']"
    )
    data = read_text(text.encode(), "x.yaml").data
    assert data == {
        "off": ["no", "on", "08:30", "007", "1_000", "0x1F", "1e3", ".5", 12, -3, Decimal("1.50"), dt.date(2026, 1, 31),
                "65", "true", True, None, None, ""]
    }  # fmt: skip


def test_lines_are_known_by_pointer() -> None:
    document = read_text(b"a:\n  - x: 1\n    y: 2\nb: {c: 3}\n", "x.yaml")
    assert (document.lines["/a/0/y"], document.lines["/b/c"]) == (3, 4)
    assert document.note("/a/0/z/deeper", "w", "m").line == 2


def test_a_merge_key_is_only_a_strange_word() -> None:
    assert read_text(b"<<: {a: 1}\n", "x.yaml").data == {"<<": {"a": 1}}


def test_a_big_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    with big.open("wb") as stream:
        stream.truncate(50 * MAX_BYTES)
    with pytest.raises(BadFile):
        read_file(big, "big.yaml")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as bad:
        read_file(tmp_path / "none.yaml", "none.yaml")
    assert "读不到" in bad.value.note.what


def test_an_empty_file_is_nothing() -> None:
    assert read_text(b"# only a comment\n", "x.yaml").data is None
