"""What goes astray between nodes without anybody's bad intention: a request that is ahead of its case, a file that is behind it, a node
that was restored, a letter that nobody can apply. Nothing goes round, nothing is done twice, nothing blocks what is behind it."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from tests.conftest import AT
from tests.exchange.test_hostile import request, send, status
from tests.exchange.test_town import back_up, heads, restore
from tests.exchange.town import Town
from tests.flows.people import MINHANG, with_mandate
from tests.flows.split_case import PAPERS, putuo, split, yangpu
from tongban.domain import chain
from tongban.domain.actor import SYSTEM
from tongban.domain.receiving import PaperIn
from tongban.exchange import arriving, bag, inbox, letters, outbox, queries
from tongban.flows import asking, handle, incoming, publish
from tongban.plumbing import files
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.catalog import service as catalog_service

LATER = AT + dt.timedelta(hours=1)


def lines(town: Town, at: str, act: str) -> list[tuple[Any, ...]]:
    with town.at(at), connection.cursor() as cursor:
        cursor.execute('select person, place, reason, "case" from audit_line where act = %s order by id', [act])
        return list(cursor.fetchall())


def test_an_act_resent_after_the_case_moved_on_gets_its_first_answer(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        first = handle.accept(yangpu(), receipt.number, at=LATER, key="once")
        handle.hand_over(
            yangpu("case.handle", "case.read", "case.supervise"), receipt.number, MINHANG, "reassigned", at=LATER
        )
        assert handle.accept(yangpu(), receipt.number, at=LATER, key="once") == first


def test_a_request_ahead_of_its_case_waits_for_it_and_does_not_go_round(town: Town) -> None:
    """杨浦 lacks the catalog, so the dossier is parked there; what the resident brings to 普陀 must not be refused meanwhile."""
    with connection.cursor() as cursor:
        for table in ("catalog_item_version", "catalog_publication"):
            cursor.execute(f"create table n_yangpu.old_{table} as select * from n_yangpu.{table}")
            cursor.execute(f"delete from n_yangpu.{table}")
    with town.at("putuo"):
        receipt = split(putuo())
        met = with_mandate(putuo(), LATER)
        assert handle.withdraw(putuo(), receipt.number, visit=met.visit, at=LATER, key="w").asked == "yangpu"
    town.carry()
    with town.at("putuo"):
        assert [r.state for r in queries.asked_about(receipt.number)] == ["waiting"]
    with connection.cursor() as cursor:
        for table in ("catalog_publication", "catalog_item_version"):
            cursor.execute(f"insert into n_yangpu.{table} overriding system value select * from n_yangpu.old_{table}")
    town.talk()
    town.talk()
    with town.at("putuo"):
        assert [r.state for r in queries.asked_about(receipt.number)] == ["done"]
        found = cases.get(receipt.number)
        assert found is not None and found.case.stage == "withdrawn"


def test_a_request_back_at_the_node_that_gave_the_case_away_waits_there(town: Town) -> None:
    """杨浦 asks 普陀 about a case that 普陀 has just given to 杨浦, whose dossier is late: sent back at once it would circle."""
    with town.at("putuo"):
        receipt = split(putuo())
        applicant = cases.get(receipt.number).case.applicant  # type: ignore[union-attr]
    town.bags("putuo")
    asker = letters.Asker("staff", "staff:x", "310110009", (applicant,))
    send(town, "yangpu", "putuo", request(receipt.number, origin="yangpu", asker=asker, arguments={"reason": ""}))
    with town.at("putuo"):
        (parked,) = queries.parked()
        assert (parked.reason, parked.kind) == ("gap", "request")
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from exchange_letter where kind = 'request'")
            assert cursor.fetchone() == (0,)


def test_no_request_is_done_while_a_restored_node_fetches_what_it_forgot(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
        met = with_mandate(putuo(), LATER)
    town.carry()
    with town.at("putuo"):
        handle.withdraw(putuo(), receipt.number, visit=met.visit, at=LATER, key="w")
    with town.at("yangpu"):
        incoming.restored(LATER)
    for to, data in town.bags("putuo"):
        town.deliver(to, data)
    with town.at("yangpu"):
        found = cases.get(receipt.number)
        assert found is not None and found.case.stage == "received"
        assert asking.do_waiting(LATER) == 0
    town.carry()
    town.talk()
    with town.at("yangpu"):
        found = cases.get(receipt.number)
        assert queries.caught_up() and found is not None and found.case.stage == "withdrawn"


def test_letters_that_wait_are_tried_with_growing_pauses_and_fill_no_audit_trail(town: Town) -> None:
    ahead = letters.Logged(9, AT, "x", "{}", "00")
    for i in range(130):
        send(town, "minhang", "city", letters.Facts(f"310112101260901{i:06d}X", (ahead,)))
    with town.at("putuo"):
        receipt = split(putuo())
    (first,) = [data for to, data in town.bags("putuo") if to == "city"]
    with town.at("city"):
        for n in range(40):
            incoming.tend(AT + dt.timedelta(seconds=2 * n))
        assert max(one.tries for one in queries.parked()) < 8
        assert min(one.tries for one in queries.parked()) > 3, "and none of them is forgotten behind the others"
    assert lines(town, "city", "letters.try_again") == []
    town.deliver("city", first)
    assert "city" in heads(town, receipt.number)


def test_a_fact_of_a_newer_program_waits_for_the_upgrade(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        found = cases.get(receipt.number)
        assert found is not None
        case = found.case
    body = b'{"kind":"inspected","on":"2026-09-01"}'
    newer = letters.Logged(case.n + 1, AT, "x", body.decode(), chain.link(case.number, case.n + 1, AT, "x", body, case.head).hex())  # fmt: skip
    send(town, "yangpu", "city", letters.Facts(case.number, (newer,)))
    with town.at("city"):
        assert [(one.reason, one.number) for one in queries.parked()] == [("version", case.number)]


def scanned(digest: str) -> tuple[PaperIn, ...]:
    return (PaperIn("id_card", digest=digest), *PAPERS[1:])


def pieces(town: Town, sender: str) -> list[bytes]:
    return [data for _, data in town.bags(sender) if bag.peek(data).lane == "files"]


def test_a_false_piece_of_another_node_spoils_no_file(town: Town) -> None:
    body = bytes(range(256)) * 2000
    digest = files.keep(body)
    with town.at("putuo"):
        split(putuo(), papers=scanned(digest))
    good = pieces(town, "putuo")
    files._path(digest).unlink()
    many = files.count(len(body))
    for place in range(many):
        length = min(files.CHUNK, len(body) - place * files.CHUNK)
        false = letters.Piece(digest, len(body), place, many, bytes(length))
        send(town, "minhang", "yangpu", false)
    for data in good:
        town.deliver("yangpu", data)
    assert files.read(digest) == body


@pytest.mark.parametrize(
    "spoilt",
    [
        letters.Piece("../../etc", 1, 0, 1, b"x"), letters.Piece("a" * 64, 10**12, 0, 10**9, b"x"),
        letters.Piece("a" * 64, 1, 5, 1, b"x"), letters.Piece("a" * 64, 1, 0, 1, b"xx"), letters.Piece("a" * 64, -1, 0, 1),
    ],
)  # fmt: skip
def test_a_piece_of_no_file_is_not_kept(town: Town, spoilt: letters.Piece) -> None:
    send(town, "minhang", "yangpu", spoilt)
    with town.at("yangpu"), connection.cursor() as cursor:
        assert [one.reason for one in queries.parked()] == ["differs"]
        cursor.execute("select count(*) from exchange_piece")
        assert cursor.fetchone() == (0,)


def test_a_scan_that_is_lost_or_damaged_holds_up_no_other(town: Town) -> None:
    lost, damaged, good = (files.keep(bytes([i]) * 1000) for i in (1, 2, 3))
    with town.at("putuo"):
        for i, digest in enumerate((lost, damaged, good)):
            split(putuo(), papers=scanned(digest), key=f"k{i}")
    files._path(lost).unlink()
    path = files._path(damaged)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with town.at("putuo"):
        outbox.number()
        read = outbox.read("yangpu", "files", 0, most=9) + outbox.read("yangpu", "files", 2)
        assert [one.seq for one in read] == [1, 2, 3]
    for data in pieces(town, "putuo"):
        town.deliver("yangpu", data)
    with town.at("yangpu"):
        assert [one.reason for one in queries.parked()] == ["differs"]


def test_a_file_still_under_way_goes_after_a_case_that_moved_on(town: Town) -> None:
    body = bytes(range(256)) * 100
    digest = files.keep(body)
    with town.at("putuo"):
        receipt = split(putuo(), papers=scanned(digest))
    packed = town.bags("putuo")
    path = files._path(digest)
    kept = path.read_bytes()
    path.unlink()
    late = [data for to, data in packed if bag.peek(data).lane == "files"]
    for to, data in packed:
        if data not in late:
            town.deliver(to, data)
    with town.at("yangpu"):
        assert arriving.awaited(receipt.number) == (digest,)
        handle.hand_over(yangpu(), receipt.number, MINHANG, "misjudged", at=LATER)
    town.carry()
    with town.at("minhang"):
        assert arriving.awaited(receipt.number) == (digest,)
    for data in late:
        town.deliver("yangpu", data)
    on = [(to, data) for to, data in town.bags("yangpu") if bag.peek(data).lane == "files"]
    assert [to for to, _ in on] == ["minhang"]
    path.unlink()
    town.deliver(*on[0])
    assert files.read(digest) == body and kept != b""
    with town.at("minhang"):
        assert arriving.awaited(receipt.number) == ()


def test_refused_bags_fill_no_disk(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "REFUSED_BAGS", 3)
    for i in range(6):
        town.deliver("yangpu", b"nobody signed this %d" % i)
    with town.at("yangpu"):
        assert len(queries.refused_bags()) == 3
    assert len(lines(town, "yangpu", "letters.refuse")) == 3


def test_the_resident_sees_every_question_of_another_node(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
        case = cases.get(receipt.number).case  # type: ignore[union-attr]
    town.carry()
    both = [letters.Question(f"{i:032x}", person=one) for i, one in enumerate((case.applicant, case.agent))]
    send(town, "minhang", "city", *both)
    asked = [(person, place) for person, place, _, _ in lines(town, "city", "look.elsewhere")]
    assert asked == [(case.applicant, "minhang"), (case.agent, "minhang")]


def test_an_earlier_word_on_an_item_that_comes_later_changes_nothing(town: Town) -> None:
    with town.at("putuo"):
        catalog_service.set_open("jinglaoka", True, reason="恢复", by="x", at=LATER)
        catalog_service.set_open("jinglaoka", False, reason="停办", by="x", at=AT)
        assert catalog.is_open("jinglaoka")


def test_what_a_restored_node_wrote_comes_back_also_when_the_city_never_heard_of_it(town: Town) -> None:
    """普陀 received a case and gave it to 杨浦; the letter to the city was lost with 普陀's database."""
    back_up("putuo")
    with town.at("putuo"):
        receipt = split(putuo())
    for to, data in town.bags("putuo"):
        if to == "yangpu":
            town.deliver(to, data)
    restore("putuo")
    with town.at("yangpu"):
        handle.accept(yangpu(), receipt.number, at=LATER)
    with town.at("putuo"):
        for to, last in (("yangpu", 1), ("city", 1)):
            outbox.adopt(to, "letters", last)
        incoming.restored(town.clock)
    for _ in range(8):
        town.carry()
        town.talk()
    assert len(heads(town, receipt.number)) == 3 and len(set(heads(town, receipt.number).values())) == 1
    with town.at("putuo"):
        assert split(putuo(), key="next").number != receipt.number


