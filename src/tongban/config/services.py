"""The processes of one machine: database, departments, web and worker, started together, watched, and stopped in order. Only
processes that were started here are ever stopped, by their id."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tongban.config import embedded


class NotStarted(RuntimeError):
    """A process did not come up; the text says what to look at."""


# More than this many restarts in a minute are no accident.
MENDED_A_MINUTE = 6


def port_free(port: int) -> bool:
    """True when nobody listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


_KEPT: list[socket.socket] = []


def free_port() -> int:
    """A loopback port that nobody uses now, and that this process keeps until its end for what it will start there. It is bound
    without being listened at: who asks for a free port does not get it again, in this process or in another, nor does the system
    take it for the near end of a connection, while a server may stand on it (as every server does, with SO_REUSEADDR) and be started
    again. Below those ports from which the system takes near ends (32768 and up on Linux), where most are free."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        keeper = socket.socket()
        try:
            # Refused where anybody holds the port in any way; only then it is shared with the one who will listen there.
            keeper.bind(("127.0.0.1", port))
            keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        except OSError:
            keeper.close()
            continue
        _KEPT.append(keeper)
        return port


class Services:
    """Starts and stops. Use as a context manager; leaving it stops everything that it started."""

    def __init__(
        self, var: Path, *, port: int = 8000, departments_port: int = 8071, environment: Mapping[str, str] | None = None
    ) -> None:
        """``environment``: what the processes are told besides this process's own, which stays as it is."""
        self.var, self.port, self.departments_port = var, port, departments_port
        self.environment = dict(environment or {})
        self.pretended = "TONGBAN_DEPARTMENTS_URL" not in os.environ
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.own_database = False
        self._commands: dict[str, list[str]] = {}
        self._mended: list[float] = []

    def __enter__(self) -> Self:
        self.var.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def environ(self) -> dict[str, str]:
        """All that the processes are told."""
        return {**os.environ, **self.environment}

    def database(self) -> str:
        """DATABASE_URL if it is set, else the embedded server of the project's folder."""
        if url := os.environ.get("DATABASE_URL"):
            return url
        self.own_database = not embedded.running(self.var / "pg")
        os.environ["DATABASE_URL"] = embedded.start(self.var / "pg")
        return os.environ["DATABASE_URL"]

    def say_where_departments_are(self) -> None:
        """Tell this process and all that it starts where the pretended departments answer; before settings are read."""
        if self.pretended:
            os.environ["TONGBAN_DEPARTMENTS_URL"] = f"http://127.0.0.1:{self.departments_port}"
            os.environ.setdefault("TONGBAN_CARD_READER_URL", f"http://127.0.0.1:{self.departments_port}/card-reader")

    def departments(self) -> None:
        """The simulated departments, unless real ones are configured or they run already."""
        if not self.pretended or not port_free(self.departments_port):
            return
        self._start("departments", [sys.executable, "-m", "tongban.simulated", "--port", str(self.departments_port)])
        self._wait("departments", self.departments_port)

    def lay_card(self, name: str) -> str:
        """Lay a synthetic resident's card on the simulated reader; the name, or empty where the reader is a real one."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.departments_port}/card-reader/insert",
            data=json.dumps({"name": name}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with contextlib.suppress(OSError):
            urllib.request.urlopen(request, timeout=5).close()
            return name
        return ""

    def web(self, workers: int = 2, threads: int = 8) -> None:
        """Granian serving WSGI on loopback."""
        if not port_free(self.port):
            raise NotStarted(f"Port {self.port} is in use: stop what listens there, or choose another with --port.")
        self._start(
            "web",
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
             "--workers", str(workers), "--blocking-threads", str(threads), "--backpressure", "128", "--no-ws",
             "--http", "1", "--log-level", "warning", "--respawn-failed-workers", "tongban.config.wsgi:application"],
        )  # fmt: skip
        self._wait("web", self.port)

    def worker(self) -> None:
        """Timed work: silence, lapsed corrections, provisional dates, seals."""
        self._start("worker", [sys.executable, "-m", "tongban.config.worker"])

    def run(self, name: str, command: list[str], port: int) -> None:
        """Start anything else that listens on a port, and wait until it does."""
        if not port_free(port):
            raise NotStarted(f"Port {port} is in use: stop what listens there, or choose other ports.")
        self._start(name, command)
        self._wait(name, port)

    def _start(self, name: str, command: list[str]) -> None:
        self._commands[name] = command
        with (self.var / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environ(), start_new_session=True
            )

    def _wait(self, name: str, port: int, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.running[name].poll() is not None:
                break
            if not port_free(port):
                return
            time.sleep(0.05)
        raise NotStarted(f"{name} did not start; its log is {self.var / (name + '.log')}:\n{self._tail(name)}")

    def _tail(self, name: str) -> str:
        log = self.var / f"{name}.log"
        return log.read_text(errors="replace")[-1_500:] if log.exists() else ""

    def healthy(self) -> bool:
        """True while the web answers."""
        address = f"http://127.0.0.1:{self.port}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def died(self) -> str | None:
        """The name and log of a process that ended by itself."""
        for name, process in self.running.items():
            if process.poll() is not None:
                return f"{name} ended with code {process.returncode}:\n{self._tail(name)}"
        return None

    def mend(self) -> tuple[str, ...]:
        """Start again whatever ended by itself; the names of what was started. NotStarted when things keep ending.

        Granian brings back a worker that died, but gives up altogether when one dies twice within seconds: a machine short
        of memory would then be shut for good.
        """
        ended = [name for name, process in self.running.items() if process.poll() is not None]
        for name in ended:
            now = time.monotonic()
            self._mended = [moment for moment in self._mended if now - moment < 60]
            if len(self._mended) >= MENDED_A_MINUTE:
                raise NotStarted(f"{name} keeps ending; its log is {self.var / (name + '.log')}:\n{self._tail(name)}")
            self._mended.append(now)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # What it had started may still hold its port.
                os.killpg(self.running[name].pid, signal.SIGKILL)
            self._start(name, self._commands[name])
        return tuple(ended)

    def stop(self) -> None:
        """Stop what was started, web first, database last; wait for each."""
        for name in reversed(list(self.running)):
            process = self.running.pop(name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(60)
        if self.own_database:
            embedded.stop(self.var / "pg")
            self.own_database = False
