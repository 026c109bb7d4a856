"""This process as the node putuo of a city of four, on the test's own database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.exchange.ring import enrolled
from tests.exchange.town import NODES
from tongban.exchange import keys
from tongban.exchange.keys import Keys
from tongban.plumbing import here
from tongban.plumbing.statements import ask

NODE, CITY = "putuo", "city"
OTHERS = tuple(code for code in NODES.by_code if code != NODE)


@contextmanager
def lived_in(folder: Path) -> Iterator[dict[str, Keys]]:
    """Be the node; everybody's keys."""
    # The flush after a test with real commits takes the row that a migration made.
    ask("insert into exchange_relay (id, asleep) values (1, false) on conflict do nothing returning id")
    held = enrolled(folder, "ed25519", *NODES.by_code)
    keys.use(held[NODE])
    try:
        with here.as_node(NODE, NODES):
            yield held
    finally:
        keys.use(None)
