"""Tokens of machines: issue (shown once), list, end."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tongban.channels.console.dates import end_of_day
from tongban.channels.console.door import page
from tongban.channels.console.staff import MANAGE
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.forms import controls
from tongban.channels.shared.language import say
from tongban.domain.refusals import Refused
from tongban.flows import staffing
from tongban.plumbing import clock
from tongban.reads import staff


@needs(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of the actor's places, and a form for a new one; the raw token is shown once, in the answer itself."""
    if request.method != "POST":
        return _list(request)
    typed = {name: request.POST.get(name, "")[:120].replace("\x00", "") for name in ("name", "place", "expires")}
    known = dict(staff.powers())
    chosen = [p for p in request.POST.getlist("power")[: len(known)] if p in known]
    try:
        expires = end_of_day(typed["expires"], "/expires")
        if expires is None:
            raise Refused(
                "token.expires_missing", "请填写有效期至哪一天", "Say until which day it holds", pointer="/expires"
            )
        if not chosen:
            raise Refused("token.powers_missing", "请至少选择一项权限", "Choose at least one power", pointer="/power")
        pairs = [(power, typed["place"]) for power in chosen]
        issued = staffing.issue_token(
            acting(request), typed["name"], typed["place"], pairs, expires=expires, at=clock.now()
        )
    except Refused as refused:
        return _list(request, typed, chosen, refused)
    answer = page(request, "secret", {"kind": "token", "login": typed["name"], "secret": issued.raw})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@needs(MANAGE)
@require_POST
def revoke(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """End a token at once."""
    reason = controls(request.POST, reason=200)["reason"].strip()
    staffing.revoke_token(acting(request), token_id, reason=reason, at=clock.now())
    messages.success(request, say("令牌已撤销,即刻失效。", "The token has ended."))
    return redirect("console:tokens")


def _list(
    request: HttpRequest,
    typed: dict[str, str] | None = None,
    chosen: list[str] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    context = {
        "rows": staff.tokens(acting(request), at=clock.now()), "typed": typed or {}, "chosen": chosen or [],
        "open_departments": any("/" in code for code in chosen or []),
        "problems": refused.problems if refused else (), "powers": staff.powers(), "groups": staff.places(acting(request)),
    }  # fmt: skip
    return page(request, "tokens", context, status=status_of(refused) if refused else 200)