def test_a_word_about_forgotten_letters_is_listened_to_now_and_then(town: Town) -> None:
    with town.at("putuo"):
        split(putuo())
        outbox.number()
        before = max(lane.last for lane in outbox.lanes("yangpu"))
    for n in range(5):
        status(town, "yangpu", "putuo", applied=(letters.Position("letters", before + 100 + n),))
    with town.at("putuo"), connection.cursor() as cursor:
        assert queries.caught_up(), "a mere word shuts no web"
        cursor.execute("select count(*) from exchange_letter where kind = 'recall'")
        assert cursor.fetchone() == (len(town.nodes.nodes) - 1,)
        assert max(lane.last for lane in outbox.lanes("yangpu")) == before + 104


def test_what_was_swept_holds_up_nothing_behind_it(town: Town) -> None:
    """杨浦 comes back from a backup that is older than what 普陀 keeps."""
    with town.at("putuo"):
        for i in range(3):
            split(putuo(), key=f"k{i}")
    town.carry()
    town.talk()
    with connection.cursor() as cursor:
        cursor.execute("delete from n_putuo.exchange_letter where to_node = 'yangpu' and seq <= 2")
        cursor.execute("update n_yangpu.exchange_in_lane set last = 0 where from_node = 'putuo'")
        for table in ("cases_sealed", "cases_paper", "cases_fact", "cases_case"):
            cursor.execute(f"delete from n_yangpu.{table}")
    for _ in range(3):
        town.talk()
    with town.at("yangpu"):
        assert [p.at for p in inbox.applied("putuo") if p.lane == "letters"] == [3]
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from cases_case")
            assert cursor.fetchone() == (1,)


