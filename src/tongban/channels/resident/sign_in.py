"""Signing in and out (登录、退出), and for whom one acts: the page that explains the ways, the way to the real-name service and back,
the choice between myself, my child and whoever mandated me."""

import hmac
from collections.abc import Iterable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.channels.resident import passes, session
from tongban.channels.resident.door import here, signed_in, standing
from tongban.channels.resident.look import page
from tongban.channels.shared import errors
from tongban.channels.shared.actor import public
from tongban.channels.shared.language import say
from tongban.channels.shared.views import safe_next
from tongban.domain.acting import FOR_WHOM, RELATIONS
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.flows import arrive
from tongban.flows.arrive import Arrived
from tongban.plumbing import clock
from tongban.reads import door as reads
from tongban.reads.door import Choice


@public
@ensure_csrf_cookie
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """What signing in needs and where it leads; who is signed in already goes on."""
    target = safe_next(request, request.GET.get("next", ""), "")
    if standing(request) is not None:
        return redirect(target or "resident:home")
    return page(request, "sign_in", {"next": target})


@public
@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """To the real-name service. What must come back with the browser lies sealed in a cookie of these addresses only."""
    target = safe_next(request, request.GET.get("next", ""), "")
    try:
        way = arrive.way(_back())
    except Refused as refused:
        return _not_in(request, target, refused)
    answer = redirect(way.url)
    passes.remember_way(answer, way, target)
    return answer


@public
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Back from the real-name service: whose code this is, and on to the page that was wanted."""
    remembered, state = passes.way_taken(request), request.GET.get("state", "")
    if remembered is None or not state.isascii() or not hmac.compare_digest(remembered[0].state, state):
        return _not_in(
            request, "", Refused("door.other_way", "登录没有从这里开始或已经过期,请重新登录", "Sign in again")
        )
    way, target = remembered
    try:
        _, came = arrive.come(request.GET.get("code", "")[:500], way, _back(), at=clock.now())
    except Refused as refused:
        return _not_in(request, target, refused)
    session.begin(request, came.applicant, came.center, came.visit)
    answer = redirect(target or "resident:home")
    passes.forget_way(answer)
    return answer


def _back() -> str:
    return settings.PUBLIC_URL.rstrip("/") + reverse("resident:back")


def _not_in(request: HttpRequest, target: str, refused: Refused) -> HttpResponse:
    answer = page(request, "sign_in", {"next": target, "problems": refused.problems}, status=errors.status_of(refused))
    passes.forget_way(answer)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the visit and the session, and say so."""
    door = here(request)
    arrive.sign_out(door.actor, door.visit, at=clock.now())
    session.end(request)
    messages.success(request, say("您已退出登录。", "You have signed out."))
    return redirect("resident:home")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def whom(request: HttpRequest) -> HttpResponse:
    """Choose for whom one acts; both names stand on every page from then on."""
    door, now = here(request), clock.now()
    target = safe_next(request, request.POST.get("next") or request.GET.get("next", ""), "")
    if request.method == "POST":
        mandate = request.POST.get("mandate", "")[:60]
        if mandate:
            now_in = arrive.act_for(door.actor, door.visit, mandate, at=now)
        else:
            now_in = arrive.act_for_oneself(door.actor, door.visit, at=now)
        _go_on(request, now_in)
        return redirect(target or "resident:home")
    found = reads.choices(door.actor, door.visit, at=now)
    context = {
        "groups": _groups(c for c in found if c.why_not is None),
        "not_now": [c for c in found if c.why_not is not None], "next": target,
    }  # fmt: skip
    return page(request, "whom", context)


def _groups(choices: Iterable[Choice]) -> list[tuple[Text, list[tuple[Choice, Text]]]]:
    """Those one may act for, grouped in plain words; groups of nobody are left out."""
    held = [(one, RELATIONS[one.relation]) for one in choices]
    groups = [(said, [row for row in held if row[0].relation in which]) for said, which in FOR_WHOM.items()]
    return [group for group in groups if group[1]]


def _go_on(request: HttpRequest, now_in: Arrived) -> None:
    held = session.held(request)
    if held is not None:
        held.visit = now_in.visit
        session.keep(request, held)
