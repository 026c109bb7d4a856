"""A way between nodes inside one process, for tests: through bytes as in the real one, and worse than any real one, because it
loses, doubles and disorders by a seed. What the mail room survives here needs no luck in the city."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import msgspec

from tongban.exchange.transports.subjects import mail
from tongban.exchange.transports.way import Away, Delivery

T = TypeVar("T")


class Faults(msgspec.Struct, frozen=True):
    """How often (0 to 1) a bag is refused with an error, stored but lost, stored and yet reported as refused, brought twice, or
    brought out of order."""

    refused: float = 0.0
    lost: float = 0.0
    unsure: float = 0.0
    twice: float = 0.0
    disorder: float = 0.0


class _Message:
    __slots__ = ("data", "lane", "tries")

    def __init__(self, data: bytes, lane: tuple[str, str]) -> None:
        self.data, self.lane, self.tries = data, lane, 0


class LocalDelivery:
    """A bag that has come; not acked, it is put back by ``nak`` or by ``LocalOffice.return_all``."""

    def __init__(self, office: "LocalOffice", to: str, message: _Message) -> None:
        self._office, self._to, self._message = office, to, message
        self.data, self.lane, self.tries = message.data, message.lane, message.tries

    async def ack(self) -> None:
        self._office.done(self._to, self._message)

    async def nak(self, delay: float) -> None:
        self._office.put_back(self._to, self._message)

    async def working(self) -> None:
        return


class LocalOffice:
    """What the server is in the city: a stream for each node, kept until acked."""

    def __init__(self, seed: int = 0, faults: Faults | None = None) -> None:
        self.random, self.faults = random.Random(seed), faults or Faults()
        self.cut: set[str] = set()
        self._streams: dict[str, deque[_Message]] = {}
        self._out: dict[str, list[_Message]] = {}
        self._last: dict[str, bytes] = {}
        self._kept: dict[str, list[bytes]] = {}
        self._names: set[str] = set()
        self._words: dict[str, deque[bytes]] = {}

    def way(self, node: str) -> "LocalTransport":
        """The way of one node."""
        return LocalTransport(self, node)

    def put(self, to: str, from_node: str, lane: str, data: bytes, name: str) -> None:
        """Store a bag; the faults decide what becomes of it. Raises Away."""
        self._refuse_cut(from_node)
        if self._happens(self.faults.refused):
            raise Away("refused, by the seed")
        if name not in self._names:
            self._names.add(name)
            self._last[mail(to, from_node, lane)] = data
            self._kept.setdefault(to, []).append(data)
            if not self._happens(self.faults.lost):
                for _ in range(1 + self._happens(self.faults.twice)):
                    self._streams.setdefault(to, deque()).append(_Message(data, (from_node, lane)))
        if self._happens(self.faults.unsure):
            raise Away("stored, but the answer was lost, by the seed")

    def last(self, to: str, from_node: str, lane: str) -> bytes | None:
        """The last bag of a lane."""
        self._refuse_cut(from_node)
        return self._last.get(mail(to, from_node, lane))

    def kept(self, to: str, after: int) -> tuple[int, bytes] | None:
        """The next bag to a node behind a place (from 1), acked or not."""
        self._refuse_cut(to)
        bags = self._kept.get(to, [])
        return (after + 1, bags[after]) if after < len(bags) else None

    def take(self, to: str, most: int) -> list[Delivery]:
        """Up to ``most`` bags for a node."""
        stream = self._streams.get(to, deque())
        if to in self.cut:
            return []
        if self._happens(self.faults.disorder):
            shuffled = list(stream)
            self.random.shuffle(shuffled)
            stream.clear()
            stream.extend(shuffled)
        found = list[Delivery]()
        while stream and len(found) < most:
            message = stream.popleft()
            message.tries += 1
            self._out.setdefault(to, []).append(message)
            found.append(LocalDelivery(self, to, message))
        return found

    def done(self, to: str, message: _Message) -> None:
        """Acked."""
        if message in self._out.get(to, []):
            self._out[to].remove(message)

    def put_back(self, to: str, message: _Message) -> None:
        """Not applied: it comes again."""
        if message in self._out.get(to, []):
            self._out[to].remove(message)
            self._streams.setdefault(to, deque()).append(message)

    def return_all(self, to: str) -> None:
        """The node died with bags in hand: they come again."""
        for message in list(self._out.get(to, [])):
            self.put_back(to, message)

    def waiting(self, to: str) -> int:
        """Bags for a node that are not acked."""
        return len(self._streams.get(to, ())) + len(self._out.get(to, ()))

    def say(self, to: str, from_node: str, data: bytes) -> None:
        """A word; the newest hundred are kept until they are heard."""
        self._refuse_cut(from_node)
        if to not in self.cut:
            self._words.setdefault(to, deque(maxlen=100)).append(data)

    def word(self, to: str) -> bytes | None:
        """The next word to a node."""
        words = self._words.get(to)
        return words.popleft() if words else None

    def _refuse_cut(self, node: str) -> None:
        if node in self.cut:
            raise Away(f"{node} is cut off")

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self.random.random() < chance


class LocalTransport:
    """The way of one node through the office."""

    def __init__(self, office: LocalOffice, node: str) -> None:
        self.office, self.node = office, node

    def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """What is in hand comes again."""
        self.office.return_all(self.node)

    @property
    def connected(self) -> bool:
        """False when the test has cut this node off."""
        return self.node not in self.office.cut

    @property
    def idle(self) -> bool:
        """Nothing lies there for us."""
        return self.connected and not self.office.waiting(self.node)

    async def publish(self, to: str, lane: str, data: bytes, name: str) -> None:
        """Store a bag. Raises Away."""
        await asyncio.sleep(0)
        self.office.put(to, self.node, lane, data, name)

    async def last(self, to: str, lane: str) -> bytes | None:
        """The last bag of ours on a lane. Raises Away."""
        return self.office.last(to, self.node, lane)

    async def once_more(self, after: int) -> tuple[int, bytes] | None:
        """The next bag to us, acked or not. Raises Away."""
        return self.office.kept(self.node, after)

    async def fetch(self, most: int, wait: float) -> list[Delivery]:
        """Bags for us, looked for every few milliseconds."""
        return await self._look(lambda: self.office.take(self.node, most), wait) or []

    async def tell(self, to: str, data: bytes) -> None:
        """A word to another node. Raises Away."""
        self.office.say(to, self.node, data)

    async def hear(self, wait: float) -> bytes | None:
        """The next word to us."""
        return await self._look(lambda: self.office.word(self.node), wait)

    async def _look(self, find: Callable[[], T | None], wait: float) -> T | None:
        until = asyncio.get_running_loop().time() + wait
        while True:
            found = find()
            if found or asyncio.get_running_loop().time() >= until:
                return found
            await asyncio.sleep(0.002)
