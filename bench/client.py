"""The load generator: keep-alive connections on one selector loop, requests encoded beforehand. It shares the two cores with
what it measures, so it does nothing that it can avoid (about 30 µs a request). A process of its own, so that its
interpreter lock is not the server's.

    python -m bench.client PORT CONNECTIONS SECONDS FILE     (FILE: msgpack list of whole requests; prints JSON)
"""

import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Load(msgspec.Struct, frozen=True):
    """What came of it: milliseconds of each answer, by status; ``seconds`` it took; ``cpu`` seconds of this client."""

    times: list[float]
    statuses: dict[str, int]
    seconds: float
    cpu: float
    sample: str = ""

    def at(self, share: float) -> float:
        """A percentile in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0


class _Connection:
    __slots__ = ("began", "got", "need", "sock")

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self.got, self.need, self.began = b"", 0, 0.0


def run(port: int, connections: int, seconds: float, requests: Sequence[bytes]) -> Load:
    """Send until the time is over or the requests are used up; every connection waits for its answer."""
    waiting = iter(requests)
    selector = selectors.DefaultSelector()
    times: list[float] = []
    statuses: dict[str, int] = {}
    sample, active = "", 0
    clock, cpu = time.perf_counter, time.process_time()
    start = clock()
    until = start + seconds

    def send(one: _Connection) -> bool:
        request = next(waiting, None) if clock() < until else None
        if request is None:
            selector.unregister(one.sock)
            one.sock.close()
            return False
        one.got, one.need, one.began = b"", 0, clock()
        one.sock.sendall(request)
        return True

    for _ in range(connections):
        one = _Connection(port)
        selector.register(one.sock, selectors.EVENT_READ, one)
        active += send(one)
    while active:
        ready = selector.select(30)
        if not ready:
            raise TimeoutError("no answer for 30 seconds")
        for key, _ in ready:
            one = key.data
            part = one.sock.recv(65536)
            if not part:
                raise ConnectionError(f"the server closed a connection after {one.got[:200]!r}")
            one.got += part
            if not one.need:
                one.need = _length(one.got)
            if one.need and len(one.got) >= one.need:
                times.append((clock() - one.began) * 1000)
                status = one.got[9:12].decode()
                statuses[status] = statuses.get(status, 0) + 1
                if status[0] not in "23" and not sample:
                    sample = one.got.decode(errors="replace")[-800:]
                active += send(one) - 1
    return Load(times, statuses, clock() - start, time.process_time() - cpu, sample)


def _length(got: bytes) -> int:
    """Bytes of the whole answer, 0 while its head is not complete."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = got[:end].lower()
    at = head.find(b"content-length:")
    if at < 0:
        raise ValueError(f"an answer without a length: {got[:300]!r}")
    return end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])


def request(method: str, path: str, token: str = "", body: bytes = b"", cookie: str = "", **headers: str) -> bytes:
    """A whole request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if body:
        lines.append("Content-Type: application/json")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(port: int, connections: int, seconds: float, requests: Sequence[bytes]) -> Load:
    """`run` in a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        file.write(msgspec.msgpack.encode(list(requests)))
        file.flush()
        command = [sys.executable, "-m", "bench.client", str(port), str(connections), str(seconds), file.name]
        done = subprocess.run(command, capture_output=True, timeout=seconds + 120)
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-2000:])
    return msgspec.json.decode(done.stdout, type=Load)


if __name__ == "__main__":
    port, connections, seconds, name = sys.argv[1:]
    requests = msgspec.msgpack.decode(Path(name).read_bytes(), type=list[bytes])
    sys.stdout.buffer.write(msgspec.json.encode(run(int(port), int(connections), float(seconds), requests)))
