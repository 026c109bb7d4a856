"""取回草稿: fetching a draft from another node, on any page that names one. The part asks again by itself until the draft has come;
without a script the page is looked at again."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tongban.channels.shared import forms
from tongban.domain.actor import Actor
from tongban.domain.refusals import Conflict
from tongban.flows import draft_moves
from tongban.plumbing import clock
from tongban.reads import draft_away

MOST = 30
"""Asked again so often, about every second; then the page says that nobody answers."""


def bring(request: HttpRequest, actor: Actor, visit: str, address: str, back: str) -> HttpResponse:
    """POST asks for the draft, GET says how it stands; ``address`` is that of this page, ``back`` of the one to go on with. Where a
    form with typed fields stands around it (``keep``), the page is not loaded anew when the draft has come."""
    data = request.POST if request.method == "POST" else request.GET
    typed = forms.controls(data, draft=40, keep=1, n=3)
    draft, keep = typed["draft"], bool(typed["keep"])
    if request.method == "POST":
        # Handed in meanwhile: the part says so, with its number.
        with suppress(Conflict):
            draft_moves.fetch(actor, visit, draft, at=clock.now())
    if not getattr(request, "htmx", False):
        return redirect(back)
    seen = draft_away.one(actor, visit, draft)
    if seen.state == "here" and not keep:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    turn = int(typed["n"]) + 1 if typed["n"].isascii() and typed["n"].isdigit() else 0
    context = {"d": seen, "bring": address, "turn": turn, "most": MOST, "keep": keep}
    answer = render(request, "shared/draft_away.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
