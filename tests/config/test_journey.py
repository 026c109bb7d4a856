"""The founding journey: four items, three centers, one trip; and playing it again, also tomorrow, changes nothing."""

import datetime as dt

import pytest

from tests.conftest import AT
from tests.counter import counter, pretended_city
from tongban.config import demo, journey
from tongban.config.journey import Journey
from tongban.domain.actor import SYSTEM
from tongban.plumbing import clock
from tongban.reads import verify
from tongban.registers.cases import queries as cases

__all__ = ["counter", "pretended_city"]
DAY = dt.timedelta(days=1)


def _played(at: dt.datetime) -> Journey:
    with clock.fixed(at):
        tale = Journey(demo.make(at), at - 4 * DAY - dt.timedelta(hours=2))
        assert len(list(tale.play())) == 11
    return tale


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shanghai", "counter")
def test_the_journey_ends_well_and_once():
    tale = _played(AT)
    numbers = [receipt.number for receipt in tale.receipts]
    logs = {number: cases.log(number) for number in numbers}
    assert [receipt.item for receipt in tale.receipts] == ["jinglaoka", "dibao", "yidi_jiuyi", "lianzu"]
    assert {cases.get(number).case.stage for number in numbers} == {"delivered"}
    again = _played(AT + DAY)
    assert [receipt.number for receipt in again.receipts] == numbers
    assert {number: cases.log(number) for number in numbers} == logs
    with clock.fixed(AT + DAY):
        done = list(verify.verify(SYSTEM))[-1]
    assert (done.cases, done.wrong) == (4, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shanghai", "counter")
def test_a_rewritten_story_is_another_one(monkeypatch):
    first = [receipt.number for receipt in _played(AT).receipts]
    monkeypatch.setattr(journey, "STORY", "journey:rewritten")
    assert not {receipt.number for receipt in _played(AT + DAY).receipts} & set(first)