def test_a_status_word_looks_only_at_what_is_new(town: Town) -> None:
    """It comes each second, and a lane keeps a month of letters: those that were delivered before are not walked through again."""
    with town.at("putuo"):
        for i in range(3):
            split(putuo(), key=f"k{i}")
        outbox.number()
        assert outbox.delivered("yangpu", "letters", 1, AT)
        with connection.cursor() as cursor:
            cursor.execute("update exchange_letter set delivered_at = null")
        assert outbox.delivered("yangpu", "letters", 3, LATER) and not outbox.delivered("yangpu", "letters", 3, LATER)
        with connection.cursor() as cursor:
            cursor.execute("select delivered_at from exchange_letter where to_node = 'yangpu' order by seq")
            assert cursor.fetchall() == [(None,), (LATER,), (LATER,)]


def test_a_node_that_was_added_later_gets_the_whole_catalog(town: Town) -> None:
    with town.at("city"):
        publish.close_item(SYSTEM, "jinglaoka", reason="停办", at=AT)
    town.carry()
    with connection.cursor() as cursor:
        for table in ("catalog_item_version", "catalog_publication", "catalog_item_state"):
            cursor.execute(f"delete from n_minhang.{table}")
    town.clock += dt.timedelta(hours=2)
    status(town, "minhang", "city", at=town.clock)
    town.talk()
    with town.at("minhang"):
        assert catalog.newest() is not None and list(catalog.damaged()) == []
        assert not catalog.is_open("jinglaoka")
    with town.at("city"), connection.cursor() as cursor:
        cursor.execute("select distinct to_node from exchange_letter where kind = 'publication' and at > %s", [AT])
        assert "minhang" in {node for (node,) in cursor.fetchall()}


def test_what_is_numbered_while_a_lane_is_read_is_not_taken_for_gone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.at("putuo"):
        split(putuo())
        asked = outbox.ask

        def between(sql: str, values: Any = ()) -> Any:
            found = asked(sql, values)
            monkeypatch.setattr(outbox, "ask", asked)
            outbox.number()
            return found

        monkeypatch.setattr(outbox, "ask", between)
        assert outbox.read("yangpu", "letters", 0) == []
        (one,) = outbox.read("yangpu", "letters", 0)
        assert letters.kind(letters.decode(one.body).body) == "dossier"


def test_a_restored_node_gives_no_number_twice_even_of_cases_that_are_lost(town: Town) -> None:
    with town.at("putuo"):
        before = split(putuo(), key="before").number
    back_up("putuo")
    with town.at("putuo"):
        lost = split(putuo(), key="never told to anybody").number
    restore("putuo")
    with town.at("putuo"):
        incoming.restored(town.clock)
        after = split(putuo(), key="after").number
    assert len({before, lost, after}) == 3
    assert int(after[15:21]) == int(before[15:21]) + 1001
