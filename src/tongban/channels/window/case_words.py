"""What the acts on a case are called, by which key they go, and what their forms offer to choose from."""

import datetime as dt
from typing import Any

import msgspec
from django.http import QueryDict

from tongban.channels.shared.language import say
from tongban.channels.window.case_acts import CAME
from tongban.domain import facts, reasons
from tongban.domain.actor import Actor
from tongban.domain.options import only_refusal
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.reads import case_page, elsewhere
from tongban.reads.case_page import CasePage
from tongban.reads.paper import TITLES, Kind


class ActWords(msgspec.Struct, frozen=True):
    """An act on the screen: its name, its key, its icon; ``direct`` acts are done by the press itself (after ``question``
    where there is one), others open their form first."""

    label: Text
    key: str
    icon: str
    lead: Text = Text("")
    direct: bool = False
    question: Text = Text("")
    tone: str = ""


ACTS: dict[str, ActWords] = {
    "take_over": ActWords(Text("接办", "Take up"), "t", "eye", direct=True),
    "accept": ActWords(Text("受理", "Accept"), "a", "check", direct=True),
    "finish": ActWords(
        Text("当场办结", "Finish on the spot"), "f", "checks", direct=True,
        question=Text("当场决定、制发并交付结果?此后不能修改。", "Decide, issue and hand over now? It cannot be changed afterwards."),
    ),
    "receive_correction": ActWords(
        Text("收补正", "Take in the correction"), "r", "files",
        Text("要求补正的内容须一次交齐。", "Everything that was asked for must come at once."),
    ),
    "add_papers": ActWords(
        Text("收补交材料", "Take in papers that follow"), "m", "paperclip",
        Text("容缺受理时承诺后补的材料。", "Papers promised when the case was accepted."),
    ),
    "review": ActWords(Text("审核", "Review"), "v", "list-check"),
    "decide": ActWords(Text("作出决定", "Decide"), "d", "flag"),
    "ask_correction": ActWords(
        Text("要求补正", "Ask for correction"), "c", "edit",
        Text("一次说全:逐项选择问题,没有问题的不用选。", "Say it all at once: choose the problem of each; leave what is right."),
    ),
    "start_special": ActWords(
        Text("启动特别程序", "Start a special procedure"), "s", "player-pause",
        Text("办理期限从今天起暂停,申请人会收到告知书。", "The clock stands still from today; the applicant gets a notice."),
    ),
    "end_special": ActWords(Text("结束特别程序", "End the procedure"), "e", "refresh"),
    "issue": ActWords(Text("制发结果", "Issue a result"), "i", "file-text"),
    "deliver": ActWords(
        Text("送达", "Deliver"), "l", "send", Text("未制发的结果一并制发。", "Results not issued yet are issued now."),
    ),
    "not_accept": ActWords(
        Text("不予受理", "Do not accept"), "n", "x", Text("申请人会收到写明理由的告知书。", "The applicant gets a notice with the reason."), tone="danger",
    ),
    "hand_over": ActWords(
        Text("移交其他中心", "Hand over"), "h", "arrow-right",
        Text("移交后本中心不能再办理,可在“已移交”中查看去向。", "Afterwards it is theirs; follow it under “Handed over”."),
    ),
    "hand_back": ActWords(Text("退回移交中心", "Hand back"), "b", "arrow-left"),
    "withdraw": ActWords(Text("申请人撤回", "Withdraw"), "w", "circle-x", tone="danger"),
    "revoke": ActWords(
        Text("撤销决定", "Revoke the decision"), "x", "alert-triangle",
        Text("由督办人员依法撤销本机关的决定。", "A supervisor undoes the authority's own decision by law."), tone="danger",
    ),
}  # fmt: skip


# What the back office prints, in the order of the work; the resident's own prints are the counter's.
PRINTS: tuple[Kind, ...] = (
    "receipt", "tolerance_notice", "acceptance", "not_accepted", "correction", "special", "decision", "delivery",
)  # fmt: skip


def prints(page: CasePage) -> list[tuple[str, Text]]:
    """The papers that can be printed now, the newest of the work first; none for who only follows the case."""
    if not page.parties:
        return []
    return [(kind, TITLES[kind]) for kind in reversed(PRINTS) if kind in page.printable]


def passed_on(node: str) -> str:
    """What is said when an act was asked of the node that holds the case: it is not done yet, and nobody need do it again."""
    name = elsewhere.node_name(node)
    return say(
        f"已转交{name.zh},办理结果将自动返回",
        f"Passed on to the {name.en or name.zh}; the outcome comes back by itself",
    )


def choices(page: CasePage, act: str, actor: Actor, today: dt.date) -> dict[str, Any]:
    """What the form of this act offers to choose from."""
    case = page.case
    supervisor = actor.may("case.supervise", case.holder)
    made: dict[str, Any] = {
        "not_accept": lambda: {"options": reasons.NOT_ACCEPTED.items()},
        "hand_back": lambda: {"options": reasons.HANDED_BACK.items()},
        "withdraw": lambda: {"options": list(reasons.TAKEN_BACK.items())},
        "review": lambda: {"options": reasons.REVIEWED.items()},
        "end_special": lambda: {"options": reasons.SPECIAL_ENDED.items()},
        "start_special": lambda: {"options": [(k, reasons.SPECIAL[k]) for k in page.version.special]},
        "decide": lambda: {"only_refusal": only_refusal(case)},
        "issue": lambda: {"options": [(code, name) for code, name, issued in case_page.results(page) if not issued]},
        "hand_over": lambda: {
            "options": [(k, reasons.HANDED_OVER[k]) for k in ("misjudged", *(("reassigned",) if supervisor else ()))],
            "districts": case_page.other_centers(page),
        },
        "deliver": lambda: {
            "options": [(k, reasons.WAYS[k]) for k in (page.version.delivery or reasons.WAYS)],
            "recipients": [(k, v) for k, v in reasons.RECIPIENTS.items() if k == "applicant" or case.agent],
        },
        "ask_correction": lambda: {
            "askable": case_page.askable(page), "until": case_page.correct_by(page, today),
            "problem_kinds": [(k, Text(zh, reasons.PROBLEMS_EN[k])) for k, zh in facts.PROBLEMS.items()],
            "second": case.corrections > 0 and not page.lost, "lost": page.lost,
        },
        "receive_correction": lambda: {
            "fields": page.to_correct, "lost": page.lost, "came": [(k, v[0]) for k, v in CAME.items()],
            "wanted": [(p.code, p.name) for p in case_page.asked_papers(page)],
        },
        "add_papers": lambda: {
            "wanted": [(w.material, w.name) for w in page.waited], "came": [(k, v[0]) for k, v in CAME.items()],
        },
    }  # fmt: skip
    return made.get(act, dict)()


def pointed(act: str, problem: Problem, data: QueryDict) -> Problem:
    """A problem with the pointer of the input on this form: the n-th point is the n-th one chosen."""
    if act == "ask_correction" and problem.pointer.startswith("/points/"):
        chosen = [name for name in data if name.startswith("point:") and data[name]]
        place = int(problem.pointer.rsplit("/", 1)[1])
        if place < len(chosen):
            return msgspec.structs.replace(problem, pointer=f"/{chosen[place]}")
    if act == "decide" and problem.code == "case.not_reviewed":
        return msgspec.structs.replace(problem, pointer="/granted")
    return problem
