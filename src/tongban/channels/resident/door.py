"""The resident's door: a page marked ``@signed_in`` opens for who signed in with the city's real-name service and tells the view
who is here and for whom (``request.door``); everybody else is sent to sign in, and comes back to the same page."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from tongban.channels.resident import session
from tongban.channels.resident.look import COOKIE
from tongban.channels.shared import errors
from tongban.domain.actor import Actor
from tongban.domain.refusals import Refused
from tongban.flows import arrive
from tongban.plumbing import clock
from tongban.reads import door as reads

View = TypeVar("View", bound=Callable[..., Any])


class Door(msgspec.Struct, frozen=True):
    """Who stands here: the actor and the visit by oneself (its id is what flows ask for), the names of who signed in (``me``) and of
    whom they act for (``whom``, the same for oneself), their references, and whether they chose large letters."""

    actor: Actor
    visit: str
    me: str
    whom: str
    center: str
    elder: bool
    applicant: str
    agent: str = ""
    mandate: str = ""
    how: str = ""

    @property
    def for_other(self) -> bool:
        """True while acting for somebody else."""
        return bool(self.agent)


def standing(request: HttpRequest) -> Door | None:
    """Who stands at the door; None for a stranger, and for whoever's visit or mandate is over."""
    held = session.held(request)
    if held is None:
        return None
    actor = arrive.resident(held.person, held.center)
    try:
        found = reads.standing(actor, held.visit, at=clock.now())
    except Refused:
        session.end(request)
        return None
    return Door(
        msgspec.structs.replace(actor, name=found.me), found.visit, found.me, found.whom, found.center,
        request.COOKIES.get(COOKIE) == "large", found.applicant, found.agent, found.mandate, found.how,
    )  # fmt: skip


def signed_in(view: View) -> View:
    """Open the view for who signed in, with ``request.door``; send everybody else to sign in and back again."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        here = standing(request)
        if here is None:
            sign_in = f"{reverse('resident:sign_in')}?{urlencode({'next': request.get_full_path()})}"
            if request.method in ("GET", "HEAD") and not getattr(request, "htmx", False):
                return redirect(sign_in)
            return errors.signed_out(request, reverse("resident:sign_in"))
        request.door = here
        answer = view(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    run.door = "resident"  # type: ignore[attr-defined]
    return run  # type: ignore[return-value]


def here(request: HttpRequest) -> Door:
    """Who stands at the door of a view marked ``@signed_in``."""
    found: Door = request.door
    return found
