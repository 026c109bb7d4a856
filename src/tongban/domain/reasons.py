"""The words for the codes that facts carry: reasons, procedures, ways. A log holds the code, because it may travel; screens
and printed papers say the words, so that one code has one wording everywhere."""

from tongban.domain.text import Text

NOT_ACCEPTED: dict[str, Text] = {
    "not_eligible": Text("不符合受理条件", "The conditions of the item are not met"),
    "not_ours": Text("不属于本机关职权范围,应向其他机关申请", "It is the business of another authority"),
    "not_needed": Text("依法不需要办理", "By law nothing need be applied for"),
    "still_incomplete": Text("补正后材料仍不齐全或不符合法定形式", "Still incomplete after the correction"),
    "untrue": Text("隐瞒情况或提供虚假材料", "Facts were concealed or papers are untrue"),
    "repeated": Text("同一事项已受理或已办结,重复申请", "The same was already accepted or decided"),
}
"""不予受理 (行政许可法第三十二条 and practice): what the notice gives as the reason."""

HANDED_OVER: dict[str, Text] = {
    "home": Text("按事项规定移交归属地", "Passed to the home center by the rule of the item"),
    "settlement": Text("审核后移交归属地结算", "Reviewed; passed to the home center that pays"),
    "misjudged": Text("归属地判断有误,改送正确的中心", "The home center was misjudged"),
    "reassigned": Text("督办改派", "Reassigned by a supervisor"),
}
HANDED_BACK: dict[str, Text] = {
    "not_our_place": Text("不属于本中心管辖", "Not in this center's jurisdiction"),
    "papers_not_seen": Text("原件未核对,请收件中心核对", "Originals were not seen by the receiving center"),
    "unreadable": Text("移交的材料无法读取", "What was passed on cannot be read"),
    "wrong_item": Text("收件的事项不对", "It was received under the wrong item"),
}
WITHDRAWN: dict[str, Text] = {
    "asked": Text("申请人要求撤回", "The applicant takes it back"),
    "mistake": Text("误收件,申请人同意撤回", "Received by mistake; the applicant agrees"),
    "correction_lapsed": Text("逾期未补正,视为撤回", "The correction did not come in time"),
}
# What a person says who takes something back; that a correction lapsed is said by nobody.
TAKEN_BACK: dict[str, Text] = {code: WITHDRAWN[code] for code in ("asked", "mistake")}
SPECIAL: dict[str, Text] = {
    "hearing": Text("听证", "Hearing"),
    "inspection": Text("实地核查、检验", "Inspection"),
    "appraisal": Text("鉴定", "Appraisal"),
    "expert_review": Text("专家评审", "Expert review"),
    "publicity": Text("公示", "Public notice"),
}
SPECIAL_ENDED: dict[str, Text] = {
    "done": Text("已完成,继续办理", "Done; handling goes on"),
    "cancelled": Text("不再需要,提前结束", "No longer needed; ended early"),
}
REVIEWED: dict[str, Text] = {"pass": Text("审核通过", "Passed"), "fail": Text("审核不通过", "Failed")}
WAYS: dict[str, Text] = {
    "counter": Text("窗口领取", "At a counter"),
    "mail": Text("邮寄", "By mail"),
    "electronic": Text("电子送达", "Electronically"),
}
RECIPIENTS: dict[str, Text] = {"applicant": Text("申请人本人", "The applicant"), "agent": Text("代办人", "The agent")}
PROBLEMS_EN: dict[str, str] = {
    "missing": "missing", "unreadable": "cannot be read", "expired": "expired",
    "mismatch": "does not agree with other papers or data", "incomplete": "not filled in completely", "wrong": "not right",
    "not_stamped": "not signed or stamped",
}  # fmt: skip
HOW: dict[str, Text] = {
    "credential": Text("电子证照", "E-licence"),
    "check": Text("数据核验", "Data check"),
    "result": Text("同次办理的结果", "Result of another item"),
    "declaration": Text("本人声明", "Declaration"),
    "paper": Text("窗口收取", "Taken at the counter"),
    "upload": Text("上传", "Uploaded"),
}
"""How a material was satisfied (facts.PaperMark.how)."""


def word(words: dict[str, Text], code: str) -> Text:
    """The words of a code; a code of another time is shown as it is, never hidden."""
    return words.get(code) or Text(code, code)


GRADES: dict[str, Text] = {
    "very_satisfied": Text("非常满意", "Very satisfied"),
    "satisfied": Text("满意", "Satisfied"),
    "fair": Text("基本满意", "Fairly satisfied"),
    "dissatisfied": Text("不满意", "Dissatisfied"),
    "very_dissatisfied": Text("非常不满意", "Very dissatisfied"),
}
