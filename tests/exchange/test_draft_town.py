"""A draft follows its person through the city: the node that serves them is told where it lies, fetches it with its scans, and a save
where it was is refused kindly. Doubles, disorder and a node that is cut off leave it at one node, used once."""

import datetime as dt
import uuid

import msgspec
import pytest

from tests.exchange.town import Town
from tests.flows.cases import INTAKES
from tests.flows.people import MINHANG, MOTHER, PUTUO, SON, YANGPU, staff
from tongban.domain.event_intake import EventIntake
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Conflict, NotFound
from tongban.exchange import letters, queries
from tongban.flows import compose, draft_moves, elsewhere, forget, receive, serve
from tongban.plumbing import files
from tongban.plumbing.statements import ask
from tongban.registers.cases import queries as cases
from tongban.registers.mothers import queries as mothers

NOT_YET = EventIntake({"has_fund_account": True}, step="questions")
DESKS = {"putuo": PUTUO, "yangpu": YANGPU, "minhang": MINHANG, "city": "310000001"}


@pytest.fixture(autouse=True)
def _known(town: Town) -> None:
    """All nodes have heard of each other, so each knows which letters the others read."""
    town.talk()


def serve_at(town: Town, code: str, who=MOTHER):
    """A clerk of this node with the person before them: (clerk, visit)."""
    clerk = staff(DESKS[code])
    return clerk, serve.meet(clerk, who, how="card", at=town.clock)


def saved(town: Town, code: str = "putuo", intake: EventIntake = NOT_YET, **more):
    with town.at(code):
        clerk, met = serve_at(town, code)
        draft = compose.save(clerk, met.visit, "retire", intake, at=town.clock, **more)
    town.carry()
    return draft


def asked(town: Town, code: str, who=MOTHER):
    """The person comes to this node, which asks the city; what it then knows of drafts elsewhere."""
    with town.at(code):
        clerk, met = serve_at(town, code, who)
        elsewhere.ask_of_person(clerk, met.visit, at=town.clock)
    town.carry()
    with town.at(code):
        return clerk, met, queries.drafts_of(met.applicant, code)


def fetched(town: Town, code: str, draft: str):
    clerk, met, _ = asked(town, code)
    with town.at(code):
        draft_moves.fetch(clerk, met.visit, draft, at=town.clock)
    town.carry()
    return clerk, met


def lying(town: Town, draft: str) -> list[str]:
    """The nodes at which the draft lies, not used."""
    found = []
    for code in town.nodes.by_code:
        with town.at(code):
            one = mothers.draft(uuid.UUID(draft)) or cases.draft(uuid.UUID(draft))
            if one is not None and not one.gone_to and not one.used_by:
                found.append(code)
    return found


def by_city(town: Town, draft: str):
    with town.at("city"):
        return queries.draft_elsewhere(uuid.UUID(draft))


def test_a_draft_is_told_of_found_and_fetched(town: Town) -> None:
    draft = saved(town)
    known = by_city(town, draft.id)
    assert (known.node, known.code, known.center) == ("putuo", "retire", PUTUO)
    clerk, met, (seen,) = asked(town, "yangpu")
    assert (str(seen.id), seen.kind, seen.code, seen.node) == (draft.id, "event", "retire", "putuo")
    with town.at("yangpu"):
        assert mothers.drafts_of(met.applicant) == [], "what it says was not told"
        assert draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock) == "putuo"
    town.carry()
    assert lying(town, draft.id) == ["yangpu"]
    with town.at("yangpu"):
        (here,) = mothers.drafts_of(met.applicant)
        assert msgspec.json.decode(here.body, type=EventIntake) == NOT_YET
        assert (here.rev, here.center, here.by) == (1, PUTUO, f"putuo/staff:{PUTUO}")
        assert queries.drafts_of(met.applicant, "yangpu") == []
        assert compose.save(clerk, met.visit, "retire", NOT_YET, draft=draft.id, rev=1, at=town.clock).rev == 2
    town.carry()
    assert by_city(town, draft.id).node == "yangpu" and by_city(town, draft.id).center == YANGPU


