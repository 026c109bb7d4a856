"""Who stands at this door. Every request gets ``request.actor`` (None: nobody signed in); every view is closed unless it
is marked ``@public`` or its power is named with ``@needs``, so that a forgotten mark shuts people out, not in."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tongban.channels.shared import errors
from tongban.domain.actor import POWERS, Actor
from tongban.domain.refusals import NotAllowed
from tongban.plumbing import clock
from tongban.reads import who

View = TypeVar("View", bound=Callable[..., Any])
SEEN, SINCE = "seen", "since"
POLL = "X-Tongban-Poll"
# The session row is written at most this often for being seen; a write on every request would cost a tenth of it.
SEEN_EVERY_SECONDS = 60


def public(view: View) -> View:
    """Mark a view that anybody may open (resident pages, the door itself)."""
    view.door = "public"  # type: ignore[attr-defined]
    return view


def any_staff(view: View) -> View:
    """Mark a view that every signed-in member may open, even before changing a first password."""
    view.door = "account"  # type: ignore[attr-defined]
    return view


def needs(power: str) -> Callable[[View], View]:
    """Mark a view with the power without which it does not open anywhere; the flow still asks for the place."""
    if power not in POWERS:
        raise ValueError(f"{power!r} is not in domain.actor.POWERS")

    def mark(view: View) -> View:
        @functools.wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            acting(request).must(power)
            return view(request, *args, **kwargs)

        run.door = power  # type: ignore[attr-defined]
        return run  # type: ignore[return-value]

    return mark


def acting(request: HttpRequest) -> Actor:
    """The actor of this request, or NotAllowed when nobody signed in."""
    actor = getattr(request, "actor", None)
    if actor is None:
        raise NotAllowed("actor.nobody", "请先登录", "Please sign in first")
    return actor


class ActorMiddleware:
    """Sets ``request.actor`` from the session, ends idle sessions, and keeps unmarked views closed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None
        request.must_change = False
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not _open(request) and request.user.is_authenticated:
            now = clock.now()
            if _ended(request, now.timestamp()):
                logout(request)
            else:
                request.actor = who.signed_in(request.user, now)
                request.must_change = request.user.must_change_password
        answer = self.get_response(request)
        if request.actor is not None or request.method == "POST":
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Close every view that nobody marked open."""
        door = getattr(view, "door", "")
        if door in ("public", "resident") or _open(request):
            # A resident's page asks by itself who stands there (channels/resident/door.py): residents are no staff.
            return None
        if request.actor is None:
            if request.method in ("GET", "HEAD") and not getattr(request, "htmx", False):
                return redirect(f"{reverse('door:login')}?{urlencode({'next': request.get_full_path()})}")
            return errors.signed_out(request)
        if request.must_change and door != "account":
            return redirect("door:password")
        return None


def _open(request: HttpRequest) -> bool:
    return request.path.startswith(tuple(getattr(settings, "OPEN_PREFIXES", ("/api/", "/static/"))))


def _ended(request: HttpRequest, now: float) -> bool:
    session = request.session
    seen, since = session.get(SEEN, now), session.get(SINCE, now)
    if now - seen > settings.SESSION_IDLE_SECONDS or now - since > settings.SESSION_COOKIE_AGE:
        return True
    # A page that updates itself is not somebody working: an unattended screen must still sign itself out.
    by_itself = POLL in request.headers and SEEN in session
    if not by_itself and (SEEN not in session or now - seen > SEEN_EVERY_SECONDS):
        session[SEEN] = now
        session.setdefault(SINCE, now)
    return False
