"""The worklist page: what waits at a center, what was handed over, and the way to a case by its number."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tongban.channels.shared import forms
from tongban.channels.shared.actor import acting, needs
from tongban.domain.actor import Actor
from tongban.domain.refusals import NotFound, Problem
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.reads import alarms as alarm_reads
from tongban.reads import worklist
from tongban.reads.worklist import Lights, WorkRow

# What the clerk has to do with a case -> words, tone, icon. 无人接办 and 待补正 must never look alike.
STATES: dict[str, tuple[Text, str, str]] = {
    "unlooked": (Text("无人接办", "Nobody looked"), "bad", "eye-off"),
    "received": (Text("审看中", "Being looked at"), "info", "eye"),
    "correcting": (Text("待补正", "Incomplete, correction asked"), "warn", "edit"),
    "accepted": (Text("已受理,待决定", "Accepted, to be decided"), "ok", "check"),
    "special": (Text("特别程序中", "Special procedure"), "wait", "player-pause"),
    "decided": (Text("已办结,待送达", "Decided, to be delivered"), "info", "send"),
}
# Where what was handed over is; "sent" stands for an arrival that is not known on this node, too.
CUSTODY: dict[str, tuple[Text, str, str]] = {
    "sent": (Text("已发出,传输中", "Sent, under way"), "wait", "send"),
    "delivered": (Text("已到达,对方无人接办", "Delivered; nobody there took it up"), "bad", "eye-off"),
    "taken": (Text("对方已接办", "Taken up there"), "ok", "check"),
    "back": (Text("已退回本中心", "Handed back to us"), "warn", "arrow-left"),
    "unknown": (Text("已移交,对方无人接办", "Handed over; nobody there took it up"), "bad", "eye-off"),
}
LIGHTS: dict[str, tuple[Text, Text, str]] = {
    "red": (Text("红灯·已超期", "Red: overdue"), Text("期限已过", "past its date"), "bad"),
    "yellow": (Text("黄灯·快到期", "Yellow: due soon"), Text("剩余不到三分之一", "in its last third"), "warn"),
    "green": (Text("绿灯·正常", "Green: in time"), Text("时间充裕", "time enough"), "ok"),
    "paused": (Text("暂停计时", "Paused"), Text("补正或特别程序中", "correction or procedure"), "plain"),
}
FILTERS = ("center", "show", "item", "state", "light")
_LENGTHS = {"center": 9, "show": 8, "item": 60, "state": 20, "light": 10, "cursor": 200}


def _center(actor: Actor, asked: str, centers: tuple[tuple[str, str], ...]) -> str:
    """The center to show: the one asked for (the read asks for the power), else one's own, else the first."""
    if asked:
        return asked
    codes = [code for code, _ in centers]
    return actor.center if actor.center in codes else codes[0] if codes else actor.center


@needs("case.read")
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The worklist with its filters; everything about it is in the address, so that it can be gone back to."""
    return _listing(request)


def _listing(
    request: HttpRequest, problems: tuple[Problem, ...] = (), typed: str = "", status: int = 200
) -> HttpResponse:
    actor, today = acting(request), clock.today()
    chosen = forms.controls(request.GET, **_LENGTHS)
    centers = worklist.work_centers(actor)
    center = _center(actor, chosen["center"], centers)
    show: worklist.Show = "sent" if chosen["show"] == "sent" else "todo"
    listed = worklist.worklist(
        actor, center=center, show=show, item=chosen["item"], state=chosen["state"], light=chosen["light"],
        cursor=chosen["cursor"], today=today, now=clock.now(),
    )  # fmt: skip
    head = worklist.lights(actor, center=center, today=today)
    chosen |= {"center": center if len(centers) > 1 else "", "show": show if show == "sent" else ""}

    def at(**changes: str) -> str:
        """The address of this list with other filters."""
        wanted = {k: v for k in FILTERS if (v := changes.get(k, chosen[k]))} | {
            k: v for k, v in changes.items() if k == "cursor"
        }
        return f"?{urlencode(wanted)}"

    context = _head(head, chosen, at) | {
        "rows": [(row, *(CUSTODY[_where(row)] if show == "sent" else STATES[row.state])) for row in listed.rows],
        "states_of": {code: words for code, (words, _, _) in STATES.items()},
        "next": at(cursor=listed.next) if listed.next else "", "first": at() if chosen["cursor"] else "",
        "show": show, "center": center, "center_shown": worklist.center_name(center), "centers": centers, "chosen": chosen,
        "narrowed": any(chosen[k] for k in ("item", "state", "light")), "all": at(item="", state="", light=""),
        "todo_url": at(show="", item="", state="", light=""), "sent_url": at(show="sent", item="", state="", light=""),
        "problems": problems, "typed": typed, "today": today, "alarms": alarm_reads.count(actor, today=today, center=center),
    }  # fmt: skip
    return render(request, "window/work/list.html", context, status=status)


def _where(row: WorkRow) -> str:
    """The key of CUSTODY for a case that was handed over from here."""
    if row.custody == "back" or row.moved is None:
        return row.custody
    if row.moved.step == "sent" and row.moved.arrived is None:
        return "unknown"
    return "delivered" if row.moved.step == "passed_on" else row.moved.step


def _head(head: Lights, chosen: dict[str, str], at: Any) -> dict[str, Any]:
    """The numbers at the head, each leading to its cases, and the filters with their counts."""
    numbers = [
        (LIGHTS[light][0], LIGHTS[light][1], getattr(head, light), LIGHTS[light][2] if getattr(head, light) else "plain",
         at(light="" if chosen["light"] == light else light, show="", state=""), chosen["light"] == light)
        for light in worklist.LIGHTS
    ]  # fmt: skip
    states = [
        (*STATES[state], count, at(state="" if chosen["state"] == state else state, show="", light=""), chosen["state"] == state)
        for state, count in head.states
    ]  # fmt: skip
    return {"numbers": numbers, "states": states, "head": head}


@needs("case.read")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """From a number (typed, pasted, or read by a scanner) to its case."""
    typed = request.GET.get("number", "")[:300]
    try:
        return redirect("window:case", number=worklist.find(acting(request), typed))
    except NotFound as refused:
        return _listing(request, refused.problems, typed, 404)


@needs(alarm_reads.POWER)
@require_safe
def alarms(request: HttpRequest) -> HttpResponse:
    """What lies unseen past its date, over all centers where the actor supervises."""
    cursor = forms.controls(request.GET, cursor=200)["cursor"]
    found = alarm_reads.alarms(acting(request), cursor=cursor, today=clock.today())
    rows = [(row, alarm_reads.WHY[row.why]) for row in found.rows]
    return render(request, "window/work/alarms.html", {"rows": rows, "next": found.next})
