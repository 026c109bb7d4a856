"""A node put back to an older backup has the newest life events again: their logs come from the city's copies (and the city's own from
the districts'), as those of cases do. What was typed lay only there: the person is asked once more, and the event goes on."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection

from tests.exchange.test_event_copies import ITEM, asked, heads, received_in_putuo
from tests.exchange.test_event_town import jobs
from tests.exchange.test_town import all_hold, back_up, restore
from tests.exchange.town import Town
from tests.flows import events
from tests.flows.people import PUTUO, SON, YANGPU, staff
from tongban.domain.actor import SYSTEM
from tongban.domain.event_intake import EventIntake
from tongban.domain.event_part import EventForm
from tongban.domain.refusals import Refused
from tongban.exchange import letters, outbox, queries
from tongban.exchange.letters import EventLog
from tongban.flows import compose, event_advance, event_theme, event_withdraw, incoming, recall, serve
from tongban.plumbing.jobs import TryAgain
from tongban.reads import mother as shown
from tongban.reads import verify
from tongban.registers.catalog import city as city_source
from tongban.registers.mothers import queries as mothers

SOURCE = city_source.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")


def row(number: str) -> tuple[bool, dt.date | None]:
    with connection.cursor() as cursor:
        cursor.execute("select here, wake_on from mothers_mother where number = %s", [number])
        return cursor.fetchone()


def hears(town: Town, node: str) -> None:
    """The others tell a restored node where its lanes are, and it asks for what it has forgotten."""
    for other in town.nodes.by_code:
        if other != node:
            town.status(other, node)
    with town.at(node):
        incoming.restored(town.clock)


def handed_in(clerk, visit: str) -> str:
    """A second life event of the same person."""
    given = events.given(SOURCE.event_situations, "birth")
    for turn in range(events.TIMES):
        try:
            return compose.submit(clerk, visit, "birth", given, channel="window", at=AT, key=f"2:{turn}").number
        except Refused as refused:
            given = events.mended(given, refused, AT.date(), grade="B")
    raise AssertionError("still refused")


def answered(clerk, visit: str, number: str, item: str, at: dt.datetime) -> None:
    """The person says once more what they had said, and brings what the part lacks, until it goes on."""
    given = events.given(SOURCE.event_situations, "birth")
    said = EventIntake(answers=given.answers, center=given.center)
    for _ in range(events.TIMES):
        try:
            compose.amend(clerk, visit, number, item, said, at=at, key="")
        except Refused as refused:
            said = events.mended(said, refused, at.date(), grade="B", counter=False)
        else:
            return
    raise AssertionError("still refused")


def test_a_district_has_its_newest_life_events_again(town: Town) -> None:
    old = received_in_putuo(town)
    town.talk()
    back_up("putuo")
    with town.at("putuo"):
        before, clerk = mothers.get(old).mother, staff(PUTUO)
        visit = serve.meet(clerk, SON, how="card", at=AT).visit
        event_withdraw.withdraw(clerk, old, visit=visit, at=AT, key="back")
        new = handed_in(clerk, visit)
        wakes = row(new)
    town.carry()
    town.talk()
    kept = heads(town, old), heads(town, new)
    assert set(kept[1]) == {"putuo", "city"}
    restore("putuo")
    with town.at("putuo"):
        assert mothers.get(new) is None and mothers.get(old).mother == before
    hears(town, "putuo")
    with town.at("putuo"):
        with pytest.raises(TryAgain):
            event_advance.advance_event(old, 1, AT)
        with pytest.raises(TryAgain):
            event_theme.react(old, 1, AT)
        assert event_advance.advance_due(AT + dt.timedelta(days=400)) == 0, "nothing is written upon an older state"
    town.carry()
    town.talk()
    assert (heads(town, old), heads(town, new)) == kept
    with town.at("putuo"):
        assert queries.caught_up() and queries.parked() == []
        assert mothers.get(old).mother.stage == "withdrawn" and row(new) == wakes and row(new)[0]
        assert "tongban.advance_event" in jobs()
        *_, done = verify.verify(SYSTEM)
        assert done.wrong and all("restored from a backup" in line for line in done.wrong), done.wrong


def test_the_city_has_its_own_from_a_district_and_the_person_is_asked_once_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Received over the web, at the city, after its backup; a counter in Yangpu had asked for it. Pieces of one show that life events go
    with the cases."""
    monkeypatch.setattr(recall, "BATCH", 1)
    town.clock = AT
    town.talk()
    back_up("city")
    with town.at("city"):
        _, _, receipt, _ = events.submitted("birth", events.given(SOURCE.event_situations, "birth"), SON, AT)
    number = receipt.number
    town.carry()
    asked(town, "yangpu", YANGPU)
    town.talk()
    kept = heads(town, number)
    assert set(kept) == {"city", "yangpu"}
    restore("city")
    with town.at("city"):
        assert mothers.get(number) is None
    hears(town, "city")
    for _ in range(8):
        town.carry()
        town.talk()
    assert heads(town, number) == kept
    with town.at("city"):
        assert queries.caught_up() and row(number)[0]
        assert event_theme._form(mothers.get(number).mother) == EventForm(EventIntake()), (
            "what was typed is gone, and said so"
        )
        event_advance.advance_event(number, 0, AT)
        part = next(p for p in shown.mine(SYSTEM, number, today=AT.date()).parts if p.item == ITEM)
        assert part.state == "held" and len(part.missing) > 1, "what was typed is asked for again"
        n = events.mother(number).n
        event_advance.advance_event(number, 0, AT)
        assert events.mother(number).n == n, "and once"
        clerk = staff("310000001")
        answered(clerk, serve.meet(clerk, SON, how="card", at=AT).visit, number, ITEM, AT)
        assert events.mother(number).of(ITEM).state == "open"
    town.carry()
    assert len(set(heads(town, number).values())) == 1


def test_nobody_tells_a_node_of_its_own_that_was_not_restored(town: Town) -> None:
    number = received_in_putuo(town)
    with town.at("putuo"):
        before = mothers.get(number).mother
        log, code = mothers.log(number), mothers.get(number).query_code
        for table in ("mothers_form", "mothers_fact", "mothers_mother"):
            with connection.cursor() as cursor:
                cursor.execute(f"delete from n_putuo.{table}")
    for sender in ("city", "minhang"):
        with town.at(sender):
            outbox.post("putuo", EventLog(number, code, tuple(letters.logged(one) for one in log)), AT)
    town.carry()
    with town.at("putuo"):
        assert mothers.get(number) is None
        assert [one.reason for one in queries.parked()] == ["not_holder"], "from a district, without a restored backup"
    assert before.n


def test_a_recall_tells_of_life_events_only_to_whom_they_concern(town: Town) -> None:
    number = received_in_putuo(town)
    with town.at("yangpu"):
        outbox.post("city", letters.Recall(AT - dt.timedelta(days=1)), AT)
    town.carry()
    town.talk()
    assert "yangpu" not in heads(town, number)
    all_hold(town)
