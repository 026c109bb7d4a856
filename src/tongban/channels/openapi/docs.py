"""The document itself, and a page that draws it: rendered here, so that it needs neither a script nor anybody else's address."""

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.channels.openapi import document, drawing
from tongban.channels.openapi.api import api
from tongban.channels.shared.language import tell


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
    told = {"groups": groups, "types": types, "lead": tell(document.LEAD), "about": about, "version": document.VERSION}
    return render(request, "openapi/docs.html", told)
