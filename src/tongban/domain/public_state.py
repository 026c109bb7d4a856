"""What the public may read of a case: the states every resident of the country knows, derived from facts by a table, with
plain words. “Ended” is only 办结: a person once took “completed” for “submitted” and was summoned to court."""

import msgspec

from tongban.domain import facts
from tongban.domain.case import Case
from tongban.domain.text import Text


class PublicState(msgspec.Struct, frozen=True):
    """A public state: its name in the field, what it means in plain words, and what the resident does next."""

    code: str
    name: Text
    plain: Text
    todo: Text


_NOTHING = Text("您现在不需要做什么", "You need not do anything now")

STATES: dict[str, PublicState] = {
    s.code: s
    for s in (
        PublicState("received", Text("已接件", "Received"), Text("材料已收下,还没有人审看", "Your papers are in; nobody has looked yet"), _NOTHING),
        PublicState("transferred", Text("已接件", "Received"), Text("材料已移交给负责办理的中心", "Your papers were passed to the center that handles them"), _NOTHING),
        PublicState("looked", Text("窗口受理", "At the window"), Text("工作人员正在审看材料", "Somebody is looking at your papers"), _NOTHING),
        PublicState("correcting", Text("补正开始", "Correction asked"), Text("有内容需要补正,办理时间暂停", "Something must be corrected; the clock stands still"), Text("请在期限前到任一中心或网上补正", "Correct it by the date, at any center or online")),
        PublicState("corrected", Text("补正结束", "Correction received"), Text("补正内容已收到,继续审看", "Your correction is in and is being looked at"), _NOTHING),
        PublicState("accepted", Text("部门受理", "Accepted"), Text("申请已受理,正在办理", "Your application was accepted and is being handled"), _NOTHING),
        PublicState("special", Text("特别程序开始", "Special procedure"), Text("正在进行特别程序,办理时间暂停", "A special procedure is under way; the clock stands still"), _NOTHING),
        PublicState("special_ended", Text("特别程序结束", "Special procedure ended"), Text("特别程序已结束,继续办理", "The special procedure is over; handling goes on"), _NOTHING),
        PublicState("granted", Text("办结(通过)", "Ended: granted"), Text("已作出决定:通过", "Decided: granted"), Text("请领取结果,或等待寄送", "Collect the result, or wait for the mail")),
        PublicState("granted_follow", Text("办结(容缺通过)", "Ended: granted, a paper to follow"), Text("已作出决定:通过,但还有材料要补交", "Decided: granted; a paper is still to follow"), Text("请在承诺日期前补交材料", "Bring the promised paper by its date")),
        PublicState("refused", Text("办结(不通过)", "Ended: refused"), Text("已作出决定:不通过,理由见决定书", "Decided: refused; the reason is in the decision"), Text("可申请行政复议,或咨询窗口", "You may appeal, or ask at the counter")),
        PublicState("delivered", Text("办结(已送达)", "Ended: delivered"), Text("结果已交到您手中", "The result has reached you"), _NOTHING),
        PublicState("not_accepted", Text("不予受理", "Not accepted"), Text("申请不予受理,理由见告知书", "The application was not accepted; the notice says why"), Text("可按告知书改正后重新申请", "Mend what the notice says and apply again")),
        PublicState("withdrawn", Text("已撤件", "Withdrawn"), Text("申请已撤回", "The application was taken back"), Text("需要时可重新申请", "You may apply again when you need it")),
        PublicState("revoked", Text("撤销", "Revoked"), Text("原决定已被撤销,理由见通知", "The decision was revoked; the notice says why"), Text("可申请行政复议", "You may appeal")),
    )
}  # fmt: skip

# The last fact that says something to the public -> the state. Callables where the case must be asked.
_BY_STAGE = {
    "correcting": "correcting", "accepted": "accepted", "special": "special", "delivered": "delivered",
    "not_accepted": "not_accepted", "withdrawn": "withdrawn", "revoked": "revoked",
}  # fmt: skip


def of_case(case: Case) -> PublicState:
    """The state that the public sees now."""
    if case.stage == "received":
        if case.corrections:
            return STATES["corrected"]
        if case.looked:
            return STATES["looked"]
        return STATES["transferred" if case.custody == "sent" else "received"]
    if case.stage == "accepted" and case.pauses and case.pauses[-1].reason != "correction":
        return STATES["special_ended"]
    if case.stage == "decided":
        return STATES[case.outcome]
    return STATES[_BY_STAGE[case.stage]]


STEP_WORDS: dict[str, Text] = {
    "opened": Text("收件", "Received"),
    "handed_over": Text("移交", "Passed on"),
    "taken_over": Text("接办", "Taken up"),
    "handed_back": Text("退回移交", "Handed back"),
    "accepted": Text("受理", "Accepted"),
    "not_accepted": Text("不予受理", "Not accepted"),
    "correction_asked": Text("补正告知", "Correction asked"),
    "correction_received": Text("补正受理", "Correction received"),
    "papers_added": Text("补充材料", "Papers added"),
    "special_started": Text("特别程序开始", "Special procedure begins"),
    "special_ended": Text("特别程序结束", "Special procedure ends"),
    "reviewed": Text("审核", "Reviewed"),
    "decided": Text("办结", "Decided"),
    "result_issued": Text("制发结果", "Result issued"),
    "delivered": Text("送达", "Delivered"),
    "withdrawn": Text("撤回", "Withdrawn"),
    "revoked": Text("撤销", "Revoked"),
    "rated": Text("评价", "Rated"),
}


def step_word(fact: facts.Body) -> Text:
    """The word for one step of the timeline."""
    return STEP_WORDS[facts.kind(fact)]
