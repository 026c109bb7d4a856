"""One node as processes over one folder: its own PostgreSQL, mail room, web and worker, watched and mended. Nothing is told to
them but by their environment, so that seventeen nodes may run under one watcher as well as under seventeen."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tongban.config import embedded
from tongban.config.services import NotStarted, Services

# Enough for the threads of one web process, the worker and the mail room of a node that shares its machine with others.
SMALL_CONNECTIONS = 40
# What a node takes over from whoever starts it. Everything else that is Tongban's is said anew for each node: a key file or a
# database named once for all would make seventeen nodes one.
INHERITED = (
    "TONGBAN_ROOT", "TONGBAN_CITY", "TONGBAN_LOG", "TONGBAN_DEPARTMENTS_URL", "TONGBAN_CARD_READER_URL", "TONGBAN_HOSTS",
    "TONGBAN_NATS_URL", "TONGBAN_NATS_USER", "TONGBAN_NATS_PASSWORD", "TONGBAN_NATS_CREDS", "TONGBAN_NODES", "TONGBAN_LAYOUT",
    "TONGBAN_RING", "TONGBAN_STATIC", "TONGBAN_TEST",
)  # fmt: skip


class NodeHouse(Services):
    """The processes of one node. Use as a context manager; leaving it stops everything that it started."""

    def __init__(
        self, var: Path, node: str, *, port: int, told: Mapping[str, str] | None = None, alone: bool = False,
        small: bool = False,
    ) -> None:  # fmt: skip
        """``told``: environment besides this process's own. ``alone``: the layout has no other node, so there is no mail.
        ``small``: one of many on this machine."""
        super().__init__(var.resolve(), port=port, environment=told)
        self.node, self.alone, self.small = node, alone, small
        # What goes before the command of the mail room: into a network of its own, where the node has one.
        self.inside: tuple[str, ...] = ()
        self.environment = {
            "TONGBAN_VAR": str(self.var), "TONGBAN_NODE": node, "TONGBAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings.embedded", **self.environment,
        }  # fmt: skip
        if small:
            # Each thread of each process would else keep a heap of its own.
            self.environment.setdefault("MALLOC_ARENA_MAX", "2")

    @property
    def data(self) -> Path:
        """Where the node's own PostgreSQL keeps its data."""
        return self.var / "pg"

    def environ(self) -> dict[str, str]:
        """All that the node's processes are told: nothing of another node's that this process happens to know."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TONGBAN_", "DATABASE_URL", "DJANGO_")) or name in INHERITED
        }
        return kept | self.environment

    def database(self) -> str:
        """The one named in its environment, else an embedded server of the node's own."""
        if "DATABASE_URL" not in self.environment:
            # A server that somebody else started over this folder is left running when we stop.
            self.own_database = not embedded.running(self.data)
            self.start_database()
            self.environment["DATABASE_URL"] = embedded.url(self.data)
        return self.environment["DATABASE_URL"]

    def start_database(self) -> None:
        """The embedded server, as it was."""
        more: dict[str, Any] = {"small": True, "connections": SMALL_CONNECTIONS} if self.small else {}
        embedded.start(self.data, **more)

    def found(self, *arguments: str, seconds: float = 300) -> dict[str, str]:
        """Migrate, and what else config/found.py is asked for; what it told."""
        done = subprocess.run(
            [sys.executable, "-m", "tongban.config.found", *arguments], env=self.environ(), capture_output=True, text=True,
            timeout=seconds,
        )  # fmt: skip
        if done.returncode:
            raise NotStarted(f"Node {self.node} was not founded:\n{(done.stderr or done.stdout)[-2000:]}")
        told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        return told

    @property
    def _room(self) -> Path:
        return self.var / "mail-room.json"

    def mailroom(self) -> None:
        """The mail room, unless there is nobody to write to."""
        if not self.alone:
            self._room.unlink(missing_ok=True)
            self._start("mailroom", [*self.inside, sys.executable, "-m", "tongban.config.mailroom"])

    def mail_state(self) -> tuple[bool, str]:
        """Is the database as new as what was last known outside it, and if not, what is waited for.

        After a restore of an older backup, letters and numbers given since then are known to the other nodes only; a web
        that opened before they came back would give the same numbers to other cases.
        """
        if self.alone:
            return True, ""
        with contextlib.suppress(OSError, ValueError):
            said = json.loads(self._room.read_text())
            return bool(said["caught_up"]), str(said.get("why", ""))
        return False, "the mail room has not spoken yet"

    def waits(self, seconds: float | None = None) -> Iterator[str]:
        """Wait until the node may open; yields each new reason why not. NotStarted when it takes longer than ``seconds``."""
        until = None if seconds is None else time.monotonic() + seconds
        last = ""
        while True:
            ready, why = self.mail_state()
            if ready:
                return
            if why != last:
                last = why
                yield why
            if until is not None and time.monotonic() > until:
                raise NotStarted(f"Node {self.node} does not open: {why}\n{self._tail('mailroom')}")
            if "mailroom" in self.running and self.running["mailroom"].poll() is not None:
                self.mend()
            time.sleep(0.1)

    def serve(self, workers: int = 1, threads: int = 4) -> None:
        """Web and worker."""
        self.web(workers, threads)
        self.worker()

    def answers(self, seconds: float = 60) -> None:
        """Wait until the web answers; NotStarted when it does not."""
        until = time.monotonic() + seconds
        while not self.healthy():
            if time.monotonic() > until:
                raise NotStarted(f"Node {self.node}: " + (self.died() or "the web does not answer"))
            time.sleep(0.05)

    def mend(self) -> tuple[str, ...]:
        """Also the database: it is not a child of ours, so it is known by its pid file."""
        mended: tuple[str, ...] = ()
        if self.own_database and not embedded.alive(self.data):
            # What it left behind may keep it from starting for a moment; then it is tried again with the next look.
            with contextlib.suppress(embedded.EmbeddedFailed):
                self.start_database()
                mended = ("database",)
        return mended + super().mend()
