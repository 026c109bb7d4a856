"""A real NATS server for tests: on a free loopback port, in a folder of its own, stopped by its id."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tongban.config.services import free_port
from tongban.exchange import nats_server
from tongban.exchange.nats_server import Door
from tongban.exchange.transports.nats import NatsTransport
from tongban.exchange.transports.subjects import ADMIN

NODES = ("a", "b", "c")


class Office:
    """A running server over a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def start(self) -> int:
        """Start the server; its process id."""
        return nats_server.start(self.folder, NODES, port=self.port)

    def door(self, user: str) -> Door:
        """How a user gets in."""
        return nats_server.door(self.folder, user)

    def way(self, node: str) -> NatsTransport:
        """The way of one node."""
        door = self.door(node)
        return NatsTransport(node, door.url, door.user, door.password)


@contextmanager
def opened(folder: Path) -> Iterator[Office]:
    """A server with the streams of three nodes."""
    office = Office(folder)
    office.start()
    try:
        asyncio.run(nats_server.ensure_streams(office.door(ADMIN), NODES, max_bytes=10_000_000))
        yield office
    finally:
        nats_server.stop(folder)
