"""Who oversees a node sees its lanes and the others as last heard, and what is stuck with its reason; trying it again works once what it
lacked is there. Nothing of what letters say is shown, and who oversees only a center sees none of it."""

import datetime as dt
import re

import pytest
from django.db import connection

from tests.channels.window.work_members import client_of, hire, text
from tests.conftest import AT
from tests.exchange.town import Town
from tests.flows.people import MOTHER, PUTUO, SON
from tests.flows.split_case import putuo, split
from tongban.domain.actor import CITY, Actor
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.exchange import keys as ring
from tongban.exchange import outbox
from tongban.flows import mend
from tongban.plumbing import clock
from tongban.reads import lanes, parked
from tongban.registers.cases import queries as cases

LATER = AT + dt.timedelta(minutes=30)
MANAGE = ("board.read", "exchange.manage")


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(LATER):
        yield


def operator(town: Town, node: str, place: str = CITY, powers: tuple[str, ...] = MANAGE) -> Actor:
    with town.at(node):
        return hire(f"op.{node}.{place}", "周运管", place if len(place) == 9 else PUTUO, powers, place)


def split_at_putuo(town: Town, key: str = "k") -> str:
    with town.at("putuo"):
        return split(putuo(), key=key).number


def by(found: lanes.City, node: str, lane: str = "letters", out: bool = True) -> lanes.LaneLine:
    return next(x for x in found.lanes if (x.node, x.lane, x.out) == (node, lane, out))


def test_lanes_and_nodes_as_this_node_sees_them(town: Town) -> None:
    one = operator(town, "putuo")
    split_at_putuo(town)
    with town.at("putuo"):
        outbox.number()
        seen = lanes.city(one, now=LATER)
        lane = by(seen, "yangpu")
        assert (lane.waiting, lane.oldest, lane.light) == (1, AT, "red"), "half an hour and nobody took it"
        assert {n.code: n.light for n in seen.nodes if not n.ours} == dict.fromkeys(
            ("city", "yangpu", "minhang"), "none"
        )
    town.clock = LATER
    town.carry()
    town.talk(0)
    with town.at("putuo"):
        seen = lanes.city(one, now=LATER)
        assert (by(seen, "yangpu").waiting, by(seen, "yangpu").light) == (0, "green")
        yangpu = next(n for n in seen.nodes if n.code == "yangpu")
        assert (yangpu.heard_at, yangpu.apart, yangpu.same_schema) == (LATER, 0.0, True)
        late = lanes.city(one, now=LATER + dt.timedelta(minutes=5))
        assert next(n for n in late.nodes if n.code == "yangpu").heard_light == "red"


def test_another_catalog_and_a_wrong_clock_are_told(town: Town) -> None:
    one = operator(town, "putuo")
    town.talk()
    with town.at("putuo"), connection.cursor() as cursor:
        cursor.execute(
            "update exchange_peer set catalog = %s, clock = clock + interval '90 s' where node = 'city'", ["ab" * 32]
        )
        city = next(n for n in lanes.city(one, now=town.clock).nodes if n.code == "city")
        assert (city.same_catalog, city.clock_light, city.apart) == (False, "red", 90.0)
        page = text(client_of(one).get("/console/nodes"))
        assert "不同" in page and "快 90 秒" in page


def test_the_page_is_a_picture_and_tables_and_updates_by_part(town: Town) -> None:
    one = operator(town, "city")
    split_at_putuo(town)
    town.carry()
    town.talk()
    with town.at("city"):
        browser = client_of(one)
        whole = browser.get("/console/nodes")
        svg = re.search(r"(?s)<svg class=\"cs-city\".*?</svg>", whole.content.decode())
        assert svg and svg[0].count("<circle") == 4 and svg[0].count("<line") == 3
        for name in ("普陀", "杨浦", "闵行"):
            assert name in svg[0]
        part = browser.get("/console/nodes", {"part": "1"}, headers={"X-Tongban-Poll": "1"})
        assert "<html" not in part.content.decode() and "最近消息" in text(part)


def test_on_a_node_that_is_alone_nothing_travels_and_the_page_says_so(db: None, shanghai: None) -> None:
    one = hire("operator", "周运管", PUTUO, MANAGE, CITY)
    page = text(client_of(one).get("/console/nodes"))
    assert "只有本节点" in page and "市级系统" in page
    assert "没有滞留的信件" in text(client_of(one).get("/console/parked"))


def test_a_power_in_a_center_is_not_enough(town: Town) -> None:
    small, district = operator(town, "putuo", PUTUO), operator(town, "putuo", "310107")
    foreign = operator(town, "putuo", "310110")
    with town.at("putuo"):
        for actor in (small, foreign):
            for page in ("nodes", "parked"):
                assert client_of(actor).get(f"/console/{page}").status_code == 403
            with pytest.raises(NotAllowed):
                lanes.city(actor, now=LATER)
            with pytest.raises(NotAllowed):
                mend.try_letter(actor, 1, at=LATER)
        assert "信息交互" not in text(client_of(small).get("/console/board"))
        assert client_of(district).get("/console/nodes").status_code == 200
        assert client_of(district).get("/console/parked").status_code == 200


def without_catalog(node: str) -> None:
    with connection.cursor() as cursor:
        for table in ("catalog_item_version", "catalog_publication"):
            cursor.execute(f"create table n_{node}.old_{table} as select * from n_{node}.{table}")
            cursor.execute(f"delete from n_{node}.{table}")


