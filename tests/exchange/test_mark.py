"""A database that is older than it was is known before a letter gets a number: by the stream, by the mark, by the neighbours."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.house import NODE, OTHERS, lived_in
from tests.exchange.ring import AT
from tongban.domain.actor import Actor
from tongban.exchange import bag, inbox, letters, mark, outbox
from tongban.exchange.bag import Bag
from tongban.exchange.hands import Hands
from tongban.exchange.keys import Keys
from tongban.exchange.mark import Mark, Place, State
from tongban.exchange.transports.local import LocalOffice
from tongban.plumbing.audit import service as audit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(tmp_path: Path, transactional_db: None) -> Iterator[dict[str, Keys]]:
    with lived_in(tmp_path) as held:
        yield held


class Found:
    """What a search for the place did."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.read: list[bytes] = []
        self.restored: list[dt.datetime] = []
        self.may_number = False


def find(office: LocalOffice, known: Mark | None, meanwhile: Callable[[asyncio.Event], Any] | None = None) -> Found:
    found = Found()

    async def run() -> None:
        hands, stop = Hands("aside", 1), asyncio.Event()
        place = Place(
            NODE, OTHERS, office.way(NODE), hands.do, lambda: AT,
            arrive=found.read.extend, restored=found.restored.append, say=found.said.append,
        )  # fmt: skip
        try:
            async with asyncio.timeout(120), asyncio.TaskGroup() as group:
                search = group.create_task(place.find(known, stop))
                if meanwhile:
                    await asyncio.sleep(0.05)
                    assert not search.done()
                    await hands.do(meanwhile, stop)
            found.may_number = search.result()
        finally:
            hands.close()

    asyncio.run(run())
    return found


def lanes() -> dict[tuple[str, str], tuple[int, int]]:
    return {(lane.to, lane.lane): (lane.last, lane.sent) for lane in outbox.lanes()}


def packed(held: Keys, first: int, last: int, **changes: Any) -> bytes:
    told: dict[str, Any] = {"from_node": held.node, "to_node": "yangpu", "lane": "letters", **changes}
    made = Bag(
        told["from_node"], told["to_node"], told["lane"], first, last, letters.SCHEMA, [b"x"] * (last - first + 1)
    )
    return bag.pack(made, held, at=AT)


def test_a_new_node_may_number_at_once(house: dict[str, Keys]) -> None:
    found = find(LocalOffice(), None)
    assert found.may_number and not found.said and not found.restored and lanes() == {}


def test_the_stream_knows_letters_that_the_database_has_forgotten(house: dict[str, Keys]) -> None:
    office = LocalOffice()
    office.put("yangpu", NODE, "letters", packed(house[NODE], 31, 40), "31-40")
    office.put("yangpu", NODE, "files", packed(house[NODE], 1, 2, lane="files"), "1-2")
    found = find(office, None)
    assert found.may_number and len(found.restored) == 1
    assert lanes() == {("yangpu", "letters"): (40, 40), ("yangpu", "files"): (2, 2)}
    outbox.post("yangpu", letters.Again("x", 0), AT)
    outbox.number()
    assert lanes()["yangpu", "letters"] == (41, 40)
    assert find(office, None).restored == [], "once is enough"


def test_a_restored_node_reads_its_stream_once_more(house: dict[str, Keys]) -> None:
    """What was confirmed before the restore need not be asked of senders, who may have forgotten it themselves."""
    office = LocalOffice()
    inbox.position("yangpu", "letters", AT)
    inbox.advance("yangpu", "letters", 5, AT)
    bags = [packed(house["yangpu"], n, n + 4, to_node=NODE) for n in (1, 6, 11)]
    for number, data in enumerate([*bags, b"noise"]):
        office.put(NODE, "yangpu", "letters", data, f"{number}")
    assert find(office, None).read == [], "nothing is wrong"
    office.take(NODE, 10)
    assert find(office, Mark(NODE, {"in/yangpu/letters": 15}, AT), speaks).read == bags[1:]


