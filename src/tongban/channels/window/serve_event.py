"""A life event for the person served: the shared pages of an event at the counter, from the same draft that they saved at home or at
another counter. The clerk sees originals, so a paper can be marked as seen here."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongban.channels.shared import errors
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.events import done, steps
from tongban.channels.shared.events.frame import CODES, Frame
from tongban.channels.window.serve_visit import frame as around_visit
from tongban.domain.refusals import NotFound
from tongban.flows import access
from tongban.plumbing import clock
from tongban.reads import event as reads

# On these pages values of the person stand in clear.
IN_CLEAR = ("form", "check")


def _frame(request: HttpRequest, visit: uuid.UUID, code: str) -> Frame:
    if "window" not in reads.channels_of(code, clock.city_date(clock.now())):
        raise NotFound(
            "event.not_here", "这件事不在窗口受理", "This life event is not begun at a counter", event=code[:60]
        )
    around: dict[str, Any] = around_visit(request, visit)

    def address(step: str) -> str:
        if step == "scan":
            return reverse("window:event_scan", args=[visit, code, "x"])[:-1]
        return reverse("window:event_step", args=[visit, code, step])

    return Frame(
        actor=acting(request), visit=str(visit), event=code, channel="window", base="window/serve/event_page.html",
        bare="window/serve/event_bare.html", target="#work", address=address,
        done=lambda number: reverse("window:event_done", args=[visit, number]), whom=around["page"].applicant.name,
        around=lambda: around | {"item": code},
    )  # fmt: skip


@needs("case.receive")
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, visit: uuid.UUID, code: str, step: str) -> HttpResponse:
    """One step of the event: drawn, or sent."""
    try:
        frame = _frame(request, visit, code)
    except NotFound as refused:
        return errors.respond(request, 404, title=refused.text)
    if step == "bring":
        return steps.bring(request, frame)
    if request.method == "POST":
        if step == "fetch":
            return steps.fetch(request, frame)
        if step == "submit":
            return steps.submit(request, frame)
        return (
            steps.send_step(request, frame, step) if step in CODES and step != "check" else errors.respond(request, 404)
        )
    if step == "saved":
        return steps.saved(request, frame)
    if step not in CODES:
        return errors.respond(request, 404)
    if step in IN_CLEAR:
        name = reads.name_of(code, clock.city_date(clock.now())).zh
        access.person(frame.actor, reason=f"办理“{name}”", visit_id=frame.visit, at=clock.now())
    return steps.open_step(request, frame, step)


@needs("case.receive")
@require_safe
def scan(request: HttpRequest, visit: uuid.UUID, code: str, digest: str) -> HttpResponse:
    """A scan of the draft of the person served."""
    return steps.scan(_frame(request, visit, code), digest)


@needs("case.receive")
@require_safe
def submitted(request: HttpRequest, visit: uuid.UUID, number: str) -> HttpResponse:
    """Received: the number, what is printed, what is next."""
    around = around_visit(request, visit)
    return done.page(
        request, acting(request), number, "window/serve/event_done.html", served=str(visit), **around, whom=around["page"].applicant.name,
        channel="window", receipt_url=reverse("window:event_receipt", args=[visit, number]),
        dates_url=reverse("window:event_dates", args=[visit, number]), next_url=reverse("window:visit", args=[visit]),
    )  # fmt: skip


@needs("case.receive")
@require_safe
def receipt(request: HttpRequest, visit: uuid.UUID, number: str) -> HttpResponse:
    """The receipt as PDF."""
    return done.receipt(acting(request), str(visit), number)


@needs("case.receive")
@require_safe
def dates(request: HttpRequest, visit: uuid.UUID, number: str) -> HttpResponse:
    """The dates for the person's calendar."""
    return done.dates(acting(request), number, str(visit))
