"""Handed in: a page that says so beyond doubt, a receipt on paper, dates for a calendar; at home and at the counter, for nobody else."""

import pytest
from django.conf import settings
from django.test import Client

from tests.channels.resident.signed_in import sign_in
from tests.flows import events
from tests.flows.people import MOTHER, SON
from tongban.plumbing import clock
from tongban.registers.catalog import city

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "retire")


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


@pytest.fixture
def number() -> str:
    _, _, receipt, _ = events.submitted("retire", events.given(SOURCE.event_situations, "retire"), SON, AT)
    return receipt.number


def test_the_submitted_page_says_so_and_says_what_is_left_to_do(client: Client, number: str) -> None:
    sign_in(client, SON)
    text = client.get(f"/done/{number}").content.decode()
    for words in ("已提交，城市已经收到", number, "查询码", "全部办好最迟", "包括的事项"):
        assert words in text


def test_the_receipt_is_a_pdf_and_the_dates_are_a_calendar_without_names(client: Client, number: str) -> None:
    sign_in(client, SON)
    paper = client.get(f"/done/{number}/receipt.pdf")
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF-")
    dates = client.get(f"/done/{number}/dates.ics")
    said = dates.content.decode()
    assert dates["Content-Type"].startswith("text/calendar") and said.startswith("BEGIN:VCALENDAR\r\n")
    assert said.count("BEGIN:VEVENT") == len(events.mother(number).parts)
    assert SON.name not in said and all(len(line.encode()) <= 75 for line in said.split("\r\n"))


def test_nobody_else_opens_it(client: Client, number: str) -> None:
    sign_in(client, MOTHER)
    for path in (f"/done/{number}", f"/done/{number}/receipt.pdf", f"/done/{number}/dates.ics"):
        assert client.get(path).status_code == 404
