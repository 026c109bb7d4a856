"""The other nodes of a city around the one whose pages a browser shows: each has its own tables in this process, and what they tell
each other goes through real bags. The one in the browser stands on the tables that the live server reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from playwright.sync_api import Page

from tests.exchange.town import Town
from tongban.config import nodes as layouts
from tongban.domain.actor import SYSTEM
from tongban.domain.nodes import Nodes
from tongban.flows import publish
from tongban.plumbing import clock, here

LAYOUT = Nodes(
    tuple(
        one
        for one in layouts.load(settings.CITY_FOLDER / "nodes.yaml", "city").nodes
        if one.code in ("city", "putuo", "yangpu")
    )
)
# Nothing of a page may be under way while this process is another node for a moment.
UNDER_WAY = """() => document.readyState === "complete" && !document.querySelector(".htmx-request")"""


class Neighbours(Town):
    """A town of which one node, ``door``, is on the tables that the live server reads."""

    def __init__(self, folder: Path, door: str, city: Any) -> None:
        self.door, self.pages = door, list[Page]()
        super().__init__(folder, LAYOUT)
        self.clock = clock.now()
        with self.at("city"):
            publish.publish(SYSTEM, city, at=self.clock, note="tests")
        self.talk()

    @contextmanager
    def at(self, code: str) -> Iterator[None]:
        """Be this node. What the browser sends meanwhile waits until the test looks at its page again."""
        with super().at(code):
            if code == self.door:
                with connection.cursor() as cursor:
                    cursor.execute("set search_path = public")
            yield

    def show(self, page: Page) -> Page:
        """Let a page be held while the process is another node: a request goes on only while the test waits for the page."""
        page.route("**/*", lambda route: route.continue_())
        self.pages.append(page)
        return page

    def carry(self, rounds: int = 10) -> None:
        """Carry letters until nobody has any, with every page at rest."""
        for page in self.pages:
            page.wait_for_function(UNDER_WAY)
        super().carry(rounds)


@contextmanager
def around(folder: Path, door: str, city: Any) -> Iterator[Neighbours]:
    """The town for one test; afterwards nothing of it is left."""
    try:
        with here.as_node(door, LAYOUT):
            yield Neighbours(folder, door, city)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("set search_path = public")
            for code in LAYOUT.by_code:
                cursor.execute(f"drop schema if exists n_{code} cascade")
