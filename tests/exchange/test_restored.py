"""A node put back to an older backup: others write its facts again in pieces, and what nobody can write again is told in kind words."""

import pytest
from django.db import connection

from tests.exchange.test_together import acts
from tests.exchange.test_town import LATER, all_hold, back_up, heads, restore
from tests.exchange.town import Town
from tests.flows.split_case import putuo, split, yangpu
from tongban.domain.actor import SYSTEM
from tongban.exchange import inbox, outbox, queries, requests
from tongban.exchange.letters import Asker, Outcome, Recall, Request
from tongban.flows import handle, incoming, recall
from tongban.plumbing.ids import new_id
from tongban.reads import verify
from tongban.registers.cases import queries as cases


def test_a_recall_is_answered_in_pieces_and_ends_with_the_last(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "BATCH", 2)
    monkeypatch.setattr(recall, "PIECES", 1)
    back_up("yangpu")
    with town.at("putuo"):
        numbers = [split(putuo(), key=f"k{n}").number for n in range(5)]
    town.carry()
    town.talk()
    restore("yangpu")
    with town.at("yangpu"):
        assert cases.get(numbers[0]) is None
    for other in ("putuo", "city"):
        town.status(other, "yangpu")
    with town.at("yangpu"):
        incoming.restored(town.clock)
    town.carry()
    with town.at("yangpu"):
        assert not queries.caught_up(), "the city has told two of five cases"
    for _ in range(3):
        town.talk()
    lines = [place for _, place, _ in acts("city", "letters.recall_answered")]
    assert lines == ["yangpu"] * 3
    with town.at("yangpu"):
        assert queries.caught_up()
    assert {len(set(heads(town, number).values())) for number in numbers} == {1}
    all_hold(town)


def test_asked_again_meanwhile_it_begins_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "BATCH", 1)
    with town.at("putuo"):
        for n in range(3):
            split(putuo(), key=f"k{n}")
    town.carry()
    with town.at("yangpu"):
        outbox.post("city", Recall(LATER), town.clock)
    town.carry()
    with town.at("yangpu"):
        outbox.post("city", Recall(town.clock.replace(year=2020)), town.clock)
    town.carry()
    town.talk()
    with town.at("city"), connection.cursor() as cursor:
        cursor.execute("select count(*) from n_city.exchange_letter where to_node = 'yangpu' and kind = 'recalled'")
        assert cursor.fetchone() == (2,), "each is answered, the second one whole"
        cursor.execute("select count(*) from n_city.exchange_letter where to_node = 'yangpu' and kind = 'facts'")
        assert cursor.fetchone() == (3,)
        cursor.execute("select count(*) from n_city.exchange_recall")
        assert cursor.fetchone() == (0,)


def test_city_and_holder_put_back_together_have_all_that_the_third_node_knows(town: Town) -> None:
    """The third was put back before, so it has no letters left that it once sent, only the case; the city believes of its word what it
    wrote itself, and asks for the rest until the holder has it again."""
    for node in ("putuo", "yangpu", "city"):
        back_up(node)
    with town.at("putuo"):
        number = split(putuo()).number
    town.carry()
    with town.at("yangpu"):
        handle.take_over(yangpu(), number, at=LATER)
        handle.accept(yangpu(), number, at=LATER)
    town.carry()
    town.talk()
    whole = heads(town, number)
    assert set(whole) == {"city", "putuo", "yangpu"}
    for together in (("putuo",), ("city", "yangpu")):
        for node in together:
            restore(node)
        for node in together:
            for other in sorted({"city", "putuo", "yangpu"} - {node}):
                town.status(other, node)
            with town.at(node):
                incoming.restored(town.clock)
        for _ in range(6):
            town.carry()
            town.talk()
        assert heads(town, number) == whole, together
    for node in whole:
        with town.at(node):
            assert not inbox.any_parked(), node


def test_what_went_with_the_disk_is_told_in_kind_words(town: Town) -> None:
    """The same loss at a node that was never restored is damage."""
    with town.at("putuo"):
        number = split(putuo()).number
    town.carry()
    with town.at("yangpu"), connection.cursor() as cursor:
        handle.take_over(yangpu(), number, at=LATER)
        cursor.execute("delete from n_yangpu.cases_sealed")

        def told() -> list[str]:
            *_, done = verify.verify(SYSTEM)
            return [line for line in done.wrong if "sealed values" in line]

        assert told() == [f"{number}: 1 of the sealed values that the log names are gone"]
        cursor.execute("update n_yangpu.exchange_relay set recalled_at = %s", [LATER])
        (line,) = told()
        assert "restored from a backup on 2026-09-01" in line and "ask the person once more" in line


def test_what_was_asked_and_answered_a_season_ago_is_forgotten(town: Town) -> None:
    with town.at("putuo"):
        for place, answered in enumerate((True, True, False)):
            one = Request(new_id().hex, "case.withdraw", f"n{place}", "putuo", Asker("staff", "x"), {})
            requests.asked(one, "yangpu", "x", "", town.clock)
            if answered:
                requests.answered(Outcome(one.id, one.number, True), town.clock)
        assert requests.sweep(town.clock, 10) == 0
        assert requests.sweep(LATER, 1) == 1, "no more than it is told to"
        assert requests.sweep(LATER, 10) == 1
        assert [one.state for one in queries.asked_about("n2")] == ["waiting"]
