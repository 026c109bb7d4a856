"""What the person brings for a case received before, at whichever counter: what a correction asked for, or papers that were
promised to follow. The pen stays where it is."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.language import say
from tongban.channels.window import serve_forms
from tongban.channels.window.case_words import passed_on
from tongban.channels.window.serve_visit import frame
from tongban.domain.refusals import Conflict, Refused
from tongban.domain.text import Text
from tongban.flows import access, handle
from tongban.flows.handle import Standing
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import serving
from tongban.reads.serving import ForCase

NOT_YET = Text("还没有收下:请处理下列各处", "Not taken yet: mend these")


@needs("case.receive")
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, visit: uuid.UUID, number: str) -> HttpResponse:
    """The points that were asked for, each with its field or paper; sent together, because a correction is taken once."""
    actor, at = acting(request), clock.now()
    case = serving.for_case(actor, str(visit), number)
    context: dict[str, Any] = {"case": case, "act_key": new_id(), "scans": (), "problems": (), "typed": case.answers}
    if request.method != "POST":
        access.person(actor, reason=f"收补正或补交材料:{case.name.zh}", visit_id=str(visit), at=at)
        return render(request, "window/serve/bring.html", frame(request, visit, **context))
    came = serve_forms.read(request, visit, case.elements, case.materials)
    context |= {
        "scans": came.scans,
        "typed": came.intake.answers,
        "act_key": came.controls["key"],
        "problems_title": NOT_YET,
    }
    problems, status = came.envelope, 422
    if not problems:
        try:
            done = _take(request, visit, case, came)
        except Conflict as conflict:
            problems, status = conflict.problems, 409
        except Refused as refused:
            problems = refused.problems
        else:
            if done.asked:
                messages.info(request, passed_on(done.asked))
            else:
                messages.success(request, say("已收下,办件继续办理。", "Taken; the case goes on."))
            return redirect("window:received", visit=visit, number=number)
    return render(
        request, "window/serve/bring.html", frame(request, visit, **(context | {"problems": problems})), status=status
    )


def _take(request: HttpRequest, visit: uuid.UUID, case: ForCase, came: serve_forms.Brought) -> Standing:
    actor, at, key = acting(request), clock.now(), came.controls["key"]
    # What the page was for, not what the case is by now: sent twice, it is the same act and the same answer.
    if came.controls["what"] == "correction":
        return handle.receive_correction(
            actor, case.number, dict(came.intake.answers), came.intake.papers, visit=str(visit), at=at, key=key
        )
    return handle.add_papers(actor, case.number, came.intake.papers, visit=str(visit), at=at, key=key)
