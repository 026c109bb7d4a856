"""What every answer carries: headers that let a browser run only our own files, the language, and refusals as pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tongban.channels.shared import errors
from tongban.channels.shared.language import LOCALES, asked
from tongban.domain.refusals import Refused

Next = Callable[[HttpRequest], HttpResponse]

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The counter's card reader and scanner are spoken to by our server, never by the page.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
}


def headers(get_response: Next) -> Next:
    """The outermost middleware: the headers are on every answer, errors and files too. A view may not loosen them; a policy
    of its own is enforced beside ours, so it can only be stricter."""

    def run(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        stricter = answer.headers.get("Content-Security-Policy", "")
        for name, value in HEADERS.items():
            answer.headers[name] = value
        if stricter:
            answer.headers["Content-Security-Policy"] = f"{CSP}, {stricter}"
        return answer

    return run


def language(get_response: Next) -> Next:
    """Activates the visitor's language for this request."""

    def run(request: HttpRequest) -> HttpResponse:
        chosen = asked(request)
        with translation.override(LOCALES[chosen]):
            request.LANGUAGE_CODE = LOCALES[chosen]
            answer = get_response(request)
        answer.headers.setdefault("Content-Language", "en" if chosen == "en" else "zh-CN")
        return answer

    return run


class RefusalMiddleware:
    """Dresses a Refused that a view let through (the innermost middleware)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No address of ours has a NUL, and no database can be asked for one. The API says so in its own voice.
        if "\x00" in request.path and not request.path.startswith("/api/"):
            return errors.not_found(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page or a fragment for a refusal; anything else is not ours."""
        return errors.refusal_page(request, exception) if isinstance(exception, Refused) else None
