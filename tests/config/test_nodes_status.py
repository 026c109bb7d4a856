"""`tongban nodes status` on a narrow terminal: no name, code or figure is cut, and what a retired node leaves behind is no line."""

import datetime as dt
import io
import re

from rich.console import Console

from tests.conftest import AT
from tongban.config.commands.nodes import _tables
from tongban.exchange.queries import LaneIn, LaneLine, Peer, worth_a_line
from tongban.plumbing import here

DIGEST = "3f" * 32


def printed(*codes: str, width: int = 80) -> str:
    found = [
        {
            "node": code, "at": AT, "schema": 4, "catalog": DIGEST, "parked": 1, "refused": 0, "recalling": None,
            "out": [LaneLine("huangpu", "letters", 1_234_567, 1_234_567, 1_234_000, 567, AT, AT, AT, 120)],
            "peers": [Peer("huangpu", AT - dt.timedelta(seconds=3), AT, 3, DIGEST, 21, "0.1")],
        }
        for code in codes
    ]  # fmt: skip
    paper = io.StringIO()
    Console(width=width, file=paper).print(*_tables(found))
    return paper.getvalue()


def test_eighty_columns_are_enough() -> None:
    said = printed("pudong")
    assert "…" not in said and max(map(len, said.splitlines())) <= 80
    assert "Lanes from pudong" in said
    assert re.search(r"huangpu +letters +1,234,567 +1,234,567 +1,234,000 +567 +0 s +120", said)
    assert re.search(rf"huangpu +{DIGEST[:12]} +3 s ago +\+3 s +3 +21", said)


def test_of_several_nodes_each_line_says_whose_it_is() -> None:
    said = printed("city", "pudong", width=120)
    assert len(re.findall(r"^(?:city|pudong) +huangpu +letters", said, re.M)) == 2


def test_a_node_that_the_layout_no_longer_has_is_shown_only_while_something_waits() -> None:
    there = here.node()
    assert worth_a_line(there, 0) and not worth_a_line("retired", 0) and worth_a_line("retired", 1)


def test_what_waits_on_the_way_in_is_what_was_sent_and_not_applied() -> None:
    assert LaneIn("putuo", "letters", 3, 5, AT, 0).waiting == 2
    assert LaneIn("putuo", "letters", 5, 3, AT, 0).waiting == 0
