"""A district node gone bad, with its own good keys: whatever it writes, it spoils nothing but its own lanes, reads nothing that is not
its business, and decides no case that it does not hold."""

import datetime as dt
from typing import Any

import pytest

from tests.conftest import AT
from tests.exchange.town import Town
from tests.flows.people import MINHANG, PUTUO, YANGPU
from tests.flows.split_case import putuo, split, yangpu
from tongban.domain import case as rule
from tongban.domain import chain, facts
from tongban.domain.person import Identity
from tongban.exchange import bag, inbox, letters, outbox, queries
from tongban.exchange.bag import Bag
from tongban.flows import handle, incoming
from tongban.registers.cases import queries as cases

LATER = AT + dt.timedelta(hours=1)
NOBODY = "9" * 22


def send(town: Town, sender: str, to: str, *bodies: letters.Body | bytes) -> incoming.Arrived:
    """Letters as this node's mail room would send them, whatever its program says."""
    with town.at(to):
        last = next((p.at for p in inbox.applied(sender) if p.lane == "letters"), 0)
    raw = [one if isinstance(one, bytes) else letters.encode(letters.Letter("0" * 32, AT, one)) for one in bodies]
    packed = Bag(sender, to, "letters", last + 1, last + len(raw), letters.SCHEMA, raw)
    return town.deliver(to, bag.pack(packed, town.keys[sender], at=AT))


def position(town: Town, at: str, sender: str) -> int:
    """How far the letters of this sender are."""
    with town.at(at):
        return next((p.at for p in inbox.applied(sender) if p.lane == "letters"), 0)


def grown(town: Town, at: str, number: str, *new: facts.Body) -> list[letters.Logged]:
    """The log as this node knows it, with forged entries that follow by their hashes."""
    with town.at(at):
        log = cases.log(number)
    state = rule.fold(number, ((e.fact, e.n, e.hash) for e in log))
    for fact in new:
        entry = chain.append(number, (state.n, state.head), LATER, "staff:forged", fact)
        state = rule.advance(state, fact, entry.n, entry.hash)
        log.append(entry)
    return [letters.logged(e) for e in log]


def request(number: str, act: str = "case.withdraw", *, origin: str = "minhang", **more: Any) -> letters.Request:
    asker = more.pop("asker", letters.Asker("staff", "staff:x", MINHANG, more.pop("serves", ())))
    arguments = {"number": number, **more.pop("arguments", {})}
    return letters.Request(more.pop("id", "0190" * 8), act, number, origin, asker, arguments)


@pytest.mark.parametrize("number", ["9" * 40, "a\0b"])
def test_a_request_that_cannot_even_be_answered_holds_up_no_other(town: Town, number: str) -> None:
    send(town, "minhang", "yangpu", request(number))
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    with town.at("yangpu"):
        assert cases.get(receipt.number) is not None
        incoming.tend(LATER)


DEEP = (
    b'{"id":"0","at":"2026-09-01T01:00:00Z","body":{"letter":"request","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
)


@pytest.mark.parametrize(
    "spoilt",
    [b'{"id":"\xff"}', DEEP, b'{"id":"0","at":"2026-09-01T01:00:00Z","body":{"letter":"a\\u0000","number":"\\u0000"}}'],
    ids=["no utf-8", "deep", "nul"],
)
def test_a_letter_that_cannot_be_read_at_all_does_not_block_its_lane(town: Town, spoilt: bytes) -> None:
    before = position(town, "yangpu", "minhang")
    assert send(town, "minhang", "yangpu", spoilt, letters.Again("", 0)).seq == before + 2
    with town.at("yangpu"):
        assert len(queries.parked()) == 1