def catalog_back(node: str) -> None:
    with connection.cursor() as cursor:
        for table in ("catalog_publication", "catalog_item_version"):
            cursor.execute(f"insert into n_{node}.{table} overriding system value select * from n_{node}.old_{table}")


def test_a_parked_letter_is_shown_with_its_reason_and_tried_again(town: Town) -> None:
    one = operator(town, "yangpu")
    without_catalog("yangpu")
    number = split_at_putuo(town)
    town.carry()
    with town.at("yangpu"):
        browser = client_of(one)
        (stuck,) = parked.parked(one).letters
        assert (stuck.reason, stuck.number, stuck.sender) == ("catalog", number, "putuo")
        still = browser.post(f"/console/parked/{stuck.id}/try", follow=True)
        assert "还是不能处理" in text(still) and "已试 1 次" in text(still)
        page = text(browser.get("/console/parked"))
        assert number in page and "事项目录版本还没有到" in page and "移交案卷" in page
        assert not any(word in page for word in (MOTHER.name, SON.name, MOTHER.number, "四平路"))
    catalog_back("yangpu")
    with town.at("yangpu"):
        done = browser.post(f"/console/parked/{stuck.id}/try", follow=True)
        assert "已处理" in text(done) and "没有滞留的信件" in text(done)
        assert cases.get(number) is not None
        assert "不再滞留" in text(browser.post(f"/console/parked/{stuck.id}/try", follow=True))
        with pytest.raises(NotFound):
            mend.try_letter(one, stuck.id, at=LATER)


def test_a_refused_bag_opens_after_the_ring_is_mended(town: Town) -> None:
    one = operator(town, "yangpu")
    number = split_at_putuo(town)
    packed = dict(town.bags("putuo"))
    whole = town.keys["yangpu"]
    town.keys["yangpu"] = _without(whole, "putuo")
    town.deliver("yangpu", packed["yangpu"])
    with town.at("yangpu"):
        (bag,) = parked.parked(one).bags
        assert (bag.reason, bag.sender, bag.first, bag.last) == ("foreign", "putuo", 1, 1)
        browser = client_of(one)
        refused = browser.post(f"/console/parked/bag/{bag.id}/open")
        assert refused.status_code == 422 and "还是打不开" in text(refused)
        with pytest.raises(Refused) as why:
            mend.open_bag(one, bag.id, at=LATER)
        assert why.value.code == "letters.still_refused" and cases.get(number) is None
    town.keys["yangpu"] = whole
    with town.at("yangpu"):
        assert "已处理" in text(browser.post(f"/console/parked/bag/{bag.id}/open", follow=True))
        assert parked.parked(one).bags == () and cases.get(number) is not None


def _without(whole: ring.Keys, node: str) -> ring.Keys:
    import copy

    less = copy.copy(whole)
    less.ring = {code: public for code, public in whole.ring.items() if code != node}
    return less


def test_what_a_letter_said_is_not_quoted_in_a_reason() -> None:
    assert parked._place("version", "Invalid value '沈桂芳' - at `$.body.entries[0].by`") == "$.body.entries[0].by"
    assert parked._place("version", "Invalid value '沈桂芳'") == ""
    assert parked._place("version", "letters of version 9; this node reads 1 to 2").startswith("letters of version 9")
    assert parked._place("error", "KeyError: '310110194803120284'") == "KeyError"
    assert parked._place("person", "沈桂芳 is known as …") == ""


def test_every_reason_that_letters_are_parked_for_has_words() -> None:
    from pathlib import Path

    import tongban.exchange.bag
    import tongban.flows.arrivals
    import tongban.flows.desk

    source = "".join(
        Path(m.__file__ or "").read_text() for m in (tongban.flows.arrivals, tongban.flows.desk, tongban.exchange.bag)
    )
    codes = set(re.findall(r'(?:NotYet|CannotFollow|BagRefused)\(\s*"(\w+)"', source))
    assert {"catalog", "foreign", "changed"} <= codes
    assert codes <= set(parked.REASONS), codes - set(parked.REASONS)


def test_machines_read_the_same_with_the_same_powers(town: Town) -> None:
    from tests.channels.openapi.conftest import MANAGER, Machine
    from tongban.flows import staffing

    def machine(place: str, *powers: str) -> Machine:
        raw = staffing.issue_token(
            MANAGER, f"监控{place}{len(powers)}", place, [(p, place) for p in powers], expires=AT + dt.timedelta(days=9), at=AT
        ).raw  # fmt: skip
        return Machine(raw)

    number = split_at_putuo(town)
    town.carry()
    town.talk()
    with town.at("putuo"):
        whole, center = machine("310107", *MANAGE, "case.read"), machine(PUTUO, *MANAGE)
        nodes = whole.get("/exchange/nodes").json()
        assert {n["code"] for n in nodes["nodes"]} == set(town.nodes.by_code) and nodes["node"] == "putuo"
        found = whole.get("/exchange/lanes").json()
        assert {(x["node"], x["lane"]) for x in found if x["out"]} >= {("city", "letters"), ("yangpu", "letters")}
        assert whole.get("/exchange/parked").json() == {"letters": [], "bags": [], "full": False}
        for path in ("nodes", "lanes", "parked"):
            assert center.get(f"/exchange/{path}").status_code == 403
        case = whole.get(f"/cases/{number}").json()
        assert case["custody"]["passings"][0]["step"] == "delivered" and case["asked"] == []
