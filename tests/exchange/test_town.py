"""Nodes write to each other: copies, hand-over with the dossier, requests to the holder, questions to the city, the catalog, gaps,
doubles, disorder, and a node restored from a backup. Everything goes through packed bags."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.conftest import AT
from tests.exchange.ring import enrolled
from tests.exchange.town import Town
from tests.flows.people import MOTHER, PUTUO, SONGJIANG, staff, with_mandate
from tests.flows.split_case import ANSWERS, putuo, split, yangpu
from tongban.domain.actor import SYSTEM
from tongban.domain.facts import Point
from tongban.domain.nodes import Node, Nodes
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.exchange import arriving, bag, letters, outbox, queries
from tongban.flows import access, elsewhere, forget, handle, incoming, publish, serve
from tongban.plumbing import crypto, files, here
from tongban.reads import case_page, serving, verify
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import rows as people_rows

LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def town(db: None, compiled_city: Any, tmp_path: Path) -> Iterator[Town]:
    """A city node and three districts, with the catalog published at the city and carried to all."""
    town = Town(tmp_path)
    with town.at("city"):
        publish.publish(SYSTEM, compiled_city, at=AT, note="tests")
    town.carry()
    yield town


def heads(town: Town, number: str) -> dict[str, tuple[int, str]]:
    """Node -> (length, last hash) of its copy."""
    found = {}
    for code in town.nodes.by_code:
        with town.at(code):
            if (one := cases.get(number)) is not None:
                found[code] = (one.case.n, one.case.head.hex())
    return found


def all_hold(town: Town) -> None:
    """`verify` is clean on every node."""
    for code in town.nodes.by_code:
        with town.at(code):
            *_, done = verify.verify(SYSTEM)
            assert done.wrong == [], code


def test_the_catalog_travels_as_it_was_published(town: Town) -> None:
    digests = set()
    for code in town.nodes.by_code:
        with town.at(code):
            newest = catalog.newest()
            assert newest is not None
            digests.add(newest.digest)
            assert list(catalog.damaged()) == []
    assert len(digests) == 1
    with town.at("putuo"), pytest.raises(Refused) as refused:
        publish.close_item(SYSTEM, "jinglaoka", reason="试", at=LATER)
    assert refused.value.code == "catalog.published_at_city"
    with town.at("city"):
        publish.close_item(SYSTEM, "jinglaoka", reason="系统升级", at=LATER)
    town.carry()
    with town.at("putuo"):
        assert not catalog.is_open("jinglaoka")


def test_a_split_case_is_handed_over_with_its_dossier(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
        assert [s.delivered_at for s in queries.dossiers(receipt.number)] == [None]
    with town.at("yangpu"):
        assert cases.get(receipt.number) is None
    town.carry()
    assert len(set(heads(town, receipt.number).values())) == 1
    assert set(heads(town, receipt.number)) == {"city", "putuo", "yangpu"}
    with town.at("yangpu"):
        seen = access.answers(yangpu(), receipt.number, reason="办理", at=LATER)
        assert seen.answers["hukou_address"] == "四平路1号"
        assert seen.applicant.name == "沈桂芳" and seen.agent is not None
        handle.take_over(yangpu(), receipt.number, at=LATER)
        handle.accept(yangpu(), receipt.number, at=LATER)
    with town.at("city"):
        one = cases.get(receipt.number)
        assert one is not None and cases.beside(receipt.number, one.case.answers) is None
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from people_person")
            assert cursor.fetchone() == (0,)
    town.carry()
    town.talk()
    with town.at("putuo"):
        found = cases.get(receipt.number)
        assert found is not None and found.case.stage == "accepted"
        assert [s.delivered_at is not None for s in queries.dossiers(receipt.number)] == [True]
    all_hold(town)


def test_only_the_holder_appends_and_says_so(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
        town_wide = staff("310107015", "case.receive", "case.handle", "case.read", "case.supervise")
    town.carry()
    with town.at("putuo"), pytest.raises(Refused):
        handle.accept(town_wide, receipt.number, at=LATER)


def ask_correction(town: Town, number: str) -> None:
    with town.at("yangpu"):
        handle.take_over(yangpu(), number, at=LATER)
        handle.ask_correction(yangpu(), number, [Point("field", "household_members", "incomplete")], at=LATER)
    town.carry()


def test_a_correction_brought_to_the_receiving_counter_reaches_the_holder(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    ask_correction(town, receipt.number)
    with town.at("putuo"):
        met = with_mandate(putuo(), LATER)
        answers: dict[str, object] = {"household_members": "沈桂芳,本人;沈建国,儿子"}
        standing = handle.receive_correction(putuo(), receipt.number, answers, (), visit=met.visit, at=LATER, key="c1")
        assert standing.asked == "yangpu" and standing.stage == "correcting"
        again = handle.receive_correction(putuo(), receipt.number, answers, (), visit=met.visit, at=LATER, key="c1")
        assert again == standing
        assert [r.state for r in queries.asked_about(receipt.number)] == ["waiting"]
    town.carry()
    with town.at("yangpu"):
        one = cases.get(receipt.number)
        assert one is not None and one.case.stage == "received" and one.case.corrections == 1
        seen = access.answers(yangpu(), receipt.number, reason="办理", at=LATER)
        assert seen.answers["household_members"] == "沈桂芳,本人;沈建国,儿子"
    with town.at("putuo"):
        assert [r.state for r in queries.asked_about(receipt.number)] == ["done"]
        found = cases.get(receipt.number)
        assert found is not None and found.case.stage == "received"
    all_hold(town)


def lost_where_it_is_held(town: Town) -> str:
    """A case of 普陀 that 杨浦 holds, and whose form went with the disk there."""
    with town.at("putuo"):
        number = split(putuo()).number
    town.carry()
    with connection.cursor() as cursor:
        cursor.execute("delete from n_yangpu.cases_sealed")
    return number


def form_lost(town: Town, *nodes: str) -> str:
    """A case of 普陀, for which 杨浦 asked for a correction, whose form went with the disks of these nodes."""
    with town.at("putuo"):
        number = split(putuo()).number
    town.carry()
    ask_correction(town, number)
    with connection.cursor() as cursor:
        for node in nodes:
            cursor.execute(f"delete from n_{node}.cases_sealed")
    return number


def test_a_form_that_went_with_a_disk_is_asked_for_whole_at_any_counter(town: Town) -> None:
    """What `verify` advises, to ask the person once more, can be done: also where the counter learns of the loss by a refusal."""
    number = form_lost(town, "yangpu", "putuo")
    mended: dict[str, object] = ANSWERS | {"household_members": "沈桂芳,本人;沈建国,儿子"}
    with town.at("putuo"):
        visit = with_mandate(putuo(), LATER).visit
        first = serving.for_case(putuo(), visit, number)
        assert first.unseen and not first.lost and [f.element.code for f in first.fields] == ["household_members"]
        half = {"household_members": mended["household_members"]}
        handle.receive_correction(putuo(), number, half, (), visit=visit, at=LATER, key="c1")
    town.carry()
    with town.at("yangpu"):
        here = serving.for_case(yangpu(), with_mandate(yangpu(), LATER).visit, number)
        assert here.lost and not here.unseen
    with town.at("putuo"):
        page = serving.for_case(putuo(), visit, number)
        assert page.asked[0].code == "correction.form_lost" and "重新填写" in page.asked[0].text.zh
        assert page.lost and [f.element.code for f in page.fields if f.asked] == ["household_members"]
        assert ANSWERS.keys() <= {f.element.code for f in page.fields}
        assert page.answers["name"] == "", "an agent is not shown what the register knows"
        typed = mended | {"name": "别人"}
        handle.receive_correction(putuo(), number, typed, (), visit=visit, at=LATER, key="c2")
    town.carry()
    with town.at("yangpu"):
        seen = access.answers(yangpu(), number, reason="办理", at=LATER)
        assert {code: str(seen.answers[code]) for code in mended} == {
            code: str(value) for code, value in mended.items()
        }


def test_a_form_that_the_holder_lost_is_there_to_begin_with_where_it_was_received(town: Town) -> None:
    number = form_lost(town, "yangpu")
    with town.at("putuo"):
        visit = serve.meet(putuo(), MOTHER, how="card", at=LATER).visit
        assert not serving.for_case(putuo(), visit, number).lost
        half = {"household_members": "沈桂芳,本人;沈建国,儿子"}
        handle.receive_correction(putuo(), number, half, (), visit=visit, at=LATER, key="c1")
    town.carry()
    with town.at("putuo"):
        page = serving.for_case(putuo(), visit, number)
        assert page.lost and not page.unseen and all(str(page.answers[code]) == str(ANSWERS[code]) for code in ANSWERS)
        agents = serving.for_case(putuo(), with_mandate(putuo(), LATER).visit, number)
        assert agents.lost and not agents.answers["name"], "an agent is not shown the rest of it"
        handle.receive_correction(putuo(), number, page.answers | half, (), visit=visit, at=LATER, key="c2")
    town.carry()
    with town.at("yangpu"):
        seen = access.answers(yangpu(), number, reason="办理", at=LATER)
        assert {code: str(seen.answers[code]) for code in ANSWERS} == {
            code: str(value) for code, value in (ANSWERS | half).items()
        }


def test_a_loss_that_was_seen_when_it_was_asked_for_is_known_at_every_counter_and_mended_by_one_way(town: Town) -> None:
    number = lost_where_it_is_held(town)
    with town.at("yangpu"):
        with pytest.raises(Refused, match="丢失"):
            handle.accept(yangpu(), number, at=LATER)
        handle.ask_correction(yangpu(), number, (), at=LATER)
    town.carry()
    with town.at("putuo"):
        visit = with_mandate(putuo(), LATER).visit
        page = serving.for_case(putuo(), visit, number)
        assert page.lost and not page.unseen and ANSWERS.keys() <= {f.element.code for f in page.fields}
        handle.receive_correction(putuo(), number, dict(ANSWERS), (), visit=visit, at=LATER, key="c1")
    town.carry()
    with town.at("yangpu"):
        seen = access.answers(yangpu(), number, reason="办理", at=LATER)
        assert {code: str(value) for code, value in seen.answers.items() if code in ANSWERS} == {
            code: str(value) for code, value in ANSWERS.items()
        }
        assert handle.accept(yangpu(), number, at=LATER).stage == "accepted"
    town.carry()
    assert len(set(heads(town, number).values())) == 1


def test_that_a_form_was_lost_is_not_said_of_a_later_round(town: Town) -> None:
    """普陀 hears that the form is gone, and sees the whole of it on both pages; then 杨浦 takes it there, and asks for one thing more."""
    number = form_lost(town, "yangpu")
    mended: dict[str, object] = ANSWERS | {"household_members": "沈桂芳,本人;沈建国,儿子"}
    with town.at("putuo"):
        visit = with_mandate(putuo(), LATER).visit
        half = {"household_members": mended["household_members"]}
        handle.receive_correction(putuo(), number, half, (), visit=visit, at=LATER, key="c1")
    town.carry()
    with town.at("putuo"):
        page = case_page.page(putuo(), number, now=LATER)
        assert page.lost and ANSWERS.keys() <= {f.element.code for f in page.to_correct}
        assert not any(f.value for f in page.to_correct), "a page of the office prefills nothing"
    later = LATER + dt.timedelta(days=1)
    with town.at("yangpu"):
        handle.receive_correction(yangpu(), number, mended, (), at=LATER, key="c2")
        points = [Point("field", "household_size", "incomplete")]
        chief = yangpu("case.handle", "case.read", "case.supervise")
        handle.ask_correction(chief, number, points, second="人数与户口簿不符", at=later)
    town.carry()
    with town.at("putuo"):
        page = serving.for_case(putuo(), visit, number)
        assert not page.lost and [f.element.code for f in page.fields] == ["household_size"]
        assert not case_page.page(putuo(), number, now=later).lost


def test_a_refusal_of_the_holder_comes_back_in_words(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        handle.accept(yangpu(), receipt.number, at=LATER)
        handle.decide(yangpu(), receipt.number, False, "不符合条件", at=LATER)
    with town.at("putuo"):
        met = with_mandate(putuo(), LATER)
        standing = handle.withdraw(putuo(), receipt.number, visit=met.visit, at=LATER, key="w")
        assert standing.asked == "yangpu"
    town.carry()
    with town.at("putuo"):
        (asked,) = queries.asked_about(receipt.number)
        assert asked.state == "refused" and asked.code == "case.not_possible_now" and "已办结" in asked.text.zh


def test_a_counter_without_a_copy_asks_the_city(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("minhang"):
        wrong = elsewhere.ask_by_code(SYSTEM, receipt.number, "000000", at=LATER)
        right = elsewhere.ask_by_code(SYSTEM, receipt.number, receipt.query_code, at=LATER)
    town.carry()
    with town.at("minhang"):
        nothing, something = queries.answer_to(wrong), queries.answer_to(right)
        assert nothing is not None and nothing.numbers == ()
        assert something is not None and something.numbers == (receipt.number,)
        assert access.case_by_code(receipt.number, receipt.query_code).case.stage == "received"
    with town.at("yangpu"):
        handle.accept(yangpu(), receipt.number, at=LATER)
    town.carry()
    assert set(heads(town, receipt.number)) == {"city", "putuo", "yangpu", "minhang"}
    assert len(set(heads(town, receipt.number).values())) == 1
    all_hold(town)


def test_who_asked_for_a_case_hears_of_it_also_when_the_city_itself_holds_it(town: Town) -> None:
    """No district of this town has 松江, so the city node hosts it and appends to the case with its own hand."""
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        handle.hand_over(yangpu(), receipt.number, SONGJIANG, "misjudged", at=LATER)
    town.carry()
    with town.at("minhang"):
        elsewhere.ask_by_code(SYSTEM, receipt.number, receipt.query_code, at=LATER)
    town.carry()
    with town.at("city"):
        handle.take_over(staff(SONGJIANG), receipt.number, at=LATER)
        handle.accept(staff(SONGJIANG), receipt.number, at=LATER)
    town.carry()
    assert set(heads(town, receipt.number)) == {"city", "putuo", "yangpu", "minhang"}
    assert len(set(heads(town, receipt.number).values())) == 1
    all_hold(town)


def test_letters_twice_and_out_of_order_are_applied_once(town: Town) -> None:
    numbers = []
    with town.at("putuo"):
        for i in range(6):
            numbers.append(split(putuo(), key=f"k{i}").number)
    packed = town.bags("putuo", most=2)
    for to, data in [*reversed(packed), *packed]:
        town.deliver(to, data)
    town.carry()
    for number in numbers:
        assert len(set(heads(town, number).values())) == 1 and len(heads(town, number)) == 3
    with town.at("yangpu"):
        assert queries.parked() == []
    all_hold(town)


def test_a_lost_letter_is_asked_for_again_even_at_the_end_of_a_lane(town: Town) -> None:
    with town.at("putuo"):
        lost = split(putuo(), key="lost").number
    town.bags("putuo")
    assert set(heads(town, lost)) == {"putuo"}
    town.talk()
    town.talk()
    town.talk()
    assert set(heads(town, lost)) == {"city", "putuo", "yangpu"}
    with town.at("putuo"):
        lanes = queries.lanes_out(town.clock)
        assert {lane.to for lane in lanes} == {"city", "yangpu"} and {lane.waiting for lane in lanes} == {0}


def test_a_misjudged_home_is_handed_on_and_everybody_hears(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        handle.hand_over(yangpu(), receipt.number, "310112101", "misjudged", at=LATER)
    town.carry()
    with town.at("minhang"):
        minhang = staff("310112101")
        assert access.answers(minhang, receipt.number, reason="办理", at=LATER).answers
        handle.hand_back(minhang, receipt.number, "户籍在杨浦", at=LATER)
    town.carry()
    assert len(heads(town, receipt.number)) == 4 and len(set(heads(town, receipt.number).values())) == 1
    with town.at("putuo"):
        found = cases.get(receipt.number)
        assert found is not None and found.case.holder == "310110009" and found.case.custody == "back"
    all_hold(town)


def test_a_node_that_did_not_hold_the_case_is_not_believed(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    # 普陀 has given the pen away; a 普陀 that writes on regardless is not followed by anybody.
    with town.at("putuo"):
        wide = Node("putuo", Text("普陀区系统"), "district", ("310107", "310110"))
        lying = Nodes((town.nodes.by_code["city"], wide, town.nodes.by_code["minhang"]))
        with here.as_node("putuo", lying):
            handle.accept(yangpu(), receipt.number, at=LATER)
    town.carry()
    with town.at("city"):
        (parked,) = queries.parked()
        assert parked.reason == "not_holder" and parked.number == receipt.number
        one = cases.get(receipt.number)
        assert one is not None and one.case.stage == "received"


def test_scans_travel_in_pieces_each_once(town: Town) -> None:
    body = bytes(range(256)) * 3000
    digest = files.keep(body)
    with town.at("putuo"):
        papers = (PaperIn("id_card", digest=digest), PaperIn("hukou_book"), PaperIn("economic_authorisation"))
        receipt = split(putuo(), papers=papers)
    # All nodes of this process share one cabinet: hide the file from the others until its pieces are there.
    path = files._path(digest)
    sealed = path.read_bytes()
    packed = town.bags("putuo")
    path.unlink()
    for to, data in packed:
        town.deliver(to, data)
    assert files.read(digest) == body
    assert sealed != path.read_bytes()
    with town.at("yangpu"):
        assert arriving.awaited(receipt.number) == ()
    with town.at("putuo"):
        split(putuo(), papers=papers, key="second")
    assert sum(b.lane == "files" for b in town.carried) == 2
    town.carry()
    assert sum(b.lane == "files" for b in town.carried) == 2


TABLES = ("cases_case", "cases_fact", "cases_sealed", "cases_paper", "cases_counter", "exchange_out_lane", "exchange_letter", "exchange_in_lane", "people_person", "people_datum", "people_mandate", "mothers_mother", "mothers_fact", "mothers_form", "mothers_draft")  # fmt: skip


def back_up(node: str) -> None:
    """Keep a copy of what a node has."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"create table n_{node}.old_{table} as select * from n_{node}.{table}")


