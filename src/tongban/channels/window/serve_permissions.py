"""What the person at the counter allowed, and how they take it back: mandates and consents on a page of their own, each ended by
one button that asks once."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.language import say
from tongban.channels.window.serve_visit import frame
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows import permissions as flow
from tongban.plumbing import clock
from tongban.reads import permissions


@needs("case.receive")
@require_safe
def page(request: HttpRequest, visit: uuid.UUID) -> HttpResponse:
    """The mandates and consents of the person served."""
    return _page(request, visit)


def _page(request: HttpRequest, visit: uuid.UUID, refused: Refused | None = None, on: str = "") -> HttpResponse:
    actor = acting(request)
    context = frame(
        request, visit, allowed=permissions.allowed(actor, str(visit), at=clock.now()), refused_on=on,
        supervises=actor.may("case.supervise"), refusals=refused.problems if refused else (),
    )  # fmt: skip
    return render(request, "window/serve/permissions.html", context, status=422 if refused else 200)


@needs("case.receive")
@require_POST
def end_mandate(request: HttpRequest, visit: uuid.UUID, mandate: uuid.UUID) -> HttpResponse:
    """The person takes a mandate back, or lays one down."""
    typed = forms.controls(request.POST, key=40, document=100)
    try:
        flow.end_mandate(acting(request), str(visit), str(mandate), typed["document"], at=clock.now(), key=typed["key"])
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(request, visit, refused, str(mandate))
    messages.success(
        request,
        say("委托已撤销,从今天起不能再凭它办理。", "The mandate has ended: nothing can be done under it from today."),
    )
    return redirect("window:permissions", visit=visit)


@needs("case.receive")
@require_POST
def withdraw_consent(request: HttpRequest, visit: uuid.UUID, consent: uuid.UUID) -> HttpResponse:
    """The person takes a consent back."""
    typed = forms.controls(request.POST, key=40)
    flow.withdraw_consent(acting(request), str(visit), str(consent), at=clock.now(), key=typed["key"])
    messages.success(
        request,
        say("授权已撤回,不会再凭它向部门查询。", "The consent is withdrawn: no department is asked under it any more."),
    )
    return redirect("window:permissions", visit=visit)