def speaks(stop: asyncio.Event) -> None:
    inbox.heard("yangpu", letters.Status(AT, letters.SCHEMA), AT)


def test_only_its_own_bags_of_this_lane_are_believed(house: dict[str, Keys]) -> None:
    own, other = house[NODE], house["yangpu"]
    good = packed(own, 1, 5)
    for wrong in (
        b"noise", good[:-1], packed(other, 1, 99, to_node=NODE), packed(own, 1, 99, to_node="city"),
        packed(own, 1, 99, lane="files"), good.replace(b"\x01\x05", b"\x01\x06"),
    ):  # fmt: skip
        office = LocalOffice()
        office.put("yangpu", NODE, "letters", wrong, "x")
        assert find(office, None).may_number and lanes() == {}
    office.put("yangpu", NODE, "letters", good, "y")
    find(office, None)
    assert lanes() == {("yangpu", "letters"): (5, 5)}


def test_with_the_mark_ahead_the_neighbours_are_heard_first(house: dict[str, Keys]) -> None:
    known = Mark(NODE, {"out/yangpu/letters": 12, "in/city/letters": 3, "out/gone/letters": 7}, AT)

    def speak(stop: asyncio.Event) -> None:
        status = letters.Status(AT, letters.SCHEMA, applied=(letters.Position("letters", 11),))
        inbox.heard("yangpu", status, AT)
        outbox.adopt("yangpu", "letters", 11)
        inbox.heard("city", letters.Status(AT, letters.SCHEMA), AT)

    found = find(LocalOffice(), known, speak)
    assert found.may_number and len(found.restored) == 1 and "旧" in found.said[0]
    assert lanes()["yangpu", "letters"] == (11, 11), "behind what the neighbour has; 12 reached nobody"


def test_a_forgotten_act_that_moved_no_lane_is_noticed(house: dict[str, Keys]) -> None:
    """A case that concerns nobody else: its number would be given once more."""
    audit.looked(Actor(kind="system", ref="x", name="x"), "test", person="", reason="test", at=AT)
    acts = audit.last()
    assert acts > 0
    found = find(LocalOffice(), Mark(NODE, {}, AT, acts))
    assert found.may_number and not found.restored and not found.said
    found = find(LocalOffice(), Mark(NODE, {}, AT, acts + 1))
    assert found.may_number and len(found.restored) == 1 and "旧" in found.said[0]


def test_neighbours_that_are_silent_are_not_waited_for_for_ever(
    house: dict[str, Keys], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mark, "PATIENCE", 0.3)
    found = find(LocalOffice(), Mark(NODE, {"out/yangpu/letters": 12}, AT))
    assert found.may_number and len(found.restored) == 1 and "not heard of yangpu" in caplog.text


def test_a_mark_that_is_not_ahead_says_nothing(house: dict[str, Keys]) -> None:
    outbox.adopt("yangpu", "letters", 12)
    found = find(LocalOffice(), Mark(NODE, {"out/yangpu/letters": 12}, AT))
    assert found.may_number and not found.said and not found.restored


def test_while_the_way_is_cut_nothing_is_numbered(house: dict[str, Keys]) -> None:
    office = LocalOffice()
    office.cut.add(NODE)
    found = find(office, None, lambda stop: stop.set())
    assert not found.may_number


def test_a_mark_is_whole_or_missing(tmp_path: Path) -> None:
    path, made = tmp_path / "mark.json", Mark(NODE, {"out/yangpu/letters": 12}, AT)
    assert mark.read(path) is None
    mark.write(path, made)
    assert mark.read(path) == made and [p.name for p in tmp_path.iterdir()] == ["mark.json"]
    for text in ("", "{", '{"node": "a"}', path.read_text()[:-5], "\udcff"):
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        assert mark.read(path) is None
    mark.write(path, State(7, False, "为何"))
    assert '"caught_up": false' in path.read_text()
