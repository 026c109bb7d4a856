"""What may happen to a city, each by a seed: processes killed without a word, lines cut, letters twice and out of order, forged
ones, wrong clocks, and a node whose database is put back to what it was. Only processes of this city are killed, by their id."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import nats

from tests.city.link import Link
from tests.fault.house import stilled
from tongban.config import compare, embedded, weight
from tongban.config.city import City
from tongban.config.node import NodeHouse
from tongban.exchange import nats_server
from tongban.exchange.room import WATCH
from tongban.exchange.transports.subjects import stream

# How often each happens, of a hundred.
FAULTS = {
    "web": 16, "web worker": 8, "mail room": 18, "worker": 4, "database": 10, "database backend": 6, "post office": 6, "cut": 12,
    "twice": 8, "out of order": 6, "forged": 2, "clock": 2, "restored": 2,
}  # fmt: skip


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def _quiet(error: Exception) -> None:
    """That the post office is away is nothing to write about: we killed it."""


class Storm(threading.Thread):
    """Strikes until it has struck often enough or is over. ``struck`` counts what happened."""

    def __init__(
        self, city: City, links: dict[str, Link], *, seed: int, most: int, pause: tuple[float, float] = (0.5, 3.0),
        only: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(name="storm", daemon=True)
        self.city, self.links, self.most, self.pause = city, links, most, pause
        self.chance = random.Random(f"storm:{seed}")
        self.kinds = {kind: times for kind, times in FAULTS.items() if not only or kind in only}
        self.struck: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.faults: list[str] = []
        self.forged = 0
        self.over = threading.Event()
        self.backups: dict[str, Path] = {}
        self.restored: set[str] = set()
        # Cases of which a restored node has lost entries that concerned no other node and that none had heard of.
        self.unheard: set[str] = set()
        self._later: list[threading.Timer] = []

    def run(self) -> None:
        while not self.over.wait(self.chance.uniform(*self.pause)) and sum(self.struck.values()) < self.most:
            kind = self.chance.choices(list(self.kinds), list(self.kinds.values()))[0]
            try:
                done = getattr(self, "_" + kind.replace(" ", "_"))()
            except Exception as why:
                self.faults.append(f"{kind}: {type(why).__name__}: {why}")
                done = False
            (self.struck if done else self.missed)[kind] += 1

    def calm(self) -> None:
        """No more of it; whatever was cut is healed."""
        self.over.set()
        self.join(600)
        for timer in self._later:
            timer.join(120)
        for link in self.links.values():
            link.heal()

    def _house(self) -> NodeHouse:
        houses = [h for h in self.city.houses.values() if h.node not in self.city.resting]
        return self.chance.choice(houses)

    def _group(self, process: "subprocess.Popen[bytes] | None") -> bool:
        if process is None or process.poll() is not None:
            return False
        # All at once: a supervisor that outlived its workers by a moment would start one anew, which keeps the port.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return True

    def _web(self) -> bool:
        return self._group(self._house().running.get("web"))

    def _web_worker(self) -> bool:
        web = self._house().running.get("web")
        workers = weight.tree(web.pid)[1:] if web else []
        if workers:
            kill(self.chance.choice(workers))
        return bool(workers)

    def _mail_room(self) -> bool:
        return self._group(self._house().running.get("mailroom"))

    def _worker(self) -> bool:
        return self._group(self._house().running.get("worker"))

    def _post_office(self) -> bool:
        return self._group(self.city.shared.running.get("nats"))

    def _postmaster(self, house: NodeHouse) -> int:
        return int((house.data / "postmaster.pid").read_text().split()[0])

    def _database(self) -> bool:
        """The server and all its processes at once, as when the power goes."""
        house = self._house()
        if not embedded.alive(house.data):
            return False
        with suppress(ProcessLookupError):
            for pid in stilled(self._postmaster(house)):
                kill(pid)
        return True

    def _database_backend(self) -> bool:
        """A process that serves a connection: PostgreSQL then ends all others and starts anew by itself."""
        house = self._house()
        with suppress(OSError, ValueError):
            below = weight.tree(self._postmaster(house))[1:]
            serving = [p for p in below if b"tongban" in Path(f"/proc/{p}/cmdline").read_bytes()]
            if serving:
                kill(self.chance.choice(serving))
                return True
        return False

    def _cut(self) -> bool:
        """A node loses its line for a while: longer than a ping now and then."""
        node = self.chance.choice(list(self.links))
        link, seconds = self.links[node], self.chance.choice((1.0, 3.0, 8.0, 20.0))
        if link.is_cut:
            return False
        link.cut()
        self._after(seconds, link.heal)
        return True

    def _after(self, seconds: float, work: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, work)
        timer.daemon = True
        timer.start()
        self._later.append(timer)

    def _post(self, work: Callable[[Any, str], Coroutine[Any, Any, bool]]) -> bool:
        """Do something at the post office that only its master may."""
        node = self.chance.choice(list(self.city.houses))
        door = nats_server.door(self.city.post, nats_server.ADMIN)

        async def go() -> bool:
            line = await nats.connect(
                door.url, user=door.user, password=door.password, allow_reconnect=False, connect_timeout=10,
                inbox_prefix=nats_server.inbox(door.user), error_cb=_quiet,
            )  # fmt: skip
            try:
                return await work(line, stream(node))
            finally:
                await line.close()

        try:
            return asyncio.run(asyncio.wait_for(go(), 20))
        except (OSError, TimeoutError, nats.errors.Error, nats.js.errors.Error):
            return False

    def _twice(self) -> bool:
        """Letters of the past come once more, under a name that the post office does not know."""

        async def again(line: Any, name: str) -> bool:
            office = line.jetstream()
            state = (await office.stream_info(name)).state
            if not state.messages:
                return False
            seqs = {self.chance.randint(max(state.first_seq, state.last_seq - 200), state.last_seq) for _ in range(5)}
            sent = 0
            for seq in seqs:
                with suppress(nats.js.errors.NotFoundError):
                    old = await office.get_msg(name, seq)
                    await office.publish(old.subject, old.data)
                    sent += 1
            return sent > 0

        return self._post(again)

    def _out_of_order(self) -> bool:
        """The newest letter disappears, and comes when others have overtaken it."""
        waits = self.chance.uniform(0.3, 3.0)

        async def late(line: Any, name: str) -> bool:
            office = line.jetstream()
            state = (await office.stream_info(name)).state
            if not state.messages:
                return False
            try:
                newest = await office.get_msg(name, state.last_seq)
                await office.delete_msg(name, state.last_seq)
            except nats.js.errors.NotFoundError:
                return False
            await asyncio.sleep(waits)
            await office.publish(newest.subject, newest.data)
            return True

        return self._post(late)

    def _forged(self) -> bool:
        """A letter of a node that has changed on its way, and one that nobody wrote."""

        async def forge(line: Any, name: str) -> bool:
            office = line.jetstream()
            state = (await office.stream_info(name)).state
            if not state.messages:
                return False
            old = await office.get_msg(name, state.last_seq)
            changed = bytearray(old.data)
            changed[self.chance.randrange(len(changed) // 2, len(changed))] ^= 1
            # Before it is said: the post office may have taken it, and be killed before it says so.
            self.forged += 1
            await office.publish(old.subject, bytes(changed))
            await office.publish(old.subject, self.chance.randbytes(200))
            return True

        return self._post(forge)

    def _clock(self) -> bool:
        """From now on this node's clock is wrong."""
        house = self._house()
        house.environment |= {
            "TONGBAN_TEST": "1",
            "TONGBAN_CLOCK_SKEW": str(self.chance.choice((-420, -60, 0, 60, 420))),
        }
        for name in ("web", "mailroom", "worker"):
            self._group(house.running.get(name))
        return True

    def back_up(self, house: NodeHouse) -> None:
        """A backup while everything runs, as an operator would take it."""
        place = self.city.var / f"backup-{house.node}"
        shutil.rmtree(place, ignore_errors=True)
        command = [
            str(embedded.binaries() / "pg_basebackup"), "-h", str(embedded.socket_folder(house.data)), "-U", "postgres",
            "-D", str(place), "-X", "stream", "-c", "fast",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        self.backups[house.node] = place

    def _restored(self) -> bool:
        """A node loses its disk. What it had not yet told anybody would be lost with it, so it is given the time to tell; what it
        did since its last backup it must get back from the others. What concerned nobody else (cases that the city node received
        for a center of its own) is gone with the disk, and counted: archived WAL is the remedy, and none is archived here, because
        then there would be nothing to catch up with."""
        house = self._house()
        if house.node not in self.backups:
            if not embedded.running(house.data):
                return False
            self.back_up(house)
            return False
        if time.time() - self.backups[house.node].stat().st_mtime < 2 * WATCH:
            # Nobody restores within seconds, and the mail room notes where it is every two.
            return False
        self.city.resting.add(house.node)
        try:
            return self._put_back(house)
        finally:
            self.city.resting.discard(house.node)

    def _put_back(self, house: NodeHouse) -> bool:
        web = house.running.pop("web", None)
        if web is not None:
            with suppress(ProcessLookupError):
                os.killpg(web.pid, signal.SIGTERM)
            web.wait(120)
        told = self._told(house)
        for name in ("worker", "mailroom"):
            self._group(house.running.get(name))
        if not told:
            house.serve()
            return False
        for name in ("worker", "mailroom"):
            if (process := house.running.pop(name, None)) is not None:
                process.wait(120)
        only_here = self._only_here(house)
        embedded.stop(house.data)
        owner = house.data.stat()
        shutil.rmtree(house.data)
        shutil.copytree(self.backups.pop(house.node), house.data)
        for place, folders, files in os.walk(house.data):
            for name in (".", *folders, *files):
                os.chown(Path(place) / name, owner.st_uid, owner.st_gid)
        house.data.chmod(0o700)
        house.start_database()
        kept = dict(compare.rows(house.environment["DATABASE_URL"], "select number, n from cases_case"))
        self.unheard |= {number for number, n in only_here.items() if kept.get(number, 0) < n}
        self.restored.add(house.node)
        # After a long storm there is much to catch up with, and the others have their own troubles.
        self.city.open(house, seconds=900)
        return True

    def _only_here(self, house: NodeHouse) -> dict[str, int]:
        """What goes with this disk and comes back from nobody: cases that concern no other node and that none has heard of. Of all
        others every entry must come back."""
        urls = {code: one.environment["DATABASE_URL"] for code, one in self.city.houses.items()}
        heard: dict[str, int] = {}
        for url in (url for code, url in urls.items() if code != house.node):
            for number, n in compare.rows(url, "select number, n from cases_case"):
                heard[number] = max(n, heard.get(number, 0))
        return {
            one.number: one.n
            for one in compare.copies(house.node, urls[house.node])
            if self.city.nodes.concerned(one.case) == {house.node} and heard.get(one.number, 0) < one.n
        }

    def _told(self, house: NodeHouse) -> bool:
        """Until all that this node wrote has arrived; a database or a mail room may be dead just now."""
        until = time.monotonic() + 180
        while time.monotonic() < until:
            list(house.mend())
            with suppress(Exception):
                if compare.backlog(house.environment["DATABASE_URL"]).letters == 0:
                    return True
            time.sleep(0.2)
        return False
