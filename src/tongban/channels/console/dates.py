"""Days as people type them into the forms of the console."""

import datetime as dt

from tongban.channels.shared.forms import as_date
from tongban.domain.refusals import Refused
from tongban.plumbing.clock import CITY_ZONE


def day(typed: str, pointer: str) -> dt.date | None:
    """A typed day; None for nothing. Refused ``form.date``."""
    if not typed.strip():
        return None
    try:
        return dt.date.fromisoformat(as_date(typed))
    except ValueError:
        raise Refused(
            "form.date", "日期应写成 2027-03-31 这样", "Write the date as 2027-03-31", pointer=pointer
        ) from None


def end_of_day(typed: str, pointer: str) -> dt.datetime | None:
    """The last second of a typed day in the city; None for nothing. Refused ``form.date``."""
    found = day(typed, pointer)
    return dt.datetime.combine(found, dt.time(23, 59, 59), CITY_ZONE) if found else None
