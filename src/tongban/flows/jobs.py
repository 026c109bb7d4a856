"""The table of timed work: what runs, how often (cron), and why. The worker process (config/worker.py) gives each row to
Procrastinate; nothing is timed anywhere else."""

import datetime as dt
from collections.abc import Callable

import msgspec

from tongban.flows import escalate
from tongban.plumbing.audit import service as audit


class Timed(msgspec.Struct, frozen=True):
    """One piece of timed work: harmless to repeat, bounded, and given the time."""

    name: str
    cron: str
    why: str
    work: Callable[[dt.datetime], object]


TIMED: tuple[Timed, ...] = (
    Timed(
        "sweep", "*/5 * * * *", "silence accepts, corrections lapse, calendar notices make dates final", escalate.sweep
    ),
    Timed("seal_audit", "* * * * *", "a changed audit line is found from the next minute on", audit.seal),
)
