"""正在向市级系统查询: a case that is not known at this node is asked of the city; the page waits for its answer some seconds, with
or without script, and then shows the case, or says what it would have said at once."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from tongban.channels.resident import passes, query_form
from tongban.channels.resident.look import page
from tongban.channels.shared import asking
from tongban.channels.shared.actor import public
from tongban.channels.shared.asking import Waiting
from tongban.domain.refusals import Refused
from tongban.plumbing import clock
from tongban.reads import my_case

COOKIE = "asking"


def begun(waiting: Waiting) -> HttpResponse:
    """Go and wait; the question goes along in a cookie of this page only, because it holds the code."""
    answer = redirect("resident:wait")
    answer.set_cookie(
        COOKIE, waiting.token, max_age=int(asking.LIFE.total_seconds()), path=reverse("resident:wait"), httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer


@public
@ensure_csrf_cookie
@require_safe
def wait(request: HttpRequest) -> HttpResponse:
    """The waiting page; asked by itself (``?part``), nothing while there is no answer, then the word to load it anew."""
    waiting = asking.taken_up(request.COOKIES.get(COOKIE, ""))
    settled = waiting is None or waiting.answered() or waiting.late()
    if "part" in request.GET:
        answer = HttpResponse(status=200 if settled else 204)
        if settled:
            answer["HX-Refresh"] = "true"
        return answer
    if waiting is None:
        return redirect("resident:progress")
    if not settled:
        return query_form.private(page(request, "wait", {}))
    answer = _outcome(request, waiting)
    answer.delete_cookie(COOKIE, path=reverse("resident:wait"), samesite="Lax")
    return answer


def _outcome(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    try:
        my_case.by_code(waiting.number, waiting.code, at=clock.now(), today=clock.today())
    except Refused as refused:
        if not waiting.answered():
            return query_form.silent(request, waiting.number)
        return query_form.form(request, waiting.number, refused)
    if asking.first_time(waiting):
        query_form.was_right(request, waiting.number)
    answer = redirect("resident:case", number=waiting.number)
    passes.give(answer, waiting.number, waiting.code)
    return answer
