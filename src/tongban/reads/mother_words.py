"""The words of a life event's progress: states, why a part waits or was dropped and the way out, and each fact as a step."""

import datetime as dt
from collections.abc import Callable, Sequence

from tongban.domain import mother as rule
from tongban.domain.facts import Body, kind
from tongban.domain.life_event import LifeEvent
from tongban.domain.text import Text

STATES: dict[str, Text] = {
    "open": Text("办理中", "under way"), "gathered": Text("全部办结", "all done"), "withdrawn": Text("已撤回", "withdrawn"),
    "waiting": Text("等待前序事项", "waiting"), "held": Text("需要您补充", "needs something from you"),
    "dropped": Text("不再办理", "not done"), "ended": Text("已办结", "decided"),
}  # fmt: skip

OUTCOMES: dict[str, Text] = {
    "granted": Text("通过", "granted"), "granted_follow": Text("容缺通过", "granted, a paper to follow"),
    "refused": Text("不通过", "refused"), "not_accepted": Text("不予受理", "not accepted"),
    "withdrawn": Text("已撤回", "withdrawn"), "revoked": Text("已撤销", "revoked"),
}  # fmt: skip

PROBLEM: dict[str, Text] = {
    "paper.missing": Text("请提交或到窗口出示原件", "Hand it in, or show the original at a counter"),
    "paper.undecided": Text("先回答后才知道是否需要", "Whether it is needed depends on an answer"),
    "form.required": Text("请填写", "Please fill it in"),
    "item.not_eligible": Text("这个条件不符合", "This condition does not hold"),
    "item.closed": Text("此事项已停止受理", "This item is closed"),
    "mandate.none": Text("委托已失效或不包括此事项", "The mandate has ended or does not cover it"),
    "place.home_unknown": Text("请填写所在街镇", "Say which street or town it is"),
}

_ACTS: dict[str, Text] = {
    "freeze": Text("已冻结", "frozen"), "seal": Text("已封存", "sealed"), "end": Text("已注销", "ended"),
}  # fmt: skip

_WHY: dict[str, Text] = {
    "refused": Text("未通过", "was refused"), "not_accepted": Text("不予受理", "was not accepted"),
    "withdrawn": Text("已撤回", "was withdrawn"), "revoked": Text("被撤销", "was revoked"),
    "correcting": Text("需要补正,后续事项随之顺延", "must be corrected; what follows waits"),
    "corrected": Text("已补正,后续事项按更正后的内容办理", "was corrected; what follows takes the corrected content"),
}  # fmt: skip


def dropped(because: Text) -> Text:
    """Why a part was dropped, and the way out."""
    return Text(
        f"因“{because.zh}”没有办成而不再办理;办成之后可以单独申请,或到任一中心窗口咨询",
        f"Not done because “{because.en or because.zh}” was not granted; once it is, apply for this by itself or ask at a counter",
    )


def waiting(names: Sequence[Text]) -> Text:
    """What a part waits for."""
    return Text(
        f"等待“{'”“'.join(n.zh for n in names)}”的结果", f"It waits for {', '.join(n.en or n.zh for n in names)}"
    )


def later(until: dt.date) -> Text:
    """A part that was put off."""
    return Text(
        f"后置事项,其他事项办结后办理,最迟{until:%Y-%m-%d}",
        f"Put off until the rest is done, at the latest {until:%Y-%m-%d}",
    )


def happened(fact: Body, name: Callable[[str], Text], event: LifeEvent) -> tuple[str, Text, str]:
    """A fact as a step: its kind, its words, the item it is about."""
    item: str = getattr(fact, "item", "") or getattr(fact, "because", "")
    what = name(item) if item else Text("")
    return kind(fact), _title(fact, what, name, event), item


def _title(fact: Body, what: Text, name: Callable[[str], Text], event: LifeEvent) -> Text:
    zh, en = what.zh, what.en or what.zh
    if isinstance(fact, rule.Submitted):
        return Text(f"已提交,共{len(fact.parts)}个事项", f"Submitted with {len(fact.parts)} items")
    if isinstance(fact, rule.ChildOpened):
        return Text(f"“{zh}”已收件", f"{en}: received")
    if isinstance(fact, rule.ChildEnded):
        word = OUTCOMES[fact.outcome]
        return Text(f"“{zh}”{word.zh}", f"{en}: {word.en}")
    if isinstance(fact, rule.ResultsCame):
        return Text(f"“{zh}”的结果已制发", f"{en}: results issued")
    if isinstance(fact, rule.Held):
        return Text(f"“{zh}”需要您补充材料或信息", f"{en}: something is needed from you")
    if isinstance(fact, rule.Amended):
        return Text(f"“{zh}”已补充或更正", f"{en}: answered or corrected")
    if isinstance(fact, rule.Replanned):
        why = _WHY[fact.why]
        names = [name(code) for code in fact.dropped]
        lost = Text(
            f";不再办理:{'、'.join(n.zh for n in names)}", f"; not done: {', '.join(n.en or n.zh for n in names)}"
        )
        lost = lost if names else Text("")
        return Text(f"“{zh}”{why.zh}{lost.zh}", f"{en} {why.en}{lost.en}")
    if isinstance(fact, rule.Reacted | rule.Lifted):
        return _reaction(fact, event)
    if isinstance(fact, rule.EventWithdrawn):
        return Text("已撤回尚未办结的事项", "What was not decided was withdrawn")
    return Text("全部事项已办结", "All items are over")


def _reaction(fact: rule.Reacted | rule.Lifted, event: LifeEvent) -> Text:
    if not 0 <= fact.reaction < len(event.theme):
        return Text("自动联动事项", "Done by itself")
    reaction = event.theme[fact.reaction]
    about = reaction.account or reaction.why
    if isinstance(fact, rule.Lifted):
        return Text(f"已解除:{about.zh}", f"Lifted: {about.en or about.zh}")
    word = _ACTS[fact.act]
    paper = "" if fact.proof else "(由部门人工办理)"
    return Text(f"{about.zh}:{word.zh}{paper}", f"{about.en or about.zh}: {word.en}")
