"""A part of a life event that waits for its person is answered at any counter of the city: the log of the event is there as a copy, the
answer travels to the node that received it, and what came of it comes back. What was typed stays where it was received."""

import datetime as dt
import re
import uuid

import msgspec
import pytest
from django.conf import settings
from django.db import connection

from tests.channels.window.work_members import client_of, hire, text
from tests.exchange.town import Town
from tests.flows import events
from tests.flows.people import MINHANG, MOTHER, PUTUO, SON, YANGPU, staff
from tongban.domain.case import Case
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import NotFound, Problem, Refused
from tongban.exchange import letters, outbox, queries
from tongban.exchange.letters import EventLog
from tongban.flows import compose, elsewhere, event_advance, handle, serve
from tongban.plumbing import clock
from tongban.reads import mother as shown
from tongban.reads import my_events
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import city as city_source
from tongban.registers.mothers import checks
from tongban.registers.mothers import queries as mothers

SOURCE = city_source.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")
ITEM, OTHER = "chusheng_zhengming", "yufang_jiezhong"
NAMES = {item.code: item.name.zh for item in SOURCE.city.items}


@pytest.fixture
def born(town: Town) -> compose.MotherReceipt:
    """Received over the web, at the city; its first part waits for a paper that is shown at a counter."""
    town.clock = AT
    town.talk()
    with town.at("city"):
        given = events.given(SOURCE.event_situations, "birth")
        said = {"hukou_division": YANGPU, "residence_division": MINHANG}
        given = msgspec.structs.replace(given, center=MINHANG, answers=given.answers | said)
        _, _, receipt, _ = events.submitted("birth", given, SON, AT)
    town.carry()
    return receipt


def asked(town: Town, code: str, center: str):
    with town.at(code):
        clerk = staff(center)
        met = serve.meet(clerk, SON, how="card", at=AT)
        elsewhere.ask_of_person(clerk, met.visit, at=AT)
    town.carry()
    return clerk, met


def received_in_putuo(town: Town) -> str:
    """Told at a counter there; everybody whom it concerns has heard of it."""
    town.clock = AT
    town.talk()
    with town.at("putuo"):
        number = at_counter(PUTUO).number
    town.carry()
    return number


def heads(town: Town, number: str) -> dict[str, bytes]:
    found = {}
    for code in town.nodes.by_code:
        with town.at(code):
            if (one := mothers.get(number)) is not None:
                found[code] = one.mother.head
    return found


def amend(town: Town, code: str, clerk, met, number: str) -> EventIntake:
    """Bring what the copy says that the part lacks."""
    with town.at(code):
        part = next(p for p in shown.of_visit(clerk, met.visit, number, today=AT.date()).parts if p.item == ITEM)
        assert part.state == "held" and part.missing
        problems = tuple(Problem(one.code, one.what, one.pointer) for one in part.missing)
        said = events.mended(EventIntake(), Refused("x", "x", problems=problems), AT.date(), grade="B", counter=False)
        receipt = compose.amend(clerk, met.visit, number, ITEM, said, at=AT, key="amend")
        again = compose.amend(clerk, met.visit, number, ITEM, said, at=AT + dt.timedelta(seconds=3), key="amend")
        assert receipt.asked == "city" and again == receipt, "sent twice it is asked once"
    return said


def test_a_held_part_is_answered_in_another_district(town: Town, born: compose.MotherReceipt) -> None:
    with town.at("city"):
        assert events.mother(born.number).of(ITEM).state == "held"
    clerk, met = asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        (line,) = shown.lines_of(met.applicant)
        assert line.number == born.number and line.held
        assert mothers.form(born.number, events.mother(born.number).form) is None, "what was typed is not here"
        assert list(checks.damaged()) == [] and list(checks.children()) == []
    amend(town, "yangpu", clerk, met, born.number)
    town.carry()
    with town.at("city"):
        assert events.mother(born.number).of(ITEM).state == "open"
    with town.at("yangpu"):
        (done,) = queries.asked_about(born.number)
        assert (done.act, done.item, done.state) == ("event.amend", ITEM, "done")
        assert events.mother(born.number).of(ITEM).state == "open", "and it is seen here"
    all_alike = heads(town, born.number)
    assert set(all_alike) == {"city", "yangpu"} and len(set(all_alike.values())) == 1


