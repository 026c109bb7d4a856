"""Tests of pages wait for what must come, never for a time and never for nothing: a key goes through tests/browser/hand.py, which waits
until the page listens; a sleep is either too short on a busy machine or too long on every other."""

import ast

import pytest

from tests.building.source import ROOT

BROWSER = ROOT / "tests" / "browser"
# What is asked for, and the only files that may.
ONLY = {
    "keyboard": {"hand.py"},
    "wait_for_load_state": {"hand.py"},
    "wait_for_timeout": set[str](),
    # A window is opened where it is put away: see there.
    "new_context": {"windows.py", "slow.py"},
    "sleep": {"slow.py", "test_life_event_killed.py"},
}


def impatient(source: str, file: str) -> list[str]:
    """Where this source reaches for something that only others may."""
    return [
        f"{file}:{node.lineno}: {node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and file not in ONLY.get(node.attr, {file})
    ]


@pytest.mark.parametrize("path", sorted(BROWSER.glob("*.py")), ids=lambda p: p.name)
def test_tests_of_pages_wait_for_what_must_come(path) -> None:
    found = impatient(path.read_text(encoding="utf-8"), path.name)
    assert not found, f"use keys() and at_rest() of tests/browser/hand.py, or expect what comes: {found}"


def test_the_guard_sees_what_it_must() -> None:
    assert impatient("page.keyboard.press('a')", "x.py") and impatient("page.wait_for_timeout(3)", "x.py")
    assert impatient("browser.new_context()", "test_x.py")
    assert not impatient("keys(page).press('a')\nexpect(page).to_have_url('/')", "x.py")
    assert not impatient("page.keyboard", "hand.py")
