"""What every page knows without its view saying so: the language, the actor, and how long the session may idle."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tongban.channels.shared.language import language
from tongban.channels.shared.places import place_name


def shared(request: HttpRequest) -> dict[str, Any]:
    """Context processor. ``actor`` is None on public pages and before signing in."""
    actor = getattr(request, "actor", None)
    signed_in = actor is not None and actor.kind == "staff"
    return {
        "language": language(),
        "actor": actor,
        "center_name": place_name(actor.center) if actor is not None and signed_in else "",
        "idle_seconds": getattr(settings, "SESSION_IDLE_SECONDS", 1800) if signed_in else 0,
    }
