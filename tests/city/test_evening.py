"""The evening waits for what is under way, also at a node whose database ended at the last moment."""

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from tongban.config import compare, evening


def test_a_database_that_ended_just_now_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tries, mended = [], []

    def backlog(url: str) -> Any:
        tries.append(url)
        if not mended:
            raise psycopg.OperationalError("nobody there")
        return SimpleNamespace(quiet=True)

    monkeypatch.setattr(evening, "urls", lambda city: {"putuo": "p"})
    monkeypatch.setattr(compare, "backlog", backlog)
    left, _ = evening.quiet(SimpleNamespace(look_after=lambda: mended.append(1)))  # type: ignore[arg-type]
    assert left == [] and tries == ["p", "p"]


def test_one_that_stays_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def backlog(url: str) -> Any:
        raise psycopg.OperationalError("nobody there")

    monkeypatch.setattr(evening, "urls", lambda city: {"putuo": "p"})
    monkeypatch.setattr(compare, "backlog", backlog)
    left, _ = evening.quiet(SimpleNamespace(look_after=lambda: None), patience=-1.0)  # type: ignore[arg-type]
    assert left == ["putuo: nobody there"]