def test_what_still_lacks_comes_back_in_words(town: Town, born: compose.MotherReceipt) -> None:
    clerk, met = asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        compose.amend(clerk, met.visit, born.number, ITEM, EventIntake(), at=AT, key="k")
    town.carry()
    with town.at("yangpu"):
        (done,) = queries.asked_about(born.number)
        assert (done.state, done.code) == ("refused", "event.not_enough")
        assert "补充页" in done.text.zh and "保留" not in done.text.zh, "nothing typed is kept there"
    with town.at("city"):
        assert events.mother(born.number).of(ITEM).state == "held"


def test_nobody_answers_for_a_person_who_is_not_served(town: Town, born: compose.MotherReceipt) -> None:
    asked(town, "yangpu", YANGPU)
    with town.at("yangpu"):
        clerk = staff(YANGPU)
        met = serve.meet(clerk, MOTHER, how="card", at=AT)
        with pytest.raises(NotFound):
            compose.amend(clerk, met.visit, born.number, ITEM, EventIntake(), at=AT, key="k")
        request = letters.Request(
            uuid.uuid4().hex, "event.amend", born.number, "yangpu",
            letters.Asker("staff", "staff:1", YANGPU, (met.applicant,)),
            {"number": born.number, "item": ITEM, "intake": {}},
        )  # fmt: skip
        outbox.post("city", request, AT)
        forged = msgspec.structs.replace(request, id=uuid.uuid4().hex, asker=letters.Asker("staff", "s", PUTUO))
        outbox.post("city", forged, AT)
    town.carry()
    with town.at("city"):
        assert events.mother(born.number).of(ITEM).state == "held"
        assert [one.reason for one in queries.parked()] == ["not_holder"], "a center of another node"


def test_a_copy_moves_by_letter_only(town: Town, born: compose.MotherReceipt) -> None:
    asked(town, "yangpu", YANGPU)
    with town.at("yangpu"), connection.cursor() as cursor:
        cursor.execute("select wake_on, here from mothers_mother")
        assert cursor.fetchall() == [(None, False)]
        before = events.mother(born.number).n
        event_advance.advance_due(AT)
        assert events.mother(born.number).n == before
        log = tuple(letters.logged(one) for one in mothers.log(born.number))
        # Another district says that it knows more, and the same district says less, or another thing.
        outbox.post("minhang", EventLog(born.number, "AAAAAA", log), AT)
    town.carry()
    with town.at("minhang"):
        assert mothers.get(born.number) is None
        assert [one.reason for one in queries.parked()] == ["not_holder"]
    with town.at("city"):
        outbox.post("yangpu", EventLog(born.number, "AAAAAA", log[:1]), AT)
        changed = msgspec.structs.replace(log[-1], n=log[-1].n + 1)
        outbox.post("yangpu", EventLog(born.number, "AAAAAA", (*log, changed)), AT)
    town.carry()
    with town.at("yangpu"):
        assert events.mother(born.number).n == before
        assert [one.reason for one in queries.parked()] == ["differs"]


def at_counter(center: str) -> compose.MotherReceipt:
    """Handed in at a counter of this center, with what was asked for."""
    clerk = staff(center)
    met = serve.meet(clerk, SON, how="card", at=AT)
    given = events.given(SOURCE.event_situations, "birth")
    for turn in range(events.TIMES):
        try:
            return compose.submit(clerk, met.visit, "birth", given, channel="window", at=AT, key=f"{turn}")
        except Refused as refused:
            given = events.mended(given, refused, AT.date(), grade="B")
    raise AssertionError("still refused")


def test_an_event_received_in_a_district_is_known_to_the_city(town: Town) -> None:
    town.clock = AT
    town.talk()
    with town.at("putuo"):
        receipt = at_counter(PUTUO)
    town.carry()
    assert set(heads(town, receipt.number)) == {"putuo", "city"}, "the city knows of it at once, nobody else"
    with town.at("city"):
        found = mothers.get(receipt.number)
        assert found is not None and found.query_code == receipt.query_code
        assert shown.by_code(receipt.number, receipt.query_code, today=AT.date()).receiving == PUTUO