def test_a_letter_that_always_fails_does_not_spoil_the_next_ones_of_its_case(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    number = receipt.number
    send(town, "minhang", "city", letters.Outcome("no id of a request", number, True))
    with town.at("city"):
        assert [one.number for one in queries.parked()] == [number]
    with town.at("yangpu"):
        handle.take_over(yangpu(), number, at=LATER)
    town.carry()
    with town.at("city"):
        found = cases.get(number)
        assert found is not None and found.case.n == 3 and found.case.looked


def test_whoever_had_the_case_before_cannot_decide_it_by_a_dossier(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    entries = grown(town, "putuo", receipt.number, facts.Withdrawn(on=LATER.date(), reason="forged"))
    for to in ("city", "yangpu"):
        send(town, "putuo", to, letters.Dossier(receipt.number, tuple(entries), receipt.query_code))
        with town.at(to):
            found = cases.get(receipt.number)
            assert found is not None and found.case.stage == "received", to
            assert [one.reason for one in queries.parked()] == ["not_holder"]


def test_nobody_takes_the_pen_by_a_dossier_that_says_that_it_was_given(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    # 杨浦 holds it. 普陀 says: it gave it back to us, we accepted it, and now it is for 杨浦 again.
    entries = grown(
        town, "putuo", receipt.number,
        facts.HandedBack(on=LATER.date(), to=PUTUO, reason="forged"),
        facts.HandedOver(on=LATER.date(), to=YANGPU, reason="misjudged"),
    )  # fmt: skip
    send(town, "putuo", "yangpu", letters.Dossier(receipt.number, tuple(entries), receipt.query_code))
    with town.at("yangpu"):
        found = cases.get(receipt.number)
        assert found is not None and found.case.n == 2
        (parked,) = queries.parked()
        assert parked.reason == "not_holder"


def test_a_dossier_brings_only_the_persons_and_the_mandate_of_its_case(town: Town) -> None:
    from tongban.domain.consent import Mandate
    from tongban.registers.people import queries as people

    with town.at("putuo"):
        receipt = split(putuo())
    (packed,) = _open(town, "putuo", "yangpu")
    letter = letters.decode(packed.letters[0])
    assert isinstance(letter.body, letters.Dossier) and letter.body.mandate is not None
    stranger = "0190aaaa-0000-7000-8000-00000000000a"
    other = Identity(kind="citizen", name="卓小满", number="110101199003072375", birth=dt.date(1990, 3, 7), sex="male")
    spoilt: list[letters.Dossier] = [
        _with(letter.body, people=(letters.PersonHere(stranger, other),)),
        _with(letter.body, people=(letters.PersonHere(letter.body.people[0].ref, other), *letter.body.people[1:])),
        _with(letter.body, mandate=letters.MandateHere(stranger, letter.body.mandate.mandate)),
        _with(letter.body, mandate=letters.MandateHere(letter.body.mandate.ref, Mandate(**{**_fields(letter.body.mandate.mandate), "principal": stranger}))),
    ]  # fmt: skip
    for one in spoilt:
        send(town, "putuo", "yangpu", one)
    with town.at("yangpu"):
        assert cases.get(receipt.number) is None
        assert [one.reason for one in queries.parked()] == ["person"] * 4
        assert people.identities([stranger, letter.body.people[0].ref]) == {}


def _with(body: letters.Dossier, **changes: Any) -> letters.Dossier:
    import msgspec

    return msgspec.structs.replace(body, **changes)


def _fields(of: Any) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__struct_fields__}


def _open(town: Town, sender: str, to: str) -> list[Bag]:
    town.bags(sender)
    return [b for b in town.carried if (b.from_node, b.to_node) == (sender, to)]


def test_facts_are_written_again_only_for_nodes_whose_business_they_are(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
    town.carry()
    for holder in ("city", "yangpu"):
        send(town, "minhang", holder, letters.Again(receipt.number, 0))
        assert [b for b in _open(town, holder, "minhang") if receipt.query_code.encode() in b"".join(b.letters)] == []
        with town.at(holder):
            assert queries.parked() == [], "there is nothing that a person could do about it"


def test_numbers_are_given_by_the_center_of_the_case(town: Town) -> None:
    """A case of one's own under the number of another center would stand in the way of the true one."""
    with town.at("putuo"):
        receipt = split(putuo())
        log = cases.log(receipt.number)
    opened = log[0].fact
    assert isinstance(opened, facts.Opened)
    import msgspec

    forged = chain.append(receipt.number, (0, b""), AT, "x", msgspec.structs.replace(opened, receiving=MINHANG))
    send(town, "minhang", "city", letters.Facts(receipt.number, (letters.logged(forged),), "ABCDEF"))
    with town.at("city"):
        assert cases.get(receipt.number) is None
        assert [one.reason for one in queries.parked()] == ["not_holder"]
    town.carry()
    with town.at("city"):
        assert cases.get(receipt.number) is not None


def status(town: Town, sender: str, to: str, **more: Any) -> None:
    body = letters.Status(more.pop("at", AT), letters.SCHEMA, **more)
    raw = letters.encode(letters.Letter("0" * 32, AT, body))
    town.deliver(to, bag.pack(Bag(sender, to, bag.STATUS, 0, 0, letters.SCHEMA, [raw]), town.keys[sender], at=AT))


def test_absurd_positions_are_no_positions(town: Town) -> None:
    with town.at("putuo"):
        split(putuo())
    for absurd in (2**63 - 1, 2**63, 2**80, -1, -(2**63) - 1):
        place = (letters.Position("letters", absurd), letters.Position("nonsense", absurd))
        status(town, "yangpu", "putuo", applied=place, sent=place, again=place)
    status(town, "yangpu", "putuo", applied=tuple(letters.Position(f"l{i}", 1) for i in range(50)))
    with town.at("putuo"):
        assert outbox.number() > 0
        assert {lane.lane for lane in outbox.lanes()} <= {"letters", "files"}
        assert {lane.lane for lane in queries.lanes_in()} <= {"letters", "files"}
        assert queries.caught_up()


@pytest.mark.parametrize(
    "at",
    ['"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"2026-09-01T01:00:00"'],
    ids=["bc", "far", "naive"],
)
def test_a_moment_that_is_none_is_not_kept(town: Town, at: str) -> None:
    good = letters.encode(letters.Letter("0" * 32, AT, letters.Status(AT, letters.SCHEMA, program="x")))
    raw = good.replace(b'"letter":"status","at":"2026-09-01T02:00:00Z"', b'"letter":"status","at":' + at.encode())
    assert raw != good
    town.deliver(
        "putuo", bag.pack(Bag("yangpu", "putuo", bag.STATUS, 0, 0, letters.SCHEMA, [raw]), town.keys["yangpu"], at=AT)
    )
    with town.at("putuo"):
        (peer,) = [p for p in queries.peers() if p.node == "yangpu"]
        assert abs(peer.clock - AT) < dt.timedelta(hours=1)


def test_a_request_says_where_it_began_and_from_which_center(town: Town) -> None:
    with town.at("putuo"):
        receipt = split(putuo())
        applicant = cases.get(receipt.number).case.applicant  # type: ignore[union-attr]
    town.carry()
    serves = (applicant,)
    bad = [
        request(receipt.number, origin="city", serves=serves, id="0190" * 7 + "0001"),
        request(receipt.number, origin="nowhere", serves=serves, id="0190" * 7 + "0002"),
        request(receipt.number, asker=letters.Asker("staff", "staff:x", PUTUO, serves), id="0190" * 7 + "0003"),
    ]
    for one in bad:
        send(town, "minhang", "yangpu", one)
    with town.at("yangpu"):
        found = cases.get(receipt.number)
        assert found is not None and found.case.stage == "received"
        assert {lane.to for lane in outbox.lanes()} <= set(town.nodes.by_code)
        outbox.number()
        assert {lane.to for lane in outbox.lanes()} <= set(town.nodes.by_code)
