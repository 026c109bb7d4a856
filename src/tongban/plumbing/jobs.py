"""Work that must happen after an act but not inside it: a row in Procrastinate's queue, written in the act's own transaction, so
that it exists exactly when the act does. The worker (config/worker.py) runs it and tries again when the outside is dead."""

import msgspec
from procrastinate.contrib.django import app

from tongban.plumbing.statements import ask
from tongban.plumbing.tx import current


class TryAgain(Exception):
    """Not now: the worker tries again later (with growing pauses)."""


class Later(msgspec.Struct, frozen=True):
    """A piece of work to be done after the act: its name in flows/jobs.py and the case it is about."""

    name: str
    number: str
    n: int


def defer(work: Later) -> None:
    """Put it into the queue, inside the transaction of the act under way; work that waits there already is one job with it."""
    current()
    lock = f"{work.name}:{work.number}:{work.n}"
    # Asked first, not caught afterwards: an error inside the transaction of an act would end the act. Who defers the same work
    # at the same moment waits at the lock, and then finds the job of the other.
    ask("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
    if ask("select 1 from procrastinate_jobs where queueing_lock = %s and status = 'todo'", [lock]):
        return
    app.configure_task(name=f"tongban.{work.name}", queueing_lock=lock).defer(number=work.number, n=work.n)
