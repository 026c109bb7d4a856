"""The server itself keeps the nodes apart: tried with each node's own password and a client that asks for what is not its own."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client

from tests.exchange.office import NODES, Office, opened
from tongban.exchange import nats_server
from tongban.exchange.nats_server import PostOfficeFailed
from tongban.exchange.transports.subjects import ADMIN, CONSUMER, inbox, stream


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("office")) as office:
        yield office


def as_user(office: Office, user: str, work: Callable[[Client], Awaitable[None]], wait: float = 0) -> list[str]:
    """Run ``work`` connected as this user; returns what the server forbade, waiting for the first word of it."""
    forbidden: list[str] = []

    async def run() -> None:
        async def note(error: Exception) -> None:
            forbidden.append(str(error))

        door = office.door(user)
        client = await nats.connect(
            door.url,
            user=door.user,
            password=door.password,
            inbox_prefix=inbox(user),
            allow_reconnect=False,
            connect_timeout=60,
            error_cb=note,
        )
        try:
            await work(client)
            await client.flush()
            until = asyncio.get_running_loop().time() + wait
            while not forbidden and asyncio.get_running_loop().time() < until:
                await asyncio.sleep(0.005)
        finally:
            await client.close()

    asyncio.run(run())
    return forbidden


def forbids(office: Office, user: str, subject: str, payload: bytes = b"") -> bool:
    """Whether the server forbids this user to say something there, and nobody answers."""

    async def ask(client: Client) -> None:
        with pytest.raises((asyncio.TimeoutError, nats.errors.NoRespondersError)):
            await client.request(subject, payload, timeout=0.1)

    return any("permissions violation for publish" in word.lower() for word in as_user(office, user, ask, wait=60))


def test_a_node_writes_in_its_own_name_only(office: Office) -> None:
    async def own(client: Client) -> None:
        assert (await client.jetstream(timeout=60).publish("mail.b.a.letters", b"x", stream=stream("b"))).seq

    assert as_user(office, "a", own) == []
    for subject in (
        "mail.b.c.letters",
        "mail.a.b.letters",
        "mail.b.a.letters.more",
        "status.b.c",
        "mail.b",
        "anything",
    ):
        assert forbids(office, "a", subject, b"x"), subject


@pytest.mark.parametrize(
    "api",
    [
        "STREAM.DELETE.{s}", "STREAM.PURGE.{s}", "STREAM.UPDATE.{s}", "STREAM.CREATE.MINE", "STREAM.INFO.{s}", "STREAM.NAMES",
        "STREAM.LIST", "STREAM.MSG.GET.{s}", "STREAM.MSG.DELETE.{s}", "DIRECT.GET.{s}", "DIRECT.GET.{s}.mail.b.c.letters",
        "CONSUMER.CREATE.{s}", "CONSUMER.CREATE.{s}.spy", "CONSUMER.CREATE.{s}.spy.mail.>", "CONSUMER.DURABLE.CREATE.{s}.spy",
        "CONSUMER.DELETE.{s}.{c}", "CONSUMER.MSG.NEXT.{s}.{c}", "CONSUMER.PAUSE.{s}.{c}", "CONSUMER.INFO.{s}.{c}",
        "STREAM.SNAPSHOT.{s}", "STREAM.RESTORE.{s}", "ACCOUNT.PURGE.x", "META.LEADER.STEPDOWN",
    ],
)  # fmt: skip
def test_a_node_does_nothing_to_the_stream_of_another(office: Office, api: str) -> None:
    assert forbids(office, "a", "$JS.API." + api.format(s=stream("b"), c=CONSUMER), b"{}")


@pytest.mark.parametrize(
    "api", ["STREAM.DELETE.{s}", "STREAM.PURGE.{s}", "CONSUMER.DELETE.{s}.{c}", "STREAM.UPDATE.{s}"]
)
def test_nor_does_it_spoil_its_own(office: Office, api: str) -> None:
    assert forbids(office, "a", "$JS.API." + api.format(s=stream("a"), c=CONSUMER), b"{}")


def test_a_node_does_not_confirm_what_another_got(office: Office) -> None:
    assert forbids(office, "a", f"$JS.ACK.{stream('b')}.{CONSUMER}.1.1.1.1.0", b"+ACK")


@pytest.mark.parametrize(
    "subject", ["mail.b.>", "mail.>", ">", "status.b.*", "status.*.*", "_INBOX_b.>", "_INBOX.>", "$JS.>"]
)
def test_a_node_does_not_listen_to_others(office: Office, subject: str) -> None:
    async def listen(client: Client) -> None:
        await client.subscribe(subject)

    assert any(
        "permissions violation for subscription" in word.lower() for word in as_user(office, "a", listen, wait=60)
    )


def test_the_last_letter_is_told_to_its_sender_alone(office: Office) -> None:
    async def own(client: Client) -> None:
        await client.jetstream(timeout=60).publish("mail.c.b.files", b"of b")
        got = await client.request(f"$JS.API.DIRECT.GET.{stream('c')}.mail.c.b.files", timeout=60)
        assert got.data == b"of b"

    assert as_user(office, "b", own) == []
    assert forbids(office, "a", f"$JS.API.DIRECT.GET.{stream('c')}.mail.c.b.files")
    assert forbids(
        office, "a", f"$JS.API.DIRECT.GET.{stream('c')}", json.dumps({"last_by_subj": "mail.c.b.files"}).encode()
    )


def test_the_server_does_no_errands(office: Office) -> None:
    """Its answers go where the question says, by its own right: not into another's lane, ear or stream."""

    async def errands(client: Client) -> None:
        for question in ("mail.b.a.letters", f"$JS.API.CONSUMER.MSG.NEXT.{stream('a')}.{CONSUMER}",
                         f"$JS.API.DIRECT.GET.{stream('b')}.mail.b.a.letters"):  # fmt: skip
            for errand in (f"$JS.API.STREAM.DELETE.{stream('c')}", f"$JS.API.STREAM.PURGE.{stream('c')}",
                           "mail.c.b.letters", "status.c.b", f"{inbox('c')}.x"):  # fmt: skip
                await client.publish(question, b'{"batch":9,"expires":500000000}', reply=errand)

    async def watched(client: Client) -> None:
        manager = client.jetstream(timeout=60)
        await manager.publish("mail.c.b.letters", b"precious")
        await manager.publish("mail.a.b.letters", b"for a")
        before = (await manager.stream_info(stream("c"))).state
        await asyncio.to_thread(as_user, office, "a", errands)
        await asyncio.sleep(0.1)
        after = (await manager.stream_info(stream("c"))).state
        assert (after.messages, after.last_seq) == (before.messages, before.last_seq) and before.messages

    heard: list[str] = []

    async def listening(client: Client) -> None:
        async def hear(message: nats.aio.msg.Msg) -> None:
            heard.append(message.subject)

        await client.subscribe("status.c.*", cb=hear)
        await client.subscribe(f"{inbox('c')}.x", cb=hear)
        await client.flush()
        await asyncio.to_thread(as_user, office, ADMIN, watched)

    assert as_user(office, "c", listening) == [] and heard == []


