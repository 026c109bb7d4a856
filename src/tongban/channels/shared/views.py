"""The few pages that belong to no channel: the language switch and the gallery of parts (only while developing)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tongban.channels.shared import gallery
from tongban.channels.shared.actor import public
from tongban.channels.shared.language import COOKIE

YEAR = 365 * 24 * 3600


def safe_next(request: HttpRequest, target: str, fallback: str = "/") -> str:
    """A path of our own to go on to; anything that leads elsewhere becomes the fallback."""
    ok = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ok and len(target) < 2000 else fallback


@public
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and go back to the page."""
    answer = redirect(safe_next(request, request.POST.get("next", "/")))
    chosen = "en" if request.POST.get("lang") == "en" else "zh"
    answer.set_cookie(
        COOKIE, chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


@public
def components(request: HttpRequest) -> HttpResponse:
    """All parts on one page, for the eye and for the axe test."""
    if not (settings.DEBUG or getattr(settings, "SHOW_COMPONENTS", False)):
        raise Http404
    return render(request, "shared/components.html", gallery.samples())
