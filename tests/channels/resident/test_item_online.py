"""An item that may be begun online begins on its guide, and nowhere else; its pages are those of a life event."""

import re

import pytest
from django.test import Client

from tests.channels.resident.signed_in import sign_in
from tests.channels.resident.test_life import body, send
from tests.conftest import AT
from tests.flows.people import SON
from tongban.plumbing import clock
from tongban.registers.mothers import queries as mothers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
ITEM = "gjj_geren_kaihu"


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def visible(text: str) -> str:
    return re.sub(r"<[^>]*>", " ", text)


def test_only_what_may_be_begun_online_shows_so(client: Client) -> None:
    assert f"/events/item-{ITEM}/start" in body(client.get(f"/items/{ITEM}/"))
    assert "/start" not in body(client.get("/items/jinglaoka/"))
    assert client.get("/events/item-nothing/").status_code == 404


def test_from_the_guide_to_the_form_and_on_another_day(client: Client) -> None:
    sign_in(client, SON)
    started = client.get(f"/events/item-{ITEM}/start")
    assert started.status_code == 200
    assert "item-" not in visible(body(started))
    page = client.get(f"/events/item-{ITEM}/form")
    assert page.status_code == 200
    send(client, f"/events/item-{ITEM}/form", phone="13800138000")
    (draft,) = mothers.drafts_of(sign_in(client, SON).applicant)
    assert draft.event == f"item-{ITEM}"
    assert "13800138000" in body(client.get(f"/events/item-{ITEM}/form"))
    assert "item-" not in visible(body(client.get("/mine/")))
