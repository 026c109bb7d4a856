"""The glossary and the code speak one language: every identifier of docs/glossary.md is a name in the code."""

import ast
import re

import pytest

from tests.building.source import ROOT, files, tree

PAGE = ROOT / "docs" / "glossary.md"
# Words of the glossary for rooms that are not built yet; a word leaves this list when its room is.
NOT_YET = {
    "settlement", "appointment", "ticket", "call", "window", "special case", "consultation", "rating",
    "drill", "joint meeting", "operations center",
}  # fmt: skip


def names_in_code() -> set[str]:
    """Every name that the program gives: modules, classes, functions, parameters, attributes, and short texts (kinds, codes)."""
    found: set[str] = set()
    for path in files():
        found |= {path.stem, path.parent.name}
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.arg | ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
                found.add(node.value)
    return {_plain(n) for n in found}


def _plain(word: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()
    return re.sub(r"[\s\-.]+", "_", snake.strip())


def identifiers(page: str) -> list[str]:
    """What stands in backticks in the identifier column of the tables."""
    found = []
    for line in page.splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")] if line.lstrip().startswith("|") else []
        if len(cells) >= 2 and not set(cells[0]) <= set("-: "):
            found += re.findall(r"`([^`]+)`", cells[1])
    return found


def test_every_word_of_the_glossary_is_a_name_in_the_code() -> None:
    if not PAGE.exists():
        pytest.skip("docs/glossary.md is not written yet")
    words = identifiers(PAGE.read_text(encoding="utf-8"))
    assert words, "the glossary marks identifiers with backticks in its second column"
    known = names_in_code()
    parts = {w: [_plain(p) for p in re.split(r"[./:]", w.removesuffix("()")) if p] for w in words}
    unknown = {
        w for w, ps in parts.items() if _plain(w) not in known and not all(p in known for p in ps) and w not in NOT_YET
    }
    assert not unknown, f"in the glossary, but nowhere in the code: {sorted(unknown)}"


def test_identifiers_are_read_from_the_second_column() -> None:
    assert identifiers("| 办件 | `case` (`mother case`) | a `word` |\n|---|---|---|\n") == ["case", "mother case"]
    assert _plain("CaseRow") == "case_row" and _plain("not accepted") == "not_accepted"
