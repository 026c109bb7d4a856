"""Signed-in members of two centers for the tests of the back office, and the split case that travels between them."""

import datetime as dt
import html
import re

from django.test import Client

from tests.conftest import AT
from tests.flows.people import PUTUO, YANGPU
from tongban.domain.actor import SYSTEM, Actor
from tongban.flows import staffing
from tongban.reads import who
from tongban.registers.staff.models import Staff

PASSWORD = "木棉-river-2026"
BACK_OFFICE = ("case.receive", "case.handle", "case.read", "person.read")


def hire(login: str, name: str, center: str, powers: tuple[str, ...] = BACK_OFFICE, place: str = "") -> Actor:
    """A member with these powers in this place, as the actor that the pages will see."""
    made = staffing.hire(SYSTEM, login, name, center, PASSWORD, at=AT - dt.timedelta(days=30), must_change=False)
    for power in powers:
        staffing.grant(SYSTEM, made, power, place or center, at=AT - dt.timedelta(days=30))
    return who.signed_in(Staff.objects.get(id=made), AT)


def client_of(actor: Actor) -> Client:
    """A browser of this member, already through the door."""
    client = Client()
    client.force_login(
        Staff.objects.get(id=actor.ref.removeprefix("staff:")), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def putuo() -> Actor:
    """The receiving center's clerk."""
    return hire("putuo", "林后台", PUTUO)


def yangpu(login: str = "yangpu", name: str = "顾后台", powers: tuple[str, ...] = BACK_OFFICE) -> Actor:
    """The home center's clerk."""
    return hire(login, name, YANGPU, powers)


def text(answer: object) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"(?s)<head>.*?</head>|<dialog.*?</dialog>", "", answer.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def hidden(answer: object, act: str) -> dict[str, str]:
    """The hidden values of the form of an act, as a browser would send them."""
    body = answer.content.decode()  # type: ignore[attr-defined]
    form = re.search(rf'(?s)<form[^>]*action="[^"]*/act/{act}".*?</form>', body)
    assert form, f"there is no form for {act}"
    return dict(re.findall(r'<input type="hidden" name="(n|key|visit)" value="([^"]*)"', form[0]))