def test_the_counter_of_another_district_shows_what_is_missing_and_takes_it(
    town: Town, born: compose.MotherReceipt
) -> None:
    with clock.fixed(AT):
        with town.at("yangpu"):
            clerk = hire("yangpu", "顾窗口", YANGPU)
            met, client = serve.meet(clerk, SON, how="card", at=AT), client_of(clerk)
            home = f"/window/visit/{met.visit}/"
            assert "等本人补充" not in text(client.get(home))
            part = client.post(home + "elsewhere", {}, headers={"HX-Request": "true"}).content.decode()
            question = part.partition("question=")[2].partition("&")[0]
        town.carry()
        with town.at("yangpu"):
            came = client.get(home + "elsewhere", {"question": question, "n": "1"}, headers={"HX-Request": "true"})
            address = f"{home}part/{born.number}/{ITEM}"
            assert address in came.content.decode() and "收件在市级系统" in text(came)
            page = client.get(address).content.decode()
            papers = re.findall(r'name="seen" value="([^"]+)"', page)
            assert papers and "已核对原件" in page
            nothing = client.post(address, {"key": "k0", "surprise": "x"})
            assert nothing.status_code == 422
            sent = client.post(address, {"key": "k1", "seen": papers}, follow=True)
            assert "已转交收件的市级系统" in text(sent)
            assert "已转交" in text(client.get(address)), "waiting is said on the page of the part"
            home_now = text(client.get(home))
            assert "等待答复" in home_now and "已成为办件" not in home_now, "and on the page of the person"
        town.carry()
        with town.at("city"):
            assert events.mother(born.number).of(ITEM).state == "open"
            child = events.mother(born.number).of(ITEM).number
        with town.at("yangpu"):
            assert address not in client.get(home).content.decode()
            late = client.get(address, follow=True)
            assert late.redirect_chain[-1][0] == home and "现在不需要补充" in text(late)
            opened = f"{home}case/{child}/"
            page = client.get(home).content.decode()
            assert f'href="{opened}"' in page, "the case that the part has become"
            assert child in text(client.get(opened))
        # It is followed from here: what becomes of it where it is held is seen at this counter.
        with town.at("city"):
            holder = case_of(child).holder
        with town.at(town.nodes.host(holder)):
            handle.take_over(staff(holder), child, at=AT)
            handle.accept(staff(holder), child, at=AT)
        town.carry()
        with town.at("yangpu"):
            assert case_of(child).stage == "accepted"


def case_of(number: str) -> Case:
    found = cases.get(number)
    assert found is not None
    return found.case


def test_each_part_shows_its_own_request(town: Town, born: compose.MotherReceipt) -> None:
    """Another part of the same event was answered as well, for which nothing was wanted: neither speaks for the other."""
    clerk, met = asked(town, "yangpu", YANGPU)
    amend(town, "yangpu", clerk, met, born.number)
    with town.at("yangpu"):
        compose.amend(clerk, met.visit, born.number, OTHER, EventIntake(), at=AT, key="other")
        waiting = my_events.passed_on(clerk, met.visit, at=AT)
        assert {one.part.zh: (one.waiting, one.number) for one in waiting} == {
            NAMES[ITEM]: (True, ""),
            NAMES[OTHER]: (True, ""),
        }
    town.carry()
    with town.at("city"):
        child = events.mother(born.number).of(ITEM).number
    with town.at("yangpu"):
        found = {one.part.zh: one for one in my_events.passed_on(clerk, met.visit, at=AT)}
        given, other = found[NAMES[ITEM]], found[NAMES[OTHER]]
        assert [one.state for one in given.asked] == ["done"] and (given.number, given.known) == (child, True)
        assert [one.state for one in other.asked] == ["refused"] and (other.number, other.known) == ("", False)
        assert [one.state for one in my_events.asked_of_part(born.number, OTHER)] == ["refused"]
