"""The page that says beyond doubt that an event was submitted, with its receipt on paper and its dates for a calendar."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.channels.shared.printing import render as printing
from tongban.domain.actor import Actor
from tongban.plumbing import clock
from tongban.reads import event_done


def page(request: HttpRequest, actor: Actor, number: str, base: str, served: str = "", **more: Any) -> HttpResponse:
    """The submitted page; opened again it says the same."""
    seen = event_done.submitted(actor, number, served)
    answer = render(request, "shared/event/done.html", {"seen": seen, "base": base, "step": "done", "now": 0, **more})
    answer["Cache-Control"] = "no-store"
    return answer


def receipt(actor: Actor, visit: str, number: str) -> HttpResponse:
    """The receipt as PDF."""
    now = clock.now()
    made = printing.pdf(event_done.receipt(actor, visit, number, at=now), at=int(now.timestamp()))
    return _file(made, "application/pdf", f"receipt-{number}.pdf", inline=True)


def dates(actor: Actor, number: str, visit: str = "") -> HttpResponse:
    """The dates as an iCalendar file."""
    made = event_done.calendar(event_done.submitted(actor, number, visit), at=clock.now())
    return _file(made, "text/calendar; charset=utf-8", f"tongban-{number}.ics", inline=False)


def _file(data: bytes, kind: str, name: str, *, inline: bool) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
