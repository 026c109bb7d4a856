"""Scans of papers at the counter: judged by their bytes, kept sealed, named by a token that only this visit can use."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared.actor import acting, needs
from tongban.channels.window import serve_forms
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import access
from tongban.plumbing import files

# Only these are drawn by a browser; the cabinet holds nothing else that it could be tricked to run.
DRAWN = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r": "image/png"}
SEALED_OFF = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@needs("case.receive")
@require_POST
def upload(request: HttpRequest, visit: uuid.UUID, code: str, material: str) -> HttpResponse:
    """Keep one scan; the answer is its line under the paper. What is no paper is refused with what to do instead."""
    access.visit(acting(request), str(visit))
    context = {"visit": str(visit), "material": material[:60]}
    try:
        given = request.FILES.get("file")
        if given is None:
            raise Refused("upload.empty", "请选择扫描件文件", "Choose the file of the scan", pointer="/file")
        kept = files.put(given, given.name or "")
    except Refused as refused:
        answer = render(
            request, "window/serve/scan_refused.html", context | {"problem": refused.problems[0]}, status=422
        )
        answer["HX-Reswap"] = "none"
        return answer
    grade = "C" if request.POST.get("unseen") == "1" else "B"
    scan = serve_forms.make_scan(visit, material[:60], kept.digest, grade, kept.name)
    answer = render(request, "window/serve/scan_kept.html", context | {"s": scan})
    answer["HX-Trigger-After-Settle"] = "recheck"
    return answer


@needs("case.receive")
@require_safe
def scan(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """Look at a scan that this visit put into the cabinet, before it belongs to a case."""
    access.visit(acting(request), str(visit))
    digest = serve_forms.seen(visit, request.GET.get("t", ""))
    if not digest:
        raise NotFound("file.missing", "没有找到这份扫描件", "No such scan")
    data = files.read(digest)
    drawn = next((kind for mark, kind in DRAWN.items() if data.startswith(mark)), "")
    answer = HttpResponse(data, content_type=drawn or "application/octet-stream")
    answer["Content-Disposition"] = f'{"inline" if drawn else "attachment"}; filename="scan-{digest[:8]}"'
    answer["Content-Security-Policy"] = SEALED_OFF
    answer["Cache-Control"] = "no-store"
    return answer