def test_without_the_password_nobody_gets_in(office: Office) -> None:
    async def enter(password: str) -> None:
        client = await nats.connect(
            office.door("a").url, user="a", password=password, allow_reconnect=False, connect_timeout=60
        )
        await client.close()

    for wrong in ("", "x", office.door("b").password):
        with pytest.raises(nats.errors.Error, match=r"(?i)authorization"):
            asyncio.run(enter(wrong))


def test_passwords_stay_when_a_node_is_added_and_are_for_the_owner_alone(tmp_path: Path) -> None:
    nats_server.command(tmp_path, ["a"], port=1)
    first = nats_server.door(tmp_path, "a")
    nats_server.command(tmp_path, ["a", "b"], port=1)
    assert nats_server.door(tmp_path, "a") == first and nats_server.door(tmp_path, "b").password != first.password
    assert {(tmp_path / name).stat().st_mode & 0o077 for name in ("nats.conf", "users.json")} == {0}


def test_streams_are_made_once_and_adjusted_later(office: Office) -> None:
    async def info(client: Client) -> None:
        found = await client.jetstream(timeout=60).stream_info(stream("a"))
        assert (found.config.max_bytes, found.config.discard) == (5_000_000, "old")

    asyncio.run(nats_server.ensure_streams(office.door(ADMIN), NODES, max_bytes=5_000_000))
    assert as_user(office, ADMIN, info) == []


def test_it_is_started_once_and_stopped_by_its_own_id(tmp_path: Path) -> None:
    other = Office(tmp_path)
    pid = other.start()
    try:
        assert other.start() == pid == nats_server.running(tmp_path) and nats_server.answers("127.0.0.1", other.port)
    finally:
        nats_server.stop(tmp_path)
    assert nats_server.running(tmp_path) is None and not nats_server.answers("127.0.0.1", other.port)
    # A pid file left behind, whose number now belongs to somebody else.
    (tmp_path / "nats.pid").write_text(str(os.getpid()))
    assert nats_server.running(tmp_path) is None
    nats_server.stop(tmp_path)


def test_a_machine_without_a_server_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PostOfficeFailed, match="make install"):
        nats_server.binary()
