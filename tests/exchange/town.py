"""Several nodes in one process: each has tables of its own (a schema of the test's database) and keys of its own, and all that they
hear of each other goes through real bags."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from tests.conftest import AT
from tests.exchange.ring import enrolled
from tongban.domain.nodes import Node, Nodes
from tongban.domain.text import Text
from tongban.exchange import bag, inbox, keys, letters, outbox
from tongban.exchange.bag import Bag
from tongban.flows import incoming
from tongban.plumbing import here
from tongban.registers.catalog import queries as catalog

NODES = Nodes(
    (
        Node("city", Text("市级系统"), "city"),
        Node("putuo", Text("普陀区系统"), "district", ("310107",)),
        Node("yangpu", Text("杨浦区系统"), "district", ("310110",)),
        Node("minhang", Text("闵行区系统"), "district", ("310112",)),
    )
)


class Town:
    """The nodes, their tables and keys; ``carry`` is the post."""

    def __init__(self, folder: Path, nodes: Nodes = NODES) -> None:
        self.nodes, self.clock = nodes, AT
        self.keys = enrolled(folder, "ed25519", *nodes.by_code)
        self.cut: set[str] = set()
        self.carried: list[Bag] = []
        with connection.cursor() as cursor:
            cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
            tables = [name for (name,) in cursor.fetchall()]
            for code in nodes.by_code:
                cursor.execute(f"create schema n_{code}")
                for table in tables:
                    cursor.execute(f"create table n_{code}.{table} (like public.{table} including all)")
                # Migrated in, but emptied with everything else after a test with real commits.
                cursor.execute(f"insert into n_{code}.exchange_relay (id, asleep) values (1, false)")

    @contextmanager
    def at(self, code: str) -> Iterator[None]:
        """Be this node."""
        with connection.cursor() as cursor:
            cursor.execute(f"set search_path = n_{code}, public")
        keys.use(self.keys[code])
        catalog.forget()
        try:
            with here.as_node(code, self.nodes):
                yield
        finally:
            keys.use(None)
            catalog.forget()
            with connection.cursor() as cursor:
                cursor.execute("set search_path = public")

    def bags(self, code: str, most: int = 256) -> list[tuple[str, bytes]]:
        """What this node has to send, packed: (to, bytes). It counts as sent."""
        found = []
        with self.at(code):
            outbox.number()
            for lane in outbox.lanes():
                if lane.to in self.cut or code in self.cut:
                    continue
                sent = lane.sent
                while some := outbox.read(lane.to, lane.lane, sent, most):
                    packed = Bag(code, lane.to, lane.lane, some[0].seq, some[-1].seq, letters.version_for(lane.reads), [o.body for o in some])  # fmt: skip
                    self.carried.append(packed)
                    found.append((lane.to, bag.pack(packed, self.keys[code], at=self.clock)))
                    sent = some[-1].seq
                    outbox.sent(lane.to, lane.lane, sent, self.clock)
        return found

    def deliver(self, to: str, data: bytes) -> incoming.Arrived:
        """A bag comes to a node."""
        with self.at(to):
            return incoming.arrived(data, at=self.clock)

    def status(self, code: str, to: str) -> None:
        """One node tells another how far it is."""
        with self.at(code):
            lanes = outbox.lanes(to)
            status = letters.Status(
                self.clock, letters.SCHEMA, applied=inbox.applied(to),
                sent=tuple(letters.Position(lane.lane, lane.sent) for lane in lanes),
                again=inbox.missing(to, self.clock, idle=True), waiting=outbox.waiting(),
            )  # fmt: skip
            body = letters.encode(letters.Letter("0" * 32, self.clock, status))
            data = bag.pack(Bag(code, to, bag.STATUS, 0, 0, letters.SCHEMA, [body]), self.keys[code], at=self.clock)
        self.deliver(to, data)

    def carry(self, rounds: int = 10) -> None:
        """Carry letters until nobody has any."""
        for _ in range(rounds):
            moved = [(to, data) for code in self.nodes.by_code for to, data in self.bags(code)]
            if not moved:
                return
            for to, data in moved:
                self.deliver(to, data)
        raise AssertionError("letters go round and round")

    def talk(self, seconds: int = 5) -> None:
        """Time passes, and every node tells every other how far it is; then letters are carried."""
        self.clock += dt.timedelta(seconds=seconds)
        for code in self.nodes.by_code:
            for to in self.nodes.by_code:
                if code != to and not {code, to} & self.cut:
                    self.status(code, to)
        for code in self.nodes.by_code:
            with self.at(code):
                incoming.tend(self.clock)
        self.carry()