def restore(node: str) -> None:
    """The copy instead of what the node has."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"delete from n_{node}.{table}")
            cursor.execute(f"insert into n_{node}.{table} overriding system value select * from n_{node}.old_{table}")
        cursor.execute(f"delete from n_{node}.plumbing_done_act")


def test_a_restored_city_hears_of_its_own_cases_from_all_districts(town: Town) -> None:
    """And is not done when the first of them has answered."""
    back_up("city")
    with town.at("city"):
        number = split(staff("310104017"), key="1").number
    town.carry()
    with town.at("putuo"):
        mixed = split(putuo(), key="2").number
    town.carry()
    town.talk()
    with town.at("yangpu"):
        handle.take_over(yangpu(), mixed, at=LATER)
        handle.accept(yangpu(), mixed, at=LATER)
    town.carry()
    town.talk()
    before = heads(town, number)["yangpu"], heads(town, mixed)["yangpu"]
    restore("city")
    assert "city" not in heads(town, number)
    for other in ("putuo", "minhang", "yangpu"):
        town.status(other, "city")
    with town.at("city"):
        incoming.restored(town.clock)
    town.cut.add("yangpu")
    town.carry()
    town.talk()
    with town.at("city"):
        assert not queries.caught_up(), "yangpu alone knows of the first case, and has not answered"
    town.cut.clear()
    town.carry()
    town.talk()
    town.talk()
    with town.at("city"):
        assert queries.caught_up()
    for one, head in zip((number, mixed), before, strict=True):
        assert heads(town, one)["city"] == head
    all_hold(town)


def test_a_restored_node_gets_back_what_it_wrote(town: Town) -> None:
    with town.at("putuo"):
        first = split(putuo(), key="1").number
    town.carry()
    town.talk()
    back_up("putuo")
    with town.at("putuo"):
        second = split(putuo(), key="2").number
    town.carry()
    town.talk()
    with town.at("yangpu"):
        handle.accept(yangpu(), first, at=LATER)
    town.carry()
    restore("putuo")
    assert "putuo" not in heads(town, second)
    # They have seen more letters of 普陀 than 普陀 knows to have written. It numbers none before it has heard them (the mail
    # room asks the stream, too): a number used twice would be taken for a letter sent twice.
    for other in ("city", "yangpu", "minhang"):
        town.status(other, "putuo")
    with town.at("putuo"):
        # A word alone proves nothing: it is the mark, or the stream, that shuts the web (exchange/mark.py).
        assert queries.caught_up()
        incoming.restored(town.clock)
        assert not queries.caught_up()
    town.carry()
    town.talk()
    town.talk()
    with town.at("putuo"):
        assert queries.caught_up()
    for number in (first, second):
        assert len(heads(town, number)) == 3 and len(set(heads(town, number).values())) == 1, number
    with town.at("putuo"):
        third = split(putuo(), key="3").number
        assert third not in (first, second)
    town.carry()
    town.talk()
    assert len(heads(town, third)) == 3
    assert PUTUO in third
    all_hold(town)


def test_a_case_waits_visibly_for_a_catalog_that_is_not_there_yet(town: Town) -> None:
    with connection.cursor() as cursor:
        for table in ("catalog_item_version", "catalog_publication"):
            cursor.execute(f"create table n_yangpu.old_{table} as select * from n_yangpu.{table}")
            cursor.execute(f"delete from n_yangpu.{table}")
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        (parked,) = queries.parked()
        assert (parked.reason, parked.number, parked.kind) == ("catalog", receipt.number, "dossier")
    with connection.cursor() as cursor:
        for table in ("catalog_publication", "catalog_item_version"):
            cursor.execute(f"insert into n_yangpu.{table} overriding system value select * from n_yangpu.old_{table}")
    town.talk()
    assert len(heads(town, receipt.number)) == 3
    with town.at("yangpu"):
        assert queries.parked() == []


def test_nodes_without_a_common_person_key_are_told_so(town: Town) -> None:
    ours = crypto.keyring()
    with town.at("yangpu"):
        crypto.use(crypto.Keyring({1: bytes(16)}, bytes(32), bytes(32), b"\1" * 32))
        with_mandate(yangpu("case.receive", "person.read"), AT)
        crypto.use(ours)
        with connection.cursor() as cursor:
            # As the same key of the index would have made it: only the reference differs.
            index = people_rows.number_index("310110194803120284")
            cursor.execute(
                "update people_person set number_blind = %s where id = "
                "(select id from people_person where number_blind is not null order by id limit 1)",
                [index],
            )
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        (parked,) = queries.parked()
        assert (parked.reason, parked.kind, parked.number) == ("person", "dossier", receipt.number)


def test_letters_are_kept_for_a_month_after_they_were_applied(town: Town) -> None:
    with town.at("putuo"):
        split(putuo())
    town.carry()
    town.talk()
    with town.at("putuo"), connection.cursor() as cursor:
        assert forget.letters(AT + outbox.KEEP - dt.timedelta(hours=1)) == 0
        assert forget.letters(AT + outbox.KEEP + dt.timedelta(hours=1)) == 2
        split(putuo(), key="never carried")
        assert forget.letters(AT + 2 * outbox.KEEP) == 0
        cursor.execute("select count(*) from exchange_letter")
        assert cursor.fetchone() == (2,)


def test_a_newer_letter_is_parked_shown_and_applied_after_the_upgrade(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    monkeypatch.setattr(letters, "SCHEMA", letters.SCHEMA + 1)
    packed = [data for to, data in town.bags("putuo") if to == "yangpu"]
    monkeypatch.undo()
    for data in packed:
        town.deliver("yangpu", data)
    with town.at("yangpu"):
        (parked,) = queries.parked()
        assert (parked.reason, parked.kind, parked.number) == ("version", "dossier", receipt.number)
        assert cases.get(receipt.number) is None
        assert incoming.tend(LATER) == 0
        assert [one.tries for one in queries.parked()] == [1]
    monkeypatch.setattr(letters, "SCHEMA", letters.SCHEMA + 1)
    with town.at("yangpu"):
        assert incoming.tend(LATER + dt.timedelta(minutes=10)) == 1
        assert cases.get(receipt.number) is not None and queries.parked() == []


@pytest.mark.parametrize("spoil", ["unsigned", "changed", "stranger", "for another"])
def test_what_no_node_of_the_ring_signed_is_kept_and_not_believed(town: Town, tmp_path: Path, spoil: str) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    (data,) = [data for to, data in town.bags("putuo") if to == "yangpu"]
    if spoil == "unsigned":
        data = data[: len(data) // 2]
    if spoil == "changed":
        data = data[:-20] + bytes(20)
    if spoil == "stranger":
        stranger = enrolled(tmp_path / "elsewhere", "ed25519", "putuo", "yangpu")["putuo"]
        data = bag.pack(bag.Bag("putuo", "yangpu", "letters", 1, 1, letters.SCHEMA, [b"{}"]), stranger, at=AT)
    to = "minhang" if spoil == "for another" else "yangpu"
    assert town.deliver(to, data).from_node == ""
    with town.at(to):
        assert cases.get(receipt.number) is None
        (refused,) = queries.refused_bags()
        assert refused.reason in ("unsigned", "changed", "foreign", "not_for_me", "format")


def test_a_scan_of_twenty_megabytes_goes_in_pieces(town: Town) -> None:
    body = (bytes(range(256)) * 80_000)[:20_000_000]
    digest = files.keep(body)
    with town.at("putuo"):
        split(putuo(), papers=(PaperIn("id_card", digest=digest), PaperIn("hukou_book"), PaperIn("economic_authorisation")))  # fmt: skip
    packed = town.bags("putuo")
    assert max(len(data) for _, data in packed) < 2_000_000
    files._path(digest).unlink()
    pieces = [(to, data) for to, data in packed if bag.peek(data).lane == "files"]
    assert len(pieces) == 39
    for to, data in pieces[:-1]:
        town.deliver(to, data)
    assert not files.exists(digest)
    town.deliver(*pieces[-1])
    assert files.read(digest) == body
