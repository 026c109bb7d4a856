"""在其他区办理的办件: what the person at the counter has under way in other districts, and what they did not finish there. The city is asked
once a visit; the list comes by itself, and what it names can be followed, corrected, withdrawn and gone on with here."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tongban.channels.shared import drafts, forms
from tongban.channels.shared.actor import acting, needs
from tongban.channels.window.serve_visit import aways, frame
from tongban.flows import elsewhere as asks
from tongban.plumbing import clock, here
from tongban.reads import elsewhere

# Asked again so often, about every third of a second: five seconds.
MOST = 16


@needs("case.receive")
@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """The list as a part of the page. POST asks the city (the same visit asks once, however often it is sent)."""
    question, turn, asked = "", 0, False
    if request.method == "POST":
        again = forms.controls(request.POST, again=6)["again"]
        if not here.is_city():
            key = f"{visit}:city{again}"
            question, asked = asks.ask_of_person(acting(request), str(visit), at=clock.now(), key=key), True
    else:
        typed = forms.controls(request.GET, question=40, n=3)
        question, turn, asked = (
            typed["question"],
            int(typed["n"]) if typed["n"].isdigit() else 0,
            bool(typed["question"]),
        )
    if not request.htmx:
        return redirect("window:visit", visit=visit)
    found = elsewhere.found_by_city(question) if question else None
    state = "open" if not asked else "found" if found is not None else "waiting" if turn < MOST else "silent"
    context = frame(
        request, visit, state=state, question=question, turn=turn + 1, again=f"-{clock.now():%M%S}"
    ) | aways(request, visit)
    return render(request, "window/serve/elsewhere.html", context)


@needs("case.receive")
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """A draft of this person that lies at another node: ask for it, or see how it stands."""
    address = reverse("window:bring", args=[visit])
    return drafts.bring(request, acting(request), str(visit), address, reverse("window:visit", args=[visit]))
