"""Work that must happen after an act but not inside it: a row in Procrastinate's queue, written in the act's own transaction, so
that it exists exactly when the act does. The worker (config/worker.py) runs it and tries again when the outside is dead."""

import msgspec
from procrastinate.contrib.django import app

from tongban.plumbing.tx import current


class TryAgain(Exception):
    """Not now: the worker tries again later (with growing pauses)."""


class Later(msgspec.Struct, frozen=True):
    """A piece of work to be done after the act: its name in flows/jobs.py and the case it is about."""

    name: str
    number: str
    n: int


def defer(work: Later) -> None:
    """Put it into the queue, inside the transaction of the act under way; the same work twice is one job."""
    current()
    lock = f"{work.name}:{work.number}:{work.n}"
    app.configure_task(name=f"tongban.{work.name}", queueing_lock=lock).defer(number=work.number, n=work.n)
