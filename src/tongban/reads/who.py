"""Who acts, and what the screens call them and their places: the door's view of the staff and catalog registers."""

import datetime as dt
import uuid
from typing import Any

from tongban.domain.actor import Actor
from tongban.domain.refusals import NotFound
from tongban.domain.text import Text
from tongban.registers.catalog import queries as catalog
from tongban.registers.staff import queries as staff
from tongban.registers.staff.queries import MachineToken, Member

WHOLE_CITY = Text("全市", "The whole city")
SYSTEM_NAME = Text("系统", "The system")


def signed_in(user: Any, at: dt.datetime) -> Actor:
    """The actor a signed-in member is at this moment (``user`` is what Django's session holds)."""
    return staff.actor_of(user, at)


def machine(token: str, at: dt.datetime) -> Actor | None:
    """The machine that holds this token; None when it is unknown, ended or expired."""
    return staff.actor_of_token(token, at)


def member(actor: Actor, staff_id: uuid.UUID, at: dt.datetime) -> Member:
    """One member with running powers, for their manager or themselves; NotFound otherwise."""
    return staff.member(actor, staff_id, at)


def members(actor: Actor, *, search: str = "", place: str = "", after: str = "", limit: int = 50) -> list[Member]:
    """Members of the places the actor manages, by login, after the cursor ``after``."""
    return staff.members(actor, search=search, place=place, after=after, limit=limit)


def tokens(actor: Actor) -> list[MachineToken]:
    """Tokens of the places the actor manages."""
    return staff.tokens(actor)


def place(code: str) -> Text:
    """The name of a center (9 digits), division or the city; the code itself when it is not known."""
    if code == "310000":
        return WHOLE_CITY
    try:
        places = catalog.places()
    except NotFound:
        # No catalog is published yet: the door must open all the same.
        return Text(code, code)
    found = places.center_of(code) or places.divisions.get(code)
    return found.name if found else Text(code, code)
