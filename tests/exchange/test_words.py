"""What nodes say to each other about their lanes, and how often: soon where something happens, seldom where nothing does."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.exchange.house import CITY, NODE, OTHERS, lived_in
from tests.exchange.ring import AT
from tongban.exchange import bag, inbox, letters, outbox, words
from tongban.exchange.hands import Hands
from tongban.exchange.keys import Keys
from tongban.exchange.letters import Position, Status
from tongban.exchange.transports.local import LocalOffice
from tongban.exchange.words import Speaker, _Standing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(tmp_path: Path, transactional_db: None) -> Iterator[dict[str, Keys]]:
    with lived_in(tmp_path) as held:
        yield held


def speaker(office: LocalOffice, hands: Hands | None = None, node: str = NODE, idle: bool = True) -> Speaker:
    do = hands.do if hands else None
    return Speaker(node, CITY, OTHERS, office.way(node), do, lambda: AT, catalog=lambda: "c0ffee", idle=lambda: idle)  # type: ignore[arg-type]


def heard(office: LocalOffice, held: dict[str, Keys], node: str) -> list[Status]:
    found = []
    while (data := office.word(node)) is not None:
        body = letters.decode(bag.unpack(data, held[node], at=AT).letters[0]).body
        assert isinstance(body, Status)
        found.append(body)
    return found


def talk(office: LocalOffice, until: Callable[[Speaker], bool], *, idle: bool = True) -> None:
    async def run() -> None:
        hands, stop = Hands("aside", 1), asyncio.Event()
        one = speaker(office, hands, idle=idle)
        task = asyncio.create_task(one.run(stop))
        try:
            async with asyncio.timeout(120):
                while not until(one):
                    await asyncio.sleep(0.005)
                    assert not task.done()
        finally:
            stop.set()
            one._bell.set()
            await task
            hands.close()

    asyncio.run(run())


def test_a_word_says_how_far_everything_is(house: dict[str, Keys]) -> None:
    outbox.post_many([("yangpu", letters.Again("x", 0))] * 3, AT)
    outbox.number()
    outbox.sent("yangpu", "letters", 2, AT)
    inbox.position("yangpu", "letters", AT)
    inbox.advance("yangpu", "letters", 7, AT)
    office = LocalOffice()
    talk(office, lambda one: len(one._told_at) == 2)
    (said,) = heard(office, house, "yangpu")
    assert (said.applied, said.sent, said.again) == ((Position("letters", 7),), (Position("letters", 2),), ())
    assert (said.waiting, said.catalog, said.schema, said.at) == (3, "c0ffee", letters.SCHEMA, AT) and said.program
    assert len(heard(office, house, CITY)) == 1, "the city hears of everybody"
    assert heard(office, house, "minhang") == [], "who never wrote hears nothing"


@pytest.mark.parametrize("idle", [True, False])
def test_what_did_not_come_is_asked_for_when_nothing_is_under_way(house: dict[str, Keys], idle: bool) -> None:
    sent = Status(AT, letters.SCHEMA, sent=(Position("letters", 9),))
    inbox.heard("yangpu", sent, AT - 10 * inbox.ASK_AGAIN)
    office = LocalOffice()
    talk(office, lambda one: "yangpu" in one._told_at, idle=idle)
    assert heard(office, house, "yangpu")[0].again == ((Position("letters", 0),) if idle else ())


def test_a_clock_put_back_keeps_no_gap_open(house: dict[str, Keys]) -> None:
    """Asked for by a clock that was ten minutes fast; by the right one it is time to ask again."""
    sent = Status(AT, letters.SCHEMA, sent=(Position("letters", 9),))
    inbox.heard("yangpu", sent, AT)
    fast = AT + 100 * inbox.ASK_AGAIN
    assert inbox.missing("yangpu", fast, idle=True) == (Position("letters", 0),)
    assert inbox.missing("yangpu", fast + inbox.ASK_AGAIN / 2, idle=True) == ()
    assert inbox.missing("yangpu", AT + 2 * inbox.ASK_AGAIN, idle=True) == (Position("letters", 0),)
    assert inbox.missing("yangpu", AT + 2.5 * inbox.ASK_AGAIN, idle=True) == ()


def test_a_cut_way_silences_it_and_then_it_speaks_again(
    house: dict[str, Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "UNSETTLED", 0.05)
    monkeypatch.setattr(words, "QUIET_CITY", 0.05)
    office, looks = LocalOffice(), []
    office.cut.add(NODE)

    def until(one: Speaker) -> bool:
        looks.append(1)
        if len(looks) > 20:
            office.cut.clear()
        return not office.cut and bool(office._words.get(CITY))

    talk(office, until)
    assert heard(office, house, CITY)


def test_a_node_without_a_key_does_not_silence_the_others(house: dict[str, Keys]) -> None:
    from tongban.exchange import keys

    inbox.position("yangpu", "letters", AT)
    ring = {node: list(held.values()) for node, held in house[NODE].ring.items()}
    keys.use(Keys(NODE, house[NODE].own.values(), {**ring, "yangpu": []}))
    office = LocalOffice()
    talk(office, lambda one: bool(office._words.get(CITY)))
    assert heard(office, house, CITY) and heard(office, house, "yangpu") == []


def test_quiet_lanes_are_spoken_of_seldom_and_unsettled_ones_often() -> None:
    one = speaker(LocalOffice())
    settled = _Standing((Position("letters", 5),), (Position("letters", 7),), True)
    one._standing = {"yangpu": settled, CITY: settled}
    assert sorted(one._late(100.0)) == ["city", "yangpu"]
    one._told_at = {"yangpu": 100.0, CITY: 100.0}
    one._said = dict(one._standing)
    assert one._late(101.0) == []
    assert one._late(100.0 + words.QUIET_CITY) == [CITY]
    assert sorted(one._late(100.0 + words.QUIET)) == ["city", "yangpu"]
    one._standing["yangpu"] = _Standing((Position("letters", 6),), settled.sent, True)
    assert one._late(101.0) == ["yangpu"], "it changed"
    one._said = dict(one._standing)
    assert one._late(101.0) == []
    one._standing["yangpu"] = _Standing((Position("letters", 6),), settled.sent, False)
    one._said = dict(one._standing)
    assert one._late(101.0) == ["yangpu"], "letters are missing or not yet applied"


def test_the_city_speaks_to_every_district() -> None:
    one = Speaker(CITY, CITY, ("putuo", "yangpu", "minhang"), LocalOffice().way(CITY), None, lambda: AT,  # type: ignore[arg-type]
                  catalog=str, idle=bool)  # fmt: skip
    assert sorted(one._late(0.0)) == ["minhang", "putuo", "yangpu"]


def test_what_was_applied_is_told_soon_but_gathered() -> None:
    async def run() -> None:
        one = speaker(LocalOffice())
        now = asyncio.get_running_loop().time()
        for _ in range(100):
            one.soon("yangpu")
        (at,) = one._due.values()
        assert at >= now + words.SOON
        one._due.clear()
        one._told_at["yangpu"] = now
        one.soon("yangpu")
        assert one._due["yangpu"] >= now + words.NOT_AGAIN

    asyncio.run(run())
