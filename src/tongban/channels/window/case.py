"""The page of one case: the acts that are possible now, each by a key, and everything they are decided from."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.language import say, tell
from tongban.channels.window import case_acts, case_words
from tongban.channels.window.case_words import ACTS
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Problem, Refused
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import case_page, enquiries
from tongban.reads.case_page import CasePage

REASONS = ("审核受理条件", "核对材料与填报是否一致", "电话联系申请人", "制作文书")


@needs("case.read")
@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The case; ``?do=`` opens the form of an act that is possible now."""
    return show(request, number, do=request.GET.get("do", "")[:30])


def show(request: HttpRequest, number: str, *, do: str = "", status: int = 200, **more: Any) -> HttpResponse:
    """The page in its newest state, with the form of ``do`` open if that act is possible."""
    actor, today = acting(request), clock.today()
    found = case_page.page(actor, number, now=clock.now())
    opened = do if do in found.acts and not ACTS[do].direct else ""
    buttons = [
        (act, ACTS[act], str(new_id()), act == found.next_act) for act in _in_order(found) if act in ACTS
    ]  # fmt: skip
    context: dict[str, Any] = {
        "page": found, "p": found.progress, "buttons": buttons, "do": opened, "act": ACTS.get(opened),
        "form": f"window/work/acts/{opened}.html", "key": str(new_id()),
        "reasons": REASONS, "today": today, "typed": {}, "prints": case_words.prints(found),
        "enquiries": enquiries.of_case(actor, number, today=today), "enquiry_key": str(new_id()), **more,
    }  # fmt: skip
    context["ask_about"], context["ask_whom"] = enquiries.askable(actor, number)
    if opened:
        context |= case_words.choices(found, opened, actor, today)
    return render(request, "window/work/case.html", context, status=status)


def _in_order(found: CasePage) -> list[str]:
    """The next act first, then the order of work."""
    return sorted(found.acts, key=lambda act: act != found.next_act)


@needs("case.read")
@require_POST
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Do one act, on the state that the clerk has seen. Refused: the form comes back with all that was typed. Somebody was
    first: the newest state, what happened meanwhile, and what was typed."""
    if act not in case_acts.DO:
        raise Http404
    sent = forms.controls(request.POST, n=9, key=40, visit=40)
    expect = int(sent["n"]) if sent["n"].isascii() and sent["n"].isdigit() else 0
    frame = {"expect": expect, "at": clock.now(), "key": sent["key"]}
    try:
        if not expect or not sent["key"]:
            raise Refused(
                "form.control", "页面传来的内容不完整,请刷新后重试", "The page sent something incomplete; reload it"
            )
        done = case_acts.DO[act](case_acts.given(request, acting(request), number, frame, sent["visit"]))
    except (NotAllowed, NotFound):
        raise
    except Conflict as conflict:
        return _conflict(request, number, act, expect, conflict)
    except Refused as refused:
        problems = tuple(case_words.pointed(act, p, request.POST) for p in refused.problems)
        return show(request, number, do=act, status=422, problems=problems, typed=_typed(request))
    if done.asked:
        messages.info(request, case_words.passed_on(done.asked))
        return redirect("window:case", number=number)
    messages.success(request, say(f"已完成:{ACTS[act].label.zh}。", f"Done: {ACTS[act].label.en}."))
    # What was passed on is no longer ours, and perhaps not even ours to read.
    return redirect("window:work") if act in ("hand_over", "hand_back") else redirect("window:case", number=number)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, to be shown again: one value by name, or a list where several were chosen."""
    return {
        k: v[0][: forms.LONGEST] if len(v) == 1 else v
        for k, v in request.POST.lists()
        if k not in ("csrfmiddlewaretoken", "n", "key", "visit")
    }


def _conflict(request: HttpRequest, number: str, act: str, expect: int, why: Conflict) -> HttpResponse:
    found = case_page.page(acting(request), number, now=clock.now())
    meanwhile = [e for e in found.events if e.n > expect] if expect else []
    problem = Problem(why.code, why.text)
    return show(
        request, number, do=act if act in found.acts and not ACTS[act].direct else "", status=409, conflict=problem,
        meanwhile=meanwhile, tried=tell(ACTS[act].label), still=act in found.acts, typed=_typed(request),
    )  # fmt: skip
