"""Bags of several lanes in one transaction: each letter once, in the order of its lane, whatever is doubled, missing or bad among them."""

from typing import Any

import msgspec
import pytest
from django.db import connection

from tests.exchange.test_town import all_hold, heads
from tests.exchange.town import Town
from tests.flows.split_case import putuo, split, yangpu
from tongban.domain.actor import SYSTEM
from tongban.exchange import bag, inbox, letters, outbox, queries
from tongban.exchange.bag import Bag
from tongban.exchange.letters import Again
from tongban.exchange.queries import Parked
from tongban.flows import elsewhere, handle, incoming, recall
from tongban.plumbing.ids import new_id
from tongban.registers.cases import queries as cases


def together(town: Town, some: list[bytes], to: str = "city") -> list[incoming.Arrived]:
    with town.at(to):
        return incoming.arrived_together(some, at=town.clock)


def acts(to: str, act: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"select actor, place, detail from n_{to}.audit_line where act = %s order by id", [act])
        return list(cursor.fetchall())


def worked(town: Town) -> tuple[str, dict[str, list[bytes]]]:
    """A case that 普陀 received and 杨浦 accepted, and what both told, one letter a bag."""
    with town.at("putuo"):
        number = split(putuo()).number
    told: dict[str, list[bytes]] = {}
    for code in ("putuo", "yangpu"):
        for to, data in town.bags(code, 1):
            if to == "city":
                told.setdefault(code, []).append(data)
            else:
                town.deliver(to, data)
        if code == "putuo":
            with town.at("yangpu"):
                handle.take_over(yangpu(), number, at=town.clock)
                handle.accept(yangpu(), number, at=town.clock)
    return number, told


def test_one_case_told_by_two_nodes_in_one_transaction(town: Town) -> None:
    number, told = worked(town)
    before = len(acts("city", "letters.take"))
    done = together(town, [*told["putuo"], *told["yangpu"]])
    assert [one.applied for one in done] == [1] * 3
    (line,) = acts("city", "letters.take")[before:]
    assert line[:2] == ("node:here", "")
    assert msgspec.json.decode(line[2])["lanes"] == [["putuo", "letters", 1, 1], ["yangpu", "letters", 1, 2]]
    assert len(set(heads(town, number).values())) == 1 and number in done[0].touched
    town.talk()
    all_hold(town)


def test_out_of_order_doubled_and_gapped_among_them(town: Town) -> None:
    number, told = worked(town)
    (first,), (second, third) = told["putuo"], told["yangpu"]
    # 杨浦's are ahead of 普陀's: parked for the gap, then applied; one comes twice, one before the letter that it follows.
    done = together(town, [third, second, second, first, first])
    assert [(one.from_node, one.seq, one.applied) for one in done] == [
        ("yangpu", 0, 0), ("yangpu", 1, 1), ("yangpu", 1, 0), ("putuo", 1, 1), ("putuo", 1, 0),
    ]  # fmt: skip
    with town.at("city"):
        found = cases.get(number)
        assert found is not None and found.case.stage == "accepted"
        assert queries.parked() == [] and inbox.applied("yangpu") == (letters.Position("letters", 2),)
    all_hold(town)


def test_a_bad_one_among_them_spoils_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter on which the program fails, and a bag that is not believed."""
    number, told = worked(town)

    def fails(desk: object, letter: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setitem(incoming.TABLE, Again, fails)
    with town.at("minhang"):
        outbox.post("city", Again("none", 0), town.clock)
    bad = [data for to, data in town.bags("minhang") if to == "city"]
    changed = told["putuo"][0][:-1] + bytes([told["putuo"][0][-1] ^ 1])
    done = together(town, [*bad, changed, *told["putuo"], *told["yangpu"]])
    assert [(one.from_node, one.seq) for one in done] == [
        ("minhang", 1), ("", 0), ("putuo", 1), ("yangpu", 1), ("yangpu", 2),
    ]  # fmt: skip
    with town.at("city"):
        assert [(one.from_node, one.reason) for one in queries.parked()] == [("minhang", "error")]
    assert [line[0] for line in acts("city", "letters.refuse")] == ["node:unknown"]
    assert len(set(heads(town, number).values())) == 1


def test_trouble_of_the_database_leaves_nothing_half_done(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    number, told = worked(town)
    monkeypatch.setattr(inbox, "KEPT_BAGS", 0)
    nine = Bag("minhang", "city", "letters", 9, 9, letters.SCHEMA, [b"{}"])
    ahead = bag.pack(nine, town.keys["minhang"], at=town.clock)
    with pytest.raises(inbox.Waiting):
        together(town, [*told["putuo"], ahead])
    with town.at("city"):
        assert cases.get(number) is None and inbox.applied("putuo") == ()
    together(town, told["putuo"])
    with town.at("city"):
        assert cases.get(number) is not None


def test_who_asks_hears_of_what_comes_behind_the_question_in_the_same_transaction(town: Town) -> None:
    """闵行 asks the city for a case of 普陀 while 杨浦's news of it lie beside the question."""
    number, told = worked(town)
    together(town, told["putuo"])
    with town.at("city"):
        found = cases.get(number)
        assert found is not None
        person, code = found.case.applicant, found.query_code
    with town.at("minhang"):
        elsewhere.ask_by_code(SYSTEM, number, code, at=town.clock)
        outbox.post("city", letters.Question(new_id().hex, person=person), town.clock)
    asked = [data for to, data in town.bags("minhang") if to == "city"]
    together(town, [*asked, *told["yangpu"]])
    town.carry()
    assert heads(town, number)["minhang"] == heads(town, number)["city"]
    with town.at("minhang"):
        assert queries.parked() == []
    assert {actor for actor, _, _ in acts("city", "look.elsewhere")} == {"node:minhang"}, (
        "and it is written down who asked"
    )


def test_who_only_watches_a_case_asks_the_city_for_what_is_missing(town: Town) -> None:
    number, told = worked(town)
    together(town, told["putuo"])
    with town.at("city"):
        found = cases.get(number)
        assert found is not None
        code = found.query_code
    with town.at("minhang"):
        elsewhere.ask_by_code(SYSTEM, number, code, at=town.clock)
    town.carry()
    with town.at("minhang"), connection.cursor() as cursor:
        late = Parked(1, "city", "letters", 9, 2, "facts", number, "gap", "", town.clock, 0, None)
        recall.ask_for_gaps(SYSTEM, [late], at=town.clock)
        cursor.execute("select to_node from n_minhang.exchange_letter where kind = 'again' order by 1")
        assert cursor.fetchall() == [("city",)]


def test_a_status_word_among_bags_is_heard(town: Town) -> None:
    word = letters.encode(letters.Letter("0" * 32, town.clock, letters.Status(town.clock, letters.SCHEMA, program="x")))
    said = bag.pack(Bag("putuo", "city", bag.STATUS, 0, 0, letters.SCHEMA, [word]), town.keys["putuo"], at=town.clock)
    assert together(town, [said]) == [incoming.Arrived("putuo", bag.STATUS)]
