"""Days of a plan counted from its start: the working-day calendar as two short lists, because a choice is weighed hundreds
of times and asking the calendar each time would cost more than the choice itself."""

import datetime as dt

from tongban.domain.calendar import Calendar

_AHEAD = 300


class Days:
    """Moves between days after the start (0 is the start itself) and working days after it."""

    def __init__(self, calendar: Calendar, start: dt.date) -> None:
        self.calendar = calendar
        self.start = start
        # working days up to each day, and the day of each working day
        self._count = [0]
        self._day = [0]

    def add(self, day: int, working: int) -> int:
        """The day ``working`` working days after ``day``; the day itself for 0."""
        if not working:
            return day
        wanted = self.working(day) + working
        while wanted >= len(self._day):
            self._extend()
        return self._day[wanted]

    def working(self, day: int) -> int:
        """Working days after the start up to and with ``day``."""
        while day >= len(self._count):
            self._extend()
        return self._count[day]

    def date(self, day: int) -> dt.date:
        """The date of a day."""
        return self.start + dt.timedelta(days=day)

    def _extend(self) -> None:
        for day in range(len(self._count), len(self._count) + _AHEAD):
            if self.calendar.is_workday(self.date(day)):
                self._day.append(day)
            self._count.append(len(self._day) - 1)


_kept: dict[tuple[int, dt.date], Days] = {}


def days_from(calendar: Calendar, start: dt.date) -> Days:
    """The days from a start; kept, since all plans of a day begin on it."""
    key = (id(calendar), start)
    found = _kept.get(key)
    if found is None or found.calendar is not calendar:
        if len(_kept) > 60:
            _kept.clear()
        found = _kept[key] = Days(calendar, start)
    return found
