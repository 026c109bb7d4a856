"""The mail room of a node at work: both halves, the words between nodes, the mark, and what must be tended every few seconds. It
works as long as it holds the database's lock, so there is one in each node."""

import asyncio
import contextlib
import datetime as dt
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from django.db import DatabaseError, InterfaceError

from tongban.exchange import mark, queries
from tongban.exchange.bag import STATUS
from tongban.exchange.hands import Hands, Told
from tongban.exchange.mark import Place, State
from tongban.exchange.receiver import Done, Receiver
from tongban.exchange.relay import Clock, Relay, either
from tongban.exchange.transports.way import Transport
from tongban.exchange.words import Speaker

TEND = 2.0
WATCH = 2.0
FINISH = 4.0
"""Seconds for what is in hand when it is time to stop."""

log = logging.getLogger("tongban.exchange")


class Above(msgspec.Struct, frozen=True):
    """What the floors above give the mail room, which may not know them. All run in threads."""

    arrive: Callable[[Sequence[bytes]], Sequence[Done]]
    hear: Callable[[bytes], Done]
    restored: Callable[[dt.datetime], None]
    tend: Callable[[dt.datetime], object]
    catalog: Callable[[], str]


class Room:
    """One node's mail room. ``work`` runs until it is told to stop or something it stands on is gone."""

    def __init__(
        self, node: str, city: str, others: tuple[str, ...], way: Transport, above: Above, now: Clock, folder: Path
    ) -> None:
        self._node, self._way, self._above, self._now = node, way, above, now
        self._mark, self._state = folder / "mail-mark.json", folder / "mail-room.json"
        # Two for what leaves, two for what comes, one for everything else.
        self._out, self._in, self._aside = Hands("out", 2), Hands("in", 2), Hands("aside", 1)
        self.relay = Relay(node, way, self._out.do, now)
        self.receiver: Receiver[Done] = Receiver(
            way, self._in.do, arrive=above.arrive, hear=above.hear, applied=self._applied
        )
        self.speaker = Speaker(
            node, city, others, way, self._aside.do, now, catalog=above.catalog, idle=lambda: self.receiver.idle
        )
        self._place = Place(
            node,
            others,
            way,
            self._aside.do,
            now,
            arrive=above.arrive,
            restored=above.restored,
            say=lambda why: self._say(False, why),
        )
        self._said: State | None = None
        self._marked: tuple[dict[str, int], int] | None = None
        self._told = Told("tending letters that wait")

    async def work(self, stop: asyncio.Event, stands: asyncio.Task[None], *, once: bool = False) -> None:
        """Until ``stop``, until ``stands`` (the lock and the bell) ends, or with ``once`` until nothing is left to do."""
        winding = asyncio.Event()
        tasks = [
            asyncio.create_task(work, name=name)
            for name, work in {
                "receive": self.receiver.run(winding), "speak": self.speaker.run(winding),
                "tend": self._tend(winding), "send": self._send(winding, once),
            }.items()
        ]  # fmt: skip
        ending = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({ending, stands, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            winding.set()
            ending.cancel()
            await asyncio.wait(tasks, timeout=FINISH)
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    def close(self) -> None:
        """Give the connections back."""
        for hands in (self._out, self._in, self._aside):
            hands.close()

    def _applied(self, done: Done) -> None:
        if done.lane == STATUS:
            self.relay.bell.set()
        elif done.from_node:
            self.speaker.soon(done.from_node)

    async def _send(self, stop: asyncio.Event, once: bool) -> None:
        """First where we are, then letters."""
        known = await asyncio.to_thread(mark.read, self._mark)
        if not mark.is_older(await self._aside.do(mark.standing, self._node, self._now()), known):
            # Local work goes on, with or without a way to the others.
            await self._watch()
        if not await self._place.find(known, stop):
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self.relay.run(stop))
            group.create_task(self._watching(stop, once))

    async def _watching(self, stop: asyncio.Event, once: bool) -> None:
        quiet = 0
        while not stop.is_set():
            await self._note()
            quiet = quiet + 1 if once and self.receiver.idle and self.relay.settled else 0
            if quiet > 3:
                stop.set()
            await either(stop, 0.1 if once else WATCH)
        await self._note()

    async def _note(self) -> None:
        with contextlib.suppress(DatabaseError, InterfaceError):
            await self._watch()
            now = await self._aside.do(mark.standing, self._node, self._now())
            if (now.lanes, now.acts) != self._marked:
                mark.write(self._mark, now)
                self._marked = now.lanes, now.acts

    async def _watch(self) -> None:
        since = await self._aside.do(queries.recalling)
        why = "正在从其他节点取回备份之后的办件 · Cases since the backup are coming back from the other nodes"
        self._say(since is None, "" if since is None else why)

    def _say(self, caught_up: bool, why: str) -> None:
        state = State(os.getpid(), caught_up, why)
        if state != self._said:
            mark.write(self._state, state)
            self._said = state

    async def _tend(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await either(stop, TEND)
            try:
                await self._aside.do(self._above.tend, self._now())
                self._told.right()
            except (DatabaseError, InterfaceError) as error:
                self._told.wrong(error)
            except Exception:
                log.exception("letters that wait could not be tended")
