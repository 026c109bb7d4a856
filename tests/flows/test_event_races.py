"""A life event when two do something at the same moment, or one case is broken: nothing is done twice, and one
that cannot go on holds up no other."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection

from tests.flows import events
from tests.flows.people import SON
from tongban.domain import mother as rule
from tongban.flows import event_advance
from tongban.registers.catalog import city
from tongban.registers.mothers import queries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")


def submitted(event: str, at: dt.datetime) -> str:
    _, _, receipt, _ = events.submitted(event, events.given(SOURCE.event_situations, event), SON, at)
    return receipt.number


def test_two_workers_open_a_part_once() -> None:
    number = submitted("birth", AT)
    for one in events.mother(number).parts:
        if one.state == "open":
            events.decide(one.number, AT)
    together = Barrier(4)

    def work(_: int) -> None:
        together.wait()
        try:
            event_advance.advance_event(number, 0, AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    opened = [f.item for e in queries.log(number) if isinstance(f := rule.decode(e.body), rule.ChildOpened)]
    held = [f.item for e in queries.log(number) if isinstance(f := rule.decode(e.body), rule.Held)]
    assert len(opened) == len(set(opened)) and len(held) == len(set(held))


def test_one_event_that_cannot_go_on_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def advance(actor: object, number: str, **more: object) -> None:
        if number == "A":
            raise RuntimeError("broken")
        done.append(number)

    monkeypatch.setattr(event_advance.mothers, "waking", lambda on, most: ["A", "B"])
    monkeypatch.setattr(event_advance, "advance", advance)
    with pytest.raises(RuntimeError):
        event_advance.advance_due(AT)
    assert done == ["B"], "told as a failed job, after the others"
