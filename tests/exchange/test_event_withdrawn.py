"""A whole life event is taken back at any counter of the city and online, wherever it was received: the request travels to the node that
received it, is done there once by the same rules, goes on to the holders of its cases, and its outcome comes back."""

import datetime as dt
import uuid

import msgspec
import pytest
from django.conf import settings
from django.test import Client

from tests.channels.resident.signed_in import sign_in
from tests.channels.window.work_members import client_of, hire, text
from tests.exchange.test_event_copies import asked, born, heads, received_in_putuo
from tests.exchange.test_event_town import open_part
from tests.exchange.test_town import all_hold
from tests.exchange.town import Town
from tests.flows import events
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff
from tongban.domain.refusals import NotFound, Refused
from tongban.exchange import letters, outbox, queries
from tongban.flows import compose, elsewhere, event_advance, event_withdraw, handle, serve
from tongban.plumbing import clock
from tongban.registers.catalog import city as city_source
from tongban.registers.mothers import queries as mothers

__all__ = ["born"]
SOURCE = city_source.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")
FIRST = "chusheng_zhengming"
SOON = dt.timedelta(seconds=3)


@pytest.fixture
def number(born: compose.MotherReceipt) -> str:
    """Its first part is held in Minhang once it was shown at a counter."""
    return born.number


def child_of(town: Town, number: str) -> str:
    """The case of the first part, which Minhang has."""
    child = open_part(town, number, FIRST, SON)
    with town.at("city"):
        assert town.nodes.host(events.child(child).holder) == "minhang"
    return child


def test_taken_back_at_a_counter_of_another_district_with_the_cases_that_others_hold(town: Town, number: str) -> None:
    child = child_of(town, number)
    clerk, met = asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        done = event_withdraw.withdraw(clerk, number, visit=met.visit, reason="asked", at=AT, key="back")
        assert (done.asked, done.to_withdraw) == ("city", ())
        again = event_withdraw.withdraw(clerk, number, visit=met.visit, reason="asked", at=AT + SOON, key="back")
        assert again == done and len(queries.asked_about(number)) == 1, "sent twice it is asked once"
        assert events.mother(number).stage == "open", "nothing is written here"
    town.carry()
    with town.at("minhang"):
        assert events.child(child).stage == "withdrawn"
    with town.at("yangpu"):
        (one,) = queries.asked_about(number)
        assert (one.act, one.state) == ("event.withdraw", "done")
        assert events.mother(number).stage == "withdrawn" and events.child(child).stage == "withdrawn"
        late = event_withdraw.withdraw(clerk, number, visit=met.visit, reason="asked", at=AT + 2 * SOON, key="back")
        assert late == done, "sent again when all is over, it is still that act"
    assert set(heads(town, number)) == {"city", "yangpu"} and len(set(heads(town, number).values())) == 1
    with town.at("city"):
        assert [(one.act, one.state) for one in queries.asked_about(child)] == [("case.withdraw", "done")]
    all_hold(town)


def test_what_is_decided_meanwhile_stays(town: Town, number: str) -> None:
    child = child_of(town, number)
    clerk, met = asked(town, "yangpu", YANGPU)
    with town.at("minhang"):
        events.decide(child, AT)
    with town.at("yangpu"):
        event_withdraw.withdraw(clerk, number, visit=met.visit, at=AT, key="back")
    town.carry()
    with town.at("minhang"):
        assert events.child(child).stage == "delivered"
    with town.at("city"):
        after = events.mother(number)
        assert after.stage == "withdrawn" and {one.state for one in after.parts} <= {"open", "ended", "dropped"}
    with town.at("yangpu"):
        assert [one.state for one in queries.asked_about(number)] == ["done"]


def test_what_was_over_at_home_is_refused_in_words(town: Town, number: str) -> None:
    clerk, met = asked(town, "yangpu", YANGPU)
    town.cut.add("yangpu")
    with town.at("city"):
        home = staff("310000001")
        visit = serve.meet(home, SON, how="card", at=AT).visit
        event_withdraw.withdraw(home, number, visit=visit, at=AT, key="home")
        n = events.mother(number).n
    with town.at("yangpu"):
        event_withdraw.withdraw(clerk, number, visit=met.visit, at=AT, key="late")
    town.cut.clear()
    town.carry()
    with town.at("yangpu"):
        (one,) = queries.asked_about(number)
        assert (one.state, one.code) == ("refused", "event.over") and "撤回" in one.text.zh
    with town.at("city"):
        assert events.mother(number).n == n


def test_the_reason_and_the_power_are_judged_as_at_home(town: Town, number: str) -> None:
    clerk, met = asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        with pytest.raises(Refused) as refused:
            event_withdraw.withdraw(clerk, number, visit=met.visit, reason="天气不好", at=AT, key="k")
        assert refused.value.code == "event.withdraw_reason"
        with pytest.raises(Refused) as refused:
            event_withdraw.withdraw(clerk, number, at=AT, key="k")
        assert refused.value.code == "event.visit_needed"
        other = serve.meet(clerk, MOTHER, how="card", at=AT)
        with pytest.raises(NotFound):
            event_withdraw.withdraw(clerk, number, visit=other.visit, at=AT, key="k")
        assert queries.asked_about(number) == []
    town.carry()
    with town.at("city"):
        assert events.mother(number).stage == "open"


