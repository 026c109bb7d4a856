"""Letters that arrive: fetched a few at a time, applied lane by lane, and confirmed only when they are committed. What a letter does
is decided above (``arrive`` is given from there)."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from django.db import DatabaseError, InterfaceError

from tongban.exchange import bag
from tongban.exchange.bag import BagRefused
from tongban.exchange.hands import Do, Told
from tongban.exchange.inbox import Waiting
from tongban.exchange.transports.way import Delivery, Transport
from tongban.plumbing.crypto import KeysRefused

IN_HAND = 16
"""Bags in memory at most, applied or waiting for it."""
LOOK = 0.5
PAUSES = (0.1, 0.5, 2.0)
"""Seconds between tries of a bag when the database has trouble, in its place in the lane; then it goes back to the stream."""
LONGEST_AWAY = 30.0
STILL_WORKING = 15.0
WORDS = 256
"""Status words taken together; of each node only the newest is read."""

log = logging.getLogger("tongban.exchange")


class Done(Protocol):
    """What became of a bag."""

    @property
    def from_node(self) -> str:
        """Who sent it; empty when it was not believed."""

    @property
    def lane(self) -> str:
        """The lane."""


D = TypeVar("D", bound=Done)


class Receiver(Generic[D]):
    """The receiving half of the mail room."""

    def __init__(
        self, way: Transport, do: Do, *, arrive: Callable[[bytes], D], hear: Callable[[bytes], D],
        applied: Callable[[D], None],
    ) -> None:  # fmt: skip
        """``arrive`` applies a bag and ``hear`` a status word, in a thread; ``applied`` is told of it afterwards."""
        self._way, self._do, self._arrive, self._listen, self._applied = way, do, arrive, hear, applied
        self._queues: dict[tuple[str, str], deque[Delivery]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._in_hand: set[Delivery] = set()
        self._freed = asyncio.Event()
        self._stop = asyncio.Event()
        self._away_until = 0.0
        self._told = Told("applying letters")

    @property
    def idle(self) -> bool:
        """Nothing more is there for us: neither in the stream nor in hand nor put back for later. May be asked in any thread."""
        return self._way.idle and not self._in_hand and time.monotonic() > self._away_until

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then what is being applied is finished, and the rest goes back."""
        self._stop = stop
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._fetch())
                loops.create_task(self._hear())
                loops.create_task(self._hold())
        finally:
            await asyncio.gather(*self._workers, return_exceptions=True)
            # Whatever is left was cut off in the middle.
            for delivery in self._in_hand:
                await delivery.nak(0)
            self._in_hand.clear()

    async def _fetch(self) -> None:
        while not self._stop.is_set():
            self._freed.clear()
            room = IN_HAND - len(self._in_hand)
            if room <= 0:
                await self._freed.wait()
                continue
            for delivery in await self._way.fetch(room, LOOK):
                self._in_hand.add(delivery)
                queue = self._queues.get(delivery.lane)
                if queue is None:
                    # Each lane in order, lanes beside each other: a file of 20 MB does not hold up the facts behind it.
                    queue = self._queues[delivery.lane] = deque()
                    worker = asyncio.create_task(self._work(delivery.lane), name=f"from {delivery.lane}")
                    self._workers.add(worker)
                    worker.add_done_callback(self._workers.discard)
                queue.append(delivery)

    async def _work(self, lane: tuple[str, str]) -> None:
        queue = self._queues[lane]
        try:
            while queue:
                delivery = queue.popleft()
                if self._stop.is_set():
                    await delivery.nak(0)
                else:
                    await self._one(delivery)
                self._in_hand.discard(delivery)
                self._freed.set()
        finally:
            del self._queues[lane]

    async def _one(self, delivery: Delivery) -> None:
        for pause in (*PAUSES, None):
            try:
                done = await self._do(self._arrive, delivery.data)
            except Waiting:
                await self._put_back(delivery)
                return
            except (DatabaseError, InterfaceError, KeysRefused) as error:
                self._told.wrong(error)
                if pause is None or self._stop.is_set():
                    await self._put_back(delivery)
                    return
                await asyncio.sleep(pause)
            except Exception:
                # A mistake of ours; the letter is kept by the stream until it is mended.
                log.exception("a bag could not be applied")
                await self._put_back(delivery)
                return
            else:
                await delivery.ack()
                self._told.right()
                self._applied(done)
                return

    async def _put_back(self, delivery: Delivery) -> None:
        if self._stop.is_set():
            await delivery.nak(0)
            return
        away = min(LONGEST_AWAY, 0.5 * 2 ** min(delivery.tries, 10))
        self._away_until = max(self._away_until, time.monotonic() + away)
        await delivery.nak(away)

    async def _hear(self) -> None:
        """Status words. Of several of one node that wait, the newest is enough: each says all."""
        while not self._stop.is_set():
            if (word := await self._way.hear(LOOK)) is None:
                continue
            newest: dict[str, bytes] = {}
            for _ in range(WORDS):
                try:
                    newest[bag.peek(word).from_node] = word
                except BagRefused:
                    log.warning("a status word that is no bag")
                if (word := await self._way.hear(0)) is None:
                    break
            for data in newest.values():
                await self._heard(data)

    async def _heard(self, data: bytes) -> None:
        try:
            self._applied(await self._do(self._listen, data))
        except (DatabaseError, InterfaceError, KeysRefused) as error:
            # The next one comes soon.
            self._told.wrong(error)
            await asyncio.sleep(PAUSES[0])
        except Exception:
            log.exception("a status word could not be applied")

    async def _hold(self) -> None:
        """Bags that wait long in hand must not be brought a second time."""
        due = time.monotonic() + STILL_WORKING
        while not self._stop.is_set():
            await asyncio.sleep(LOOK)
            if time.monotonic() >= due:
                due = time.monotonic() + STILL_WORKING
                for delivery in list(self._in_hand):
                    await delivery.working()
