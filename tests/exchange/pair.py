"""Two nodes with databases of their own (copies of the test's), a real NATS server and real mail room processes, all stopped by their
ids."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.exchange.office import Office
from tests.exchange.ring import enrolled
from tongban.exchange import outbox
from tongban.exchange.letters import Again
from tongban.plumbing import clock
from tongban.plumbing.statements import ask

LAYOUT = """\
layouts:
  two:
    - {code: a, name: {zh: 市级系统, en: City}, kind: city, hosts: ["310000"]}
    - {code: b, name: {zh: 普陀区系统, en: Putuo}, kind: district, hosts: ["310107"]}
"""
NODES = ("a", "b")
LONG = 120.0
"""Seconds for what must come, on whatever machine."""


class Pair:
    """The nodes a (the city) and b."""

    def __init__(self, folder: Path, office: Office) -> None:
        self.folder, self.office = folder, office
        self.rooms: dict[str, subprocess.Popen[bytes]] = {}
        self.template = connection.settings_dict["NAME"]
        folder.mkdir(exist_ok=True)
        (folder / "nodes.yaml").write_text(LAYOUT)
        enrolled(folder, "ed25519", *NODES, at=clock.now())
        connection.close()
        for node in NODES:
            self.copy(node, self.template)

    def database(self, node: str) -> str:
        """The name of a node's database."""
        return f"{self.template}_{node}"

    def copy(self, node: str, template: str) -> None:
        """Make a node's database anew, as a copy."""
        self._rule(f'drop database if exists "{self.database(node)}" with (force)')
        self._rule(f'create database "{self.database(node)}" template "{template}"')

    def drop(self) -> None:
        """Remove the databases."""
        for node in NODES:
            self._rule(f'drop database if exists "{self.database(node)}" with (force)')
            self._rule(f'drop database if exists "{self.database(node)}_old" with (force)')

    def keep(self, node: str) -> None:
        """A backup."""
        self._rule(f'drop database if exists "{self.database(node)}_old"')
        self._rule(f'create database "{self.database(node)}_old" template "{self.database(node)}"')

    def restore(self, node: str) -> None:
        """The backup instead of the database."""
        self.copy(node, f"{self.database(node)}_old")

    def cut_connections(self, node: str) -> int:
        """What a node's processes see of a database that is killed and started again."""
        return int(self._rule("select count(pg_terminate_backend(pid)) from pg_stat_activity "
                              f"where datname = '{self.database(node)}' and pid <> pg_backend_pid()")[0][0])  # fmt: skip

    @contextmanager
    def at(self, node: str) -> Iterator[None]:
        """Be on this node's database."""
        connection.close()
        connection.settings_dict["NAME"] = self.database(node)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = self.template

    def post(self, sender: str, to: str, many: int) -> None:
        """Letters that do nothing but arrive."""
        with self.at(sender):
            outbox.post_many([(to, Again("none", 0))] * many, clock.now())

    def lane(self, sender: str, to: str) -> tuple[int, int, int]:
        """(last, sent, delivered) of the letters from one to the other."""
        with self.at(sender):
            rows = ask(
                "select last, sent, delivered from exchange_out_lane where to_node = %s and lane = 'letters'", [to]
            )
        return rows[0] if rows else (0, 0, 0)  # type: ignore[return-value]

    def came(self, to: str, sender: str) -> int:
        """How many letters were applied."""
        with self.at(to):
            rows = ask("select last from exchange_in_lane where from_node = %s and lane = 'letters'", [sender])
        return int(rows[0][0]) if rows else 0

    def start(self, node: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a node's mail room."""
        door, var, parts = self.office.door(node), self.folder / f"var-{node}", connection.settings_dict
        var.mkdir(exist_ok=True)
        (var / "mail-room.json").unlink(missing_ok=True)
        url = make_conninfo(dbname=self.database(node), user=parts["USER"], host=parts["HOST"])
        told = {
            "DATABASE_URL": url, "TONGBAN_VAR": str(var), "TONGBAN_NODE": node, "TONGBAN_LAYOUT": "two",
            "TONGBAN_NODES": str(self.folder / "nodes.yaml"), "TONGBAN_NODE_KEY": str(self.folder / f"{node}.json"),
            "TONGBAN_RING": str(self.folder / "ring.json"), "TONGBAN_NATS_URL": door.url, "TONGBAN_NATS_USER": door.user,
            "TONGBAN_NATS_PASSWORD": door.password, "TONGBAN_KEY_FILE": str(settings.TONGBAN_KEY_FILE),
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings.embedded",
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGBAN_", "DJANGO_"))}
        with (var / "log").open("ab") as log:
            self.rooms[node] = subprocess.Popen(
                [sys.executable, "-m", "tests.exchange.quick_room", *arguments], env=kept | told, stdout=log, stderr=log
            )
        return self.rooms[node]

    def state(self, node: str) -> dict[str, Any]:
        """What the running mail room says of itself."""
        try:
            found: dict[str, Any] = json.loads((self.folder / f"var-{node}" / "mail-room.json").read_text())
        except FileNotFoundError:
            return {}
        return found

    def log(self, node: str) -> str:
        """What a mail room wrote."""
        path = self.folder / f"var-{node}" / "log"
        return path.read_text() if path.exists() else ""

    def end(self, node: str) -> None:
        """Stop one mail room, and wait until it and its connections are gone: a database in use is neither copied nor replaced."""
        room = self.rooms.pop(node)
        room.send_signal(signal.SIGTERM)
        assert room.wait(LONG) == 0
        self.until(lambda: not self.cut_connections(node))

    def stop(self) -> list[int]:
        """Stop all mail rooms; how they ended."""
        for room in self.rooms.values():
            if room.poll() is None:
                room.send_signal(signal.SIGTERM)
        ended = [room.wait(LONG) for room in self.rooms.values()]
        self.rooms.clear()
        return ended

    def until(self, holds: Callable[[], bool], seconds: float = LONG) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "\n".join(f"{n}: {self.state(n)} {self.log(n)[-3000:]}" for n in self.rooms)
            time.sleep(0.05)

    def _rule(self, sql: str) -> list[tuple[Any, ...]]:
        parts = connection.settings_dict
        with psycopg.connect(dbname="postgres", user=parts["USER"], host=parts["HOST"], autocommit=True) as line:
            cursor = line.execute(sql)
            return cursor.fetchall() if cursor.description else []
