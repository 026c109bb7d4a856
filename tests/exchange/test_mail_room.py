"""The mail room as a process: real servers, real kills. Letters here do nothing but arrive; what letters do is tested by the town."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import nats
import pytest

from tests.exchange.office import Office, opened
from tests.exchange.pair import LONG, Pair
from tongban.exchange import nats_server
from tongban.exchange.transports.subjects import ADMIN, inbox, stream

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("office")) as office:
        yield office


async def anew(office: Office) -> None:
    """Streams that have never seen a letter."""
    door = office.door(ADMIN)
    line = await nats.connect(
        door.url, user=door.user, password=door.password, inbox_prefix=inbox(ADMIN), connect_timeout=60
    )
    for node in ("a", "b"):
        await line.jetstream(timeout=60).delete_stream(stream(node))
    await line.close()
    await nats_server.ensure_streams(door, ("a", "b"), max_bytes=10_000_000)


@pytest.fixture
def pair(tmp_path: Path, office: Office, transactional_db: None) -> Iterator[Pair]:
    asyncio.run(anew(office))
    pair = Pair(tmp_path / "pair", office)
    try:
        yield pair
        for node in ("a", "b"):
            assert "Traceback" not in pair.log(node), pair.log(node)[-3000:]
    finally:
        pair.stop()
        pair.drop()


def test_letters_arrive_and_are_known_to_have_arrived(pair: Pair) -> None:
    pair.post("a", "b", 600)
    pair.start("a")
    pair.start("b")
    pair.until(lambda: pair.lane("a", "b") == (600, 600, 600))
    assert pair.came("b", "a") == 600 and pair.state("b")["caught_up"] is True
    pair.post("b", "a", 1)
    pair.until(lambda: pair.lane("b", "a") == (1, 1, 1))
    assert pair.stop() == [0, 0]
    mark = json.loads((pair.folder / "var-a" / "mail-mark.json").read_text())
    assert mark["lanes"] == {"out/b/letters": 600, "in/b/letters": 1} and mark["node"] == "a"


def test_once_sends_what_there_is_and_ends(pair: Pair) -> None:
    pair.post("a", "b", 30)
    assert pair.start("a", "--once").wait(LONG) == 0
    assert pair.lane("a", "b") == (30, 30, 0) and pair.came("b", "a") == 0
    assert pair.start("b", "--once").wait(LONG) == 0
    assert pair.came("b", "a") == 30


def test_whatever_is_killed_nothing_is_lost(pair: Pair) -> None:
    """The NATS server, a mail room, and all connections of both databases, each while letters are under way."""
    pair.start("a")
    pair.start("b")
    pair.post("a", "b", 2_000)
    pair.until(lambda: pair.came("b", "a") > 0)
    pid = nats_server.running(pair.office.folder)
    assert pid
    os.kill(pid, signal.SIGKILL)
    # A server that is still dying would be taken for one that runs.
    pair.until(lambda: nats_server.running(pair.office.folder) is None)
    pair.post("b", "a", 500)
    pair.office.start()
    pair.post("a", "b", 2_000)
    pair.until(lambda: pair.came("b", "a") > 2_000)
    pair.rooms["b"].kill()
    pair.rooms["b"].wait(LONG)
    pair.post("a", "b", 500)
    pair.start("b")
    pair.until(lambda: pair.state("b").get("caught_up") is True)
    for node in ("a", "b"):
        pair.until(lambda node=node: pair.cut_connections(node) > 0)  # type: ignore[misc]
    pair.post("a", "b", 500)
    pair.until(lambda: pair.lane("a", "b") == (5_000, 5_000, 5_000) and pair.lane("b", "a") == (500, 500, 500))
    assert [room.poll() for room in pair.rooms.values()] == [None, None], "neither ended by itself"


def test_a_second_mail_room_of_a_node_waits(pair: Pair) -> None:
    first = pair.start("a")
    pair.until(lambda: pair.state("a").get("pid") == first.pid)
    second = pair.start("a")
    pair.rooms["first"] = first
    pair.until(lambda: "another mail room" in pair.log("a"))
    assert pair.state("a") == {}, "it says nothing while it waits"
    first.send_signal(signal.SIGTERM)
    assert first.wait(LONG) == 0
    pair.until(lambda: pair.state("a").get("pid") == second.pid)


def test_without_the_post_office_local_work_goes_on(pair: Pair) -> None:
    nats_server.stop(pair.office.folder)
    try:
        pair.post("a", "b", 3)
        pair.start("a")
        pair.until(lambda: pair.state("a").get("caught_up") is True)
        assert pair.lane("a", "b") == (0, 0, 0), "not numbered before the stream was asked"
    finally:
        pair.office.start()
    pair.until(lambda: pair.lane("a", "b")[:2] == (3, 3))


def test_a_post_office_that_lost_everything_is_filled_again(pair: Pair) -> None:
    """Letters were confirmed by a server whose disk is gone before anybody fetched them."""
    pair.post("a", "b", 40)
    assert pair.start("a", "--once").wait(LONG) == 0
    assert pair.lane("a", "b") == (40, 40, 0)
    asyncio.run(anew(pair.office))
    pair.start("a")
    pair.start("b")
    pair.until(lambda: pair.lane("a", "b") == (40, 40, 40))
    assert pair.came("b", "a") == 40


def test_a_restored_node_gives_no_number_twice(pair: Pair) -> None:
    pair.post("b", "a", 10)
    pair.post("a", "b", 5)
    pair.start("a")
    pair.start("b")
    pair.until(lambda: pair.lane("b", "a") == (10, 10, 10) and pair.lane("a", "b") == (5, 5, 5))
    pair.end("b")
    pair.keep("b")
    pair.start("b")
    pair.post("b", "a", 20)
    pair.post("a", "b", 7)
    pair.until(lambda: pair.lane("b", "a") == (30, 30, 30) and pair.lane("a", "b") == (12, 12, 12))
    pair.end("b")
    pair.restore("b")
    pair.post("b", "a", 4)
    assert pair.lane("b", "a")[0] == 10 and pair.came("b", "a") == 5
    # As long as nobody answers it, it says that it is not what it was: what passes in a moment would be seen by chance.
    pair.rooms["a"].send_signal(signal.SIGSTOP)
    try:
        pair.start("b")
        pair.until(lambda: pair.state("b").get("caught_up") is False)
    finally:
        pair.rooms["a"].send_signal(signal.SIGCONT)
    # 30 known to the stream, 4 written since the restore, 1 that asks for what was forgotten.
    pair.until(lambda: pair.lane("b", "a") == (35, 35, 35) and pair.came("a", "b") == 35)
    pair.until(lambda: pair.came("b", "a") >= 13)
    pair.until(lambda: pair.state("b").get("caught_up") is True)
