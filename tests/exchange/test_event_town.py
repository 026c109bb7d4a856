"""A life event across nodes: submitted over the web at the city's node, its first child decided in a district, and what that lets
start goes to another district by letter. The mother case stays where it was received; its children's facts come there."""

import msgspec
import pytest
from django.conf import settings
from django.db import connection

from tests.exchange.test_town import all_hold, heads
from tests.exchange.town import Town
from tests.flows import events
from tests.flows.people import MINHANG, YANGPU
from tongban.domain.person import Identity
from tongban.flows import event_advance, event_withdraw
from tongban.registers.catalog import city as city_source
from tongban.registers.mothers import queries as mothers

pytestmark = pytest.mark.django_db
SOURCE = city_source.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")
# All papers are there, so nothing is held: the certificate's form of the hospital and the statements of the parents.
SAID = {"hukou_division": YANGPU, "residence_division": MINHANG}
# The mother, by age and sex as the situation has them: what is hers is not handed in by a father.
PARENT = events.fitting(events.given(SOURCE.event_situations, "birth"))


def jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select task_name from procrastinate_jobs where status = 'todo' order by id")
        return [name for (name,) in cursor.fetchall()]


def waiting(receipt: object) -> str:
    return events.mother(receipt.number).of("shengyubaoxian").state


@pytest.fixture
def born(town: Town) -> object:
    town.clock = AT
    with town.at("city"):
        given = events.given(SOURCE.event_situations, "birth")
        given = msgspec.structs.replace(given, center=MINHANG, answers=given.answers | SAID)
        actor, visit, receipt, _ = events.submitted("birth", given, PARENT, AT)
        return actor, visit, receipt


def open_part(town: Town, number: str, item: str, who: Identity = PARENT) -> str:
    """The number of a part's case; the person shows at the city's own counter what it waits for."""
    from tests.flows.people import staff
    from tongban.domain.event_intake import EventIntake
    from tongban.domain.refusals import Refused
    from tongban.flows import compose, serve

    with town.at("city"):
        one, said = events.mother(number).of(item), EventIntake()
        clerk = staff("310000001")
        met = serve.meet(clerk, who, how="card", at=AT)
        while events.mother(number).of(item).state == "held":
            try:
                compose.amend(clerk, met.visit, number, item, said, at=AT, key="")
            except Refused as refused:
                said = events.mended(said, refused, AT.date(), grade="B", counter=False)
        one = events.mother(number).of(item)
        assert one.state == "open", (item, one)
    town.carry()
    return one.number


def test_children_decided_in_one_district_let_the_next_start_in_another(town: Town, born: tuple) -> None:
    _, _, receipt = born
    for item in ("shengyu_dengji", "chusheng_zhengming", "chusheng_dengji"):
        child = open_part(town, receipt.number, item)
        assert set(heads(town, child)) == {"city", "minhang"}, "it went to the center that the person chose"
        with town.at("city"):
            assert waiting(receipt) == "waiting"
            with connection.cursor() as cursor:
                cursor.execute("delete from procrastinate_jobs")
        with town.at("minhang"):
            events.decide(child, AT)
            assert mothers.get(receipt.number) is None, "the mother case stays where it was received"
            assert "tongban.advance_event" not in jobs()
        town.carry()
        with town.at("city"):
            assert "tongban.advance_event" in jobs()
            event_advance.advance(event_advance.SYSTEM, receipt.number, at=AT)
            assert events.mother(receipt.number).of(item).resulted
    with town.at("city"):
        assert waiting(receipt) in ("open", "held")
    last = open_part(town, receipt.number, "shengyubaoxian")
    with town.at("yangpu"):
        case = events.child(last)
        assert town.nodes.host(case.holder) == "yangpu" and case.receiving == "310000001", (
            "where the household is registered"
        )
        events.decide(last, AT)
    town.carry()
    with town.at("city"):
        event_advance.advance(event_advance.SYSTEM, receipt.number, at=AT)
        assert events.mother(receipt.number).of("shengyubaoxian").resulted
    assert set(heads(town, last)) == {"city", "yangpu"} and len(set(heads(town, last).values())) == 1
    town.carry()
    all_hold(town)


def test_withdrawing_reaches_a_child_that_another_node_holds(town: Town, born: tuple) -> None:
    actor, visit, receipt = born
    child = open_part(town, receipt.number, "chusheng_zhengming")
    with town.at("city"):
        done = event_withdraw.withdraw(actor, receipt.number, visit=visit, at=AT)
        assert child in done.to_withdraw
    town.carry()
    with town.at("city"):
        assert events.child(child).stage == "withdrawn"
        event_advance.advance(event_advance.SYSTEM, receipt.number, at=AT)
        assert {one.state for one in events.mother(receipt.number).parts} == {"ended", "dropped"}
    all_hold(town)


def test_the_same_letter_twice_changes_nothing(town: Town, born: tuple) -> None:
    _, _, receipt = born
    first = open_part(town, receipt.number, "chusheng_zhengming")
    with town.at("city"):
        node = town.nodes.host(events.child(first).holder)
    with town.at(node):
        events.decide(first, AT)
    bags = [pair for code in town.nodes.by_code for pair in town.bags(code)]
    for to, data in bags + bags:
        town.deliver(to, data)
    with town.at("city"):
        event_advance.advance(event_advance.SYSTEM, receipt.number, at=AT)
        n = events.mother(receipt.number).n
        event_advance.advance(event_advance.SYSTEM, receipt.number, at=AT)
        assert events.mother(receipt.number).n == n
        numbers = list(events.mother(receipt.number).children.values())
        assert len(numbers) == len(set(numbers))
