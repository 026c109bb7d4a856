"""What a channel gives to the pages of a life event: who acts in which visit, through which door, how addresses are made and which
page stands around them; and where the person is in it."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.channels.shared.drafts import MOST
from tongban.channels.shared.events.picture import draw, in_words
from tongban.channels.shared.language import language
from tongban.domain.actor import Actor
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import event as reads
from tongban.reads.event import DraftSeen, EventScreen

STEPS: tuple[tuple[str, Text], ...] = (
    ("start", Text("开始", "Start")),
    ("questions", Text("回答问题", "Questions")),
    ("plan", Text("看计划", "The plan")),
    ("form", Text("填一张表", "One form")),
    ("papers", Text("交材料", "Papers")),
    ("check", Text("核对提交", "Check and submit")),
)
NAMES = [name for _, name in STEPS]
CODES = [code for code, _ in STEPS]


class Frame(msgspec.Struct, frozen=True):
    """A channel's frame around the pages. ``address`` makes the address of a step (or ``fetch``, ``scan`` …) of this event;
    ``done`` that of what was handed in under a number; ``whom`` is the name of the person it is for, ``base`` the template around
    the page and ``bare`` around a page that replaces what stands
    in ``target``; ``likely`` is the center that the form offers as chosen until the person says another."""

    actor: Actor
    visit: str
    event: str
    channel: Literal["resident", "window"]
    base: str
    bare: str
    target: str
    address: Callable[[str], str]
    done: Callable[[str], str]
    whom: str
    around: Callable[[], dict[str, Any]]
    likely: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where the person is: the draft that is gone on with, and the screen over it."""

    draft: DraftSeen | None
    intake: EventIntake
    screen: EventScreen

    @property
    def draft_id(self) -> str:
        """The id of the draft; empty before the first save."""
        return self.draft.id if self.draft else ""

    @property
    def rev(self) -> int:
        """The revision that the page was made from."""
        return self.draft.rev if self.draft else 0


def place(frame: Frame, intake: EventIntake | None = None, *, final: bool = False) -> Place:
    """The newest draft of this person for this event (whichever device or counter saved it) and what the screen shows of it, or
    of what was just sent."""
    draft = reads.draft(frame.actor, frame.visit, frame.event)
    said = intake if intake is not None else draft.intake if draft else EventIntake()
    return Place(draft, said, screen_of(frame, said, final=final))


def screen_of(frame: Frame, intake: EventIntake, *, final: bool = False) -> EventScreen:
    """What is shown of this intake."""
    return reads.screen(
        frame.actor,
        frame.visit,
        frame.event,
        intake,
        channel=frame.channel,
        today=clock.city_date(clock.now()),
        final=final,
    )


def show(
    request: HttpRequest, frame: Frame, step: str, here: Place, *, problems: tuple[Problem, ...] = (), status: int = 200,
    key: str = "", rev: int | None = None, draft_id: str = "", **more: Any,
) -> HttpResponse:  # fmt: skip
    """Draw the page of a step."""
    screen = here.screen
    context = {
        **frame.around(), "base": frame.bare if getattr(request, "htmx", False) else frame.base, "ev": screen, "whom": frame.whom, "step": step, "place": here,
        "names": NAMES, "now": CODES.index(step) + 1 if step in CODES else 0, "links": {code: frame.address(code) for code in (*CODES, "fetch", "bring", "scan", "submit")},
        "draft_id": draft_id or here.draft_id or new_id(), "rev": here.rev if rev is None else rev, "act_key": key or new_id(), "problems": problems,
        "channel": frame.channel, "target": frame.target, "resume": resume(here), "empty_values": ("", None, []),
        "center": here.intake.center or frame.likely or screen.center, "as_chosen": bool(frame.likely) and not here.intake.center,
        "turn": 0, "most": MOST, **more,
    }  # fmt: skip
    if step == "plan" or more.get("with_picture"):
        context |= pictured(screen)
    answer = render(request, f"shared/event/{step}.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def resume(here: Place) -> str:
    """The step at which the person goes on: where they were, but not past a question that is open."""
    step = here.intake.step if here.intake.step in CODES else "questions"
    order = {"plan": "form", "form": "papers", "papers": "check"}
    return "questions" if step in ("start", "questions") and here.screen.question else order.get(step, "plan")


def pictured(screen: EventScreen) -> dict[str, Any]:
    """The picture of the order for a phone and for a desk, and the same in words."""
    plan, words, english = screen.plan, screen.words, language() == "en"
    return {
        "plan": plan,
        "pictures": [draw(plan, words, wide=False, english=english), draw(plan, words, wide=True, english=english)],
        "told": in_words(plan, words, screen.departments),
    }
