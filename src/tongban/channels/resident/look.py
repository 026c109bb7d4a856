"""What every resident page is dressed with: the size of its letters, kept in a cookie because nobody signs in here."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tongban.channels.shared.actor import public
from tongban.channels.shared.views import YEAR, safe_next

COOKIE = "letters"
# Pages that belong to another in the navigation.
PART_OF = {"item": "items", "case": "progress", "wait": "progress"}


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A resident page with large letters when the visitor wants them."""
    large = request.COOKIES.get(COOKIE) == "large"
    here = request.resolver_match.url_name if request.resolver_match else ""
    frame = {"large": large, "part": PART_OF.get(here, here)}
    return render(request, f"resident/{template}.html", {**context, **frame}, status=status)


@public
@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """Switch between plain and large letters and go back to the page."""
    answer = redirect(safe_next(request, request.POST.get("next", "/")))
    size = "large" if request.POST.get("size") == "large" else "plain"
    answer.set_cookie(COOKIE, size, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE)
    return answer
