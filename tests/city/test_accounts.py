"""The storm's accounts: what nobody else had heard of is counted and nothing else is forgiven."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.city import chaos
from tongban.config import compare, evening
from tongban.config.compare import Compared

URLS = {"city": "c", "putuo": "p"}


def story(number: str, stage: str = "delivered", closed: bool = True) -> Any:
    return SimpleNamespace(number=number, stage=stage, closed=closed)


def accounts(monkeypatch: pytest.MonkeyPatch, there: set[str], unheard: set[str]) -> tuple[list[str], chaos.Outcome]:
    """Three cases were told to the machines; ``there``: those that the city still has, as accepted."""
    monkeypatch.setattr(evening, "urls", lambda city: URLS)
    monkeypatch.setattr(compare, "compare", lambda urls, nodes: Compared(cases=len(there), numbers=set(there)))
    monkeypatch.setattr(compare, "rows", lambda url, sql: [(number, "accepted") for number in there])
    city = SimpleNamespace(nodes=SimpleNamespace(city="city"))
    day = SimpleNamespace(stories={number: story(number) for number in ("1", "2", "3")})
    found = chaos.Outcome(1)
    return chaos._kept(city, day, unheard, found), found  # type: ignore[arg-type]


def test_what_went_with_a_disk_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, found = accounts(monkeypatch, {"2"}, {"1", "2", "3"})
    assert wrong == [] and (found.unheard, found.rolled_back) == (2, 1)


def test_what_anybody_else_had_heard_of_must_be_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, found = accounts(monkeypatch, {"2", "3", "4"}, {"3"})
    assert wrong == [
        "1: received and lost", "4: is there and nobody was told",
        "1: was told delivered, is None", "2: was told delivered, is accepted",
    ]  # fmt: skip
    assert (found.unheard, found.rolled_back) == (0, 1)
