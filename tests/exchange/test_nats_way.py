"""The real way: what is published arrives until it is confirmed, cut ways are told at once and mend by themselves."""

import asyncio
import datetime as dt
import ipaddress
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import nats
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.exchange.office import Office, opened
from tongban.exchange import nats_server
from tongban.exchange.transports.nats import WORDS, NatsTransport
from tongban.exchange.transports.subjects import ADMIN, inbox, stream
from tongban.exchange.transports.way import Away, Delivery
from tongban.plumbing import clock

LONG = 60.0
"""Seconds for what must come, on whatever machine."""


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
    async with asyncio.timeout(LONG):
        while not all(way.connected for way in ways):
            await asyncio.sleep(0.01)


async def taken(way: NatsTransport, many: int, at_once: int = 8) -> list[Delivery]:
    """So many bags, which must come; how many come together is the server's affair."""
    found: list[Delivery] = []
    async with asyncio.timeout(LONG):
        while len(found) < many:
            found += await way.fetch(min(at_once, many - len(found)), 1)
    return found


async def all_of(way: NatsTransport, many: int) -> list[bytes]:
    """So many bags, confirmed; and there are no more."""
    found = await taken(way, many)
    await asyncio.gather(*(one.ack() for one in found))
    async with asyncio.timeout(LONG):
        while not way.idle:
            assert await way.fetch(8, 0.1) == [], "more than were sent"
    return [one.data for one in found]


