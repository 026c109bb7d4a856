"""The document itself, and a page that draws it: rendered here, so that it needs neither script nor anybody else's address."""

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.channels.openapi import document
from tongban.channels.openapi.api import api


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document."""
    answer = HttpResponse(
        msgspec.json.format(msgspec.json.encode(document.build(api))), content_type="application/json"
    )
    answer["Cache-Control"] = "public, max-age=60"
    return answer
