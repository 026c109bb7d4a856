"""补正、补交 online: what was asked for, each with its field or its paper, sent together because a correction is taken once. What is
uploaded nobody has compared with its original, so its grade is C; it is kept while the rest is mended."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tongban.channels.resident.door import here, signed_in
from tongban.channels.resident.look import page
from tongban.channels.shared import forms, uploaded
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.language import say
from tongban.channels.shared.uploaded import Kept
from tongban.domain.handed_in import PaperIn
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.flows import handle
from tongban.flows.handle import Standing
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import my_matters, serving
from tongban.reads.serving import ForCase

NOTHING = Text("请填写或上传被要求的内容", "Fill in or upload what is asked for")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Bring what was asked for."""
    door = here(request)
    my_matters.matter(door.actor, door.visit, number, at=clock.now())
    case = serving.for_case(door.actor, door.visit, number)
    context: dict[str, Any] = {"case": case, "act_key": new_id(), "kept": {}, "problems": ()}
    context["fields"] = [(f, case.answers.get(f.element.code, "")) for f in case.fields]
    if request.method != "POST":
        return page(request, "correct", context)
    papers = [p.material for p in case.papers]
    answers, wrong = forms.raw_answers(
        request.POST, [f.element for f in case.fields], controls={"key", *uploaded.names(papers)}
    )
    kept, refused_files = uploaded.take(request, papers, door.visit)
    context |= {"kept": kept, "fields": [(f, answers.get(f.element.code, "")) for f in case.fields]}
    problems, status = (*wrong, *refused_files, *_missing(case, answers, kept)), 422
    if not problems:
        try:
            done = _take(request, case, dict(answers), kept)
        except Refused as refused:
            problems, status = refused.problems, status_of(refused)
        else:
            said = say("已收到,办件继续办理。", "Received; the case goes on.")
            if done.asked:
                said = say("已转交持有办件的中心,收到后自动更新。", "Passed on to where the case is held.")
            messages.success(request, said)
            return redirect("resident:matter", number=number)
    return page(request, "correct", context | {"problems": problems}, status=status)


def _take(request: HttpRequest, case: ForCase, answers: dict[str, object], kept: Kept) -> Standing:
    door, at, key = here(request), clock.now(), request.POST.get("key", "")[:40]
    papers = [PaperIn(material, "copy", "C", one["digest"]) for material, one in kept.items()]
    if case.correcting:
        return handle.receive_correction(door.actor, case.number, answers, papers, visit=door.visit, at=at, key=key)
    return handle.add_papers(door.actor, case.number, papers, visit=door.visit, at=at, key=key)


def _missing(case: ForCase, answers: Any, kept: Kept) -> list[Problem]:
    if not case.correcting:
        return [] if kept else [Problem("upload.empty", NOTHING, "/papers")]
    missing = [f"/answers/{f.element.code}" for f in case.fields if f.asked and not answers.get(f.element.code)]
    missing += [f"/papers/{p.material}" for p in case.papers if p.material not in kept]
    return [Problem("correction.missing", NOTHING, one) for one in missing]
