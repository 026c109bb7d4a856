"""The real way: what is published arrives until it is confirmed, cut ways are told at once and mend by themselves."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.exchange.office import Office, opened
from tongban.exchange import nats_server
from tongban.exchange.transports.nats import WORDS, NatsTransport
from tongban.exchange.transports.way import Away, Delivery


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as office:
        yield office


def run(office: Office, work: Callable[..., Awaitable[None]], nodes: str = "ab") -> None:
    """Run ``work`` with a way for each of these nodes."""

    async def inside() -> None:
        ways = [office.way(node) for node in nodes]
        for way in ways:
            way.open()
        try:
            await work(*ways)
        finally:
            await asyncio.gather(*(way.close() for way in ways))

    asyncio.run(inside())


async def connected(*ways: NatsTransport) -> None:
    while not all(way.connected for way in ways):
        await asyncio.sleep(0.01)


async def all_of(way: NatsTransport, wait: float = 0.5) -> list[bytes]:
    found: list[bytes] = []
    while batch := await way.fetch(8, wait):
        found += [one.data for one in batch]
        await asyncio.gather(*(one.ack() for one in batch))
    return found


def test_bags_arrive_in_order_and_once(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        for number in range(50):
            for _ in range(1 + (number == 7)):
                await a.publish("b", "letters", b"%d" % number, f"a.b.letters.{number}")
        assert await all_of(b) == [b"%d" % number for number in range(50)]
        assert b.idle and await b.fetch(8, 0.05) == []

    run(office, work)


def test_several_are_under_way_at_once_and_waited_for_as_they_come(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        waiting = asyncio.create_task(b.fetch(8, 5))
        await asyncio.sleep(0.2)
        await asyncio.gather(*(a.publish("b", "files", bytes([n]) * 900_000, f"n{n}") for n in range(4)))
        found: list[Delivery] = await waiting
        assert found and found[0].lane == ("a", "files")
        while len(found) < 4:
            found += await b.fetch(8, 5)
        assert {one.data[0] for one in found} == {0, 1, 2, 3} and {one.tries for one in found} == {1}

    run(office, work)


def test_what_is_not_confirmed_comes_again(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        await a.publish("b", "letters", b"x", "x")
        (first,) = await b.fetch(8, 1)
        assert not await b.fetch(8, 0.1)
        await first.working()
        await first.nak(0.05)
        (again,) = await b.fetch(8, 2)
        assert (again.data, again.tries) == (b"x", 2)
        await again.ack()
        assert await b.fetch(8, 0.2) == []

    run(office, work)


def test_more_than_is_wanted_is_never_in_memory(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        for number in range(40):
            await a.publish("b", "letters", b"%d" % number, f"{number}")
        taken: list[Delivery] = []
        for _ in range(8):
            taken += await b.fetch(2, 0.5)
        await asyncio.sleep(0.1)
        assert b._line is not None and len(b._line.bags) <= 2
        assert [one.data for one in taken] == [b"%d" % n for n in range(16)]

    run(office, work)


def test_the_last_bag_of_a_lane_is_known_to_who_sent_it(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        assert await a.last("b", "letters") is None
        for text in (b"first", b"second"):
            await a.publish("b", "letters", text, text.decode())
        await a.publish("b", "files", b"third", "third")
        await all_of(b)
        assert (await a.last("b", "letters"), await a.last("b", "files")) == (b"second", b"third")
        assert await b.last("a", "letters") is None

    run(office, work)


def test_words_are_heard_and_not_kept(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport, c: NatsTransport) -> None:
        await connected(a, b, c)
        await a.tell("b", b"from a")
        assert await b.hear(2) == b"from a"
        for number in range(WORDS + 50):
            await c.tell("b", b"%d" % number)
        await asyncio.sleep(0.5)
        assert b._line is not None and len(b._line.words) <= WORDS
        assert await a.hear(0.05) is None

    run(office, work, "abc")


def test_a_stream_that_is_not_there_is_a_cut_way(office: Office) -> None:
    async def work(a: NatsTransport) -> None:
        await connected(a)
        with pytest.raises(Away):
            await a.publish("nowhere", "letters", b"x", "x")
        with pytest.raises(Away):
            await a.last("nowhere", "letters")

    run(office, work, "a")


def test_the_server_dies_and_comes_back(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        await a.publish("b", "letters", b"before", "before")
        held = await b.fetch(1, 1)
        waiting = asyncio.create_task(b.fetch(8, 30))
        pid = nats_server.running(office.folder)
        assert pid
        os.kill(pid, signal.SIGKILL)
        started = time.monotonic()
        assert await waiting == [] and time.monotonic() - started < 20, "whoever waits is told"
        assert not a.idle
        with pytest.raises(Away):
            await a.publish("b", "letters", b"during", "during")
        with pytest.raises(Away):
            await a.tell("b", b"during")
        await held[0].ack()
        await asyncio.to_thread(office.start)
        await connected(a, b)
        await a.publish("b", "letters", b"after", "after")
        assert (await all_of(b))[-1] == b"after"

    run(office, work)


def test_a_server_that_hears_but_does_not_answer_is_a_cut_way(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongban.exchange.transports.nats.ANSWER", 0.3)

    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        pid = nats_server.running(office.folder)
        assert pid
        os.kill(pid, signal.SIGSTOP)
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            await asyncio.sleep(0.01)
        try:
            with pytest.raises(Away):
                await a.publish("b", "letters", b"x", "one name")
        finally:
            os.kill(pid, signal.SIGCONT)
        await connected(a, b)
        await a.publish("b", "letters", b"x", "one name")
        assert await all_of(b) == [b"x"], "stored the first time, known the second"

    run(office, work)


def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    office = Office(tmp_path)
    nats_server.command(tmp_path, ["a"], port=office.port)

    async def work(a: NatsTransport) -> None:
        assert await a.fetch(1, 0.2) == [] and await a.hear(0.05) is None and not a.idle
        with pytest.raises(Away):
            await a.publish("b", "letters", b"x", "x")

    run(office, work, "a")
