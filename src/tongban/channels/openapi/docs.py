"""The document itself, and a page that draws it: rendered here, so that it needs neither a script nor anybody else's address."""

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.channels.openapi import document, drawing
from tongban.channels.openapi.api import api
from tongban.channels.shared.language import tell

_EXAMPLE = """curl -H "Authorization: Bearer $TOKEN" {here}/me
curl -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(uuidgen)" -H "Content-Type: application/json" \\
  -d '{{"item":"jinglaoka","applicant":{{"name":"…","number":"…"}},"how":"card","papers":[{{"material":"id_card"}}]}}' \\
  {here}/cases"""


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document."""
    answer = HttpResponse(
        msgspec.json.format(msgspec.json.encode(document.build(api))), content_type="application/json"
    )
    answer["Cache-Control"] = "public, max-age=60"
    return answer


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The documentation for people."""
    groups, types = drawing.drawn()
    about = [(tell(title), drawing.coded(tell(text))) for title, text in document.ABOUT]
    told = {
        "groups": groups, "types": types, "lead": tell(document.LEAD), "about": about, "version": document.VERSION,
        "example": _EXAMPLE.format(here=f"{request.scheme}://{request.get_host()}/api/v1"),
    }  # fmt: skip
    return render(request, "openapi/docs.html", told)