def test_nobody_hears_of_a_draft_whose_person_is_not_there(town: Town) -> None:
    draft = saved(town)
    _, _, found = asked(town, "yangpu", SON)
    assert found == []
    clerk, met, _ = asked(town, "yangpu", SON)
    with town.at("yangpu"), pytest.raises(NotFound):
        draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    for answer in (letter for bag in town.carried for letter in bag.letters if b'"answer"' in letter):
        assert b"retire" not in answer


def test_a_node_gets_no_draft_of_a_person_it_does_not_name(town: Town) -> None:
    """A question with another person's reference finds nothing, and what nobody asked for is not believed."""
    draft = saved(town)
    with town.at("yangpu"):
        _, met = serve_at(town, "yangpu", SON)
        want = letters.DraftWanted(uuid.UUID(draft.id).hex, met.applicant, "event", "yangpu")
        with_it(town, "yangpu", "putuo", want)
    town.carry()
    assert lying(town, draft.id) == ["putuo"]
    with town.at("minhang"):
        forged = letters.DraftMoves(
            uuid.UUID(draft.id).hex, met.applicant, "event", "retire", PUTUO, "x", town.clock, 1, 9, b"{}"
        )
        with_it(town, "minhang", "yangpu", forged)
    town.carry()
    assert lying(town, draft.id) == ["putuo"]
    with town.at("yangpu"):
        assert [one.reason for one in queries.parked()] == ["not_holder"]


def with_it(town: Town, code: str, to: str, body: letters.Body) -> None:
    """A letter that no act of this node would write."""
    from tongban.exchange import outbox

    outbox.post(to, body, town.clock)


def test_a_save_where_it_was_is_refused_and_it_can_be_fetched_back(town: Town) -> None:
    draft = saved(town)
    fetched(town, "yangpu", draft.id)
    with town.at("putuo"):
        clerk, met = serve_at(town, "putuo")
        for rev in (0, 1):
            with pytest.raises(Conflict) as told:
                compose.save(clerk, met.visit, "retire", NOT_YET, draft=draft.id, rev=rev, at=town.clock)
            assert told.value.code == "draft.away" and told.value.facts["node"] == "yangpu"
        assert mothers.drafts_of(met.applicant) == []
        # This node knows itself where it went.
        draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    town.carry()
    assert lying(town, draft.id) == ["putuo"]
    assert by_city(town, draft.id).moves == 2
    with town.at("putuo"):
        assert compose.save(clerk, met.visit, "retire", NOT_YET, draft=draft.id, rev=1, at=town.clock).rev == 2


def test_a_question_goes_on_to_where_the_draft_went(town: Town) -> None:
    draft = saved(town)
    minhang, met, (old,) = asked(town, "minhang")
    assert old.node == "putuo"
    fetched(town, "yangpu", draft.id)
    with town.at("minhang"):
        draft_moves.fetch(minhang, met.visit, draft.id, at=town.clock)
    town.carry()
    assert lying(town, draft.id) == ["minhang"]


def test_asked_for_twice_by_two_in_any_order_it_lies_at_one_node(town: Town) -> None:
    draft = saved(town)
    for code in ("yangpu", "minhang"):
        clerk, met, _ = asked(town, code)
        with town.at(code):
            for _ in range(2):
                draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    for _ in range(4):
        moved = [(to, data) for code in reversed(list(town.nodes.by_code)) for to, data in town.bags(code)]
        for to, data in moved + moved:
            town.deliver(to, data)
    town.talk()
    assert len(lying(town, draft.id)) == 1
    (node,) = lying(town, draft.id)
    assert by_city(town, draft.id).node == node


def test_the_newest_answers_are_what_travels_when_a_save_crosses_the_question(town: Town) -> None:
    draft = saved(town)
    clerk, met, _ = asked(town, "yangpu")
    with town.at("yangpu"):
        draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    with town.at("putuo"):
        home, visit = serve_at(town, "putuo")
        later = EventIntake({"has_fund_account": False}, step="plan")
        compose.save(home, visit.visit, "retire", later, draft=draft.id, rev=1, at=town.clock)
    town.carry()
    with town.at("yangpu"):
        (here,) = mothers.drafts_of(met.applicant)
        assert here.rev == 2 and msgspec.json.decode(here.body, type=EventIntake) == later


