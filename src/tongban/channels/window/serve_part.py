"""补充一件事: the person at the counter answers for a part of a life event that waits for them, wherever in the city the event was
received. The clerk sees originals, which is what many parts wait for."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongban.channels.shared import forms, uploaded
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.language import say
from tongban.channels.shared.uploaded import Kept
from tongban.channels.window.serve_visit import frame
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.handed_in import PaperIn
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import compose
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import elsewhere, my_events
from tongban.reads.my_events import Wanted, WantedPaper


@needs("case.receive")
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, visit: uuid.UUID, number: str, item: str) -> HttpResponse:
    """What the part waits for, and the answer."""
    actor, now = acting(request), clock.now()
    try:
        wanted = my_events.wanted(actor, str(visit), number, item, at=now)
    except NotFound as nothing:
        if nothing.code != "event.nothing_wanted":
            raise
        # Answered meanwhile, here or at home: the clerk goes on with the person and not from an error page.
        messages.info(request, say(nothing.text.zh, nothing.text.en))
        return redirect("window:visit", visit=visit)
    context: dict[str, Any] = {
        "w": wanted, "act_key": new_id(), "kept": {}, "seen": (), "problems": (), "asked": my_events.asked_of_part(number, item),
    }  # fmt: skip
    if request.method != "POST":
        return _drawn(request, visit, context | {"fields": [(f, "") for f in wanted.fields]})
    keys = [p.key for p in wanted.papers]
    answers, wrong = forms.raw_answers(
        request.POST, [f.element for f in wanted.fields], controls={"key", "seen", *uploaded.names(keys)}
    )
    kept, refused_files = uploaded.take(request, keys, str(visit))
    seen = tuple(key for key in keys if key in request.POST.getlist("seen"))
    problems, status = (*wrong, *refused_files), 422
    if not problems:
        intake = EventIntake(answers=dict(answers), papers=_papers(wanted, kept, seen))
        try:
            done = compose.amend(
                actor, str(visit), number, item, intake, at=now, key=forms.controls(request.POST, key=40)["key"]
            )
        except Refused as refused:
            problems, status = refused.problems, status_of(refused)
        else:
            messages.success(request, _heard(done.asked))
            return redirect("window:visit", visit=visit)
    fields = [(f, answers.get(f.element.code, "")) for f in wanted.fields]
    return _drawn(
        request, visit, context | {"kept": kept, "seen": seen, "problems": problems, "fields": fields}, status
    )


def _papers(wanted: Wanted, kept: Kept, seen: tuple[str, ...]) -> tuple[EventPaper, ...]:
    """What was brought: an original that the clerk compared, with its scan when there is one."""

    def one(paper: WantedPaper) -> EventPaper:
        digest = kept[paper.key]["digest"] if paper.key in kept else ""
        original = paper.key in seen
        return EventPaper(
            PaperIn(paper.material, "original" if original else "copy", "B" if original else "C", digest), paper.of
        )

    return tuple(one(p) for p in wanted.papers if p.key in kept or p.key in seen)


def _drawn(request: HttpRequest, visit: uuid.UUID, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, "window/serve/part.html", frame(request, visit, **context), status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _heard(node: str) -> str:
    if not node:
        return say("已收到,这个事项接着办。", "Received; this item goes on.")
    name = elsewhere.node_name(node)
    return say(
        f"已转交收件的{name.zh},结果返回后显示在这里。",
        f"Passed on to the {name.en or name.zh}, which received the event; the outcome is shown here when it comes.",
    )
