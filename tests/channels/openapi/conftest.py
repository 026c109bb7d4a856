"""A machine with a token, and a client that speaks JSON."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.conftest import AT
from tests.flows.people import PUTUO
from tongban.domain.actor import CITY, Actor, Grant
from tongban.flows import staffing
from tongban.plumbing import clock

MANAGER = Actor("staff", "staff:chief", "主任", CITY, (Grant("staff.manage", CITY),))
EVERY = ("case.receive", "case.handle", "case.read", "person.read")
_keys = itertools.count(1)


class Machine:
    """Speaks to the API with one token."""

    def __init__(self, raw: str) -> None:
        self.raw, self.client = raw, Client()

    def __call__(self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.raw}"} if self.raw else {}
        if method in ("POST", "PUT") and key != "":
            given["Idempotency-Key"] = key or f"k{next(_keys)}"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, Any] = {"data": body, "content_type": "application/json"} if body is not None else {}
        return self.client.generic(method, f"/api/v1{path}", headers=given, **_bytes(sent))

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self("POST", path, {} if body is None else body, **more)


def _bytes(sent: dict[str, Any]) -> dict[str, Any]:
    import msgspec

    if sent and not isinstance(sent["data"], bytes | str):
        sent["data"] = msgspec.json.encode(sent["data"])
    return sent


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """The clock of these tests stands at the day on which the city was published."""
    with clock.fixed(AT):
        yield


@pytest.fixture
def machine() -> Callable[..., Machine]:
    """Issue a token with these powers in a place and give the machine that holds it."""

    def issue(place: str = PUTUO, *powers: str, also: tuple[tuple[str, str], ...] = ()) -> Machine:
        grants = [(p, place) for p in powers or EVERY] + list(also)
        token = staffing.issue_token(
            MANAGER, f"测试机{next(_keys)}", place, grants, expires=AT + dt.timedelta(days=30), at=AT
        )
        return Machine(token.raw)

    return issue
