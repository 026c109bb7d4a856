"""What a mail room says to the others about the lanes between them: how far it has applied theirs, how far it has sent its own, and
what it misses. Nobody keeps these words; the next one says all again.

Often where something is unsettled, seldom where nothing happens: between 17 nodes there are 272 pairs, and a word costs a
signature.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterable
from importlib import metadata

import msgspec

from tongban.exchange import bag, inbox, keys, letters, outbox, queries
from tongban.exchange.bag import Bag, BagRefused
from tongban.exchange.hands import Do, Told
from tongban.exchange.letters import Position
from tongban.exchange.relay import TROUBLE, Clock, either
from tongban.exchange.transports.way import Transport

SOON, NOT_AGAIN = 0.05, 1.0
"""Seconds after a bag was applied, gathering what else is applied meanwhile; and at most so often: a word that says "so far" four times
a second to sixteen nodes costs more than the letters it is about."""
UNSETTLED = 1.0
QUIET_CITY, QUIET = 3.0, 10.0
"""Seconds between words where nothing happens: with the city, whose copies are shown with "as of", and between districts."""


class _Standing(msgspec.Struct, frozen=True):
    """How the lanes between us and another node stand."""

    applied: tuple[Position, ...] = ()
    sent: tuple[Position, ...] = ()
    settled: bool = True


class Speaker:
    """Tells the other nodes how far we are."""

    def __init__(
        self, node: str, city: str, others: Iterable[str], way: Transport, do: Do, now: Clock, *,
        catalog: Callable[[], str], idle: Callable[[], bool],
    ) -> None:  # fmt: skip
        """``catalog``: the digest of ours, asked in a thread. ``idle``: whether nothing more is under way to us."""
        self.node, self._city, self._others = node, city, tuple(others)
        self._way, self._do, self._now, self._catalog, self._idle = way, do, now, catalog, idle
        self._standing: dict[str, _Standing] = {}
        self._told_at: dict[str, float] = {}
        self._said: dict[str, _Standing] = {}
        self._due: dict[str, float] = {}
        self._bell = asyncio.Event()
        self._told = Told("telling the others how far we are")
        self._mute = {other: Told(f"telling {other} how far we are") for other in (*self._others, city)}
        self._program = metadata.version("tongban")

    def soon(self, node: str) -> None:
        """Something of this node was applied."""
        time = asyncio.get_running_loop().time()
        self._due.setdefault(node, max(time + SOON, self._told_at.get(node, 0.0) + NOT_AGAIN))
        self._bell.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``."""
        time, look = asyncio.get_running_loop().time, 0.0
        while not stop.is_set():
            self._bell.clear()
            try:
                if time() >= look:
                    look = time() + UNSETTLED
                    self._standing = await self._do(self._look)
                    for node in self._late(time()):
                        self._due.setdefault(node, 0.0)
                if due := [node for node, at in self._due.items() if at <= time()]:
                    await self._tell(due, time())
                self._told.right()
            except TROUBLE as error:
                self._told.wrong(error)
                await either(stop, UNSETTLED)
            wake = min([look, *self._due.values()])
            try:
                await asyncio.wait_for(self._bell.wait(), max(0.005, wake - time()))
            except TimeoutError:
                continue

    async def _tell(self, due: list[str], time: float) -> None:
        for node in due:
            self._due.pop(node, None)
            self._told_at[node] = time
            self._said[node] = self._standing.get(node, _Standing())
        for node, data in await self._do(self._words, due):
            await self._way.tell(node, data)

    def _late(self, time: float) -> list[str]:
        """Who should hear of us now."""
        late = []
        for node in {self._city, *self._standing, *(self._others if self.node == self._city else ())} - {self.node}:
            standing, silent = self._standing.get(node, _Standing()), time - self._told_at.get(node, -1e9)
            quiet = QUIET_CITY if self._city in (node, self.node) else QUIET
            changed = standing != self._said.get(node)
            if silent >= (UNSETTLED * 0.9 if changed or not standing.settled else quiet):
                late.append(node)
        return late

    def _look(self) -> dict[str, _Standing]:
        """How all lanes stand, in a thread."""
        sent: dict[str, list[Position]] = {}
        applied: dict[str, list[Position]] = {}
        unsettled = set()
        for out in outbox.lanes():
            sent.setdefault(out.to, []).append(Position(out.lane, out.sent))
            if out.delivered < out.last:
                unsettled.add(out.to)
        for lane in queries.lanes_in():
            applied.setdefault(lane.from_node, []).append(Position(lane.lane, lane.last))
            if lane.kept or lane.known > lane.last:
                unsettled.add(lane.from_node)
        known = (sent.keys() | applied.keys()) & set(self._others)
        return {
            node: _Standing(tuple(applied.get(node, ())), tuple(sent.get(node, ())), node not in unsettled)
            for node in known
        }

    def _words(self, nodes: list[str]) -> list[tuple[str, bytes]]:
        """A word for each of these nodes, signed and sealed, in a thread. A node whose key the ring does not have gets none."""
        at, held, said = self._now(), keys.ours(), []
        catalog, waiting, idle = self._catalog(), outbox.waiting(), self._idle()
        reads = {peer.node: peer.schema for peer in queries.peers()}
        for node in nodes:
            schema = letters.version_for(reads.get(node, 0))
            status = letters.Status(
                at, letters.SCHEMA, catalog,
                applied=inbox.applied(node),
                sent=tuple(Position(lane.lane, lane.sent) for lane in outbox.lanes(node)),
                again=inbox.missing(node, at, idle=idle),
                waiting=waiting,
                program=self._program,
            )  # fmt: skip
            body = letters.encode(letters.Letter(uuid.UUID(int=0).hex, at, status))
            try:
                said.append((node, bag.pack(Bag(self.node, node, bag.STATUS, 0, 0, schema, [body]), held, at=at)))
                self._mute[node].right()
            except BagRefused as refused:
                self._mute[node].wrong(refused)
        return said
