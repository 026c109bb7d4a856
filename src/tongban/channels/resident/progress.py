"""Where my case stands: number and query code once, then the page. The code never stands in an address: the form posts it, the
QR of a receipt carries it behind the # (which browsers keep to themselves), and a sealed pass in a cookie remembers it (passes.py)."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.channels.resident import passes, wait
from tongban.channels.resident.look import page
from tongban.channels.resident.query_form import count_try, form, private, was_right
from tongban.channels.shared import asking
from tongban.channels.shared.actor import public
from tongban.channels.shared.printing import render
from tongban.domain import codes
from tongban.domain.refusals import NotFound, Problem, Refused
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.reads import my_case, printout
from tongban.reads.my_case import MyCase

EMPTY = {
    "number": Problem("query.number", Text("请填写办件编号", "Enter the case number"), "/number"),
    "code": Problem("query.code", Text("请填写查询码", "Enter the query code"), "/code"),
}


@public
@ensure_csrf_cookie
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: str = "") -> HttpResponse:
    """Ask for number and code; a right pair leads to the page of the case."""
    if request.method != "POST":
        return form(request, number)
    number, code = (request.POST.get(n, "").replace("\x00", "").strip()[:60] for n in ("number", "code"))
    try:
        clean_number, clean_code = _read(number, code)
        try:
            _open(request, clean_number, clean_code)
        except NotFound:
            # On the node of a district the case may be one of elsewhere: the city knows.
            if (waiting := asking.begin(clean_number, clean_code)) is None:
                raise
            return wait.begun(waiting)
    except Refused as refused:
        return form(request, number, refused)
    answer = redirect("resident:case", number=clean_number)
    passes.give(answer, clean_number, clean_code)
    return answer


@public
@ensure_csrf_cookie
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a case for whoever holds a pass; the form, with the number filled in, for everybody else."""
    found = _passed(request, number)
    if found is None:
        return form(request, number)
    return private(
        page(request, "case", {"m": found, "p": found.case, "entries": entries(found), "spaced": spaced(number)})
    )


@public
@require_safe
def printed(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a case on paper (PDF), for whoever holds a pass; no names stand on it."""
    code, now = passes.code_in(request, number), clock.now()
    if not code:
        return redirect("resident:case", number=number)
    made = printout.progress_of(number, code, at=now)
    answer = HttpResponse(render.pdf(made, at=int(now.timestamp())), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{number}-progress.pdf"'
    return private(answer)


@public
@require_POST
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """Forget the pass: for computers that many people use."""
    answer = redirect("resident:progress")
    passes.take_back(answer, number)
    return answer


def entries(found: MyCase) -> list[dict[str, Any]]:
    """The steps as the timeline draws them, newest first: what matters today stands on top."""
    last = len(found.case.steps)
    return [
        {"at": s.at, "title": s.word, "place": s.center_name, "note": s.note,
         "state": "now" if s.n == last and not found.case.closed else "done"}
        for s in reversed(found.case.steps)
    ]  # fmt: skip


def spaced(number: str) -> str:
    """As it can be read out on the telephone: center, day, sequence."""
    return f"{number[:9]} {number[9:15]} {number[15:]}"


def _read(number: str, code: str) -> tuple[str, str]:
    """Number and code as they are kept, or Refused with a problem per field: a slip of the finger costs no try."""
    problems: list[Problem] = []
    clean = {"number": "", "code": ""}
    for name, typed, parse in (("number", number, codes.parse_case_number), ("code", code, codes.parse_query_code)):
        try:
            if not typed:
                problems.append(EMPTY[name])
            else:
                clean[name] = str(parse(typed))
        except Refused as refused:
            problems += [msgspec.structs.replace(p, pointer=f"/{name}") for p in refused.problems]
    if problems:
        first = problems[0].text
        raise Refused("query.not_sound", first.zh, first.en, problems=tuple(problems))
    return clean["number"], clean["code"]


def _open(request: HttpRequest, number: str, code: str) -> MyCase:
    """The case, the try counted unless it was right."""
    count_try(request, number)
    found = my_case.by_code(number, code, at=clock.now(), today=clock.today())
    was_right(request, number)
    return found


def _passed(request: HttpRequest, number: str) -> MyCase | None:
    """The case that the pass in the cookie opens; None when there is none, it is over, or it is not for this case."""
    code = passes.code_in(request, number)
    try:
        return my_case.by_code(number, code, at=clock.now(), today=clock.today()) if code else None
    except Refused:
        return None
