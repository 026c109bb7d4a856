"""Enquiries (协查) on screen: the page of a department's person, who answers what waits, and the small forms by which the holder
of a case asks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, any_staff, needs
from tongban.channels.shared.language import say
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Refused
from tongban.flows import enquire
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import enquiries

_KEY, _TEXT = 40, 500


def _long(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\r\n", "\n")[: _TEXT + 1]


@any_staff
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for the answer of the departments that this person speaks for."""
    return _page(request)


def _page(request: HttpRequest, conflict: Conflict | None = None) -> HttpResponse:
    cursor = forms.controls(request.GET, cursor=200)["cursor"]
    page = enquiries.waiting(acting(request), cursor=cursor, today=clock.today())
    context = {"rows": page.rows, "next": page.next, "problems": conflict.problems if conflict else ()}
    return render(request, "window/work/enquiries.html", context, status=409 if conflict else 200)


@any_staff
@require_POST
def opened(request: HttpRequest, enquiry_id: str) -> HttpResponse:
    """One enquiry with its question and whom it is about. A look, so it is asked for by a button and written down."""
    return _one(request, enquiry_id)


def _one(request: HttpRequest, enquiry_id: str, refused: Refused | None = None) -> HttpResponse:
    try:
        row, shown = enquiries.to_answer(acting(request), enquiry_id, at=clock.now())
    except Conflict as conflict:
        return _page(request, conflict)
    context = {
        "row": row, "shown": shown, "key": str(new_id()), "problems": refused.problems if refused else (),
        "typed": _long(request, "text"),
    }  # fmt: skip
    answer = render(request, "window/work/enquiry.html", context, status=422 if refused else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@any_staff
@require_POST
def answer(request: HttpRequest, enquiry_id: str) -> HttpResponse:
    """A yes or a no with its words; what was typed is kept when it is refused."""
    data = forms.controls(request.POST, holds=3, key=_KEY)
    try:
        enquire.answer(
            acting(request), enquiry_id, data["holds"] == "yes", _long(request, "text"), at=clock.now(), key=data["key"]
        )
    except Conflict as conflict:
        return _page(request, conflict)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _one(request, enquiry_id, refused)
    messages.success(request, say("已答复,办理中心马上能看到。", "Answered; the handling center sees it at once."))
    return redirect("window:enquiries")


@needs("case.handle")
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """The holder asks a department about one material of the case."""
    data = forms.controls(request.POST, department=40, material=60, key=_KEY)
    enquire.ask(
        acting(request), number, data["department"], data["material"], _long(request, "question"),
        at=clock.now(), key=data["key"],
    )  # fmt: skip
    return redirect("window:case", number=number)
