"""Is this paper genuine: the QR of every printed paper leads here, and so does its code typed by hand. What is shown is about
the paper and the case, never about a person."""

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tongban.channels.resident.look import page
from tongban.channels.shared.actor import public
from tongban.plumbing import clock, signing
from tongban.reads import e_credential, verify_paper


@public
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Type what stands on the paper: the case number and the code under the QR."""
    number, mark = (request.GET.get(n, "").replace("\x00", "").strip()[:60] for n in ("number", "check"))
    if number and mark and (code := verify_paper.typed(number, mark)):
        return redirect("resident:paper", code=code)
    asked = bool(number or mark)
    return page(request, "verify", {"number": number, "check": mark, "asked": asked}, status=404 if asked else 200)


@public
@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """The public keys with which e-credentials are signed, for whoever checks one without asking us."""
    found = [msgspec.to_builtins(key) for key in signing.published()]
    return JsonResponse({"statement": "tongban e-credential 1", "keys": found})


@public
@require_safe
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR of a paper or of an e-credential leads to."""
    if (shown := e_credential.check(code, clock.today())) is not None:
        answer = page(request, "genuine_credential", {"c": shown, "state": e_credential.STATES[shown.state]})
        answer.headers["Cache-Control"] = "no-store"
        return answer
    found = verify_paper.check(code)
    context = {"g": found, "number": "", "check": "", "asked": True}
    answer = page(request, "verify", context, status=200 if found else 404)
    answer.headers["Cache-Control"] = "no-store"
    return answer
