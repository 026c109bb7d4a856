"""A city of its own for one bench: a temporary folder, a durable PostgreSQL (fsync on), the published catalog, tokens, and on
demand the real web server and worker, all on loopback and free ports. Leaving the lab stops everything and removes it."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from rich.console import Console

from tongban.config.services import Services, free_port

CITY = "310000"
# Where nobody watches, a table may be as wide as it needs.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 130)


class Lab:
    """Use as a context manager, once per process: Django can be pointed at one database only."""

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="tongban-bench-"))
        # The unprivileged database user must be able to pass the folder when the bench runs as root.
        self.var.chmod(0o711)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Lab":
        # Never a database that somebody uses: the bench fills and removes its own.
        os.environ.pop("DATABASE_URL", None)
        os.environ |= {
            "TONGBAN_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "tongban.config.settings.embedded",
            "TONGBAN_PUBLIC_URL": self.base,
        }  # fmt: skip
        # Whoever ends the bench by kill, and not by Ctrl-C, leaves nothing behind either.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self.services = Services(self.var, port=self.port, departments_port=free_port())
        try:
            with console.status("Starting a city of its own …"):
                self.services.database()
                self._found()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        from django.conf import settings

        if settings.configured:
            from django.db import connections

            connections.close_all()
        self.services.stop()
        shutil.rmtree(self.var, ignore_errors=True)

    def _found(self) -> None:
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from tongban.domain.actor import SYSTEM
        from tongban.flows.publish import publish
        from tongban.plumbing import clock
        from tongban.registers.catalog import city, queries

        call_command("migrate", verbosity=0)
        publish(SYSTEM, city.load(settings.CITY_FOLDER), at=clock.now(), note="bench")
        queries.forget()

    def token(self, *powers: str) -> str:
        """A machine's token with these powers in the whole city."""
        import datetime as dt

        from tongban.domain.actor import SYSTEM
        from tongban.flows.staffing import issue_token
        from tongban.plumbing import clock

        now = clock.now()
        grants = [(power, CITY) for power in powers]
        return issue_token(SYSTEM, "bench", CITY, grants, expires=now + dt.timedelta(days=1), at=now).raw

    def screens(self) -> None:
        """Lay out the static files that the pages link to. Needs the npm packages (`make install`)."""
        from django.core.management import call_command

        from tongban.config import static

        static.gather(target=self.var / "static-src" / "vendor")
        call_command("collectstatic", verbosity=0, interactive=False)

    @contextmanager
    def web(self) -> Iterator[None]:
        """The real server, as `tongban up` starts it."""
        with console.status("Starting the web server …"):
            self.services.web()
            until = time.monotonic() + 30
            while not self.services.healthy():
                if (why := self.services.died()) or time.monotonic() > until:
                    raise RuntimeError(why or "the web does not answer")
                time.sleep(0.1)
        try:
            yield
        finally:
            process = self.services.running.pop("web")
            process.terminate()
            process.wait(20)


def load_average() -> str:
    """How busy the machine is, to judge the figures by."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg()) + f" on {os.cpu_count()} cores"
