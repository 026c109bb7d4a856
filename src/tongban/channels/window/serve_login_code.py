"""A code with which the person at the counter signs in at home: issued by one button, shown once, printed, handed over."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from tongban.channels.shared.actor import acting, needs
from tongban.channels.window.serve_visit import frame
from tongban.flows import login_code
from tongban.plumbing import clock


@needs("case.receive")
@require_POST
def issue(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """The code, large enough to be read and copied."""
    made = login_code.issue(acting(request), str(visit), at=clock.now())
    spaced = f"{made.code[:5]} {made.code[5:]}"
    return render(request, "window/serve/login_code.html", frame(request, visit, code=spaced, until=made.until))
