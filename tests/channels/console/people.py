"""Staff for the console's tests: made as an administrator makes them, signed in as they sign in."""

import uuid

from django.test import Client

from tongban.domain.actor import SYSTEM
from tongban.flows import staffing
from tongban.plumbing import clock

PUTUO, YANGPU = "310107015", "310110009"
PASSWORD = "木棉-river-2026"


def hired(login: str, center: str = PUTUO, name: str = "", **powers: str) -> uuid.UUID:
    """A member with powers, given as power_with_underscores=place: ``hired("a", board_read="310107")``."""
    made = staffing.hire(SYSTEM, login, name or f"员工{login}", center, PASSWORD, at=clock.now(), must_change=False)
    for power, place in powers.items():
        staffing.grant(SYSTEM, made, power.replace("_", ".", 1), place, at=clock.now())
    return made


def signed_in(login: str, center: str = PUTUO, **powers: str) -> Client:
    """A browser in which this new member is signed in."""
    hired(login, center, **powers)
    client = Client()
    assert client.post("/login", {"login": login, "password": PASSWORD}).status_code == 302
    return client