def test_a_draft_of_an_item_travels_and_is_received_once(town: Town) -> None:
    with town.at("putuo"):
        clerk, met = serve_at(town, "putuo")
        draft = receive.save_draft(clerk, met.visit, "jinglaoka", INTAKES["jinglaoka"], at=town.clock)
    town.carry()
    there, visit = fetched(town, "yangpu", draft.id)
    with town.at("putuo"), pytest.raises(Conflict) as told:
        order = receive.Order(met.visit, "jinglaoka", INTAKES["jinglaoka"], draft=draft.id)
        receive.receive(clerk, order, at=town.clock, key="here")
    assert told.value.code == "draft.away"
    with town.at("yangpu"):
        order = receive.Order(visit.visit, "jinglaoka", INTAKES["jinglaoka"], draft=draft.id)
        receipt = receive.receive(there, order, at=town.clock, key="there")
    town.carry()
    known = by_city(town, draft.id)
    assert known.number == receipt.number
    _, _, found = asked(town, "minhang")
    assert found == [], "what is handed in is no draft any more"
    with town.at("putuo"):
        draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    town.carry()
    with town.at("putuo"), pytest.raises(Conflict) as used:
        draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    assert used.value.code == "draft.used" and used.value.facts["number"] == receipt.number
    assert lying(town, draft.id) == []


def test_scans_go_with_it_in_pieces_and_it_is_not_handed_in_without_them(town: Town) -> None:
    digest = files.keep(bytes(range(256)) * 4_000)
    path = files._path(digest)
    with town.at("putuo"):
        clerk, met = serve_at(town, "putuo")
        intake = msgspec.structs.replace(INTAKES["jinglaoka"], papers=(PaperIn("id_card", "upload", "C", digest),))
        draft = receive.save_draft(clerk, met.visit, "jinglaoka", intake, at=town.clock)
    town.carry()
    there, visit, _ = asked(town, "yangpu")
    with town.at("yangpu"):
        draft_moves.fetch(there, visit.visit, draft.id, at=town.clock)
    packed = [(to, data) for _ in range(2) for code in town.nodes.by_code for to, data in deliver_letters(town, code)]
    path.unlink()
    assert lying(town, draft.id) == ["yangpu"]
    with town.at("yangpu"), pytest.raises(Conflict) as told:
        order = receive.Order(visit.visit, "jinglaoka", INTAKES["jinglaoka"], draft=draft.id)
        receive.receive(there, order, at=town.clock, key="k")
    assert told.value.code == "draft.scans_coming"
    for to, data in packed:
        town.deliver(to, data)
    with town.at("yangpu"):
        assert files.exists(digest)
        assert receive.receive(there, order, at=town.clock, key="k").number


def deliver_letters(town: Town, code: str) -> list[tuple[str, bytes]]:
    """Deliver what a node has to say but for files, which are still under way."""
    from tongban.exchange import bag

    packed = town.bags(code)
    for to, data in packed:
        if bag.peek(data).lane != "files":
            town.deliver(to, data)
    return [(to, data) for to, data in packed if bag.peek(data).lane == "files"]


def test_a_holder_that_is_cut_off_gives_it_when_it_is_back(town: Town) -> None:
    draft = saved(town)
    clerk, met, _ = asked(town, "yangpu")
    town.cut.add("putuo")
    with town.at("yangpu"):
        draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    town.carry()
    assert lying(town, draft.id) == ["putuo"]
    with town.at("putuo"):
        home, visit = serve_at(town, "putuo")
        compose.save(home, visit.visit, "retire", NOT_YET, draft=draft.id, rev=1, at=town.clock)
    town.cut.clear()
    town.talk()
    assert lying(town, draft.id) == ["yangpu"]


def test_what_is_fetched_before_the_one_before_has_it_waits_for_it(town: Town) -> None:
    """minhang asks yangpu, of which putuo says that it went there, before it has come there."""
    draft = saved(town)
    for code in ("yangpu", "minhang"):
        clerk, met, _ = asked(town, code)
        with town.at(code):
            draft_moves.fetch(clerk, met.visit, draft.id, at=town.clock)
    first, second = town.bags("yangpu"), town.bags("minhang")
    for to, data in first + second:
        town.deliver(to, data)
    given = [(to, data) for to, data in town.bags("putuo") if to == "yangpu"]
    # Both letters are in one bag here; the question alone comes first when the draft's own letter is parked.
    for to, data in given:
        town.deliver(to, data)
    town.carry()
    assert lying(town, draft.id) == ["minhang"]


