"""The words for every act of the city that leaves a line in the audit trail; a test sees to it that none is forgotten."""

from tongban.domain.text import Text

WORDS: dict[str, Text] = {
    "case.receive": Text("收件", "Received a case"),
    "case.take_over": Text("接办", "Took a case over"),
    "case.accept": Text("受理", "Accepted"),
    "case.accept_by_silence": Text("逾期视为受理", "Accepted by silence"),
    "case.not_accept": Text("不予受理", "Did not accept"),
    "case.ask_correction": Text("补正告知", "Asked for a correction"),
    "case.receive_correction": Text("补正受理", "Received a correction"),
    "case.add_papers": Text("补充材料", "Added papers"),
    "case.start_special": Text("特别程序开始", "Began a special procedure"),
    "case.end_special": Text("特别程序结束", "Ended a special procedure"),
    "case.review": Text("审核", "Reviewed"),
    "case.decide": Text("作出决定", "Decided"),
    "case.finish": Text("当场办结", "Decided on the spot"),
    "case.issue": Text("制发结果", "Issued a result"),
    "case.deliver": Text("送达", "Delivered"),
    "case.hand_over": Text("移交", "Handed over"),
    "case.hand_back": Text("退回移交", "Handed back"),
    "case.withdraw": Text("撤回", "Withdrawn"),
    "case.revoke": Text("撤销决定", "Revoked a decision"),
    "case.lapse": Text("逾期未补正撤件", "Lapsed: not corrected in time"),
    "case.recompute_due": Text("重算期限", "Computed a date anew"),
    "department.told": Text("告知部门", "Told a department"),
    "enquiry.ask": Text("发起协查", "Asked a department"),
    "enquiry.answer": Text("答复协查", "A department answered"),
    "draft.save": Text("保存草稿", "Saved a draft"),
    "visit.meet": Text("开始接待", "Began to serve a person"),
    "visit.mandate": Text("登记委托", "Registered a mandate"),
    "visit.consent": Text("取得授权", "Took a consent"),
    "visit.fetched": Text("向部门调取数据", "Fetched data from departments"),
    "visit.close": Text("结束接待", "Ended a visit"),
    "look.person": Text("查看个人信息", "Looked at personal data"),
    "look.answers": Text("查看申请内容", "Looked at the answers of a case"),
    "look.paper": Text("查看或打印材料", "Looked at or printed a paper"),
    "look.scan": Text("查看扫描件", "Looked at a scan"),
    "look.enquiry": Text("查看协查内容", "Looked at an enquiry"),
    "look.audit": Text("查看审计记录", "Looked at the audit trail"),
    "staff.hire": Text("新增人员", "Took on a member of staff"),
    "staff.grant": Text("授权", "Granted a power"),
    "staff.revoke": Text("收回权限", "Ended a power"),
    "staff.reset_password": Text("重置密码", "Reset a password"),
    "staff.change_password": Text("修改密码", "Changed the own password"),
    "staff.deactivate": Text("停用人员", "Deactivated a member of staff"),
    "staff.issue_token": Text("发放令牌", "Issued a token"),
    "staff.revoke_token": Text("撤销令牌", "Ended a token"),
    "staff.sign_in": Text("登录", "Signed in"),
    "staff.sign_out": Text("退出登录", "Signed out"),
    "forget.uploads": Text("清理无人使用的扫描件", "Removed scans that nobody names"),
    "forget.drafts": Text("清理过期草稿", "Removed old drafts"),
    "forget.answers": Text("清理过期的提交记录", "Forgot answers of old acts"),
    "forget.sessions": Text("清理已结束的登录", "Forgot ended sessions"),
    "catalog.publish": Text("发布事项目录", "Published the catalog"),
    "catalog.close_item": Text("停办事项", "Closed an item"),
    "catalog.reopen_item": Text("恢复办理事项", "Opened an item again"),
}
# Kinds of acts to filter by: everything that begins so.
GROUPS: dict[str, Text] = {
    "look.": Text("查看个人信息和审计", "Looks at personal data and the trail"),
    "visit.": Text("窗口接待与数据调取", "Visits and fetched data"),
    "case.": Text("办件", "Cases"),
    "enquiry.": Text("部门协查", "Enquiries at departments"),
    "forget.": Text("按期清理", "What was forgotten in time"),
    "staff.": Text("人员、权限、登录", "Staff, powers, sign-in"),
    "catalog.": Text("事项目录", "The catalog"),
}


def word(act: str) -> Text:
    """The words of an act; its code when there are none."""
    return WORDS.get(act, Text(act, act))
