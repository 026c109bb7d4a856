"""我的事: my cases and what happened to them, one page for each, taking one back, rating it, the credentials that came of it, and who
looked at my data. What is shown and what may be done is said by reads/my_matters.py; nothing is judged here."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.resident import my_event
from tongban.channels.resident.door import here, signed_in
from tongban.channels.resident.look import page
from tongban.channels.resident.progress import entries, spaced
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.language import say
from tongban.domain.reasons import GRADES
from tongban.domain.refusals import Problem, Refused
from tongban.flows import handle
from tongban.flows.handle import Standing
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import e_credential, my_events, my_matters


@signed_in
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """All my cases: those that wait for me on top."""
    door, now = here(request), clock.now()
    found = my_matters.matters(door.actor, door.visit, at=now)
    news = my_matters.news(door.actor, door.visit, at=now)[:8]
    events = my_events.lines(door.actor, door.visit)
    inside = tuple(f"{one.number}-" for one in events)
    alone = [m for m in found if not m.number.startswith(inside)] if inside else found
    return page(request, "mine", {"matters": alone, "news": news, "events": events})


@signed_in
@require_safe
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """One case, or a life event with all of its cases."""
    door = here(request)
    event = my_events.event(door.actor, door.visit, number, at=clock.now())
    return my_event.shown(request, event) if event is not None else _page(request, number)


@signed_in
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a case back, before it is decided."""
    door, post = here(request), request.POST
    try:
        done = handle.withdraw(
            door.actor, number, "asked", visit=door.visit, expect=_count(post.get("n", "")), at=clock.now(),
            key=post.get("key", "")[:40],
        )  # fmt: skip
    except Refused as refused:
        return _page(request, number, refused)
    return _done(request, number, done, say("已撤回。需要时可以重新申请。", "Taken back. You may apply again."))


@signed_in
@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say how it was: five grades, nothing chosen beforehand."""
    door, post = here(request), request.POST
    note = post.get("note", "").replace("\x00", "")[:500]
    try:
        done = handle.rate(
            door.actor,
            number,
            post.get("grade", "")[:20],
            note,
            visit=door.visit,
            at=clock.now(),
            key=post.get("key", "")[:40],
        )
    except Refused as refused:
        return _page(request, number, refused)
    return _done(request, number, done, say("谢谢您的评价。", "Thank you for your rating."))


@signed_in
@require_safe
def credential(request: HttpRequest, number: str, n: int) -> HttpResponse:
    """One credential, to be shown: its QR leads whoever scans it to the verify page."""
    door = here(request)
    found = my_matters.credential(door.actor, door.visit, number, n, at=clock.now())
    address = settings.PUBLIC_URL.rstrip("/") + reverse("resident:paper", args=[found.code]) if found.code else ""
    context = {"c": found, "state": e_credential.STATES[found.state], "address": address, "number": number}
    return page(request, "credential", context)


@signed_in
@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    """Who dealt with my data, and why."""
    door = here(request)
    return page(request, "looks", {"looks": my_matters.looks(door.actor, door.visit)})


def _page(request: HttpRequest, number: str, refused: Refused | None = None) -> HttpResponse:
    door = here(request)
    found = my_matters.matter(door.actor, door.visit, number, at=clock.now())
    problems: tuple[Problem, ...] = refused.problems if refused else ()
    context: dict[str, Any] = {
        "mine": found, "m": found.case, "p": found.case.case, "entries": entries(found.case), "spaced": spaced(number),
        "problems": problems, "grades": GRADES.items(), "rated": GRADES.get(found.rated), "act_key": new_id(),
        "typed": request.POST.get("note", ""), "chosen": request.POST.get("grade", ""),
    }  # fmt: skip
    return page(request, "matter", context, status=status_of(refused) if refused else 200)


def _done(request: HttpRequest, number: str, done: Standing, said: str) -> HttpResponse:
    if done.asked:
        said = say(
            "已转交办件所在的系统,结果会自动出现在这里。",
            "Passed on to where the case is held; the outcome appears here.",
        )
    messages.success(request, said)
    return redirect("resident:matter", number=number)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
