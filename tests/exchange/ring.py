"""Nodes with keys for tests: each node's private file and one ring, in a folder."""

import datetime as dt
from pathlib import Path

from tongban.exchange import keys
from tongban.exchange.keys import Keys

AT = dt.datetime(2026, 9, 1, 2, 0, tzinfo=dt.UTC)


def enrolled(folder: Path, provider: str, *nodes: str, at: dt.datetime = AT) -> dict[str, Keys]:
    """Make keys for these nodes and return what each of them reads."""
    for node in nodes:
        keys.enrol(folder / "ring.json", keys.make(folder / f"{node}.json", node, provider, at=at))
    return {node: keys.load(folder / f"{node}.json", folder / "ring.json") for node in nodes}
