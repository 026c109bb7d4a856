"""委托与授权 at the resident's door: who may act for me and for whom I act, what departments may be asked, each ended by one button;
and giving somebody a mandate without paper."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.resident.door import here, signed_in
from tongban.channels.resident.look import page
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.forms import as_date
from tongban.channels.shared.language import say
from tongban.domain.acting import AGENT_IS
from tongban.domain.person import identify
from tongban.domain.refusals import Refused
from tongban.flows import entrust, permissions
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import leaflet
from tongban.reads import permissions as reads


@signed_in
@require_safe
def mandates(request: HttpRequest) -> HttpResponse:
    """What I allowed, and the form to let somebody act for me."""
    return _page(request)


@signed_in
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Let somebody act for me."""
    door, post = here(request), request.POST
    typed = {
        name: post.get(name, "").replace("\x00", "").strip()[:100]
        for name in ("name", "number", "relation", "until", "item", "key")
    }
    try:
        agent = identify("citizen", typed["name"], typed["number"], today=clock.today())
        until = _day(typed["until"])
        items = (typed["item"],) if typed["item"] else ()
        entrust.give(
            door.actor,
            door.visit,
            agent,
            items,
            until,
            relation=typed["relation"],
            at=clock.now(),
            key=typed["key"][:40],
        )
    except Refused as refused:
        return _page(request, refused, typed)
    messages.success(
        request, say("委托已生效,对方登录后可以选择为您办理。", "They may act for you from now on, once signed in.")
    )
    return redirect("resident:mandates")


@signed_in
@require_POST
def end(request: HttpRequest, what: str, ref: str) -> HttpResponse:
    """End a mandate, or withdraw a consent; it holds from now on."""
    door, now = here(request), clock.now()
    try:
        if what == "mandate":
            permissions.end_mandate(door.actor, door.visit, ref[:60], at=now)
        else:
            permissions.withdraw_consent(door.actor, door.visit, ref[:60], at=now)
    except Refused as refused:
        return _page(request, refused)
    messages.success(request, say("已撤销,从现在起不再有效。", "It has ended, from now on."))
    return redirect("resident:mandates")


def _page(request: HttpRequest, refused: Refused | None = None, typed: dict[str, str] | None = None) -> HttpResponse:
    door = here(request)
    context: dict[str, Any] = {
        "allowed": reads.allowed(door.actor, door.visit, at=clock.now()), "act_key": new_id(), "typed": typed or {},
        "topics": leaflet.topics(clock.today()), "relations": AGENT_IS,
        "problems": refused.problems if refused else (),
    }  # fmt: skip
    return page(request, "mandates", context, status=status_of(refused) if refused else 200)


def _day(typed: str) -> dt.date:
    try:
        return dt.date.fromisoformat(as_date(typed))
    except ValueError:
        raise Refused(
            "mandate.until_unread",
            "请填写截止日期,例如 2027-12-31",
            "Enter the last day, as 2027-12-31",
            pointer="/until",
        ) from None
