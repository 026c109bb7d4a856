"""All addresses of the house: one line per channel."""

from django.urls import URLPattern, URLResolver, include, path

from tongban.channels.window import door
from tongban.config.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    # First, because it is asked a hundred times as often as the others.
    path("api/v1/", include("tongban.channels.openapi.urls")),
    path("healthz", health, name="health"),
    path("staff", door.front, name="front"),
    path("", include("tongban.channels.resident.urls")),
    path("", include("tongban.channels.shared.urls")),
    path("", include("tongban.channels.window.door_urls")),
    path("window/", include("tongban.channels.window.urls")),
    path("console/", include("tongban.channels.console.urls")),
]

handler400 = "tongban.channels.shared.errors.bad_request"
handler403 = "tongban.channels.shared.errors.forbidden"
handler404 = "tongban.channels.shared.errors.not_found"
handler500 = "tongban.channels.shared.errors.broken"
