"""From the posted form of a step to what the person has said so far: only this step's part changes, all else stays as it was saved.
Unknown fields are problems; what cannot be read is kept as it was typed."""

from typing import Any

import msgspec
from django.http import HttpRequest, QueryDict

from tongban.channels.shared import forms
from tongban.domain import event_form, event_part, event_plan, who
from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.plumbing import files
from tongban.reads.event import EventScreen
from tongban.reads.event_papers import EventPaperView

CONTROLS = {"key": 40, "draft": 40, "rev": 6, "go": 20, "ask": 60, "remove": 64, "keep": 10}
MOST_FILES = (
    200  # of one draft: a person who scans page by page stays far below, a machine that fills the cabinet is stopped
)
WAYS = ("seen", "upload", "counter", "declared", "follow")


class Sent(msgspec.Struct, frozen=True):
    """What came: what the person has said so far with this step in it, the page's own values, and what is wrong with the
    envelope or with what this step must judge at once."""

    intake: EventIntake
    own: dict[str, str]
    problems: tuple[Problem, ...] = ()


def controls(request: HttpRequest) -> dict[str, str]:
    """The page's own values. Refused ``form.control`` when they are not what a page of ours sends."""
    own = forms.controls(request.POST, **CONTROLS)
    if not ((own["rev"] or "0").isascii() and (own["rev"] or "0").isdigit()):
        raise Refused("form.control", "页面内容不完整,请刷新后重试", "Reload the page and try again", pointer="/rev")
    return own


