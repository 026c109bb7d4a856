"""Bags are confirmed when they are committed and not before; trouble with the database brings them again, in order if it passes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from django.db import OperationalError

from tests.exchange.ring import AT, enrolled
from tongban.exchange import bag, receiver
from tongban.exchange.bag import Bag
from tongban.exchange.inbox import Waiting
from tongban.exchange.receiver import IN_HAND, Receiver
from tongban.exchange.transports.local import Faults, LocalOffice, LocalTransport


class Done(msgspec.Struct, frozen=True):
    from_node: str
    lane: str


class Desk:
    """Stands for the flows: remembers what it was given, and does what a test tells it."""

    def __init__(self) -> None:
        self.applied: list[bytes] = []
        self.began: list[bytes] = []
        self.together: list[int] = []
        self.told: list[Done] = []
        self.trouble: Callable[[bytes], None] = lambda data: None

    def arrive(self, some: Sequence[bytes]) -> list[Done]:
        """All or none, as a transaction."""
        self.together.append(len(some))
        self.began += some
        for data in some:
            self.trouble(data)
        self.applied += some
        return [Done("a", "letters") for _ in some]

    def hear(self, data: bytes) -> Done:
        return self.arrive([data])[0]


async def in_place(work: Callable[..., Done], /, *arguments: object) -> Done:
    await asyncio.sleep(0)
    return work(*arguments)


def run(office: LocalOffice, desk: Desk, until: Callable[[], bool], then: Callable[[], Awaitable[None]] | None = None) -> None:  # fmt: skip
    """Receive as node b until something holds."""

    async def inside() -> None:
        way = LocalTransport(office, "b")
        room = Receiver(way, in_place, arrive=desk.arrive, hear=desk.hear, applied=desk.told.append)  # type: ignore[arg-type]
        stop = asyncio.Event()
        task = asyncio.create_task(room.run(stop))
        async with asyncio.timeout(120):
            while not until():
                await asyncio.sleep(0.002)
                assert not task.done()
            if then:
                await then()
            stop.set()
            await task
        assert not room._in_hand and not room._queues

    asyncio.run(inside())


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(receiver, "LOOK", 0.05)


def put(office: LocalOffice, *texts: str, sender: str = "a", lane: str = "letters") -> None:
    for text in texts:
        office.put("b", sender, lane, text.encode(), f"{sender}.{lane}.{text}")


def test_each_lane_in_order_and_then_confirmed(desk: Desk, office: LocalOffice) -> None:
    names = [f"{n:02}" for n in range(40)]
    put(office, *names)
    put(office, "from c", sender="c")
    run(office, desk, lambda: office.waiting("b") == 0)
    assert [data.decode() for data in desk.applied if data != b"from c"] == names
    assert b"from c" in desk.applied and len(desk.told) == 41


def test_what_has_gathered_goes_together_of_each_sender_in_turn(desk: Desk, office: LocalOffice) -> None:
    """A node that sends a pile delays the one bag of another by one bag, not by the pile."""
    put(office, *(f"a{n:02}" for n in range(30)))
    put(office, "c0", "c1", sender="c")
    run(office, desk, lambda: office.waiting("b") == 0)
    assert max(desk.together) == receiver.TOGETHER, "one transaction and not thirty"
    assert desk.applied[:5] == [b"a00", b"c0", b"a01", b"c1", b"a02"]
    assert [data for data in desk.applied if data[:1] == b"a"] == [b"a%02d" % n for n in range(30)]


def test_a_large_bag_goes_almost_alone(desk: Desk, office: LocalOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "TOGETHER_BYTES", 100)
    put(office, "1", "2" * 99, "3" * 300, "4", "5")
    run(office, desk, lambda: office.waiting("b") == 0)
    assert desk.together == [2, 1, 2] and len(desk.applied) == 5


def test_a_slow_lane_does_not_hold_up_another(desk: Desk, office: LocalOffice) -> None:
    """The first lane stands (its database work does not end); the other goes on."""
    put(office, "piece", lane="files")
    put(office, "1", "2", "3")
    gate = asyncio.Event()

    async def slowly(work: Callable[..., list[Done]], /, some: Sequence[bytes]) -> list[Done]:
        if b"piece" in some:
            await gate.wait()
        return work(some)

    async def inside() -> None:
        room = Receiver(LocalTransport(office, "b"), slowly, arrive=desk.arrive, hear=desk.hear, applied=desk.told.append)  # type: ignore[arg-type]  # fmt: skip
        stop = asyncio.Event()
        task = asyncio.create_task(room.run(stop))
        async with asyncio.timeout(120):
            while len(desk.applied) < 3:
                await asyncio.sleep(0.002)
            assert desk.applied == [b"1", b"2", b"3"] and office.waiting("b") == 1
            gate.set()
            while office.waiting("b"):
                await asyncio.sleep(0.002)
            stop.set()
            await task

    asyncio.run(inside())


def test_a_passing_trouble_keeps_the_order(desk: Desk, office: LocalOffice) -> None:
    put(office, "1", "2", "3")
    times = iter([True, True, False])

    def trouble(data: bytes) -> None:
        if data == b"1" and next(times):
            assert office.waiting("b") == 3, "nothing is confirmed before it is committed"
            raise OperationalError("the server closed the connection")

    desk.trouble = trouble
    run(office, desk, lambda: office.waiting("b") == 0)
    assert desk.applied == [b"1", b"2", b"3"] and desk.began.count(b"1") == 3


@pytest.mark.parametrize(
    "error", [OperationalError("down"), Waiting("too many wait"), ZeroDivisionError("a mistake of ours")]
)
def test_what_cannot_be_applied_goes_back_and_the_others_go_on(
    desk: Desk, office: LocalOffice, error: Exception
) -> None:
    put(office, "bad", "1", "2")

    def trouble(data: bytes) -> None:
        if data == b"bad" and len(desk.applied) < 2:
            raise error

    desk.trouble = trouble
    run(office, desk, lambda: office.waiting("b") == 0)
    assert desk.applied == [b"1", b"2", b"bad"]


def test_doubles_are_all_given_over_and_confirmed(desk: Desk, office: LocalOffice) -> None:
    """Which of them is new is known to the inbox alone."""
    office.faults = Faults(twice=1.0)
    put(office, "1", "2")
    run(office, desk, lambda: office.waiting("b") == 0)
    assert desk.applied == [b"1", b"1", b"2", b"2"]


def test_no_more_in_hand_than_allowed(desk: Desk, office: LocalOffice) -> None:
    """The database is away: a thousand bags wait in the stream and not in memory."""
    put(office, *(f"{n}" for n in range(1_000)))
    most = []

    def trouble(data: bytes) -> None:
        most.append(len(office._out["b"]))
        raise OperationalError("down")

    desk.trouble = trouble
    run(office, desk, lambda: len(most) > 30)
    assert max(most) <= IN_HAND and office.waiting("b") == 1_000 and desk.applied == []


def test_when_it_ends_what_is_in_hand_comes_again(desk: Desk, office: LocalOffice) -> None:
    put(office, *(f"{n:02}" for n in range(12)))
    run(office, desk, lambda: len(desk.applied) >= 3)
    assert office.waiting("b") == 12 - len(desk.applied) and not office._out.get("b")


def test_of_the_words_of_a_node_the_newest_is_heard(
    desk: Desk, office: LocalOffice, word: Callable[[str, int], bytes]
) -> None:
    office.say("b", "a", b"noise, not signed by anybody")
    for number in range(50):
        office.say("b", "a", word("a", number))
    office.say("b", "c", word("c", 1))
    run(office, desk, lambda: len(desk.told) == 2)
    assert desk.applied == [word("a", 49), word("c", 1)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def office() -> LocalOffice:
    return LocalOffice()


@pytest.fixture
def word(tmp_path: Path) -> Callable[[str, int], bytes]:
    held = enrolled(tmp_path, "ed25519", "a", "b", "c")
    made: dict[tuple[str, int], bytes] = {}

    def one(node: str, number: int) -> bytes:
        said = Bag(node, "b", bag.STATUS, 0, 0, 1, [b"%d" % number])
        return made.setdefault((node, number), bag.pack(said, held[node], at=AT))

    return one
