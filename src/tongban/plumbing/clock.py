"""The one clock of the house. Rules get the time as a parameter; only channels, commands and jobs read it, and only here."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")
# How wrong this machine's clock is, for tests of a city whose clocks differ. Needs TONGBAN_TEST besides: a variable that was
# forgotten in a deployment must not move the dates of law.
_WRONG = dt.timedelta(seconds=float(os.environ.get("TONGBAN_CLOCK_SKEW") or 0) if os.environ.get("TONGBAN_TEST") else 0)
_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed_clock", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _fixed.get() or dt.datetime.now(dt.UTC) + _WRONG  # noqa: TID251


def today() -> dt.date:
    """The date on the wall of a counter (Asia/Shanghai)."""
    return city_date(now())


def city_date(moment: dt.datetime) -> dt.date:
    """The city's date of a moment."""
    return moment.astimezone(CITY_ZONE).date()


@contextmanager
def fixed(moment: dt.datetime) -> Iterator[dt.datetime]:
    """Let the clock stand still (tests and the journey)."""
    token = _fixed.set(moment)
    try:
        yield moment
    finally:
        _fixed.reset(token)
