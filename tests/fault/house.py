"""A whole house to be broken: durable PostgreSQL, the real web server with its workers, in a folder and on ports of its own.
Only processes that this file started are ever killed, by their id."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from tongban.config import embedded, services
from tongban.config.services import Services, free_port

ROOT = Path(__file__).resolve().parents[2]
LONG = 120.0
"""Seconds for what must come, on whatever machine."""


def children(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    return found


def stilled(pid: int) -> list[int]:
    """This process, stopped so that it starts no other, and all that it has started: a server process that a postmaster forked while
    it was being killed would be overlooked, and would keep the next postmaster from starting."""
    os.kill(pid, signal.SIGSTOP)
    with suppress(OSError):
        while (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]) not in ("T", "t", "Z", "X"):
            time.sleep(0.001)
    return [pid, *children(pid)]


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """A process that leads a group of its own, and all that it started, at once: one after the other, a supervisor that is still
    there would start a worker anew, which nobody knows of and which keeps the port."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)


class House:
    """Use as a context manager: leaving it stops and removes everything."""

    def __init__(self, workers: int = 2, threads: int = 4) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="tongban-fault-"))
        # The unprivileged database user must be able to pass the folder when the tests run as root.
        self.var.chmod(0o711)
        self.workers, self.threads, self.port = workers, threads, free_port()
        self.services = Services(self.var, port=self.port, departments_port=free_port())
        self.token = ""

    def __enter__(self) -> "House":
        try:
            self.start_database()
            self.token = self._run("tests.fault.found").stdout.split()[-1]
            self.start_web()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.services.stop()
        embedded.stop(self.var / "pg")
        shutil.rmtree(self.var, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("TONGBAN_", "DJANGO_", "PYTEST_", "DATABASE_"))
        }
        return kept | {
            "DATABASE_URL": embedded.url((self.var / "pg").resolve()), "TONGBAN_VAR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings.embedded", "TONGBAN_LOG": "ERROR",
        }  # fmt: skip

    @contextmanager
    def _here(self) -> Iterator[None]:
        with mock.patch.dict(os.environ, self.environment, clear=True):
            yield

    def _run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done

    def start_database(self) -> None:
        """Durable: what was acknowledged is on the disk."""
        embedded.start(self.var / "pg", safe=True)

    def start_web(self) -> None:
        """As `tongban up` starts it, and wait until it answers."""
        with self._here():
            self.services.web(self.workers, self.threads)
        self.answers()

    def answers(self) -> None:
        """Wait until the web answers."""
        until = time.monotonic() + LONG
        while not self.services.healthy():
            assert time.monotonic() < until, self.services.died() or "the web does not answer"
            time.sleep(0.05)

    def web_workers(self) -> list[int]:
        """The processes that answer requests."""
        return children(self.services.running["web"].pid)

    def kill_web(self) -> None:
        """All of the web at once, without a word."""
        kill_group(self.services.running["web"])

    def mend(self) -> int:
        """What `tongban up` does twice a second: start again what ended; how many."""
        # These deaths are no accident, and there are more of them than there may be.
        with self._here(), mock.patch.object(services, "MENDED_A_MINUTE", 1_000):
            return len(self.services.mend())

    def postmaster(self) -> int:
        return int((self.var / "pg" / "postmaster.pid").read_text().split()[0])

    def kill_database(self) -> None:
        """The server and all its processes at once, as when the power goes (of the machine's memory nothing is lost)."""
        mine = stilled(self.postmaster())
        for pid in mine:
            kill(pid)
        until = time.monotonic() + LONG
        # The next server refuses to start while the old one is a process, dead but not yet collected.
        while any(Path(f"/proc/{pid}").exists() for pid in mine):
            assert time.monotonic() < until, "killed and still there"
            time.sleep(0.02)

    def kill_backend(self) -> bool:
        """A process that serves a connection, at work if one is: PostgreSQL then ends all others and starts anew by itself."""
        with suppress(psycopg.Error), psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as own:
            for _ in range(50):
                found = own.execute(
                    "select pid from pg_stat_activity where application_name = 'tongban' order by state = 'idle', random()"
                ).fetchall()
                mine = set(children(self.postmaster()))
                for (pid,) in found:
                    if pid in mine:
                        kill(pid)
                        return True
                time.sleep(0.02)
        return False

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as own:
            return own.execute(sql).fetchall()  # type: ignore[arg-type]

    def verify(self) -> str:
        """`tongban verify`: fails the test when anything is wrong."""
        return self._run("tests.fault.command", "verify").stdout

    def log(self, name: str = "web") -> str:
        return (self.var / f"{name}.log").read_text(errors="replace")[-3000:]


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
