"""A node put back to an older backup: others write its facts again in pieces, and what nobody can write again is told in kind words."""

import datetime as dt

import msgspec
import pytest
from django.db import connection

from tests.exchange.test_hostile import send
from tests.exchange.test_together import acts
from tests.exchange.test_town import LATER, all_hold, back_up, heads, lost_where_it_is_held, restore
from tests.exchange.town import Town
from tests.flows.people import MINHANG
from tests.flows.split_case import putuo, split, yangpu
from tongban.domain.actor import SYSTEM
from tongban.exchange import inbox, letters, outbox, queries, requests, watch
from tongban.exchange.letters import Asker, Facts, Outcome, Recall, Request
from tongban.flows import elsewhere, handle, incoming, recall
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


def test_the_answer_to_an_earlier_recall_opens_no_node(town: Town) -> None:
    """It lies in the stream that a restored node reads once more: an act upon the older state would fork the case."""
    back_up("yangpu")
    with town.at("putuo"):
        number = split(putuo()).number
    town.carry()
    with town.at("yangpu"):
        handle.take_over(yangpu(), number, at=LATER)
    town.carry()
    town.talk()
    whole = heads(town, number)
    restore("yangpu")
    for other in ("city", "putuo"):
        town.status(other, "yangpu")
    with town.at("yangpu"):
        incoming.restored(town.clock)
    with town.at("city"):
        earlier = town.clock - dt.timedelta(minutes=5)
        outbox.post("yangpu", letters.Recalled(7, earlier), town.clock)
        stale = [data for to, data in town.bags("city") if to == "yangpu"]
    for data in stale:
        town.deliver("yangpu", data)
    with town.at("yangpu"):
        assert not queries.caught_up()
    for _ in range(3):
        town.carry()
        town.talk()
    with town.at("yangpu"):
        assert queries.caught_up()
    assert heads(town, number) == whole


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


def test_a_letter_of_which_a_part_is_written_frees_those_that_waited_for_that_part(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    for to, data in town.bags("putuo"):
        if to == "yangpu":
            town.deliver(to, data)
    with town.at("yangpu"):
        handle.take_over(yangpu(), receipt.number, at=LATER)
        one, two, three = (letters.logged(entry) for entry in cases.log(receipt.number))
    for sender, entries in (("yangpu", (three,)), ("putuo", (two, three)), ("putuo", (one,))):
        send(town, sender, "city", letters.Facts(receipt.number, entries, receipt.query_code))
    with town.at("city"):
        found = cases.get(receipt.number)
        assert found is not None and found.case.n == 3 and not inbox.any_parked()


def asked_at_minhang(town: Town) -> str:
    """A case of 普陀 and 杨浦 for which somebody asks at a counter in 闵行."""
    with town.at("putuo"):
        number = split(putuo()).number
        code = found.query_code if (found := cases.get(number)) else ""
    town.carry()
    with town.at("minhang"):
        elsewhere.ask_by_code(SYSTEM, number, code, at=town.clock)
    town.carry()
    return number


def swept(node: str) -> None:
    """What it sent was delivered more than a month ago."""
    with connection.cursor() as cursor:
        cursor.execute(f"delete from n_{node}.exchange_letter")


def put_back(town: Town, node: str) -> None:
    restore(node)
    for other in sorted(set(town.nodes.by_code) - {node}):
        town.status(other, node)
    with town.at(node):
        incoming.restored(town.clock)
    for _ in range(4):
        town.carry()
        town.talk()


def test_who_only_watches_a_case_goes_on_hearing_of_it_after_a_restore(town: Town) -> None:
    """First the city forgets who asked, then who asked forgets what they heard; the letters of that time are no longer kept."""
    back_up("city")
    number = asked_at_minhang(town)
    back_up("minhang")
    swept("minhang")
    with town.at("yangpu"):
        handle.take_over(yangpu(), number, at=LATER)
    town.carry()
    put_back(town, "city")
    assert len(set(heads(town, number).values())) == 1
    with town.at("yangpu"):
        handle.accept(yangpu(), number, at=LATER)
    town.carry()
    whole = heads(town, number)
    assert set(whole) == {"city", "putuo", "yangpu", "minhang"}
    assert set(whole.values()) == {whole["yangpu"]}
    swept("city")
    put_back(town, "minhang")
    assert heads(town, number) == whole


def test_nobody_hears_of_a_case_by_making_up_a_copy_of_it(town: Town) -> None:
    with town.at("putuo"):
        number = split(putuo()).number
    town.carry()
    with town.at("putuo"):
        entries = cases.log(number)
    with town.at("yangpu"):
        handle.take_over(yangpu(), number, at=LATER)
    town.carry()
    made_up = msgspec.structs.replace(letters.logged(entries[0]), hash="00" * 32)
    for told in ((made_up,), ()):
        with town.at("minhang"):
            outbox.post("city", Facts(number, told), town.clock, number=number)
        town.carry()
        with town.at("city"):
            assert watch.watchers([number]) == {}
    with town.at("minhang"):
        outbox.post("city", Facts(number, (letters.logged(entries[1]),)), town.clock, number=number)
    town.carry()
    with town.at("city"):
        assert watch.watchers([number]) == {number: ["minhang"]}, "who knows the hash has the entry"


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


def test_what_a_case_lost_before_it_was_given_on_is_told_where_it_is_now(town: Town) -> None:
    """闵行 was never put back, and has of the case only what 杨浦 still had when it gave it away."""
    number = lost_where_it_is_held(town)
    with town.at("yangpu"):
        chief = yangpu("case.handle", "case.read", "case.supervise")
        handle.hand_over(chief, number, MINHANG, "reassigned", at=LATER)
    town.carry()
    with town.at("minhang"), connection.cursor() as cursor:
        *_, done = verify.verify(SYSTEM)
        (line,) = [one for one in done.wrong if "sealed values" in one]
        assert line.startswith(f"{number}: 1 of the sealed values that the log names are gone: the case came so")
        cursor.execute("delete from n_minhang.audit_line where act = 'letters.take'")
        *_, done = verify.verify(SYSTEM)
        assert f"{number}: 1 of the sealed values that the log names are gone" in done.wrong, "not noted, it is damage"


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
