"""A line that is cut says nothing and lets nothing through; healed, it carries again. Both kinds, where the machine allows both."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.city import link
from tongban.config.services import free_port

ASK = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=float(sys.argv[3])) as line:
    line.sendall(b"ping")
    print(line.recv(10).decode())
"""


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=lambda line=line: line.sendall(line.recv(100)), daemon=True).start()  # type: ignore[misc]

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def asked(line: link.Link, patience: float = 60) -> str:
    """What a program that uses the line hears: the echo, or after so many seconds nothing."""
    host, _, port = line.way.partition(":")
    ask = [*line.inside, sys.executable, "-c", ASK, host, port, str(patience)]
    told = subprocess.run(ask, capture_output=True, text=True)
    return told.stdout.strip() or told.stderr.strip().rpartition("\n")[2].partition(":")[0]


@pytest.mark.parametrize("kind", ["proxy", "namespace"])
def test_a_line_is_cut_and_healed(kind: str, echo: int) -> None:
    if kind == "namespace" and not link.allowed():
        pytest.skip("this machine makes no network namespaces")
    line = link.lines({"a": free_port()}, echo, kind=kind)["a"]
    try:
        assert asked(line) == "ping"
        line.cut()
        assert line.is_cut and "ping" not in asked(line, 1.5)
        line.heal()
        until = time.monotonic() + 60
        while line.is_cut:
            assert time.monotonic() < until
            time.sleep(0.01)
        assert asked(line) == "ping"
    finally:
        line.close()
    if isinstance(line, link.Cable):
        assert not Path("/run/netns", line.space).exists(), "nothing is left of it"
        assert line.space not in subprocess.run(["ip", "link"], capture_output=True, text=True).stdout
