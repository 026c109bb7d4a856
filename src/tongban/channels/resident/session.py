"""What the browser of a resident holds of a sign-in: references only, never a name or a number; those are asked for by the page
that shows them (reads/door.py), so that nothing personal lies in the table of sessions."""

import msgspec
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

from tongban.plumbing import clock

KEY = "resident"
SEEN_EVERY_SECONDS = 60


class Held(msgspec.Struct):
    """Who signed in (reference), the visit that is open, since when and last seen when (seconds)."""

    person: str
    center: str
    visit: str
    since: float
    seen: float


def begin(request: HttpRequest, person: str, center: str, visit: str) -> None:
    """Sign in: whatever the browser was before (a member of staff, somebody else) is over, and the session has a new name."""
    logout(request)
    now = clock.now().timestamp()
    keep(request, Held(person, center, visit, now, now))
    request.session.cycle_key()


def keep(request: HttpRequest, held: Held) -> None:
    """Write what is held now."""
    request.session[KEY] = msgspec.to_builtins(held)


def held(request: HttpRequest) -> Held | None:
    """Who signed in here, None for a stranger, for staff, and for whoever was away for too long."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.user.is_authenticated:
        return None
    raw = request.session.get(KEY)
    if raw is None:
        return None
    found, now = msgspec.convert(raw, Held), clock.now().timestamp()
    if now - found.seen > settings.SESSION_IDLE_SECONDS or now - found.since > settings.SESSION_COOKIE_AGE:
        end(request)
        return None
    if now - found.seen > SEEN_EVERY_SECONDS:
        found.seen = now
        keep(request, found)
    return found


def end(request: HttpRequest) -> None:
    """Sign out: the session with all that is in it."""
    logout(request)
