"""A life event among my matters: one number, a timeline per part, giving what a held part waits for, and taking it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tongban.channels.resident.door import here, signed_in
from tongban.channels.resident.look import page
from tongban.channels.resident.progress import spaced
from tongban.channels.shared import forms, uploaded
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.language import say
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.handed_in import PaperIn
from tongban.domain.refusals import Refused
from tongban.flows import compose, event_withdraw
from tongban.flows.compose import MotherReceipt
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import my_events
from tongban.reads.elsewhere import asked, node_name
from tongban.reads.mother import MotherShown

# The tones of the parts' states, so that what waits for the person is seen first.
TONES = {"held": "warn", "open": "info", "waiting": "wait", "dropped": "plain", "ended": "ok"}


def shown(request: HttpRequest, found: MotherShown, refused: Refused | None = None) -> HttpResponse:
    """The page of a life event."""
    passed = asked(found.number)
    parts = [(p, TONES.get(p.state, "plain") if not p.yours else "warn") for p in found.parts]
    context: dict[str, Any] = {
        "e": found, "parts": parts, "spaced": spaced(found.number), "act_key": new_id(),
        "problems": refused.problems if refused else (), "asked": passed,
        "open": found.stage == "open" and not my_events.back_waits(passed),
    }  # fmt: skip
    return page(request, "my_event", context, status=status_of(refused) if refused else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, number: str, item: str) -> HttpResponse:
    """Give what a held part waits for; it starts as soon as it can."""
    door, now = here(request), clock.now()
    wanted = my_events.wanted(door.actor, door.visit, number, item, at=now)
    context: dict[str, Any] = {"w": wanted, "act_key": new_id(), "kept": {}, "problems": (), "typed": {}}
    if request.method != "POST":
        return page(request, "amend", context | {"fields": [(f, "") for f in wanted.fields]})
    keys = [p.key for p in wanted.papers]
    answers, wrong = forms.raw_answers(
        request.POST, [f.element for f in wanted.fields], controls={"key", *uploaded.names(keys)}
    )
    kept, refused_files = uploaded.take(request, keys, door.visit)
    papers = tuple(
        EventPaper(PaperIn(p.material, "copy", "C", kept[p.key]["digest"]), p.of)
        for p in wanted.papers
        if p.key in kept
    )
    problems, status = (*wrong, *refused_files), 422
    if not problems:
        intake = EventIntake(answers=dict(answers), papers=papers)
        try:
            done = compose.amend(
                door.actor, door.visit, number, item, intake, at=now, key=request.POST.get("key", "")[:40]
            )
        except Refused as refused:
            problems, status = refused.problems, status_of(refused)
        else:
            messages.success(request, heard(done))
            return redirect("resident:matter", number=number)
    context |= {
        "kept": kept,
        "problems": problems,
        "fields": [(f, answers.get(f.element.code, "")) for f in wanted.fields],
    }
    return page(request, "amend", context, status=status)


def heard(done: MotherReceipt) -> str:
    """What is said after an answer for a part: it goes on, or another node was asked."""
    if not done.asked:
        return say("已收到,这个事项接着办。", "Received; this item goes on.")
    node = node_name(done.asked)
    return say(
        f"已转交收件的{node.zh},结果稍后显示在这里。",
        f"Passed on to {node.en or node.zh}, which received the event; the outcome is shown here.",
    )


@signed_in
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take back the whole event: what is not decided."""
    door = here(request)
    try:
        done = event_withdraw.withdraw(
            door.actor, number, visit=door.visit, reason="asked", at=clock.now(), key=request.POST.get("key", "")[:36]
        )
    except Refused as refused:
        found = my_events.event(door.actor, door.visit, number, at=clock.now())
        if found is None:
            raise
        return shown(request, found, refused)
    said = say("已撤回。", "Taken back.")
    if done.asked:
        node = node_name(done.asked)
        said = say(
            f"已转交收件的{node.zh},结果稍后显示在这里。",
            f"Passed on to {node.en or node.zh}, which received the event; the outcome is shown here.",
        )
    elif done.decided or done.kept:
        said = say(
            "已撤回没有办结的事项,已经办结的不变。", "What was not decided is taken back; what was decided stays."
        )
    messages.success(request, said)
    return redirect("resident:matter", number=number)
