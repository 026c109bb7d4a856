"""撤回一件事: the person at the counter takes a life event back, wherever in the city it was received. What ends and what stays is shown
before it is done."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.language import say
from tongban.channels.window.serve_visit import frame
from tongban.domain.mother import must_be_a_reason
from tongban.domain.reasons import TAKEN_BACK
from tongban.domain.refusals import NotFound, Problem, Refused
from tongban.flows import event_withdraw
from tongban.flows.event_withdraw import TakenBack
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import elsewhere, my_events


@needs("case.receive")
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, visit: uuid.UUID, number: str) -> HttpResponse:
    """What taking it back does, and the act."""
    actor, now = acting(request), clock.now()
    problems: tuple[Problem, ...] = ()
    status, chosen = 200, ""
    if request.method == "POST":
        try:
            typed = forms.controls(request.POST, key=36, reason=20)
            chosen = typed["reason"]
            must_be_a_reason(chosen)
            done = event_withdraw.withdraw(
                actor, number, visit=str(visit), reason=chosen, at=now, key=typed["key"]
            )  # fmt: skip
        except NotFound:
            raise
        except Refused as refused:
            problems, status = refused.problems, status_of(refused)
        else:
            messages.success(request, _heard(done))
            return redirect("window:visit", visit=visit)
    context: dict[str, Any] = {
        "back": my_events.taking_back(actor, str(visit), number, at=now), "act_key": new_id(), "problems": problems,
        "reason_choices": TAKEN_BACK.items(), "chosen": chosen,
    }  # fmt: skip
    answer = render(request, "window/serve/back.html", frame(request, visit, **context), status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _heard(done: TakenBack) -> str:
    if done.asked:
        name = elsewhere.node_name(done.asked)
        return say(
            f"已转交收件的{name.zh},结果返回后显示在这里。",
            f"Passed on to the {name.en or name.zh}, which received the event; the outcome is shown here when it comes.",
        )
    if done.decided or done.kept:
        return say(
            "已撤回没有办结的事项,已经办结的不变。", "What was not decided is taken back; what was decided stays."
        )
    return say("已撤回。", "Taken back.")
