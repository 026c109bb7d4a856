"""Looks at what lies sealed beside a case: its form and notes, and the scans of its papers. Each asks for a reason, and each
is written down before anything is shown."""

from collections.abc import Iterator

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, needs
from tongban.channels.window import case
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows import access
from tongban.plumbing import clock, files
from tongban.reads import case_page

# Only these are drawn by the browser; the cabinet holds nothing else that it could be tricked to run.
_INLINE = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n", "image/png", "png"),
)
_SEALED_OFF = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@needs("person.read")
@require_POST
def look(request: HttpRequest, number: str) -> HttpResponse:
    """The form and the notes in clear: a part of the page (htmx), or the whole page with it."""
    typed = forms.controls(request.POST, reason=100)
    try:
        seen = access.answers(acting(request), number, reason=typed["reason"], at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        if request.htmx:
            raise
        # Beside it an act may ask for a reason, too: each has its own place on the page.
        problems = tuple(
            msgspec.structs.replace(p, pointer=f"/look{p.pointer.replace('/', '-')}") for p in refused.problems
        )
        return case.show(request, number, status=422, look_problems=problems)
    opened = case_page.opened(seen)
    if request.htmx:
        return render(request, "window/work/opened.html", {"opened": opened, "reason": typed["reason"]})
    return case.show(request, number, opened=opened, reason=typed["reason"])


@needs("person.read")
@require_POST
def paper(request: HttpRequest, number: str, digest: str) -> StreamingHttpResponse:
    """The scan of one paper, as it was kept: drawn if it is an image or a PDF, else saved; it can run nothing."""
    typed = forms.controls(request.POST, reason=100)
    allowed = access.scan(acting(request), number, digest, reason=typed["reason"], at=clock.now())
    pieces = files.get(allowed)
    first = next(pieces, b"")
    media_type, ending = next(
        ((m, e) for mark, m, e in _INLINE if first.startswith(mark)), ("application/octet-stream", "ofd")
    )

    def whole() -> Iterator[bytes]:
        yield first
        yield from pieces

    answer = StreamingHttpResponse(whole(), content_type=media_type)
    how = "attachment" if media_type == "application/octet-stream" else "inline"
    answer["Content-Disposition"] = f'{how}; filename="{number}-{allowed[:8]}.{ending}"'
    answer["Content-Security-Policy"] = _SEALED_OFF
    answer["Cache-Control"] = "no-store"
    return answer