def test_the_city_says_where_a_draft_lies_to_a_node_that_was_restored(town: Town) -> None:
    draft = saved(town)
    fetched(town, "yangpu", draft.id)
    with town.at("putuo"):
        # As a backup from before it was fetched has it.
        ask("update mothers_draft set gone_to = '', moves = 0 where id = %s returning id", [draft.id])
        clerk, met = serve_at(town, "putuo")
        compose.save(clerk, met.visit, "retire", NOT_YET, draft=draft.id, rev=1, at=town.clock + dt.timedelta(days=1))
    town.carry()
    assert lying(town, draft.id) == ["yangpu"] and by_city(town, draft.id).node == "yangpu"


def test_a_forgotten_draft_is_forgotten_by_the_city(town: Town) -> None:
    draft = saved(town)
    with town.at("putuo"):
        assert forget.drafts(town.clock + dt.timedelta(days=forget.DRAFT_DAYS + 1)) == 1
    town.carry()
    assert by_city(town, draft.id) is None
    gone = saved(town)
    clerk, met, _ = asked(town, "yangpu")
    with town.at("putuo"):
        ask("delete from mothers_draft where id = %s returning id", [gone.id])
    with town.at("yangpu"):
        draft_moves.fetch(clerk, met.visit, gone.id, at=town.clock)
    town.carry()
    with town.at("yangpu"):
        assert queries.draft_elsewhere(uuid.UUID(gone.id)).node == "", "the page says that it is no more"
        with pytest.raises(NotFound):
            draft_moves.fetch(clerk, met.visit, gone.id, at=town.clock)
    assert by_city(town, gone.id) is None


def test_what_is_known_of_drafts_elsewhere_is_forgotten_after_a_day(town: Town) -> None:
    draft = saved(town)
    _clerk, _met, _ = asked(town, "yangpu")
    with town.at("yangpu"):
        forget.letters(town.clock + dt.timedelta(days=2))
        assert queries.draft_elsewhere(uuid.UUID(draft.id)) is None
    with town.at("city"):
        forget.letters(town.clock + dt.timedelta(days=2))
    assert by_city(town, draft.id) is not None


def test_a_district_upgraded_later_goes_on_reading(town: Town) -> None:
    """Bags for it say the version that it reads, and nothing newer is in them."""
    draft = saved(town)
    for code in ("city", "putuo"):
        with town.at(code):
            ask("update exchange_peer set schema = 2 where node = 'yangpu' returning node")
    with town.at("city"):
        with_it(town, "city", "yangpu", letters.Again("", 0))
    bags = town.carried
    town.carry()
    assert bags[-1].to_node == "yangpu" and bags[-1].schema == 2
    assert letters.version_for(0) == letters.version_for(9) == letters.SCHEMA
    assert letters.version_for(2) == 2 and letters.version_for(1) == letters.OLDEST
    # Its own question comes in version 2: the answer says nothing of drafts, for it would not be understood.
    with town.at("yangpu"):
        ask("update exchange_peer set schema = 2 where node = 'city' returning node")
    _, _, found = asked(town, "yangpu")
    assert found == [] and lying(town, draft.id) == ["putuo"]
    with town.at("yangpu"):
        assert queries.parked() == []


def test_a_city_that_does_not_know_drafts_is_told_nothing(town: Town) -> None:
    with town.at("putuo"):
        ask("update exchange_peer set schema = 2 where node = 'city' returning node")
    draft = saved(town)
    assert by_city(town, draft.id) is None and lying(town, draft.id) == ["putuo"]
    with town.at("putuo"):
        assert queries.parked() == []
        ask("update exchange_peer set schema = 3 where node = 'city' returning node")
        clerk, met = serve_at(town, "putuo")
        tomorrow = town.clock + dt.timedelta(days=1)
        compose.save(clerk, met.visit, "retire", NOT_YET, draft=draft.id, rev=1, at=tomorrow)
    town.carry()
    assert by_city(town, draft.id).node == "putuo"
