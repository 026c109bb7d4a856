"""Two tables of work that no person starts: timed work (what, how often, why) and deferred work (what follows an act). The
worker process (config/worker.py) gives each row to Procrastinate; nothing is timed or deferred anywhere else."""

import datetime as dt
from collections.abc import Callable

import msgspec

from tongban.flows import escalate, event_advance, event_theme, forget, notify, tell
from tongban.plumbing import limiter
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
    Timed(
        "advance_events",
        "13 * * * *",
        "a part of a life event that waited for a day starts on it",
        event_advance.advance_due,
    ),
    Timed("forget_tries", "17 3 * * *", "who tried query codes a day ago need not be kept", limiter.forget),
    Timed("forget_uploads", "37 2 * * *", "scans that no case, draft or mandate names serve nobody", forget.uploads),
    Timed("forget_drafts", "47 2 * * *", "drafts that nobody came back to are old answers of a person", forget.drafts),
    Timed("forget_answers", "57 2 * * *", "nobody resends an act of last month", forget.answers),
    Timed("forget_sessions", "7 3 * * *", "who signed out or went away leaves no session behind", forget.sessions),
    Timed(
        "forget_letters", "27 2 * * *", "a letter applied a month ago is asked for by no restored node", forget.letters
    ),
    Timed("seal_audit", "* * * * *", "a changed audit line is found from the next minute on", audit.seal),
)


class Deferred(msgspec.Struct, frozen=True):
    """One piece of deferred work: given the case, the place of the fact it follows from, and the time. It may raise TryAgain."""

    name: str
    work: Callable[[str, int, dt.datetime], object]


DEFERRED: tuple[Deferred, ...] = (
    Deferred("tell_department", tell.tell_department),
    Deferred("notify", notify.notify),
    Deferred("event_theme", event_theme.react),
    Deferred("advance_event", event_advance.advance_event),
)
