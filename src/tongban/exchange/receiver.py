"""Letters that arrive: fetched a few at a time, applied in the order of their lanes, what has gathered together, and confirmed only when
they are committed. What a letter does is decided above (``arrive`` is given from there)."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from django.db import DatabaseError, InterfaceError

from tongban.exchange import bag
from tongban.exchange.bag import BagRefused
from tongban.exchange.hands import Do, Told
from tongban.exchange.inbox import Waiting
from tongban.exchange.transports.way import Delivery, Transport
from tongban.plumbing.crypto import KeysRefused

IN_HAND = 48
"""Bags in memory at most, applied or waiting for it."""
TOGETHER, TOGETHER_BYTES = 32, 64_000
"""So many small bags go into one transaction at most, or so many bytes: a full bag goes almost alone, so that nobody waits long
behind a node that sends a pile."""
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
        self, way: Transport, do: Do, *, arrive: Callable[[Sequence[bytes]], Sequence[D]], hear: Callable[[bytes], D],
        applied: Callable[[D], None],
    ) -> None:  # fmt: skip
        """``arrive`` applies bags and ``hear`` a status word, in a thread; ``applied`` is told of each afterwards."""
        self._way, self._do, self._arrive, self._listen, self._applied = way, do, arrive, hear, applied
        # Lane name -> sender -> what waits. Each name has a worker of its own: a file of 20 MB does not hold up facts.
        self._queues: dict[str, dict[str, deque[Delivery]]] = {}
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
                sender, lane = delivery.lane
                queue = self._queues.get(lane)
                if queue is None:
                    queue = self._queues[lane] = {}
                    worker = asyncio.create_task(self._work(lane), name=f"lanes {lane}")
                    self._workers.add(worker)
                    worker.add_done_callback(self._workers.discard)
                queue.setdefault(sender, deque()).append(delivery)

    async def _work(self, lane: str) -> None:
        queue = self._queues[lane]
        try:
            while some := _next(queue):
                if self._stop.is_set():
                    for delivery in some:
                        await delivery.nak(0)
                else:
                    await self._some(some)
                self._in_hand.difference_update(some)
                self._freed.set()
        finally:
            del self._queues[lane]

    async def _some(self, some: list[Delivery]) -> None:
        """What has gathered goes together; when that fails, each alone, so that one bad bag holds up no other."""
        pauses: tuple[float, ...] = PAUSES
        if len(some) > 1:
            try:
                done = await self._do(self._arrive, [delivery.data for delivery in some])
            except Exception as error:
                log.info("%d bags do not go together: %s", len(some), type(error).__name__)
            else:
                await self._confirm(some, done)
                return
        for delivery in some:
            if not await self._one(delivery, pauses):
                # The database was given its time once.
                pauses = ()

    async def _one(self, delivery: Delivery, pauses: tuple[float, ...]) -> bool:
        """False when the database has trouble."""
        for pause in (*pauses, None):
            try:
                done = await self._do(self._arrive, [delivery.data])
            except Waiting:
                await self._put_back(delivery)
                return True
            except (DatabaseError, InterfaceError, KeysRefused) as error:
                self._told.wrong(error)
                if pause is None or self._stop.is_set():
                    break
                await asyncio.sleep(pause)
            except Exception:
                # A mistake of ours; the letter is kept by the stream until it is mended.
                log.exception("a bag could not be applied")
                await self._put_back(delivery)
                return True
            else:
                await self._confirm([delivery], done)
                return True
        await self._put_back(delivery)
        return False

    async def _confirm(self, some: Sequence[Delivery], done: Sequence[D]) -> None:
        for delivery in some:
            await delivery.ack()
        self._told.right()
        for one in done:
            self._applied(one)

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


def _next(queue: dict[str, deque[Delivery]]) -> list[Delivery]:
    """What is applied next: of each sender in turn its oldest bag, as long as it is little."""
    found: list[Delivery] = []
    size = 0
    while queue and len(found) < TOGETHER:
        sender = next(iter(queue))
        size += len(queue[sender][0].data)
        if found and size > TOGETHER_BYTES:
            break
        waiting = queue.pop(sender)
        found.append(waiting.popleft())
        if waiting:
            # Behind the others.
            queue[sender] = waiting
    return found
