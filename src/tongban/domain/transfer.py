"""Custody of a case that moves (移交): each passing of the pen with its steps (sent, delivered, taken over) and since when each
holds, and the light of its limit. Pure: what the log and the mail room know is given, what is not known is None."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from tongban.domain import case as rule
from tongban.domain import facts
from tongban.domain.calendar import Calendar
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.deadlines import Due, in_days, light

Light = Literal["none", "green", "yellow", "red"]
Step = Literal["sent", "delivered", "taken", "passed_on"]
# A dossier is under way for seconds; one that is not there after these is told: the post, not a colleague, is late.
SLOW, STUCK = dt.timedelta(minutes=10), dt.timedelta(hours=1)


class Leg(msgspec.Struct, frozen=True):
    """One passing of the pen, by entry ``n``: from a center to another, or ``back`` to where it came from, with the reason's code.

    ``arrived`` is True once the dossier lies where the receiver works, False while it is under way, None where that cannot be
    known; ``delivered`` is since when, where it was noted. ``taken`` is when somebody there looked, ``left`` when it moved on.
    """

    n: int
    sender: str
    to: str
    back: bool
    reason: str
    sent: dt.datetime
    on: dt.date
    arrived: bool | None = None
    delivered: dt.datetime | None = None
    taken: dt.datetime | None = None
    left: dt.datetime | None = None

    @property
    def step(self) -> Step:
        """How far it is."""
        if self.left is not None and self.taken is None:
            return "passed_on"
        if self.taken is not None:
            return "taken"
        return "delivered" if self.arrived else "sent"

    @property
    def since(self) -> dt.datetime | None:
        """Since when it is so far; None where that was not noted."""
        return {"sent": self.sent, "delivered": self.delivered, "taken": self.taken, "passed_on": self.left}[self.step]


def legs(number: str, log: Iterable[Entry]) -> tuple[Leg, ...]:
    """The passings of the pen in a log, oldest first. Whether each arrived is not in the log (see ``noted``)."""
    state, found = Case(number), list[Leg]()
    for entry in log:
        fact, before = entry.fact, state
        state = rule.apply(state, fact)
        if isinstance(fact, facts.HandedOver | facts.HandedBack):
            if found and found[-1].left is None:
                found[-1] = msgspec.structs.replace(found[-1], left=entry.at)
            back = isinstance(fact, facts.HandedBack)
            found.append(Leg(entry.n, before.holder, fact.to, back, fact.reason, entry.at, fact.on))
        elif found and state.looked and not before.looked:
            found[-1] = msgspec.structs.replace(found[-1], taken=entry.at)
    return tuple(found)


def noted(leg: Leg, here: Callable[[str], bool], posted: Mapping[int, dt.datetime | None]) -> Leg:
    """The leg with what this node knows of its arrival. ``here`` says whether a center is hosted by this node; ``posted`` names
    the entries whose dossier was sent from here, and when it was applied at the other node (None: not yet).

    Between two centers of one node nothing travels: sent and delivered are one moment. Who took it over must have had it."""
    if here(leg.to):
        return msgspec.structs.replace(leg, arrived=True, delivered=leg.sent if here(leg.sender) else None)
    if when := posted.get(leg.n):
        return msgspec.structs.replace(leg, arrived=True, delivered=when)
    if leg.taken is not None or leg.left is not None:
        return msgspec.structs.replace(leg, arrived=True)
    return msgspec.structs.replace(leg, arrived=False) if leg.n in posted else leg


def limit(leg: Leg, days: int, calendar: Calendar) -> Due:
    """Until when somebody there must have looked: the transfer limit in working days, yellow before its end."""
    return in_days("take_over", leg.on, days, calendar)


def leg_light(leg: Leg, days: int, calendar: Calendar, now: dt.datetime, today: dt.date) -> Light:
    """The light of a leg: by the limit while nobody has looked, by the post while it is under way; none when it is over."""
    if leg.taken is not None or leg.left is not None:
        return "none"
    due = limit(leg, days, calendar)
    shown: Light = light(due.on, due.yellow, today)
    if leg.arrived is False:
        waited = now - leg.sent
        post: Light = "red" if waited > STUCK else "yellow" if waited > SLOW else "green"
        shown = max(shown, post, key=("none", "green", "yellow", "red").index)
    return shown
