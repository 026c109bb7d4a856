"""The threads in which the mail room touches its database: few, so that a node's connections can be counted, and two kinds, so that
letters which are slow to apply do not hold up those that leave."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, Protocol, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("tongban.exchange")


class Do(Protocol):
    """Runs a function that may wait for the database, in a thread."""

    def __call__(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


class Hands:
    """A few threads with a connection each. ``do`` runs one piece of work in one of them."""

    def __init__(self, name: str, many: int) -> None:
        self._many = many
        self._pool = ThreadPoolExecutor(many, thread_name_prefix=name)

    async def do(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it in a thread; its exceptions are raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: _afresh(work, *args, **kwargs))

    def close(self) -> None:
        """Wait for work in hand and give the connections back."""
        together = threading.Barrier(self._many)

        def leave() -> None:
            # Who waited in vain for a thread that is still busy gives its connection back all the same.
            with contextlib.suppress(threading.BrokenBarrierError):
                together.wait(10)
            connections.close_all()

        for _ in range(self._many):
            self._pool.submit(leave)
        self._pool.shutdown(wait=True)


def _afresh(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    # A connection that the server closed meanwhile is noticed here and not by the work.
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()


class Told:
    """Says in the log what goes wrong when it begins and when it is over, not each time."""

    def __init__(self, what: str) -> None:
        self._what, self._wrong = what, ""

    def wrong(self, error: BaseException) -> None:
        """Something failed (again)."""
        text = f"{type(error).__name__}: {error}"
        if text != self._wrong:
            log.warning("%s: %s", self._what, text)
            self._wrong = text

    def right(self) -> None:
        """It works."""
        if self._wrong:
            log.warning("%s works again", self._what)
            self._wrong = ""
