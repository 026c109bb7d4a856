"""Where the mail room was, kept outside the database: a small file that tells a database which is older than it was. A node restored
from a backup must not give letters the numbers of letters that it sent and has forgotten; the others would take them for copies.

So before the first number is given, the stream is asked for the last bag of every lane; and when the file is ahead of the
database, the others are heard first, and the node's web stays shut until it has its own newest facts again.
"""

import asyncio
import datetime as dt
import json
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from tongban.exchange import bag, keys, outbox, queries
from tongban.exchange.bag import BagRefused
from tongban.exchange.hands import Do, Told
from tongban.exchange.relay import FIRST_PAUSE, LONGEST_PAUSE, Clock, either
from tongban.exchange.transports.way import Away, Transport
from tongban.plumbing.audit import service as audit

PATIENCE = 25.0
"""Seconds for which the others are waited for, once the way is open: longer than the longest silence of one that lives."""

log = logging.getLogger("tongban.exchange")


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far each lane was: ``out/<to>/<lane>`` the last number given, ``in/<from>/<lane>`` the last one applied. ``acts``: the last line
    of the audit trail, for a case that concerns nobody else moves no lane, and its number must not be given twice either."""

    node: str
    lanes: dict[str, int]
    at: dt.datetime
    acts: int = 0


class State(msgspec.Struct, frozen=True):
    """What the running mail room says of itself, for whoever starts the node's web."""

    pid: int
    caught_up: bool
    why: str = ""


def read(path: Path) -> Mark | None:
    """The mark; None when there is none, or it is not understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mark)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        log.warning("%s is not understood and counts as missing: %s", path, error)
        return None


def write(path: Path, content: Mark | State) -> None:
    """Whole or not at all. Without waiting for the disk: an older mark is a true one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(msgspec.to_builtins(content), indent=1))
    os.replace(draft, path)


def standing(node: str, at: dt.datetime) -> Mark:
    """Where this database is, in a thread."""
    lanes = {f"out/{lane.to}/{lane.lane}": lane.last for lane in outbox.lanes()}
    lanes |= {f"in/{lane.from_node}/{lane.lane}": lane.last for lane in queries.lanes_in()}
    return Mark(node, lanes, at, audit.last())


def ahead(mark: Mark, now: Mark) -> set[str]:
    """The nodes with lanes of which the mark knows more than the database."""
    return {key.split("/")[1] for key, seen in mark.lanes.items() if seen > now.lanes.get(key, 0)}


def is_older(now: Mark, mark: Mark | None) -> bool:
    """Whether the database has forgotten what the mark knows of."""
    return mark is not None and (now.acts < mark.acts or bool(ahead(mark, now)))


class Place:
    """Finds out where the lanes are before anything is numbered."""

    def __init__(
        self, node: str, others: Iterable[str], way: Transport, do: Do, now: Clock, *,
        arrive: Callable[[Sequence[bytes]], object], restored: Callable[[dt.datetime], None], say: Callable[[str], None],
    ) -> None:  # fmt: skip
        """``arrive`` applies a bag and ``restored`` asks the others for what this node has forgotten, in a thread; ``say`` tells
        why the web must wait."""
        self.node, self._others, self._way, self._do, self._now = node, tuple(others), way, do, now
        self._arrive, self._restored, self._say = arrive, restored, say
        self._asked = False

    async def find(self, mark: Mark | None, stop: asyncio.Event) -> bool:
        """True when letters may be numbered; False when it is time to stop."""
        begun = self._now()
        now = await self._do(standing, self.node, begun)
        lost = ahead(mark, now) & set(self._others) if mark else set()
        if is_older(now, mark):
            log.warning("this database is older than it was: lanes with %s", ", ".join(sorted(lost)) or "nobody")
            self._say(
                "数据库比上次运行时旧,正在等待其他节点 · The database is older than it was; the other nodes are asked"
            )
            await self._older()
        for to in self._others:
            for lane in (outbox.LETTERS, outbox.FILES):
                last = await self._last(to, lane, stop)
                if last is None:
                    return False
                if last > now.lanes.get(f"out/{to}/{lane}", 0):
                    # First asked, then adopted: after a kill in between it would look as if nothing had been forgotten.
                    await self._older()
                    await self._do(outbox.adopt, to, lane, last)
        if lost and not await self._heard(lost, begun, stop):
            return False
        return not self._asked or await self._read_again(stop)

    async def _older(self) -> None:
        """Ask for what was forgotten, once. From here on the web stays shut and no act is done for other nodes; the letters that ask
        leave when all lanes are known."""
        if not self._asked:
            # Also where the backup was made while answers were awaited: those that come now may be the answers of that time.
            await self._do(self._restored, self._now())
        self._asked = True

    async def _read_again(self, stop: asyncio.Event) -> bool:
        """What was sent to us and confirmed before the restore is still in the stream: it need not be asked for, and is not lost
        when its sender has forgotten it, too."""
        lanes = (await self._do(standing, self.node, self._now())).lanes
        place, many, pause = 0, 0, FIRST_PAUSE
        while not stop.is_set():
            try:
                found = await self._way.once_more(place)
            except Away:
                await either(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE / 10)
                continue
            if found is None:
                log.warning("%d bags of the stream were read once more", many)
                return True
            place, data = found
            try:
                head = bag.peek(data)
            except BagRefused:
                continue
            if head.last > lanes.get(f"in/{head.from_node}/{head.lane}", 0):
                await self._do(self._arrive, [data])
                many += 1
        return False

    async def _last(self, to: str, lane: str, stop: asyncio.Event) -> int | None:
        """The last number that the stream has seen of ours; 0 for none, None when it is time to stop."""
        pause, told = FIRST_PAUSE, Told(f"asking for the last letter to {to}")
        while not stop.is_set():
            try:
                data = await self._way.last(to, lane)
                told.right()
                return self._number(data, to, lane) if data else 0
            except Away as error:
                told.wrong(error)
                await either(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE / 10)
        return None

    def _number(self, data: bytes, to: str, lane: str) -> int:
        """Only a bag that we signed counts: else whoever keeps the stream could make us skip any number."""
        try:
            head = bag.signed(data, keys.ours())
        except BagRefused as refused:
            log.warning("the last letter to %s in the stream is not believed: %s", to, refused)
            return 0
        return head.last if (head.from_node, head.to_node, head.lane) == (self.node, to, lane) else 0

    async def _heard(self, nodes: set[str], since: dt.datetime, stop: asyncio.Event) -> bool:
        """Wait until these nodes have said how far we were; those that stay silent are named, and waited for no longer."""
        patience = PATIENCE
        while not stop.is_set():
            silent = nodes - {peer.node for peer in await self._do(queries.peers) if peer.heard_at >= since}
            if not silent or patience <= 0:
                if silent:
                    log.warning("not heard of %s; going on without", ", ".join(sorted(silent)))
                return True
            await either(stop, 0.1)
            patience -= 0.1 if self._way.connected else 0.0
        return False
