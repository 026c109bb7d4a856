"""What every resident page is dressed with: the elder mode (large type, one thing to do, read aloud, a telephone), kept in a cookie
because it must hold before anybody signs in and on the page that asks them to."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tongban.channels.resident import session
from tongban.channels.shared.actor import public
from tongban.channels.shared.views import YEAR, safe_next

COOKIE = "letters"
# Pages that belong to another in the navigation.
PART_OF = {"item": "items", "case": "progress", "wait": "progress", "event": "events", "center": "centers"}
LONGEST = 100


def dressed(request: HttpRequest) -> dict[str, Any]:
    """What the frame of a resident page is told: the elder mode and which part of the navigation this is."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "elder": request.COOKIES.get(COOKIE) == "large", "part": PART_OF.get(here, here),
        "signed_in": session.held(request) is not None,
    }  # fmt: skip


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A resident page, in elder mode when the visitor wants it."""
    return render(request, f"resident/{template}.html", {**context, **dressed(request)}, status=status)


def words(request: HttpRequest) -> str:
    """What was typed into a search field (``q``), bounded."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]


@public
@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """Switch the elder mode on or off and go back to the page."""
    answer = redirect(safe_next(request, request.POST.get("next", "/")))
    size = "large" if request.POST.get("size") == "large" else "plain"
    answer.set_cookie(COOKIE, size, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE)
    return answer