def test_a_letter_takes_back_nothing_for_whom_its_node_does_not_serve(town: Town, number: str) -> None:
    asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        other = serve.meet(staff(YANGPU), MOTHER, how="card", at=AT)
        arguments = {"number": number, "items": [], "reason": "asked"}
        asker = letters.Asker("staff", "staff:1", YANGPU, (other.applicant,))
        request = letters.Request(uuid.uuid4().hex, "event.withdraw", number, "yangpu", asker, arguments)
        outbox.post("city", request, AT)
        for wrong in (
            {"id": uuid.uuid4().hex, "asker": letters.Asker("staff", "s", PUTUO, (other.applicant,))},
            {"id": uuid.uuid4().hex, "asker": letters.Asker("resident", "resident:x")},
        ):
            outbox.post("city", msgspec.structs.replace(request, **wrong), AT)
    town.carry()
    with town.at("city"):
        assert events.mother(number).stage == "open"
        assert [one.reason for one in queries.parked()] == ["not_holder"], "a center of another node"


def test_a_mandate_that_the_other_node_does_not_know_takes_back_nothing(town: Town, number: str) -> None:
    with town.at("yangpu"):
        clerk = staff(YANGPU)
        met = serve.meet(clerk, SON, how="card", agent=MOTHER, at=AT)
        serve.register_mandate(clerk, met.visit, until=dt.date(2027, 12, 31), paper="wt-1", at=AT)
    asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        assert event_withdraw.withdraw(clerk, number, visit=met.visit, at=AT, key="k").asked == "city"
    town.carry()
    with town.at("yangpu"):
        (one,) = queries.asked_about(number)
        assert (one.state, one.code) == ("refused", "mandate.none")
    with town.at("city"):
        assert events.mother(number).stage == "open"


def test_a_node_that_stopped_in_between_goes_on_where_it_was(
    town: Town, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mother case was taken back and the node stopped before its cases were: the request is still there and does the rest."""
    child = child_of(town, number)
    clerk, met = asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        event_withdraw.withdraw(clerk, number, visit=met.visit, at=AT, key="back")

    class Stopped(BaseException):
        pass

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as broken:
        broken.setattr(handle, "withdraw", stop)
        with pytest.raises(Stopped):
            town.carry()
    with town.at("city"):
        assert events.mother(number).stage == "withdrawn"
        n = events.mother(number).n
    town.talk()
    with town.at("city"):
        assert events.mother(number).n == n and events.child(child).stage == "withdrawn"
    with town.at("yangpu"):
        assert [one.state for one in queries.asked_about(number)] == ["done"]


def test_the_counter_shows_what_ends_and_takes_it_back(town: Town, number: str) -> None:
    child = child_of(town, number)
    with town.at("minhang"):
        events.decide(child, AT)
    town.carry()
    with town.at("city"):
        event_advance.advance(event_advance.SYSTEM, number, at=AT)
    town.carry()
    with clock.fixed(AT):
        with town.at("yangpu"):
            clerk = hire("yangpu", "顾窗口", YANGPU)
            met, client = serve.meet(clerk, SON, how="card", at=AT), client_of(clerk)
            home = f"/window/visit/{met.visit}/"
            address = f"{home}back/{number}"
            assert client.get(address).status_code == 404, "nothing is known of it before the city was asked"
            elsewhere.ask_of_person(clerk, met.visit, at=AT)
        town.carry()
        with town.at("yangpu"):
            assert address in client.get(home).content.decode()
            page = client.get(address)
            assert "收件在市级系统" in text(page) and "撤回后不再办理" in text(page) and "不变" in text(page)
            for nothing in ({"reason": "x"}, {"reason": ""}, {}):
                assert client.post(address, {"key": "k0"} | nothing).status_code in (400, 422), nothing
            assert not queries.asked_about(number)
            sent = client.post(address, {"key": "k1", "reason": "mistake"}, follow=True)
            assert "已转交收件的市级系统" in text(sent) and "等待答复" in text(sent)
            waits = client.get(address)
            assert "等待答复" in text(waits) and 'name="key"' not in text(waits) and "F9" not in waits.content.decode()
            again = client.post(address, {"key": "k1", "reason": "mistake"}, follow=True)
            assert "已转交收件的市级系统" in text(again) and len(queries.asked_about(number)) == 1
        town.carry()
        with town.at("yangpu"):
            done = client.get(home)
            assert address not in done.content.decode() and "撤回一件事" in text(done) and "已办" in text(done)
            assert "已撤回" in text(client.get(address))
    with town.at("city"):
        (last,) = (one for one in mothers.log(number) if b"event_withdrawn" in one.body)
        assert b'"reason":"mistake"' in last.body and last.by.startswith("yangpu/staff:")


def test_what_a_district_received_is_taken_back_from_home(town: Town) -> None:
    """The resident's door is at the city; the event was handed in at a counter in Putuo."""
    number = received_in_putuo(town)
    with clock.fixed(AT):
        with town.at("city"):
            client = Client()
            sign_in(client, SON)
            page = client.get(f"/mine/{number}")
            assert "确定撤回" in text(page)
            sent = client.post(f"/mine/{number}/event-withdraw", {"key": "k"}, follow=True)
            assert "已转交收件的普陀区系统" in text(sent) and "等待答复" in text(sent)
            assert "确定撤回" not in text(sent), "asked once, it is not offered again"
        town.carry()
        with town.at("city"):
            seen = text(client.get(f"/mine/{number}"))
            assert "普陀区系统已办" in seen and "已撤回" in seen
    with town.at("putuo"):
        assert events.mother(number).stage == "withdrawn"
    all_hold(town)
