"""F9: the case comes into being, and the page that says so beyond doubt; what is printed; what is decided on the spot; what is
told once when it cannot be received yet."""

import contextlib
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.printing import render as printing
from tongban.channels.window import serve_forms
from tongban.channels.window.serve_item import around, brought, draw, moved_away
from tongban.channels.window.serve_visit import frame
from tongban.domain.refusals import Conflict, NotFound, Refused
from tongban.domain.text import Text
from tongban.flows import handle, receive
from tongban.flows.receive import Order
from tongban.plumbing import clock
from tongban.reads import handed, printout, told_once
from tongban.reads.paper import TITLES

NOT_YET = Text("还没有收件:下列各处处理后再按 F9", "Not received yet: mend these and press F9 again")


@needs("case.receive")
@require_POST
def receive_item(request: HttpRequest, visit: uuid.UUID, code: str) -> HttpResponse:
    """Receive what the form holds. Whatever is refused, everything typed stays and every problem stands at its place."""
    came, page = brought(request, visit, code)
    actor, at, own = acting(request), clock.now(), came.controls
    draft, rev = serve_forms.draft_id(own["draft"]), serve_forms.number(own["rev"] or "0")
    again = around(request, visit, page, came.scans, draft=own["draft"], rev=rev, key=own["key"])
    if came.envelope:
        return draw(request, visit, again | {"problems": came.envelope, "problems_title": NOT_YET}, 422)
    order = Order(str(visit), code, page.intake, version=serve_forms.number(own["version"] or "0"), draft=draft)
    try:
        receipt = receive.receive(actor, order, at=at, key=own["key"])
    except Conflict as conflict:
        # The item was closed or changed while this page was open: what was typed is kept before anything else is said.
        context = again | {"problems": conflict.problems, "problems_title": NOT_YET}
        if conflict.code == "item.closed":
            context |= _kept(request, visit, code, page.intake, draft, rev)
        if conflict.code == "draft.away":
            # Said once, with the button that fetches it back, so that nothing contradicts it when it has come.
            context |= moved_away(request, visit, draft) | {"problems": ()}
        return draw(request, visit, context, 409)
    except Refused as refused:
        return draw(request, visit, again | {"problems": refused.problems, "problems_title": NOT_YET}, 422)
    return redirect("window:received", visit=visit, number=receipt.number)


def _kept(
    request: HttpRequest, visit: uuid.UUID, code: str, intake: receive.Intake, draft: str, rev: int
) -> dict[str, object]:
    try:
        kept = receive.save_draft(acting(request), str(visit), code, intake, draft=draft, rev=rev, at=clock.now())
    except Conflict:
        # Another device kept it a moment ago: nothing is lost.
        return {}
    return {"draft": kept.id, "rev": kept.rev, "kept_as_draft": True}


@needs("case.receive")
@require_safe
def received(request: HttpRequest, visit: uuid.UUID, number: str) -> HttpResponse:
    """已收件: number, query code, what happens next and by when, the papers to print, and the next item."""
    seen = handed.received(acting(request), str(visit), number, today=clock.today())
    return render(request, "window/serve/received.html", frame(request, visit, got=seen, titles=TITLES))


@needs("case.receive")
@require_POST
def finish(request: HttpRequest, visit: uuid.UUID, number: str) -> HttpResponse:
    """当场办结: decided, issued and handed over in one act."""
    typed = forms.controls(request.POST, key=40)
    # When somebody was first, the page shows where it stands now.
    with contextlib.suppress(Conflict):
        handle.finish(acting(request), number, at=clock.now(), key=typed["key"])
    return redirect("window:received", visit=visit, number=number)


@needs("case.receive")
@require_safe
def paper(request: HttpRequest, visit: uuid.UUID, number: str, kind: str) -> HttpResponse:
    """A printed paper of a case of the person served, as PDF."""
    made = printout.of_case(acting(request), number, printout_kind(kind), visit=str(visit), at=clock.now())
    return pdf(printing.pdf(made, at=int(clock.now().timestamp())), f"{number}-{kind}.pdf")


def printout_kind(kind: str) -> printout.Kind:
    """A kind of paper that is printed of a case, or NotFound."""
    if kind not in printout.NEEDS:
        raise NotFound("paper.unknown", "没有这种文书", "There is no such paper", pointer="/kind")
    return kind


def pdf(data: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser, never kept by it."""
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@needs("case.receive")
@require_POST
def told(request: HttpRequest, visit: uuid.UUID, code: str) -> HttpResponse:
    """一次性告知单: everything that is still needed, on one sheet to take home."""
    _, page = brought(request, visit, code)
    made = told_once.paper(acting(request), str(visit), page, at=clock.now())
    return pdf(printing.pdf(made, at=int(clock.now().timestamp())), f"{code}-told.pdf")
