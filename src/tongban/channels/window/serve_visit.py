"""The page of one person served: who they are, what to find, what is unfinished; everything in clear asks for a reason."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.drafts import MOST
from tongban.channels.shared.language import say
from tongban.channels.window.serve_start import MANDATES
from tongban.channels.window.serve_typed import end_date
from tongban.domain.acting import AGENT_IS
from tongban.domain.refusals import Problem, Refused
from tongban.flows import access, serve
from tongban.plumbing import clock, here
from tongban.plumbing.ids import new_id
from tongban.reads import draft_away, event, finder, my_events, serving

REASONS = ("当面核对本人信息", "填写申请表", "核对委托人信息")


def frame(request: HttpRequest, visit: uuid.UUID, **more: Any) -> dict[str, Any]:
    """What every page of a visit shows around its work: the person, the finder, the reasons offered."""
    page = serving.visit_page(acting(request), str(visit), today=clock.today())
    return {
        "page": page, "visit": str(visit), "reasons": REASONS, "mandates": MANDATES, "relations": AGENT_IS, "key": new_id(),
        "asks_city": not here.is_city(), **more,
    }  # fmt: skip


def aways(request: HttpRequest, visit: uuid.UUID) -> dict[str, Any]:
    """What waits for this person: parts of life events, and drafts at other nodes."""
    return {
        "held_parts": my_events.held(acting(request), str(visit), at=clock.now()),
        "events_open": my_events.open_lines(acting(request), str(visit)),
        "passed_on": my_events.passed_on(acting(request), str(visit), at=clock.now()),
        "aways": draft_away.away(acting(request), str(visit)), "bring": reverse("window:bring", args=[visit]), "most": MOST,
    }  # fmt: skip


@needs("case.receive")
@require_safe
def page(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """The page before an item is chosen."""
    drafts = event.drafts(acting(request), str(visit))
    context = frame(request, visit, event_drafts=drafts) | aways(request, visit)
    return render(request, "window/serve/visit.html", context)


@needs("case.receive")
@require_safe
def find(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """The items that what was typed may mean, as a list that the arrow keys walk through."""
    actor, text = acting(request), request.GET.get("q", "")
    served = access.visit(actor, str(visit))
    hits = finder.find(actor, text, center=served.center, today=clock.today())
    events = tuple(e for e in finder.find_events(text, today=clock.today()) if "window" in e.channels)
    first = finder.events_first(events, hits[0].score if hits else 0.0)
    context = {
        "hits": hits, "first": first, "after": tuple(e for e in events if e not in first), "q": text.strip()[: finder.LONGEST],
        "visit": str(visit),
    }  # fmt: skip
    return render(request, "window/serve/hits.html", context)


@needs("case.receive")
@require_POST
def look(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """Open what is known of the person (or of the agent), with a reason that is written down."""
    typed = forms.controls(request.POST, reason=100, person=40)
    seen = access.person(
        acting(request), reason=typed["reason"], visit_id=str(visit), person_id=typed["person"], at=clock.now()
    )
    return render(request, "window/serve/opened.html", {"seen": serving.opened(seen), "person": seen.person})


@needs("case.receive")
@require_POST
def mandate(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """Register the mandate under which the agent who is here acts."""
    problems: tuple[Problem, ...] = ()
    typed: dict[str, str] = {}
    try:
        typed = forms.controls(request.POST, mandate=20, relation=20, until=20, paper=100, key=40)
        serve.register_mandate(
            acting(request), str(visit), kind="guardian" if typed["mandate"] == "guardian" else "written",
            until=end_date(typed["until"]), paper=typed["paper"], relation=typed["relation"],
            at=clock.now(), key=typed["key"],
        )  # fmt: skip
    except Refused as refused:
        problems = tuple(
            Problem(
                p.code,
                p.text,
                {"mandate.open_end": "/until", "mandate.dates": "/until"}.get(p.code, p.pointer or "/paper"),
                p.advice,
            )
            for p in refused.problems
        )
    if not problems:
        messages.success(request, say("委托已登记。", "The mandate is registered."))
        return redirect("window:visit", visit=visit)
    context = frame(request, visit, problems=problems, typed=typed)
    return render(request, "window/serve/visit.html", context, status=422)


@needs("case.receive")
@require_POST
def close(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """The person has left."""
    typed = forms.controls(request.POST, key=40)
    serve.close(acting(request), str(visit), at=clock.now(), key=typed["key"])
    messages.success(
        request, say("接待已结束,信息已关闭。", "The visit has ended and nothing of it can be opened any more.")
    )
    return redirect("window:home")
