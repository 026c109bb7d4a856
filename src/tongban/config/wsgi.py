"""The WSGI door that Granian serves, and whom it believes about where a visitor comes from."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

Door = Callable[..., Iterable[bytes]]


def behind(door: Door, proxies: str) -> Door:
    """The door behind reverse proxies (addresses or networks, comma-separated): their X-Forwarded-For is believed, nobody
    else's. Without it every visitor would have the proxy's address, and limits by address would lock out a whole city.
    ValueError for ``*``: whoever is believed can pretend to be anybody."""
    trusted = [part.strip() for part in proxies.split(",") if part.strip()]
    if "*" in trusted:
        raise ValueError(
            "TONGBAN_PROXIES names proxies by address or network; * would let every visitor choose an address"
        )
    wrapped: Any = wrap_wsgi_with_proxy_headers(door, trusted) if trusted else door
    return wrapped


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings.embedded")
application = behind(get_wsgi_application(), os.environ.get("TONGBAN_PROXIES", ""))
