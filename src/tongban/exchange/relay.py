"""Letters that leave: numbered, packed and published, each lane by a coroutine of its own with several bags under way. A lane that
cannot be served waits longer and longer by itself; the others do not notice.

Nothing is remembered here but what is under way: where a lane stands is in its row, and after a crash or a cut the letters behind
that position go out again. The stream knows the name of a bag for two minutes, the inbox knows the numbers for ever.
"""

import asyncio
import datetime as dt
from collections import deque
from collections.abc import Callable

import msgspec
from django.db import DatabaseError, InterfaceError

from tongban.exchange import bag, keys, letters, outbox
from tongban.exchange.bag import Bag, BagRefused
from tongban.exchange.hands import Do, Told
from tongban.exchange.transports.way import Away, Transport
from tongban.plumbing.crypto import KeysRefused, Tampered

FLIGHT = 4
"""Bags of a lane on their way at once."""
WINDOW = {outbox.LETTERS: 20_000, outbox.FILES: 200}
"""Letters a lane may be ahead of what the other side has applied: what a dead node does not fetch waits in our table, where it is
backed up, and not on the server's disk."""
POLL = 2.0
"""Seconds after which a sleeping relay looks by itself, should a call have been lost: seventeen nodes that look twice a second would
use a fifth of a core for nothing."""
BUSY, BUSY_PAUSE = 20, 0.015
"""From so many letters at once on, writers need not wake us: we look every few milliseconds."""
GATHER = 0.05
"""Seconds between bags of a lane that carries copies of facts: while many are written they go together, and the first after a silence
goes at once. What somebody waits for (a dossier, a request, an answer) never waits."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
TROUBLE = (Away, BagRefused, KeysRefused, Tampered, DatabaseError, InterfaceError, OSError)

Clock = Callable[[], dt.datetime]


class _Packed(msgspec.Struct, frozen=True):
    last: int
    name: str
    data: bytes


class _Lane:
    """What is under way on one lane."""

    def __init__(self, seen: outbox.Lane) -> None:
        self.seen = seen
        self.task: asyncio.Task[None] | None = None
        self.pause = 0.0
        self.last_bag = -GATHER
        self.told = Told(f"lane {seen.lane} to {seen.to}")


class Relay:
    """The sending half of the mail room."""

    def __init__(self, node: str, way: Transport, do: Do, now: Clock) -> None:
        self.node, self._way, self._do, self._now = node, way, do, now
        self.bell = asyncio.Event()
        """Rung when letters were posted or another node has told how far it is."""
        self._stop = asyncio.Event()
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._told = Told("numbering letters")
        self._settled = False
        self._due: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then what is under way is waited for and noted."""
        self._stop = stop
        pause, quiet = FIRST_PAUSE, 0
        try:
            while not stop.is_set():
                try:
                    quiet = await self._round(quiet)
                    self._told.right()
                    pause = FIRST_PAUSE
                except TROUBLE as error:
                    self._told.wrong(error)
                    await either(stop, pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            await asyncio.gather(*(lane.task for lane in self._lanes.values() if lane.task), return_exceptions=True)

    @property
    def settled(self) -> bool:
        """Whether every letter was in the stream when we last looked."""
        return self._settled

    async def _round(self, quiet: int) -> int:
        """Number, serve the lanes, then wait. Asleep only after some rounds without letters: to be called costs every writer."""
        self.bell.clear()
        numbered = await self._do(outbox.number)
        lanes = await self._do(outbox.lanes)
        self._settled = not numbered and all(lane.sent >= lane.last for lane in lanes)
        self._serve(lanes)
        if numbered >= BUSY:
            await self._do(outbox.asleep, False)
            quiet = -10
        if quiet < 0:
            await either(self._stop, BUSY_PAUSE)
            return quiet if numbered else quiet + 1
        if quiet == 0:
            await self._do(outbox.asleep, True)
            # Once more: what was posted before the flag was seen rang no bell.
            return 1
        await _first(self.bell, self._stop, POLL if self._due is None else min(POLL, max(0.001, self._due - _now())))
        return 1

    def _serve(self, lanes: list[outbox.Lane]) -> None:
        self._due = None
        for seen in lanes:
            lane = self._lanes.setdefault((seen.to, seen.lane), _Lane(seen))
            lane.seen = seen
            if lane.task is None and seen.last > seen.sent and not self._full(seen, seen.sent):
                if seen.patient and (due := lane.last_bag + GATHER) > _now():
                    self._due = min(due, self._due or due)
                    continue
                lane.task = asyncio.create_task(self._tend(lane), name=f"lane {seen.to}/{seen.lane}")

    def _full(self, seen: outbox.Lane, position: int) -> bool:
        return position - seen.delivered >= WINDOW[seen.lane]

    async def _tend(self, lane: _Lane) -> None:
        """Send what there is; when that fails, wait before anybody tries again."""
        try:
            await self._send(lane)
            lane.pause = 0.0
            lane.told.right()
        except Exception as error:
            # Also what nobody thought of: without a pause the lane would be tried again at once, for ever, by a whole processor.
            lane.told.wrong(error)
            lane.pause = min(max(FIRST_PAUSE, lane.pause * 2), LONGEST_PAUSE)
            await either(self._stop, lane.pause)
        finally:
            lane.task = None
            self.bell.set()

    async def _send(self, lane: _Lane) -> None:
        seen = lane.seen
        position, turn, more = seen.sent, seen.turn, True
        under_way: deque[tuple[int, asyncio.Task[None]]] = deque()
        try:
            while True:
                # After a failure one bag tries the way before the others follow.
                while more and len(under_way) < (1 if lane.pause else FLIGHT):
                    if self._stop.is_set() or lane.seen.turn != turn or self._full(lane.seen, position):
                        more = False
                        break
                    packed = await self._do(self._pack, seen, position)
                    if packed is None:
                        more = False
                        break
                    sending = self._way.publish(seen.to, seen.lane, packed.data, packed.name)
                    under_way.append((packed.last, asyncio.create_task(sending)))
                    position, lane.last_bag = packed.last, _now()
                    # What is written meanwhile gathers for the next one.
                    more = not seen.patient
                if not under_way:
                    return
                last, publishing = under_way.popleft()
                await publishing
                while under_way and under_way[0][1].done() and not under_way[0][1].exception():
                    last = under_way.popleft()[0]
                lane.pause = 0.0
                await self._do(outbox.sent, seen.to, seen.lane, last, self._now(), turn)
        finally:
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)

    def _pack(self, seen: outbox.Lane, after: int) -> _Packed | None:
        """The next bag of a lane, in a thread."""
        some = outbox.read(seen.to, seen.lane, after, bag.LETTERS)
        while some:
            first, last = some[0].seq, some[-1].seq
            made = Bag(
                self.node, seen.to, seen.lane, first, last, letters.version_for(seen.reads), [one.body for one in some]
            )
            try:
                data = bag.pack(made, keys.ours(), at=self._now())
            except BagRefused as refused:
                # What cannot be compressed may be too much together. A single letter that is too large was refused when it was
                # written; one that is not stands here, and is seen standing.
                if refused.code != "too_big" or len(some) == 1:
                    raise
                some = some[: len(some) // 2]
                continue
            return _Packed(last, f"{self.node}.{seen.to}.{seen.lane}.{seen.turn}.{first}-{last}", data)
        return None


def _now() -> float:
    return asyncio.get_running_loop().time()


async def either(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not when it is time to stop."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def _first(bell: asyncio.Event, stop: asyncio.Event, seconds: float) -> None:
    """Wait for the bell, for the end, or for the time."""
    waiting = [asyncio.ensure_future(bell.wait()), asyncio.ensure_future(stop.wait())]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
