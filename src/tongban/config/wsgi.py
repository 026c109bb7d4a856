"""The WSGI doors that Granian serves: one for people, one for machines; and whom they believe about where a visitor comes
from."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

Door = Callable[..., Iterable[bytes]]


class MachineDoor(WSGIHandler):
    """The door of machines. They show a token instead of a session and get no pages, so all that MIDDLEWARE does for people
    would be work for nothing (a quarter of a millisecond a request)."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Nothing between the server and the view but the turning of errors into answers, and a few headers."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(_bare(self._get_response))


def _bare(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What an answer needs in case that somebody opens it in a browser: it is not guessed at, and nothing in it runs."""

    def run(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        if not answer.streaming:
            answer.headers["Content-Length"] = str(len(answer.content))
        return answer

    return run


def doors() -> Door:
    """One application with two doors: whoever shows a token at the API is a machine."""
    people = get_wsgi_application()
    machines = MachineDoor()

    def door(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        machine = "HTTP_AUTHORIZATION" in environ and environ.get("PATH_INFO", "").startswith("/api/")
        return machines(environ, start_response) if machine else people(environ, start_response)

    return door


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
application = behind(doors(), os.environ.get("TONGBAN_PROXIES", ""))
