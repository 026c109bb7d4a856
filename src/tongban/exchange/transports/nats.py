"""The way between nodes in a real city: NATS JetStream. One connection for all lanes, opened again for ever, and never more in
memory than was asked for.

The client's own reconnecting is switched off: it keeps what was not yet sent in a buffer and sends it later, when nobody waits
for the answer any more. Here a cut way is an exception at once (Away), and what is not confirmed is read from the outbox again.
"""

import asyncio
import contextlib
import json
import logging
import random
import ssl
import time
from collections import deque
from collections.abc import Awaitable
from typing import TypeVar

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from tongban.exchange.transports.subjects import CONSUMER, inbox, mail, status, stream
from tongban.exchange.transports.way import Away, Delivery

log = logging.getLogger("tongban.exchange")

ANSWER = 10.0
"""Seconds to wait for the server's answer; a disk that is slow is not a way that is cut."""
LOOK = 1.0
"""Seconds between two looks at a connection that says nothing of its end."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
WORDS = 1_024
"""Status words that may wait to be heard; older ones than the newest of a node are of no use."""
ASKED_FOR = 5.0
"""Seconds for which the server keeps our question for letters."""

T = TypeVar("T")


class NatsDelivery:
    """A message of the stream."""

    __slots__ = ("_line", "_reply", "data", "lane", "tries")

    def __init__(self, line: "_Line", message: Msg) -> None:
        self._line, self._reply, self.data = line, message.reply, message.data
        parts = message.subject.split(".")
        self.lane = (parts[2], parts[3])
        self.tries = message.metadata.num_delivered or 1

    async def ack(self) -> None:
        await self._say(b"+ACK")

    async def nak(self, delay: float) -> None:
        await self._say(b"-NAK " + json.dumps({"delay": int(delay * 1e9)}).encode())

    async def working(self) -> None:
        await self._say(b"+WPI")

    async def _say(self, word: bytes) -> None:
        # On a cut way the word is lost and the letter comes again; the inbox knows it.
        with contextlib.suppress(nats.errors.Error, OSError):
            if not self._line.ended.is_set():
                await self._line.client.publish(self._reply, word)


class _Line:
    """One connection, from its greeting to its end."""

    def __init__(self, client: Client, ended: asyncio.Event) -> None:
        self.client, self.ended = client, ended
        # Filled by callbacks: a wait for the client's own queue that is cut off may take a message with it. Bags are never
        # more than were asked for; of words the newest are kept.
        self.bags: deque[Msg] = deque()
        self.words: deque[bytes] = deque(maxlen=WORDS)
        self.bag_came, self.word_came = asyncio.Event(), asyncio.Event()
        self.inbox = f"{client.new_inbox()}.bags"
        # How many letters the server still owes us of what we asked for, and until when it remembers.
        self.owed, self.until = 0, 0.0

    async def begin(self, node: str) -> None:
        """Listen."""

        async def bag(message: Msg) -> None:
            self.bags.append(message)
            self.bag_came.set()

        async def word(message: Msg) -> None:
            self.words.append(message.data)
            self.word_came.set()

        await self.client.subscribe(self.inbox, cb=bag)
        await self.client.subscribe(status(node, "*"), cb=word, pending_msgs_limit=WORDS)
        await self.client.flush(timeout=5)


class NatsTransport:
    """The way of one node. ``open`` begins; all else waits or raises Away while the server is not there."""

    def __init__(self, node: str, url: str, user: str, password: str) -> None:
        self.node = node
        self._url, self._user, self._password = url, user, password
        self._line: _Line | None = None
        self._up = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._idle = False

    def open(self) -> None:
        """Begin to connect, for ever; returns at once."""
        self._keeper = asyncio.create_task(self._keep(), name="nats")

    async def close(self) -> None:
        """Leave; acks under way are sent first."""
        if self._keeper is None:
            return
        if self._line is not None:
            with contextlib.suppress(Exception):
                await self._line.client.flush(timeout=2)
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        self._keeper = None

    @property
    def connected(self) -> bool:
        """Whether the server is there, as far as is known."""
        return self._line is not None

    @property
    def idle(self) -> bool:
        """The server's last word was that nothing more is there for us."""
        return self._idle and self._line is not None

    async def publish(self, to: str, lane: str, data: bytes, name: str) -> None:
        """Returns when the stream has stored it. ``name``: the same one within two minutes is stored once. Raises Away."""
        line = self._there()
        answer = await self._within(
            line,
            line.client.request(
                mail(to, self.node, lane), data, timeout=ANSWER,
                headers={"Nats-Msg-Id": name, "Nats-Expected-Stream": stream(to)},
            ),
        )  # fmt: skip
        said = json.loads(answer.data)
        if error := said.get("error"):
            raise Away(f"the stream of {to} refuses: {error.get('description', error)}")

    async def last(self, to: str, lane: str) -> bytes | None:
        """The last bag of ours on this lane that the stream still has. Raises Away."""
        line = self._there()
        question = f"$JS.API.DIRECT.GET.{stream(to)}.{mail(to, self.node, lane)}"
        answer = await self._within(line, line.client.request(question, b"", timeout=ANSWER))
        said = (answer.headers or {}).get("Status", "")
        if said == "404":
            return None
        if said or not answer.data:
            raise Away(f"the stream of {to} does not tell its last letter: {said}")
        return answer.data

    async def once_more(self, after: int) -> tuple[int, bytes] | None:
        """The next bag to us behind this place of the stream, with its place; None at the end. Raises Away."""
        line = self._there()
        asked = json.dumps({"seq": after + 1, "next_by_subj": mail(self.node, "*", "*")}).encode()
        question = f"$JS.API.DIRECT.GET.{stream(self.node)}"
        answer = await self._within(line, line.client.request(question, asked, timeout=ANSWER))
        told = answer.headers or {}
        if told.get("Status") == "404":
            return None
        if "Nats-Sequence" not in told:
            raise Away(f"our stream does not tell its letters: {told.get('Status', '')}")
        return int(told["Nats-Sequence"]), answer.data

    async def fetch(self, most: int, wait: float) -> list[Delivery]:
        """Up to ``most`` bags; the first one is waited for, the others are taken if they are here. Empty while the way is cut."""
        until = time.monotonic() + wait
        line, found = await self._connected(wait), list[Delivery]()
        if line is None:
            return found
        with contextlib.suppress(Away):
            while len(found) < most and not line.ended.is_set():
                line.bag_came.clear()
                while line.bags and len(found) < most:
                    message = line.bags.popleft()
                    if self._is_letter(line, message):
                        found.append(NatsDelivery(line, message))
                await self._ask(line, most - len(found))
                if found or not await _set(line.bag_came, until - time.monotonic()):
                    break
        return found

    async def tell(self, to: str, data: bytes) -> None:
        """A word to another node. Raises Away."""
        line = self._there()
        await self._within(line, line.client.publish(status(to, self.node), data))

    async def hear(self, wait: float) -> bytes | None:
        """The next word to us; None after ``wait`` seconds."""
        until = time.monotonic() + wait
        line = await self._connected(wait)
        if line is None:
            return None
        line.word_came.clear()
        if not line.words:
            await _set(line.word_came, until - time.monotonic())
        return line.words.popleft() if line.words else None

    async def _ask(self, line: _Line, most: int) -> None:
        """Ask for as many letters as are wanted and not already asked for. The server sends them as they come."""
        if time.monotonic() > line.until:
            line.owed = 0
        more = most - line.owed - len(line.bags)
        if more <= 0:
            return
        line.owed += more
        line.until = time.monotonic() + ASKED_FOR + 1
        # First whether there is anything at all: that is answered at once, and only then is it known that we are idle.
        asked = {"batch": more, "expires": int(ASKED_FOR * 1e9)} if self._idle else {"batch": more, "no_wait": True}
        question = f"$JS.API.CONSUMER.MSG.NEXT.{stream(self.node)}.{CONSUMER}"
        await self._within(line, line.client.publish(question, json.dumps(asked).encode(), reply=line.inbox))

    def _is_letter(self, line: _Line, message: Msg) -> bool:
        """Count what came; an answer without a letter ends a question."""
        said = (message.headers or {}).get("Status")
        if said is None:
            line.owed = max(0, line.owed - 1)
            self._idle = not message.metadata.num_pending
            return True
        left = (message.headers or {}).get("Nats-Pending-Messages")
        line.owed = max(0, line.owed - int(left)) if left else 0
        if said in ("404", "408"):
            self._idle = True
        else:
            # No consumer yet, or JetStream just starts: ask again, but not at once.
            self._idle = False
            line.until = time.monotonic() + 0.5
            line.owed = 1 << 30
        return False

    async def _connected(self, wait: float) -> _Line | None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._up.wait(), wait)
        return self._line

    def _there(self) -> _Line:
        if self._line is None:
            raise Away("no connection to the NATS server")
        return self._line

    async def _within(self, line: _Line, work: Awaitable[T]) -> T:
        """Wait for an answer, but not longer than the connection lives."""
        task, end = asyncio.ensure_future(work), asyncio.ensure_future(line.ended.wait())
        try:
            await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Away("the connection to the NATS server ended")
            return task.result()
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise Away(f"{type(error).__name__}: {error}") from None
        finally:
            end.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _keep(self) -> None:
        pause, told = FIRST_PAUSE, ""
        while True:
            ended = asyncio.Event()
            client, line = Client(), None
            try:
                line = await asyncio.wait_for(self._connect(client, ended), 10)
                self._line, self._idle, pause = line, False, FIRST_PAUSE
                self._up.set()
                if told:
                    log.warning("NATS is there again")
                told = ""
                # The client tells its end, but for one that it meets while it is still being greeted: so it is also looked at.
                while client.is_connected and not await _set(ended, LOOK):
                    pass
            except (nats.errors.Error, OSError, TimeoutError, ssl.SSLError) as error:
                if told != (told := type(error).__name__):
                    log.warning("NATS is not there: %s: %s", told, error)
            finally:
                self._line = None
                self._up.clear()
                ended.set()
                if line is not None:
                    line.bag_came.set()
                    line.word_came.set()
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(client.close(), 10)
            told = told or "ended"
            # Not all nodes at the same moment.
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _connect(self, client: Client, ended: asyncio.Event) -> _Line:
        async def end() -> None:
            ended.set()

        async def error(what: Exception) -> None:
            # Among them what the server forbids: the question then stays without an answer.
            log.info("NATS: %s: %s", type(what).__name__, what)

        await client.connect(
            self._url, user=self._user, password=self._password, name=f"mail room of {self.node}",
            inbox_prefix=inbox(self.node), allow_reconnect=False, max_reconnect_attempts=1, reconnect_time_wait=0,
            connect_timeout=5, ping_interval=5, max_outstanding_pings=2, closed_cb=end, disconnected_cb=end, error_cb=error,
            tls=ssl.create_default_context() if self._url.startswith("tls:") else None,
        )  # fmt: skip
        line = _Line(client, ended)
        await line.begin(self.node)
        return line


async def _set(event: asyncio.Event, wait: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), max(0.0, wait))
    except TimeoutError:
        return False
    return True
