"""The published catalog: which edition is in force, every item, and closing or opening one with a reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from tongban.channels.console.door import page
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.forms import controls
from tongban.channels.shared.language import say
from tongban.domain.refusals import Problem, Refused
from tongban.flows import publish
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import publication

POWER = "catalog.publish"


@needs(POWER)
@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """The edition in force and its items."""
    asked = controls(request.GET, q=100, only=20)
    found = publication.published(acting(request), search=asked["q"], only=asked["only"], today=clock.today())
    return page(request, "catalog", {"found": found, "asked": asked})


@needs(POWER)
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, code: str) -> HttpResponse:
    """Close an item or open it again; residents and counters see the reason."""
    problems: tuple[Problem, ...] = ()
    status, reason, key = 200, "", str(new_id())
    row = publication.item(acting(request), code, today=clock.today())
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:500].replace("\x00", "")
        sent = controls(request.POST, key=60, act=10)
        key = sent["key"] or key
        turn = publish.close_item if sent["act"] == "close" else publish.reopen_item
        try:
            turn(acting(request), code, reason=reason, at=clock.now(), key=key)
        except Refused as refused:
            problems, status = refused.problems, status_of(refused)
        else:
            closed = say("已停止受理,窗口和指南即刻生效。", "Closed: counters and guides say so now.")
            messages.success(request, closed if sent["act"] == "close" else say("已恢复受理。", "Open again."))
            return redirect("console:catalog")
    context = {"row": row, "problems": problems, "reason": reason, "key": key}
    return page(request, "item", context, status=status)
