"""What the documents point at exists: files, functions, headings, libraries. A page that leads nowhere is a broken promise."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.building.source import ROOT
from tongban.config import demo

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "cities").rglob("*.md"))]
_LINK = re.compile(r"""\[[^\]]*\]\(([^)\s]+)\)|src="([^"]+)\"""")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _links(page: Path) -> Iterator[str]:
    for written, shown in _LINK.findall(_FENCE.sub("", page.read_text())):
        target = written or shown
        if not re.match(r"[a-z]+:", target):
            yield target


@cache
def _names(path: Path) -> frozenset[str]:
    """What a Python file defines: functions, classes and their methods (``Class.method``), constants."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    heads = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", h).lower()).strip().replace(" ", "-") for h in heads}


def _lost(page: Path, target: str) -> str:
    path, _, fragment = target.partition("#")
    there = (page.parent / path).resolve() if path else page
    if not there.exists():
        return f"{target}: no such file"
    if fragment and there.suffix == ".py" and fragment not in _names(there):
        return f"{target}: {there.name} defines no {fragment}"
    if fragment and there.suffix == ".md" and fragment not in _anchors(there):
        return f"{target}: no such heading"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    assert [lost for target in _links(page) if (lost := _lost(page, target))] == []


def test_the_check_of_links_finds_what_is_lost():
    page = ROOT / "README.md"
    assert "no such file" in _lost(page, "docs/nowhere.md")
    assert "defines no" in _lost(page, "src/tongban/domain/case.py#nothing")
    assert "no such heading" in _lost(page, "docs/floors.md#nowhere")
    assert (
        _lost(page, "src/tongban/domain/case.py#MOVES") == _lost(page, "src/tongban/domain/case.py#Case.closed") == ""
    )


def _bare(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def test_every_library_is_argued_and_every_argued_library_is_used():
    page = (ROOT / "docs" / "decisions" / "0002-libraries.md").read_text()
    argued = {name.lower() for name in re.findall(r"^\| (\S+) \|", page, re.MULTILINE)} - {"library", "---"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    screens = json.loads((ROOT / "package.json").read_text())
    python = [r for group in project["optional-dependencies"].values() for r in group] + project["dependencies"]
    wanted = {_bare(r) for r in python} | set(screens["dependencies"]) | set(screens["devDependencies"])
    assert wanted - argued == set(), "say in docs/decisions/0002-libraries.md why"
    assert argued - wanted == set(), "gone from pyproject.toml or package.json: take the line out"


def test_every_decision_is_listed_and_names_what_was_rejected():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    pages = sorted(folder.glob("0*.md"))
    assert [p.name for p in pages if f"({p.name})" not in index] == []
    assert [p.name for p in pages if "ejected" not in p.read_text()] == []
    assert [int(p.name[:4]) for p in pages] == list(range(1, len(pages) + 1))


READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_readme_names_every_demo_login_and_the_password(readme):
    text = readme.read_text()
    assert f"`{demo.PASSWORD}`" in text
    assert [login for login, *_ in demo.MEMBERS if f"`{login}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_make_target_named_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(), re.MULTILINE))
    assert named - targets == set()


def test_every_variable_of_the_environment_is_in_the_operations_page_and_no_other():
    asked = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"""os\.environ(?:\.get\(|\.setdefault\(|\[)\s*["']([A-Z_]+)""", path.read_text())
    }
    # Where the project lies, for a program that was installed away from it; no operator needs it.
    asked -= {"TONGBAN_ROOT"}
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert asked - told == set()
    assert told - asked - {"TONGBAN_CHROMIUM"} == set()
