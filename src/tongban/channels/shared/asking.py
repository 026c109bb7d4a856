"""A visitor who waits for the city's answer about a case: what was asked, sealed into a token that only this visitor has. With it
the answer is fetched, and nothing else: it names one case, one code and one question, and is worthless after a minute."""

import base64
import binascii
import datetime as dt

import msgspec

from tongban.domain.actor import Actor
from tongban.flows import elsewhere as asks
from tongban.plumbing import clock, crypto, here, limiter
from tongban.plumbing.limiter import Limit, TooOften
from tongban.reads import elsewhere

# The one at the door: they hold a number and a code, and nobody knows more of them.
VISITOR = Actor(kind="resident", ref="resident:with-query-code")
PATIENCE = dt.timedelta(seconds=5)
"""How long a visitor is let wait before they are told that the city does not answer."""
LIFE = dt.timedelta(seconds=60)
_CONTEXT = b"asking.city"
_ONCE = Limit("query.answered", 1, 900)


class Waiting(msgspec.Struct, frozen=True):
    """A question under way: its id, the number and the code it asks with, since when."""

    question: str
    number: str
    code: str
    since: dt.datetime

    @property
    def token(self) -> str:
        """Sealed, so that it tells nobody anything and cannot be made up."""
        return base64.urlsafe_b64encode(crypto.seal(msgspec.json.encode(self), context=_CONTEXT)).decode()

    def answered(self) -> bool:
        """Whether the city has answered; what it found lies here then."""
        return elsewhere.found_by_city(self.question) is not None

    def late(self) -> bool:
        """Whether the visitor has waited long enough."""
        return clock.now() - self.since > PATIENCE


def begin(number: str, code: str) -> Waiting | None:
    """Ask the city for a case that is not found here, whether the number or the code was wrong: both are asked alike, so that
    neither way nor time of the answer tells which. None on a node that has nobody to ask."""
    if here.is_city():
        return None
    now = clock.now()
    return Waiting(asks.ask_by_code(VISITOR, number, code, at=now), number, code, now)


def taken_up(token: str) -> Waiting | None:
    """The question of a token; None when it is none of ours or too old."""
    try:
        found = msgspec.json.decode(crypto.open_(base64.urlsafe_b64decode(token), _CONTEXT), type=Waiting)
    except (binascii.Error, ValueError, crypto.Tampered, msgspec.MsgspecError):
        return None
    return found if dt.timedelta() <= clock.now() - found.since <= LIFE else None


def first_time(waiting: Waiting) -> bool:
    """True once for a question: a right try is given back once, however often its answer is fetched."""
    try:
        limiter.take(_ONCE, waiting.question, at=clock.now())
    except TooOften:
        return False
    return True
