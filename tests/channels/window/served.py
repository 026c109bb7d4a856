"""How the window tests drive the counter: through its pages, as a browser would."""

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.counter import PASSWORD, Counter
from tongban.plumbing.ids import new_id

HX = {"HX-Request": "true"}


def clerk(login: str = "li.wei") -> Client:
    """A browser in which this member is signed in."""
    client = Client()
    answer = client.post("/login", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def start(client: Client, counter: Counter, name: str) -> str:
    """Read the card of a resident; returns the address of the visit."""
    counter.card(name)
    answer = client.post("/window/card", {"key": str(new_id()), "for": "self"})
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def text(answer: Any) -> str:
    """The page as text."""
    return answer.content.decode()


class _Form(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.inside, self.found = form, False, []
        self.select: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if tag == "form":
            self.inside = a.get("id") == self.form
        if not (a.get("form") == self.form or (self.inside and "form" not in a)):
            return
        if tag == "input" and a.get("type") not in ("radio", "checkbox", "file", "submit") and a.get("name"):
            self.found.append((a["name"], a.get("value", "")))
        elif tag == "input" and a.get("type") in ("radio", "checkbox") and "checked" in a:
            self.found.append((a["name"], a.get("value", "on")))
        elif tag == "select":
            self.select = a.get("name")
        elif tag == "option" and self.select and "selected" in a:
            self.found.append((self.select, a.get("value", "")))
        elif tag == "textarea":
            self.area = a.get("name")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found.append((self.area, data))
            self.area = None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "select":
            self.select = None


def form(page: str, form_id: str = "item-form") -> dict[str, list[str]]:
    """What a browser would send of a form as it stands."""
    parser = _Form(form_id)
    parser.feed(page)
    values: dict[str, list[str]] = {}
    for name, value in parser.found:
        values.setdefault(name, []).append(value)
    return values


def words(page: str) -> str:
    """The page without its tags, spaces put together."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
