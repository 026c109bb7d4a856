"""The mail room process of a node: carries letters to and from the other nodes until SIGTERM, whatever is killed around it. One in a
node: it holds a lock of the database, on the connection that also hears when a letter is posted."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings.embedded")

LOCK = 0x7062_6D61
"""The advisory lock of the mail room."""
LISTENING = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

log = logging.getLogger("tongban.exchange")


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; what is in hand is finished first."""
    parser = argparse.ArgumentParser(description="Carry letters between this node and the others.")
    parser.add_argument("--once", action="store_true", help="send and apply what there is, then end")
    once = parser.parse_args(arguments).once
    import django

    django.setup()
    from tongban.plumbing import here

    others = tuple(code for code in here.nodes().by_code if code != here.node())
    asyncio.run(_run(others, once))
    return 0


async def _run(others: tuple[str, ...], once: bool) -> None:
    from django.conf import settings

    from tongban.exchange.room import Room
    from tongban.exchange.transports.nats import NatsTransport
    from tongban.plumbing import clock, here

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    way = NatsTransport(
        here.node(), settings.TONGBAN_NATS_URL, settings.TONGBAN_NATS_USER, settings.TONGBAN_NATS_PASSWORD
    )
    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    room = Room(here.node(), here.nodes().city, others, way, above(), clock.now, Path(settings.VAR))
    way.open()
    try:
        await _stand(room, stop, once)
    finally:
        await way.close()
        room.close()


def above() -> Any:
    """The flows that the mail room may not import."""
    from tongban.exchange import bag, keys
    from tongban.exchange.bag import BagRefused
    from tongban.exchange.room import Above
    from tongban.flows import incoming
    from tongban.flows.incoming import Arrived
    from tongban.plumbing import clock
    from tongban.registers.catalog import queries as catalog

    def arrive(some: Sequence[bytes]) -> list[Arrived]:
        return incoming.arrived_together(some, at=clock.now())

    def hear(data: bytes) -> Arrived:
        at = clock.now()
        try:
            word = bag.unpack(data, keys.ours(), at=at)
        except BagRefused as refused:
            # Not kept, unlike a letter: whoever may speak could else fill the disk.
            log.warning("a status word is not believed: %s", refused)
            return Arrived()
        if word.lane == bag.STATUS:
            incoming.heard(word, at)
        return Arrived(word.from_node, bag.STATUS)

    def digest() -> str:
        newest = catalog.newest()
        return newest.digest if newest else ""

    return Above(arrive, hear, incoming.restored, incoming.tend, digest)


async def _stand(room: Any, stop: asyncio.Event, once: bool) -> None:
    """Hold the lock and let the room work; when either fails, begin anew, with growing pauses."""
    from tongban.exchange.hands import Told
    from tongban.exchange.relay import either

    pause, told = FIRST_PAUSE, Told("the mail room")
    while not stop.is_set():
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with contextlib.AsyncExitStack() as stack:
                line = await stack.enter_async_context(await _connect())
                if not await _alone(line):
                    told.wrong(RuntimeError("another mail room of this node is at work; waiting for its end"))
                    await either(stop, 1.0)
                    continue
                stands = asyncio.create_task(_listen(line, room.relay.bell), name="listen")
                try:
                    await room.work(stop, stands, once=once)
                    if stands.done():
                        stands.result()
                finally:
                    stands.cancel()
                    await asyncio.gather(stands, return_exceptions=True)
            if once:
                return
        except Exception as error:
            told.wrong(error)
            if not isinstance(error, psycopg.Error | OSError):
                log.exception("the mail room begins anew")
        if loop.time() - begun > LONGEST_PAUSE:
            pause = FIRST_PAUSE
            told.right()
        await either(stop, pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _connect() -> "psycopg.AsyncConnection[Any]":
    from django.db import connection

    held = connection.settings_dict
    parts = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    where = make_conninfo(
        **{word: held[key] for word, key in parts.items() if held.get(key)}, application_name="tongban mail room",
        # A database machine that vanishes says nothing: the system asks for it.
        connect_timeout=5, keepalives_idle=5, keepalives_interval=2, keepalives_count=3,
    )  # fmt: skip
    return await psycopg.AsyncConnection.connect(where, autocommit=True)


async def _alone(line: "psycopg.AsyncConnection[Any]") -> bool:
    row = await (await line.execute("select pg_try_advisory_lock(%s)", [LOCK])).fetchone()
    return bool(row and row[0])


async def _listen(line: "psycopg.AsyncConnection[Any]", bell: asyncio.Event) -> None:
    """Ring the bell for every call; ends with an error when the database is gone."""
    from tongban.exchange.outbox import CHANNEL

    await line.execute(f"listen {CHANNEL}")
    while True:
        async for _ in line.notifies(timeout=LISTENING):
            bell.set()
        await line.execute("select 1")


if __name__ == "__main__":
    sys.exit(main())
