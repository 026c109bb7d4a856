"""A person is told by message what they must know, once for each fact, after the act; the text names nobody and no item."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from django.conf import settings

from tests.channels.resident.cases import correcting
from tests.conftest import AT
from tests.flows.people import MOTHER, SON
from tests.flows.test_reactions import jobs
from tongban.config import wiring
from tongban.domain.ports import Message
from tongban.flows import notify
from tongban.plumbing import outside
from tongban.plumbing.audit.models import Line
from tongban.plumbing.jobs import TryAgain
from tongban.registers.cases import queries as cases

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings):
    settings.TONGBAN_MESSAGES = tmp_path / "messages"
    wiring.forget()
    outside.forget()
    yield
    wiring.forget()
    outside.forget()


def sent() -> list[Message]:
    return [
        msgspec.json.decode(p.read_bytes(), type=Message) for p in sorted(Path(settings.TONGBAN_MESSAGES).glob("*"))
    ]


def test_a_correction_is_told_once_with_its_date() -> None:
    receipt = correcting(AT)
    for _ in range(2):
        notify.notify(receipt.number, _asked(receipt.number), AT)
    (message,) = sent()
    assert (message.way, message.to) == ("sms", "13800138000")
    assert receipt.number in message.text
    assert "补正" in message.text
    assert str(dt.date(2026, 9, 1).year) in message.text
    for personal in (MOTHER.name, SON.name, MOTHER.number, "敬老卡"):
        assert personal not in message.text
    line = Line.objects.get(act="message.sent")
    assert "13800138000" not in line.detail
    mode = next(Path(settings.TONGBAN_MESSAGES).glob("*")).stat().st_mode
    assert mode & 0o077 == 0


def test_facts_that_nobody_waits_for_are_not_sent() -> None:
    receipt = correcting(AT)
    notify.notify(receipt.number, 1, AT)
    assert sent() == []


def test_a_dead_gateway_is_tried_again(settings) -> None:
    settings.TONGBAN_MESSAGES_URL = "http://127.0.0.1:9"
    wiring.forget()
    receipt = correcting(AT)
    with pytest.raises(TryAgain):
        notify.notify(receipt.number, _asked(receipt.number), AT)
    assert not Line.objects.filter(act="message.sent").exists()


def _asked(number: str) -> int:
    return cases.log(number)[-1].n


def test_it_is_deferred_with_the_act() -> None:
    receipt = correcting(AT)
    wanted = ("tongban.notify", {"number": receipt.number, "n": _asked(receipt.number)})
    assert wanted in jobs()
