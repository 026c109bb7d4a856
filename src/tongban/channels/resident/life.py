"""A life event at the resident's door: the shared pages of an event behind the sign-in, step by step, each a page of its own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongban.channels.resident import center
from tongban.channels.resident.door import signed_in
from tongban.channels.resident.look import dressed
from tongban.channels.shared import errors
from tongban.channels.shared.events import done, steps
from tongban.channels.shared.events.frame import CODES, Frame
from tongban.domain.refusals import NotFound
from tongban.plumbing import clock
from tongban.reads import event as reads


def frame_of(request: HttpRequest, code: str) -> Frame:
    """The frame of the one who signed in. NotFound ``catalog.no_life_event``, or when it does not begin at home."""
    door = request.door
    if "resident" not in reads.channels_of(code, clock.city_date(clock.now())):
        raise NotFound("event.not_here", "这件事要到窗口办理", "This life event is begun at a counter", event=code[:60])

    def address(step: str) -> str:
        if step == "scan":
            return reverse("resident:event_scan", args=[code, "x"])[:-1]
        return reverse("resident:event_step", args=[code, step])

    def around() -> dict[str, Any]:
        return {**dressed(request), "door": door, "part": "events", "for_other": door.for_other}

    return Frame(
        actor=door.actor, visit=door.visit, event=code, channel="resident", base="resident/event_base.html",
        bare="resident/event_bare.html", target="#main", address=address, done=lambda number: reverse("resident:event_done", args=[number]),
        whom=door.whom, around=around, likely=center.likely(request, door),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, code: str, step: str = "start") -> HttpResponse:
    """One step of the event: drawn, or sent."""
    try:
        frame = frame_of(request, code)
    except NotFound as refused:
        return errors.respond(request, 404, title=refused.text)
    if step == "saved" and request.method != "POST":
        return steps.saved(request, frame)
    if step == "bring":
        return steps.bring(request, frame)
    if step == "fetch" and request.method == "POST":
        return steps.fetch(request, frame)
    if step == "submit" and request.method == "POST":
        return steps.submit(request, frame)
    if step not in CODES or (request.method == "POST" and step == "check"):
        return errors.respond(request, 404)
    return steps.send_step(request, frame, step) if request.method == "POST" else steps.open_step(request, frame, step)


@signed_in
@require_safe
def scan(request: HttpRequest, code: str, digest: str) -> HttpResponse:
    """A scan of one's own draft."""
    return steps.scan(frame_of(request, code), digest)


@signed_in
@require_safe
def submitted(request: HttpRequest, number: str) -> HttpResponse:
    """Submitted: the number, the receipt, what happens now."""
    door = request.door
    return done.page(
        request, door.actor, number, "resident/event_done.html", **dressed(request), door=door, whom=door.whom,
        for_other=door.for_other, channel="resident", receipt_url=reverse("resident:event_receipt", args=[number]),
        dates_url=reverse("resident:event_dates", args=[number]), follow_url=reverse("resident:matter", args=[number]),
    )  # fmt: skip


@signed_in
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt as PDF."""
    return done.receipt(request.door.actor, request.door.visit, number)


@signed_in
@require_safe
def dates(request: HttpRequest, number: str) -> HttpResponse:
    """The dates for a calendar."""
    return done.dates(request.door.actor, number)
