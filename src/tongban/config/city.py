"""A whole city on one machine: a post office, a node of the city and of as many districts as wanted, one process that pretends to
be all departments. Each node is what `tongban node up` runs, with nothing shared but the departments and the screens."""

import asyncio
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec

from tongban.config import embedded, nodes, weight
from tongban.config.node import NodeHouse
from tongban.config.services import NotStarted, Services, free_port
from tongban.domain.nodes import Nodes
from tongban.exchange import keys, nats_server
from tongban.plumbing import clock, crypto, signing

POWERS = ("case.receive", "case.handle", "case.supervise", "case.read", "person.read")
MARK = "city.json"
# Founding and starting is work for processors, of which there are few.
AT_ONCE = 3


def chosen(layout: Nodes, districts: int, centers: tuple[str, ...]) -> Nodes:
    """The city with its ``districts`` largest districts (by centers) as nodes; the city node hosts the rest."""
    own = [n for n in layout.nodes if n.kind == "district"]
    largest = sorted(own, key=lambda n: (-sum(c.startswith(n.hosts) for c in centers), n.code))[:districts]
    return Nodes(tuple(n for n in layout.nodes if n.kind == "city" or n in largest))


class City:
    """Use as a context manager: leaving it stops everything that it started."""

    def __init__(
        self, var: Path, layout: Nodes, *, port: int = 0, residents: int = 5_000, seed: int = 2018,
        provider: str = "sm2", ways: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """``port``: of the city node's web, the others follow; 0 takes free ones. ``ways``: where nodes reach the post office
        (host:port), where that is not at its own port."""
        self.var, self.nodes, self.provider = var.resolve(), layout, provider
        self.residents, self.seed = residents, seed
        self.ways = dict(ways or {})
        self.nats_port = port + 90 if port else free_port()
        self.shared = Services(self.var, departments_port=port + 91 if port else free_port())
        self.houses: dict[str, NodeHouse] = {}
        for i, node in enumerate(layout.nodes):
            self.houses[node.code] = NodeHouse(
                self.var / node.code, node.code, port=port + i if port else free_port(), alone=len(layout.nodes) == 1,
                small=True,
            )  # fmt: skip
        self.tokens: dict[str, str] = {}
        # Nodes that somebody is working on: they are not mended meanwhile.
        self.resting: set[str] = set()
        self._looked = 0.0

    def __enter__(self) -> "City":
        self.var.mkdir(parents=True, exist_ok=True)
        # The unprivileged database user must be able to pass the folder where the city runs as root.
        self.var.chmod(0o711)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def post(self) -> Path:
        """Where the post office keeps letters."""
        return self.var / "post"

    def anew(self) -> None:
        """Forget an earlier city in this folder; only one that this program made, and that does not run."""
        if not self.var.exists() or not any(self.var.iterdir()):
            return
        if not (self.var / MARK).exists():
            raise NotStarted(f"{self.var} holds something else than a city: choose an empty folder with --var.")
        if any(embedded.alive(house.data) for house in self.houses.values()):
            raise NotStarted(f"A city still runs in {self.var}: stop it first.")
        shutil.rmtree(self.var)
        self.__enter__()

    def start(self, tell: Callable[[str], None] = lambda text: None) -> None:
        """Everything, in the order in which one thing needs the other."""
        (self.var / MARK).write_text(json.dumps({"nodes": list(self.houses)}))
        self._lay_down()
        if len(self.houses) > 1:
            tell("Starting the post office …")
            self.start_post()
        tell("Starting the databases …")
        self._each(lambda house: house.database())
        tell("Founding the nodes …")
        self._found()
        tell("Starting departments, mail rooms, webs and workers …")
        self._departments()
        self._each(self.open)

    def _lay_down(self) -> None:
        """The nodes file, everybody's keys and the ring, and what each node is told."""
        rows = [msgspec.to_builtins(node) for node in self.nodes.nodes]
        (self.var / "nodes.yaml").write_text(json.dumps({"layouts": {"city": rows}}, ensure_ascii=False, indent=1))
        nodes.load(self.var / "nodes.yaml", "city")
        ring, now = self.var / "ring.json", clock.now()
        person = self._person_key()
        command = nats_server.command(self.post, self.houses, port=self.nats_port)
        self._post_command = command
        for code, house in self.houses.items():
            private = house.var / "node-key.json"
            house.var.mkdir(parents=True, exist_ok=True)
            if not private.exists():
                keys.enrol(ring, keys.make(private, code, self.provider, at=now))
            crypto.make_key_file(house.var / "keys.json", person)
            signing.make(house.var / "signing-key.json")
            door = nats_server.door(self.post, code)
            house.environment |= {
                "TONGBAN_LAYOUT": "city", "TONGBAN_NODES": str(self.var / "nodes.yaml"), "TONGBAN_RING": str(ring),
                "TONGBAN_NATS_URL": f"nats://{self.ways.get(code, f'127.0.0.1:{self.nats_port}')}", "TONGBAN_NATS_USER": door.user, "TONGBAN_NATS_PASSWORD": door.password,
                "TONGBAN_STATIC": str(self.var / "static"),
                "TONGBAN_DEPARTMENTS_URL": f"http://127.0.0.1:{self.shared.departments_port}",
            }  # fmt: skip

    def _person_key(self) -> str:
        """The one key that all nodes share: without it a person who comes to two counters would be two persons."""
        path = self.var / "person-key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return path.read_text()

    def start_post(self) -> None:
        """The NATS server, its users and its streams."""
        self.shared.run("nats", self._post_command, self.nats_port)
        until = time.monotonic() + 60
        while not nats_server.answers("127.0.0.1", self.nats_port):
            if time.monotonic() > until:
                raise NotStarted(f"nats-server does not answer; its log is {self.var / 'nats.log'}")
            time.sleep(0.02)
        admin = nats_server.door(self.post, nats_server.ADMIN)
        asyncio.run(nats_server.ensure_streams(admin, self.houses))

    def _departments(self) -> None:
        port = self.shared.departments_port
        command = [sys.executable, "-m", "tongban.simulated", "--port", str(port), "--residents", str(self.residents)]
        self.shared.run("departments", [*command, "--seed", str(self.seed)], port)

    def _found(self) -> None:
        """Migrate each, publish at the city node (the others get it by letter), and give this machine a token everywhere."""
        name = f"day-{os.getpid()}-{clock.now():%H%M%S}"

        def found(house: NodeHouse) -> None:
            node = self.nodes.by_code[house.node]
            places = ("310000",) if node.kind == "city" else node.hosts
            first = ["--screens", "--publish", "city"] if node.kind == "city" else []
            where = [word for place in places for word in ("--place", place)]
            told = house.found(*first, "--token", name, *where, "--powers", ",".join(POWERS))
            self.tokens[house.node] = told["token"]

        self._each(found)

    def open(self, house: NodeHouse, seconds: float = 300) -> None:
        """The mail room first; web and worker when the node has caught up; NotStarted when that takes longer than ``seconds``."""
        house.mailroom()
        for _ in house.waits(seconds=seconds):
            pass
        house.serve()
        house.answers()

    def _each(self, work: Callable[[NodeHouse], object]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in [pool.submit(work, house) for house in self.houses.values()]:
                done.result()

    def mend(self) -> Iterator[str]:
        """Start again whatever ended by itself; says what."""
        for name in self.shared.mend():
            yield name
        for code, house in self.houses.items():
            for name in house.mend() if code not in self.resting else ():
                yield f"{code}/{name}"

    def look_after(self) -> None:
        """`mend`, not more often than twice a second; NotStarted when something keeps ending."""
        if time.monotonic() - self._looked > 0.5:
            self._looked = time.monotonic()
            for _ in self.mend():
                pass

    def pids(self) -> list[int]:
        """All processes of the city."""
        found = [
            pid
            for house in (self.shared, *self.houses.values())
            for p in house.running.values()
            for pid in weight.tree(p.pid)
        ]
        for house in self.houses.values():
            with suppress(OSError, ValueError):
                found += weight.tree(int((house.data / "postmaster.pid").read_text().split()[0]))
        return found

    def ports(self) -> list[int]:
        """All that listen."""
        return [self.nats_port, self.shared.departments_port, *(house.port for house in self.houses.values())]

    def stop(self) -> None:
        """Nodes first, the post office last; several at a time, or the last of seventeen would wait for a minute."""
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(house.stop) for house in self.houses.values()]:
                done.result()
        self.shared.stop()
