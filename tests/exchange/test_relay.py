"""Letters leave in order and completely, whatever the way does with them; a lane that stands still holds up no other."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.exchange.house import lived_in
from tests.exchange.ring import AT
from tongban.exchange import bag, keys, letters, outbox, relay
from tongban.exchange.bag import Bag
from tongban.exchange.hands import Hands
from tongban.exchange.keys import Keys
from tongban.exchange.letters import Again
from tongban.exchange.relay import Relay
from tongban.exchange.transports.local import Faults, LocalOffice
from tongban.exchange.transports.way import Away
from tongban.plumbing.statements import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(tmp_path: Path, transactional_db: None) -> Iterator[dict[str, Keys]]:
    with lived_in(tmp_path) as held:
        yield held


def post(to: str, many: int, begin: int = 0) -> None:
    outbox.post_many([(to, Again(f"{begin + i}", 0)) for i in range(many)], AT)


def numbers(bags: list[Bag]) -> list[int]:
    """What the letters say, in the order of the lane; letters that came twice once."""
    found: dict[int, int] = {}
    for one in bags:
        for place, data in enumerate(one.letters):
            body = letters.decode(data).body
            assert isinstance(body, Again)
            assert found.setdefault(one.first + place, int(body.number)) == int(body.number), "one number, one letter"
    assert sorted(found) == list(range(1, len(found) + 1)), "no number is left out"
    return [found[number] for number in sorted(found)]


def taken(office: LocalOffice, held: dict[str, Keys], node: str) -> list[Bag]:
    return [bag.unpack(one.data, held[node], at=AT) for one in office.take(node, 10_000)]


def sent() -> dict[str, tuple[int, int]]:
    return {lane.to: (lane.last, lane.sent) for lane in outbox.lanes()}


def work(office: LocalOffice, until: Callable[[Relay], Awaitable[bool]], seconds: float = 120) -> None:
    """Run a relay until something holds."""

    async def run() -> None:
        hands = Hands("out", 2)
        sender = Relay("putuo", office.way("putuo"), hands.do, lambda: AT)
        stop = asyncio.Event()
        task = asyncio.create_task(sender.run(stop))
        try:
            async with asyncio.timeout(seconds):
                while not await until(sender):
                    await asyncio.sleep(0.005)
                    assert not task.done()
        finally:
            stop.set()
            await task
            hands.close()

    asyncio.run(run())


async def settled(sender: Relay) -> bool:
    return sender.settled


def test_letters_leave_in_order_many_in_a_bag(house: dict[str, Keys]) -> None:
    post("yangpu", 700)
    post("city", 3)
    post("yangpu", 5, 700)
    office = LocalOffice()
    work(office, settled)
    bags = taken(office, house, "yangpu")
    assert numbers(bags) == list(range(705))
    assert len(bags) <= 4 and max(len(one.letters) for one in bags) == bag.LETTERS
    assert numbers(taken(office, house, "city")) == [0, 1, 2]
    assert sent() == {"yangpu": (705, 705), "city": (3, 3)}


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_left_out_on_a_bad_way(house: dict[str, Keys], seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "FIRST_PAUSE", 0.005)
    monkeypatch.setattr(bag, "LETTERS", 7)
    office = LocalOffice(seed, Faults(refused=0.2, unsure=0.2, twice=0.2, disorder=0.2))
    for begin in range(0, 200, 40):
        post("yangpu", 40, begin)
    work(office, settled)
    assert numbers(taken(office, house, "yangpu")) == list(range(200))


def copies(to: str, begin: int, many: int = 1) -> None:
    """Copies of facts, for which nobody waits."""
    outbox.post_many([(to, letters.Facts(f"{begin + i}", ())) for i in range(many)], AT)


def test_copies_of_facts_gather_and_what_is_waited_for_does_not(house: dict[str, Keys], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(relay, "GATHER", 600.0)
    office = LocalOffice()
    here, came = [0], list[int]()

    async def gathers(sender: Relay) -> bool:
        """The first goes at once; the next ones wait, until a letter comes that somebody waits for."""
        sent_now = (await sender._do(sent)).get("city", (0, 0))[1]
        if here[0] == 0:
            await sender._do(copies, "city", 0)
        elif here[0] == 1 and sent_now == 1:
            for n in range(1, 6):
                await sender._do(copies, "city", n)
                await asyncio.sleep(0.01)
            came.append((await sender._do(sent))["city"][1])
        elif here[0] == 2:
            await sender._do(post, "city", 1)
        else:
            return here[0] == 3 and sent_now == 7
        here[0] += 1
        return False

    work(office, gathers)
    assert came == [1], "they wait for each other"
    assert [len(one.letters) for one in taken(office, house, "city")] == [1, 6]


def test_copies_that_gathered_leave_by_themselves(house: dict[str, Keys]) -> None:
    office = LocalOffice()
    copies("city", 0)
    work(office, settled)
    copies("city", 1, 3)
    work(office, settled)
    copies("city", 4, 3 * bag.LETTERS)
    work(office, settled)
    bags = taken(office, house, "city")
    assert [one.last for one in bags] == [1, 4, 260, 516, 772], "a pile does not wait"


def test_a_dead_lane_delays_only_itself(house: dict[str, Keys]) -> None:
    office = LocalOffice()
    real, tries = office.put, []

    def put(to: str, from_node: str, lane: str, data: bytes, name: str) -> None:
        if to == "yangpu":
            tries.append(name)
            raise Away("its stream refuses")
        real(to, from_node, lane, data, name)

    office.put = put  # type: ignore[method-assign]
    post("yangpu", 300)
    for begin in range(20):
        post("city", 1, begin)

    async def city_is_served(sender: Relay) -> bool:
        done = await sender._do(sent)
        if done.get("city") == (20, 20) and begin_more:
            await sender._do(post, "city", 1, 20)
            begin_more.clear()
        return done.get("city") == (21, 21)

    begin_more = [True]
    work(office, city_is_served)
    assert numbers(taken(office, house, "city")) == list(range(21))
    assert sent()["yangpu"] == (300, 0)
    assert 1 <= len(tries) <= relay.FLIGHT + 13, "a lane that is refused waits longer and longer"


def test_a_lane_does_not_run_far_ahead_of_what_is_applied(
    house: dict[str, Keys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "WINDOW", {"letters": 10, "files": 1})
    monkeypatch.setattr(bag, "LETTERS", 4)
    post("yangpu", 50)
    office = LocalOffice()

    async def stands(sender: Relay) -> bool:
        if (await sender._do(sent)).get("yangpu", (0, 0))[1] < 12:
            return False
        await asyncio.sleep(0.1)
        return True

    work(office, stands)
    assert sent() == {"yangpu": (50, 12)}, "three bags of four: the last one began within the window"
    outbox.delivered("yangpu", "letters", 12, AT)
    work(office, stands)
    assert sent() == {"yangpu": (50, 24)}


def test_a_writer_wakes_a_sleeping_relay(house: dict[str, Keys]) -> None:
    office = LocalOffice()

    def asleep() -> bool:
        return bool(ask("select asleep from exchange_relay where id = 1")[0][0])

    async def sleeps(sender: Relay) -> bool:
        return await sender._do(asleep)

    work(office, sleeps)
    assert asleep(), "so that the next writer calls"
    post("yangpu", 200)

    async def busy(sender: Relay) -> bool:
        await sender._do(post, "yangpu", 50)
        return not await sender._do(asleep)

    work(office, busy)


def test_what_is_asked_for_again_goes_out_again_under_another_name(house: dict[str, Keys]) -> None:
    post("yangpu", 10)
    office = LocalOffice()
    work(office, settled)
    first = taken(office, house, "yangpu")
    outbox.rewind("yangpu", "letters", 4)
    assert sent() == {"yangpu": (10, 4)}
    work(office, settled)
    (again,) = taken(office, house, "yangpu")
    assert (again.first, again.last) == (5, 10) and again.letters == first[0].letters[4:]
    assert sent() == {"yangpu": (10, 10)}


def test_two_who_number_at_once_leave_no_gap(house: dict[str, Keys]) -> None:
    """A mail room whose lock is lost may be in the middle of numbering when the next one begins."""

    async def run() -> None:
        hands = Hands("numbering", 4)

        async def number() -> int:
            return sum([await hands.do(outbox.number, 7) for _ in range(40)])

        try:
            for begin in range(0, 300, 100):
                await hands.do(post, "yangpu", 100, begin)
                assert sum(await asyncio.gather(*(number() for _ in range(4)))) == 100
        finally:
            hands.close()

    asyncio.run(run())
    assert ask("select array_agg(seq order by seq) from exchange_letter")[0][0] == list(range(1, 301))
    assert sent() == {"yangpu": (300, 0)}


def test_a_mark_from_before_a_rewind_does_not_undo_it(house: dict[str, Keys]) -> None:
    post("yangpu", 10)
    outbox.number()
    (before,) = outbox.lanes()
    outbox.rewind("yangpu", "letters", 2)
    outbox.sent("yangpu", "letters", 9, AT, before.turn)
    assert sent() == {"yangpu": (10, 0)}
    outbox.sent("yangpu", "letters", 9, AT, before.turn + 1)
    assert sent() == {"yangpu": (10, 9)}


def test_a_bag_that_is_too_much_is_made_smaller(house: dict[str, Keys], monkeypatch: pytest.MonkeyPatch) -> None:
    post("yangpu", 64)
    size = len(bag.pack(Bag("putuo", "yangpu", "letters", 1, 1, 1, [b"x" * 90]), house["putuo"], at=AT))
    monkeypatch.setattr(bag, "LIMIT", size + 1_000)
    office = LocalOffice()
    work(office, settled)
    bags = taken(office, house, "yangpu")
    assert len(bags) > 1 and numbers(bags) == list(range(64))


def test_for_a_node_without_a_key_letters_wait(house: dict[str, Keys], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key ran out: nothing is lost, and when the ring has a new one the letters leave."""
    monkeypatch.setattr(relay, "FIRST_PAUSE", 0.01)
    post("yangpu", 3)
    ring = {node: list(held.values()) for node, held in house["putuo"].ring.items()}
    poor = Keys("putuo", house["putuo"].own.values(), {**ring, "yangpu": []})
    keys.use(poor)
    office = LocalOffice()
    began = dt.datetime.now(dt.UTC)  # noqa: TID251

    async def renewed(sender: Relay) -> bool:
        if dt.datetime.now(dt.UTC) - began > dt.timedelta(seconds=0.3):  # noqa: TID251
            assert sent_before or (await sender._do(sent)).get("yangpu") == (3, 0)
            sent_before.append(1)
            keys.use(house["putuo"])
        return bool(sent_before) and sender.settled

    sent_before: list[int] = []
    work(office, renewed)
    assert numbers(taken(office, house, "yangpu")) == [0, 1, 2]
