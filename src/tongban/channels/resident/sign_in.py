"""Signing in and out (登录、退出), and for whom one acts: the page that explains the ways, the way to the real-name service and back,
the choice between myself, my child and whoever mandated me."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.channels.resident import session
from tongban.channels.resident.door import Door, signed_in, standing
from tongban.channels.resident.look import page
from tongban.channels.shared.actor import public
from tongban.channels.shared.language import say
from tongban.channels.shared.views import safe_next
from tongban.domain.acting import RELATIONS
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.flows import arrive
from tongban.flows.arrive import Arrived
from tongban.plumbing import clock
from tongban.reads import door as reads

CLOSED = Problem(
    "door.closed",
    Text("实名认证服务暂时没有接通", "The real-name service cannot be reached now"),
    advice=Text("请稍后再试,或到任一中心窗口办理", "Try again later, or go to any counter"),
)


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
    """The way to the real-name service."""
    return page(request, "sign_in", {"next": "", "problems": (CLOSED,)}, status=503)


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the visit and the session, and say so."""
    here = _door(request)
    arrive.sign_out(here.actor, here.visit, at=clock.now())
    session.end(request)
    messages.success(request, say("您已退出登录。", "You have signed out."))
    return redirect("resident:home")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def whom(request: HttpRequest) -> HttpResponse:
    """Choose for whom one acts; both names stand on every page from then on."""
    here, now = _door(request), clock.now()
    target = safe_next(request, request.POST.get("next") or request.GET.get("next", ""), "")
    if request.method == "POST":
        mandate = request.POST.get("mandate", "")[:60]
        if mandate:
            now_in = arrive.act_for(here.actor, here.visit, mandate, at=now)
        else:
            now_in = arrive.act_for_oneself(here.actor, here.visit, at=now)
        _go_on(request, now_in)
        return redirect(target or "resident:home")
    found = reads.choices(here.actor, here.visit, at=now)
    context = {
        "choices": [(c, RELATIONS[c.relation]) for c in found if c.why_not is None],
        "not_now": [c for c in found if c.why_not is not None], "next": target,
    }  # fmt: skip
    return page(request, "whom", context)


def _go_on(request: HttpRequest, now_in: Arrived) -> None:
    held = session.held(request)
    if held is not None:
        held.visit = now_in.visit
        session.keep(request, held)


def _door(request: HttpRequest) -> Door:
    found: Door = request.door  # type: ignore[attr-defined]
    return found
