"""Members of staff and their powers: find, hire, grant, end, reset a password, deactivate."""

import os
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.channels.console.dates import end_of_day
from tongban.channels.console.door import page
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.forms import controls
from tongban.channels.shared.language import say
from tongban.domain.refusals import Problem, Refused
from tongban.domain.staffing import make_password
from tongban.flows import staffing
from tongban.plumbing import clock
from tongban.reads import staff

MANAGE = "staff.manage"


@needs(MANAGE)
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """The members of the actor's places."""
    asked = controls(request.GET, q=100, place=9, after=32, inactive=2)
    found = staff.members(
        acting(request),
        search=asked["q"],
        place=asked["place"],
        after=asked["after"],
        inactive=asked["inactive"] == "1",
    )
    context = {"found": found, "asked": asked, "groups": staff.places(acting(request))}
    return page(request, "members", context)


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("password")
def hire(request: HttpRequest) -> HttpResponse:
    """Take on a member; the first password is made here and shown once."""
    typed: dict[str, str] = {}
    problems: tuple[Problem, ...] = ()
    status = 200
    if request.method == "POST":
        typed = {name: request.POST.get(name, "")[:200].replace("\x00", "") for name in ("login", "name", "center")}
        password = make_password(os.urandom(16))
        try:
            made = staffing.hire(
                acting(request), typed["login"], typed["name"], typed["center"], password, at=clock.now()
            )
        except Refused as refused:
            problems, status = refused.problems, status_of(refused)
        else:
            return _secret(request, made, typed["login"].strip().lower(), password)
    context = {"typed": typed, "problems": problems, "groups": staff.places(acting(request), centers_only=True)}
    return page(request, "hire", context, status=status)


@needs(MANAGE)
@require_safe
def member(request: HttpRequest, staff_id: uuid.UUID) -> HttpResponse:
    """One member and their powers."""
    return _member(request, staff_id)


@needs(MANAGE)
@require_POST
def grant(request: HttpRequest, staff_id: uuid.UUID) -> HttpResponse:
    """Give a power within a place, for good or until the end of a day."""
    typed = {name: request.POST.get(name, "")[:60].replace("\x00", "") for name in ("power", "place", "until")}
    try:
        staffing.grant(
            acting(request),
            staff_id,
            typed["power"],
            typed["place"],
            until=end_of_day(typed["until"], "/until"),
            at=clock.now(),
        )
    except Refused as refused:
        return _member(request, staff_id, typed, refused)
    messages.success(request, say("已授权。", "The power was granted."))
    return redirect("console:member", staff_id=staff_id)


@needs(MANAGE)
@require_POST
def revoke(request: HttpRequest, staff_id: uuid.UUID, power_id: uuid.UUID) -> HttpResponse:
    """End a power at once."""
    try:
        staffing.revoke_power(acting(request), power_id, reason=_reason(request), at=clock.now())
    except Refused as refused:
        return _member(request, staff_id, {}, refused)
    messages.success(request, say("权限已收回。", "The power was ended."))
    return redirect("console:member", staff_id=staff_id)


@needs(MANAGE)
@require_POST
@sensitive_variables("password")
def reset(request: HttpRequest, staff_id: uuid.UUID) -> HttpResponse:
    """A new first password; it is shown once and all sessions of the member end."""
    password = make_password(os.urandom(16))
    try:
        staffing.reset_password(acting(request), staff_id, password, at=clock.now())
    except Refused as refused:
        return _member(request, staff_id, {}, refused)
    login = staff.member(acting(request), staff_id, at=clock.now()).member.login
    return _secret(request, staff_id, login, password)


@needs(MANAGE)
@require_POST
def deactivate(request: HttpRequest, staff_id: uuid.UUID) -> HttpResponse:
    """Close the door for a member."""
    try:
        staffing.deactivate(acting(request), staff_id, reason=_reason(request), at=clock.now())
    except Refused as refused:
        return _member(request, staff_id, {}, refused)
    messages.success(request, say("该人员已停用,登录和权限即刻失效。", "Deactivated: sign-in and powers have ended."))
    return redirect("console:member", staff_id=staff_id)


def _reason(request: HttpRequest) -> str:
    return controls(request.POST, reason=200)["reason"].strip()


def _member(
    request: HttpRequest, staff_id: uuid.UUID, typed: dict[str, str] | None = None, refused: Refused | None = None
) -> HttpResponse:
    found = staff.member(acting(request), staff_id, at=clock.now())
    context = {
        "found": found, "m": found.member, "typed": typed or {}, "problems": refused.problems if refused else (),
        "powers": staff.powers(), "groups": staff.places(acting(request)),
    }  # fmt: skip
    return page(request, "member", context, status=status_of(refused) if refused else 200)


def _secret(request: HttpRequest, staff_id: uuid.UUID, login: str, password: str) -> HttpResponse:
    answer = page(request, "secret", {"kind": "password", "login": login, "secret": password, "staff_id": staff_id})
    answer.headers["Cache-Control"] = "no-store"
    return answer
