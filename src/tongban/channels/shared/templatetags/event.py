"""What the templates of a life event may say beside the parts of the house: the choices of a question, addresses of steps, a trip in
words."""

from typing import Any

from django import template

from tongban.channels.shared.language import say, tell
from tongban.channels.shared.parts import choices_of, field_id
from tongban.channels.shared.places import place_name
from tongban.domain.element import Element
from tongban.domain.plan import PlanVisit
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.reads import values
from tongban.reads.checklist_form import FieldView
from tongban.reads.event import EventScreen
from tongban.reads.event_papers import EventPaperView

register = template.Library()
FEW = 8
CAUSES = {
    "apply": Text("申请", "to apply"), "papers": Text("看材料", "to show papers"), "presence": Text("本人到场", "to be there"),
    "collect": Text("领取", "to collect"), "elsewhere": Text("到办理地点", "to the place itself"), "follow": Text("补交材料", "to bring what follows"),
    "window": Text("到窗口办", "at the counter"),
}  # fmt: skip


@register.filter
def few_choices(element: Element) -> bool:
    """Whether a question is answered by pressing one of a few buttons."""
    return element.type in ("boolean", "choice") and 0 < len(choices_of(element)) <= FEW


@register.filter
def choices_told(element: Element) -> list[tuple[str, str]]:
    """The answers of a question in the page's language."""
    return [(choice.code, tell(choice.name)) for choice in choices_of(element)]


@register.filter
def same(value: Any, code: str) -> bool:
    """Whether this answer was given before."""
    return ("true" if value is True else "false" if value is False else str(value)) == code


@register.filter
def step_link(links: dict[str, str], step: str) -> str:
    """The address of a step."""
    return links.get(step, links["questions"])


@register.filter
def abs_of(number: int) -> int:
    """How many more."""
    return abs(number)


@register.filter
def visit_told(visit: PlanVisit) -> str:
    """A trip: when, where, why."""
    when = {
        "start": say("开始时", "at the start"), "later": say("办好后", "when it is done"), "elsewhere": say("另去", "elsewhere"),
    }[visit.when]  # fmt: skip
    where = place_name(visit.place) if visit.place.isdigit() else say("任何一个中心", "any center")
    why = "、".join(dict.fromkeys(tell(CAUSES[cause]) for _, cause in visit.because))
    return f"{when}，{where}（{why}）" if say("1", "0") == "1" else f"{when}, {where} ({why})"


GROUPS = {
    "applicant": Text("您的情况", "About you"), "child": Text("孩子", "The child"), "spouse": Text("配偶", "Spouse"),
    "agent": Text("代办人", "Who acts"), "household": Text("家庭", "The household"), "housing": Text("住房", "Housing"),
    "work": Text("工作和单位", "Work"), "payment": Text("收款", "Payment"), "matter": Text("这件事", "The matter"),
}  # fmt: skip
OPTIONAL = Text("可以不填的", "Not required")


@register.filter
def groups(screen: EventScreen, problems: tuple[Problem, ...]) -> list[tuple[str, list[FieldView]]]:
    """The fields to fill in or confirm, by group; what is not required comes last, unless something is wrong with it."""
    wrong = {problem.pointer for problem in problems or ()}
    found: dict[str, list[FieldView]] = {}
    spare: list[FieldView] = []
    for view in screen.fields:
        if view.settled:
            continue
        empty = view.value in ("", None, [])
        if not view.required and empty and f"/answers/{view.element.code}" not in wrong:
            spare.append(view)
        else:
            found.setdefault(tell(GROUPS[view.element.group]), []).append(view)
    return [*found.items(), *([(tell(OPTIONAL), spare)] if spare else [])]


@register.filter
def at_counter(confirm: bool, channel: str) -> bool:
    """Only a clerk reads a prefilled value to the person; at home it is the person who reads."""
    return confirm and channel == "window"


@register.filter
def said(view: FieldView) -> str:
    """A value of the form as it is read back to the person who gave it."""
    return tell(values.in_words(view.element, view.value))


@register.filter
def settled_papers(papers: tuple[EventPaperView, ...]) -> list[EventPaperView]:
    """The papers of which nothing is to be done."""
    return [paper for paper in papers if not paper.ways]


@register.filter
def has_way(ways: tuple[tuple[str, Text], ...], way: str) -> bool:
    """Whether a paper may be handed in this way."""
    return way in dict(ways)


@register.filter
def problems_of(problems: tuple[Problem, ...], key: str) -> list[Problem]:
    """What is wrong with one paper."""
    return [problem for problem in problems or () if problem.pointer == f"/papers/{key}"]


@register.filter
def pointer_id(key: str) -> str:
    """The end of the id of a paper's place on the page."""
    return field_id("/" + key).removeprefix("f-")


@register.filter
def problem_link(links: dict[str, str], pointer: str) -> str:
    """Where a problem is mended: the step and the place in it."""
    step = (
        "papers"
        if pointer.startswith("/papers/")
        else "form"
        if pointer.startswith(("/answers/", "/center"))
        else "plan"
    )
    return f"{links[step]}#{field_id(pointer)}"


@register.filter
def center_wrong(problems: tuple[Problem, ...]) -> bool:
    """Whether the choice of a center is what is wrong."""
    return any(problem.pointer == "/center" for problem in problems or ())