def test_bags_arrive_in_order_and_once(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        for number in range(50):
            for _ in range(1 + (number == 7)):
                await a.publish("b", "letters", b"%d" % number, f"a.b.letters.{number}")
        assert await all_of(b, 50) == [b"%d" % number for number in range(50)]
        assert b.idle and await b.fetch(8, 0.05) == []

    run(office, work)


def test_several_are_under_way_at_once_and_waited_for_as_they_come(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        waiting = asyncio.create_task(b.fetch(8, LONG))
        await asyncio.sleep(0.2)
        await asyncio.gather(*(a.publish("b", "files", bytes([n]) * 900_000, f"n{n}") for n in range(4)))
        found: list[Delivery] = await waiting
        assert found and found[0].lane == ("a", "files")
        found += await taken(b, 4 - len(found))
        assert {one.data[0] for one in found} == {0, 1, 2, 3} and {one.tries for one in found} == {1}

    run(office, work)


def test_what_is_not_confirmed_comes_again(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        await a.publish("b", "letters", b"x", "x")
        (first,) = await b.fetch(8, LONG)
        assert not await b.fetch(8, 0.1)
        await first.working()
        await first.nak(0.05)
        (again,) = await b.fetch(8, LONG)
        assert (again.data, again.tries) == (b"x", 2)
        await again.ack()
        assert await b.fetch(8, 0.2) == []

    run(office, work)


def test_a_connection_that_ends_without_a_word_is_made_anew(office: Office) -> None:
    """As when the server dies while it greets: the client is closed and has told nobody."""

    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        before = a._line
        assert before is not None
        before.client._closed_cb = before.client._disconnected_cb = None
        await before.client.close()
        async with asyncio.timeout(LONG):
            while a._line is None or a._line is before:
                await asyncio.sleep(0.01)
        await a.publish("b", "letters", b"x", "x")
        assert await all_of(b, 1) == [b"x"]

    run(office, work)


def test_more_than_is_wanted_is_never_in_memory(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        for number in range(40):
            await a.publish("b", "letters", b"%d" % number, f"{number}")
        found: list[Delivery] = []
        while len(found) < 16:
            found += await taken(b, 2, at_once=2)
            assert b._line is not None and len(b._line.bags) <= 2
        await asyncio.sleep(0.1)
        assert len(b._line.bags) <= 2
        assert [one.data for one in found] == [b"%d" % n for n in range(16)]

    run(office, work)


def test_the_last_bag_of_a_lane_is_known_to_who_sent_it(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        assert await a.last("b", "letters") is None
        for text in (b"first", b"second"):
            await a.publish("b", "letters", text, text.decode())
        await a.publish("b", "files", b"third", "third")
        await all_of(b, 3)
        assert (await a.last("b", "letters"), await a.last("b", "files")) == (b"second", b"third")
        assert await b.last("a", "letters") is None

    run(office, work)


def test_the_own_stream_can_be_read_once_more(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        assert await b.once_more(0) is None
        for number in range(5):
            await a.publish("b", "letters", b"%d" % number, f"{number}")
        await all_of(b, 5)
        found, place = [], 0
        while (one := await b.once_more(place)) is not None:
            place, data = one
            found.append(data)
        assert found == [b"0", b"1", b"2", b"3", b"4"] and await b.fetch(8, 0.1) == []
        assert await a.once_more(0) is None, "the other one's is not its own"

    run(office, work)


def test_words_are_heard_and_not_kept(office: Office) -> None:
    async def work(a: NatsTransport, b: NatsTransport, c: NatsTransport) -> None:
        await connected(a, b, c)
        await a.tell("b", b"from a")
        assert await b.hear(LONG) == b"from a"
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
        held = await taken(b, 1)
        waiting = asyncio.create_task(b.fetch(8, 2 * LONG))
        pid = nats_server.running(office.folder)
        assert pid
        os.kill(pid, signal.SIGKILL)
        started = time.monotonic()
        assert await waiting == [] and time.monotonic() - started < LONG, "whoever waits is told"
        async with asyncio.timeout(LONG):
            while nats_server.running(office.folder) is not None:
                await asyncio.sleep(0.01)
        assert not a.idle
        with pytest.raises(Away):
            await a.publish("b", "letters", b"during", "during")
        with pytest.raises(Away):
            await a.tell("b", b"during")
        await held[0].ack()
        await asyncio.to_thread(office.start)
        await connected(a, b)
        await a.publish("b", "letters", b"after", "after")
        # What was not confirmed before may come again, sooner or later.
        async with asyncio.timeout(LONG):
            while b"after" not in [one.data for one in await b.fetch(8, 1)]:
                pass

    run(office, work)


def test_a_server_that_hears_but_does_not_answer_is_a_cut_way(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = "tongban.exchange.transports.nats.ANSWER"

    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        pid = nats_server.running(office.folder)
        assert pid
        os.kill(pid, signal.SIGSTOP)
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            await asyncio.sleep(0.01)
        monkeypatch.setattr(answer, 0.3)
        try:
            with pytest.raises(Away):
                await a.publish("b", "letters", b"x", "one name")
        finally:
            os.kill(pid, signal.SIGCONT)
        monkeypatch.setattr(answer, LONG)
        await connected(a, b)
        await a.publish("b", "letters", b"x", "one name")
        assert await all_of(b, 1) == [b"x"], "stored the first time, known the second"

    run(office, work)


def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    office = Office(tmp_path)
    nats_server.command(tmp_path, ["a"], port=office.port)

    async def work(a: NatsTransport) -> None:
        assert await a.fetch(1, 0.2) == [] and await a.hear(0.05) is None and not a.idle
        with pytest.raises(Away):
            await a.publish("b", "letters", b"x", "x")

    run(office, work, "a")


def test_a_stream_that_is_made_anew_is_read_again(office: Office) -> None:
    """Somebody mends the server while the mail room waits."""

    async def work(a: NatsTransport, b: NatsTransport) -> None:
        await connected(a, b)
        async with asyncio.timeout(LONG):
            while not b.idle:
                assert await b.fetch(8, 0.2) == []
        door = office.door(ADMIN)
        admin = await nats.connect(
            door.url, user=door.user, password=door.password, inbox_prefix=inbox(ADMIN), connect_timeout=60
        )
        await admin.jetstream(timeout=LONG).delete_stream(stream("b"))
        async with asyncio.timeout(LONG):
            while b.idle:
                assert await b.fetch(8, 0.3) == []
        await admin.close()
        await nats_server.ensure_streams(door, ("b",), max_bytes=10_000_000)
        await a.publish("b", "letters", b"x", "x")
        assert [one.data for one in await taken(b, 1)] == [b"x"]

    run(office, work)


def test_passwords_and_letters_may_cross_the_line_under_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate(tmp_path)
    office = Office(tmp_path / "office")
    command = nats_server.command(
        office.folder, ["a", "b"], port=office.port, tls=f'cert_file: "{made}", key_file: "{made}"'
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not nats_server.answers("127.0.0.1", office.port):
            time.sleep(0.02)
        assert office.door("a").url.startswith("tls://")

        async def work(a: NatsTransport, b: NatsTransport) -> None:
            await connected(a, b)
            await a.tell("b", b"sealed")
            assert await b.hear(LONG) == b"sealed"

        run(office, work)
        monkeypatch.delenv("SSL_CERT_FILE")

        async def strange(a: NatsTransport) -> None:
            await asyncio.sleep(0.5)
            assert not a.connected, "a server that nobody vouches for gets no password"

        run(office, strange, "a")
    finally:
        server.terminate()
        server.wait(LONG)


def certificate(folder: Path) -> Path:
    """A certificate for loopback that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = clock.now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path = folder / "both.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