def _raw(data: QueryDict, asked: list[Element], more: set[str]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    raw, problems = forms.raw_answers(data, asked, controls={*CONTROLS, *more})
    return dict(raw), problems


def question(request: HttpRequest, before: EventIntake, element: Element) -> Sent:
    """The answer to one question, or that it is not known. No answer at all is a problem: silence is not "not sure"."""
    own = controls(request)
    raw, problems = _raw(request.POST, [element], {"unsure"})
    unsure = request.POST.get("unsure") == "1"
    given = raw.get(element.code)
    answers = {code: value for code, value in before.answers.items() if code != element.code}
    rest = tuple(code for code in before.unsure if code != element.code)
    if unsure:
        return Sent(_with(before, answers=answers, unsure=(*rest, element.code), step="questions"), own, problems)
    if not given:
        missing = Problem(
            "form.required",
            Text("请选一个答案,或按“不清楚”", "Choose an answer, or press “not sure”"),
            f"/answers/{element.code}",
        )
        return Sent(before, own, (*problems, missing))
    return Sent(_with(before, answers={**answers, element.code: given}, unsure=rest, step="questions"), own, problems)


def plan(request: HttpRequest, before: EventIntake, screen: EventScreen) -> Sent:
    """Which of the items the person wants, and which of those that may follow they want now."""
    own = controls(request)
    offered = [row.code for row in screen.items if row.state in ("in", "maybe", "not_chosen")]
    own_names = {*CONTROLS, "item", "insist", *forms.FRAME}
    problems = tuple(_unknown(name) for name in request.POST if name not in own_names)
    wanted = [code for code in request.POST.getlist("item") if code in offered]
    insist = tuple(row.code for row in screen.items if row.deferrable and row.code in request.POST.getlist("insist"))
    if not wanted:
        none = Problem("plan.nothing", Text("请至少选一个事项", "Choose at least one item"), "/item")
        return Sent(before, own, (*problems, none))
    # Whoever takes all that is offered takes all that applies, also what a later answer brings in.
    chosen = None if set(wanted) == set(offered) else tuple(wanted)
    return Sent(_with(before, chosen=chosen, insist=insist, step="plan"), own, problems)


def form(request: HttpRequest, before: EventIntake, screen: EventScreen) -> Sent:
    """The one form as it was filled in, right or wrong."""
    own = controls(request)
    shown = [view.element for view in screen.fields if not view.settled]
    elements = screen.prepared.registry.elements
    # A page that was open while the plan changed may send an element that is not asked any more: it is kept, not refused.
    sure = who.not_typed(elements, [e.code for e in shown])
    told = {*sure, *(e.code for e in shown)}
    also = [elements[code] for code in request.POST if code in elements and code not in told]
    raw, problems = _raw(request.POST, [*shown, *also], {"center", *sure})
    answers = {**before.answers, **raw}
    center = request.POST.get("center", before.center)[:12]
    if center and center not in dict(screen.centers):
        bad = Problem("form.choice", Text("请从列表中选择中心", "Choose a center of the list"), "/center")
        return Sent(_with(before, answers=answers, step="form"), own, (*problems, bad))
    unsure = tuple(code for code in before.unsure if not raw.get(code))
    return Sent(_with(before, answers=answers, unsure=unsure, center=center, step="form"), own, problems)


def papers(request: HttpRequest, before: EventIntake, screen: EventScreen, *, counter: bool = False) -> Sent:
    """What the person said of each paper, and the files that came with it; each file is judged by its bytes. ``counter``: a clerk
    says it, who has the originals in hand."""
    own = controls(request)
    open_papers = screen.open_papers
    known = {*CONTROLS, *forms.FRAME, *(f"way-{p.key}" for p in open_papers), *(f"file-{p.key}" for p in open_papers)}
    # A page that was open while the plan changed may still speak of a paper that nobody needs any more.
    asked = event_plan.papers_asked(screen.prepared)
    known |= {f"way-{key}" for key in asked}
    problems = [_unknown(name) for name in request.POST if name not in known]
    # What no answer asks for any more, because the event itself has changed, goes: nobody could take it back by hand.
    kept = [
        one
        for one in before.papers
        if not (own["remove"] and one.paper.digest == own["remove"])
        and event_part.paper_name(one.of, one.paper.material) in asked
    ]
    said: dict[str, list[str]] = {way: [] for way in WAYS}
    for view in open_papers:
        new, wrong = _files(request, view, MOST_FILES - len(kept))
        problems += wrong
        way = request.POST.get(f"way-{view.key}", "")
        if way not in dict(view.ways):
            way = ""
        kept = event_form.handed(kept, view.of, view.material, way, new, counter=counter)
        if way:
            said[way].append(view.key)
        if event_form.shown_later(way, original=view.original):
            said["counter"].append(view.key)
    intake = _with(
        before, papers=tuple(kept), at_counter=tuple(said["counter"]), declarations=tuple(said["declared"]),
        follow=tuple(said["follow"]), step="papers",
    )  # fmt: skip
    return Sent(intake, own, tuple(problems))


def _files(request: HttpRequest, view: EventPaperView, room: int) -> tuple[list[EventPaper], list[Problem]]:
    found, problems = [], []
    given_files = request.FILES.getlist(f"file-{view.key}")
    if len(given_files) > min(room, 10):
        many = Text(
            f"文件太多:每份材料一次最多10个,全部最多{MOST_FILES}个", f"Too many files: at most {MOST_FILES} in all"
        )
        problems.append(Problem("paper.too_many", many, f"/papers/{view.key}"))
    for given in given_files[: max(0, min(room, 10))]:
        try:
            kept = files.put(given, given.name or "")
        except Refused as refused:
            problems += [msgspec.structs.replace(p, pointer=f"/papers/{view.key}") for p in refused.problems]
            continue
        # Nobody saw the original yet: uploaded, to be looked at (grade C).
        found.append(EventPaper(PaperIn(view.material, "original", "C", kept.digest), view.of))
    return found, problems


def _unknown(name: str) -> Problem:
    shown = "".join(c if c.isprintable() else "?" for c in name[:40])
    return Problem(
        "form.unknown_field",
        Text(f"表单中没有“{shown}”这一项,请刷新页面后重填", f"The form has no field “{shown}”; reload the page"),
        "",
    )


def _with(before: EventIntake, **changes: Any) -> EventIntake:
    return msgspec.structs.replace(before, **changes)
