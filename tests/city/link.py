"""A line between a node and the post office that can be cut. Where this machine allows it (root, and `ip` makes network namespaces),
the node's mail room lives in a namespace of its own and the line is a pair of interfaces that is taken down: the kernel's own
broken cable. Elsewhere it is a proxy on loopback that, cut, swallows what is sent and says nothing; healed, it lets everybody
begin anew."""

import asyncio
import os
import shutil
import subprocess
import threading
from contextlib import suppress
from pathlib import Path


class Link(threading.Thread):
    """Use ``way`` instead of the post office's port. Runs until ``close``."""

    inside: tuple[str, ...] = ()
    """What goes before a command that is to use this line."""

    def __init__(self, port: int, target: int, host: str = "127.0.0.1") -> None:
        super().__init__(name=f"link-{port}", daemon=True)
        self.port, self.target, self.host, self.way = port, target, host, f"{host}:{port}"
        self.is_cut = False
        self._lines: set[asyncio.StreamWriter] = set()
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self.start()
        assert self._ready.wait(60)

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        with suppress(RuntimeError):
            self._loop.run_forever()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._line, self.host, self.port)
        self._ready.set()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.is_cut and not self.inside:
                self._lines.add(writer)
                while await reader.read(65_536):
                    pass
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._lines |= {writer, back}
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if self.is_cut and not self.inside:
                    continue
                writer.write(data)
                await writer.drain()
        finally:
            self._lines.discard(writer)
            writer.close()

    def cut(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self.is_cut = True

    def heal(self) -> None:
        """Lines that were cut are gone; new ones pass."""

        def anew() -> None:
            self.is_cut = False
            for writer in list(self._lines):
                writer.transport.abort()
            self._lines.clear()

        self._loop.call_soon_threadsafe(anew)

    def close(self) -> None:
        """End it."""

        def end() -> None:
            self._server.close()
            for writer in list(self._lines):
                writer.transport.abort()
            self._loop.stop()

        if self.is_alive():
            self._loop.call_soon_threadsafe(end)
            self.join(10)


class Cable(Link):
    """A namespace for the node, joined to this machine by a veth pair; at this end a proxy leads on to the post office, which stays on
    loopback. Addresses are from the range for benchmarks (RFC 2544), which no real network uses."""

    def __init__(self, port: int, target: int, n: int) -> None:
        self.space = f"tb{os.getpid()}n{n}"
        net = f"198.{18 + (os.getpid() >> 8 & 1)}.{os.getpid() & 255}"
        host, guest = f"{net}.{4 * n + 1}", f"{net}.{4 * n + 2}"
        self.inside = ("nsenter", f"--net=/run/netns/{self.space}")
        here, there = f"{self.space}h", f"{self.space}g"
        self._here = here
        try:
            _ip("netns", "add", self.space)
            _ip("link", "add", here, "type", "veth", "peer", "name", there)
            _ip("link", "set", there, "netns", self.space)
            _ip("addr", "add", f"{host}/30", "dev", here)
            _ip("-n", self.space, "addr", "add", f"{guest}/30", "dev", there)
            _ip("link", "set", here, "up")
            for one in ("lo", there):
                _ip("-n", self.space, "link", "set", one, "up")
            super().__init__(port, target, host)
        except BaseException:
            self._take_away()
            raise

    def cut(self) -> None:
        """The interface is down: what is sent goes nowhere, and nobody is told."""
        self.is_cut = True
        # Only the kernel's word counts here: the proxy goes on carrying what reaches it, which is nothing.
        _ip("link", "set", self._here, "down")

    def heal(self) -> None:
        """It is up again; connections that outlived the cut go on."""
        _ip("link", "set", self._here, "up")
        self.is_cut = False

    def close(self) -> None:
        """End it; the namespace and both interfaces are gone."""
        super().close()
        self._take_away()

    def _take_away(self) -> None:
        with suppress(OSError):
            subprocess.run(["ip", "link", "del", self._here], capture_output=True, timeout=120)
            subprocess.run(["ip", "netns", "del", self.space], capture_output=True, timeout=120)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=120)


def allowed() -> bool:
    """Whether this process may make network namespaces joined by interfaces: tried, because root in a container often may not."""
    if os.geteuid() != 0 or not (shutil.which("ip") and shutil.which("nsenter")):
        return False
    _forget_dead()
    try:
        Cable(0, 0, 63).close()
    except (subprocess.SubprocessError, OSError):
        return False
    return True


def _forget_dead() -> None:
    """Namespaces that a run which was killed has left behind: their name holds its process id."""
    for place in Path("/run/netns").glob("tb*n*"):
        pid = place.name[2:].partition("n")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            subprocess.run(["ip", "link", "del", f"{place.name}h"], capture_output=True, timeout=120)
            subprocess.run(["ip", "netns", "del", place.name], capture_output=True, timeout=120)


def lines(ports: dict[str, int], target: int, *, kind: str = "auto") -> dict[str, Link]:
    """A line for each node: ``namespace``, ``proxy``, or whichever of both this machine allows."""
    if kind == "proxy" or (kind == "auto" and not allowed()):
        return {code: Link(port, target) for code, port in ports.items()}
    made: dict[str, Link] = {}
    try:
        for n, (code, port) in enumerate(ports.items()):
            made[code] = Cable(port, target, n)
    except BaseException:
        for line in made.values():
            line.close()
        raise
    return made
