"""What stands on each printed paper of a case. The values come from the facts and the item version, so a paper printed again
says the same; the names on it are opened by flows.access, which writes the look down."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from django.conf import settings

from tongban.domain import facts, public_state, reasons
from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.deadlines import DUE_WORDS
from tongban.domain.facts import PROBLEMS, PaperMark
from tongban.domain.item import ItemVersion
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.flows import access
from tongban.plumbing import clock
from tongban.reads import progress
from tongban.reads.paper import TITLES, Kind, Paper, Row, Table, verify_code
from tongban.reads.progress import Progress
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog

GRADES = {"A": "发证机关提供", "B": "窗口核对原件", "C": "上传,待核对原件", "D": "本人声明"}
HOWS = {
    "credential": "电子证照", "check": "数据核验", "result": "前序事项结果", "declaration": "告知承诺", "paper": "纸质", "upload": "扫描上传",
}  # fmt: skip
# Which fact must be in the log before a paper can be printed.
NEEDS: dict[Kind, str] = {
    "receipt": "opened", "acceptance": "accepted", "not_accepted": "not_accepted", "correction": "correction_asked",
    "tolerance_promise": "opened", "tolerance_notice": "opened", "special": "special_started", "decision": "decided",
    "delivery": "delivered", "progress": "opened",
}  # fmt: skip
# Papers on which the words written for the resident stand; they lie where the case is held.
NOTED: tuple[Kind, ...] = ("not_accepted", "correction", "decision")


class _Told(msgspec.Struct, frozen=True):
    found: Found
    version: ItemVersion
    log: list[facts.Body]
    name: str
    agent: str
    today: dt.date

    @property
    def case(self) -> Case:
        return self.found.case

    def last(self, kind: str) -> facts.Body:
        return next(f for f in reversed(self.log) if facts.kind(f) == kind)

    def note(self, digest: str) -> str:
        if not digest:
            return ""
        said = cases.beside(self.case.number, digest)
        if said is None:
            # A decision printed without its reason would be another decision.
            raise access.HeldElsewhere(self.case)
        return said.decode()


def available(case: Case, kinds: set[str]) -> tuple[Kind, ...]:
    """The papers that can be printed of a case whose log has these kinds of facts."""
    found = [k for k, need in NEEDS.items() if need in kinds]
    follows = bool(case.follow)
    return tuple(k for k in found if follows or k not in ("tolerance_promise", "tolerance_notice"))


def printable(case: Case, log: Sequence[facts.Body]) -> tuple[Kind, ...]:
    """The papers that can be printed of a case on this node: all, where it is held; of a copy only those whose words are here."""
    found = available(case, {facts.kind(f) for f in log})
    digests = {kind: _note_of(log, NEEDS[kind]) for kind in NOTED if kind in found}
    there = cases.lies_beside(case.number, [d for d in digests.values() if d]) if any(digests.values()) else frozenset()
    return tuple(k for k in found if not digests.get(k) or digests[k] in there)


def _note_of(log: Sequence[facts.Body], kind: str) -> str:
    return next((facts.note_of(f) for f in reversed(log) if facts.kind(f) == kind), "")


def kinds_of(actor: Actor, number: str, *, visit: str = "") -> tuple[Kind, ...]:
    """The papers that can be printed of this case now."""
    found = access.case_of_visit(actor, visit, number) if visit else access.case(actor, number)
    return printable(found.case, [e.fact for e in cases.log(number)])


def of_case(actor: Actor, number: str, kind: Kind, *, visit: str = "", at: dt.datetime) -> Paper:
    """A paper of a case for an actor who may see it; opening the names on it is written down as a look."""
    found = access.case_of_visit(actor, visit, number) if visit else access.case(actor, number)
    log = [e.fact for e in cases.log(number)]
    if kind not in available(found.case, {facts.kind(f) for f in log}):
        raise Refused(
            "paper.not_yet", f"现在还不能打印“{TITLES[kind].zh}”", "This paper cannot be printed yet", pointer="/kind"
        )
    name, agent = access.names_on_paper(actor, number, kind, visit=visit, at=at)
    told = _Told(found, catalog.version(found.case.item, found.case.version), log, name, agent, clock.city_date(at))
    return _paper(told, kind, at)


def progress_of(number: str, query_code: str, *, at: dt.datetime) -> Paper:
    """The progress print for anybody with number and query code: no names."""
    found = access.case_by_code(number, query_code)
    log = [e.fact for e in cases.log(number)]
    return _paper(
        _Told(found, catalog.version(found.case.item, found.case.version), log, "", "", clock.city_date(at)),
        "progress",
        at,
    )


def _paper(told: _Told, kind: Kind, at: dt.datetime) -> Paper:
    case, check = told.case, verify_code(kind, told.case.number, told.case.n)
    holder = _center(case.receiving if kind in ("receipt", "tolerance_promise") else case.holder)
    secret = kind in ("receipt", "progress")
    link = f"{settings.PUBLIC_URL}/p/{case.number}#{told.found.query_code}" if secret else ""
    part = _PARTS[kind](told)
    return Paper(
        kind=kind, center=holder, made_on=f"{at.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}", number=case.number,
        query_code=told.found.query_code if secret else "",
        link=link or f"{settings.PUBLIC_URL}/v/{kind}-{case.number}-{case.n}-{check}",
        link_text=Text("扫码查询办理进度", "Scan to follow") if secret else Text("扫码验证真伪", "Scan to verify"),
        check=check, **part,
    )  # fmt: skip


def _center(code: str) -> str:
    center = catalog.places().center_of(code)
    return str(center.name) if center else code


def _day(day: dt.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "待定"


def _who(told: _Told) -> list[Row]:
    rows = [Row(Text("事项", "Item"), told.version.name.zh)]
    if told.name:
        rows.insert(0, Row(Text("申请人", "Applicant"), told.name))
    if told.agent:
        rows.insert(1, Row(Text("代办人", "Agent"), told.agent))
    return rows


def _material(code: str) -> str:
    kind = catalog.materials().get(code)
    return kind.name.zh if kind else code


def _papers(marks: tuple[PaperMark, ...], title: Text) -> Table:
    heads = (Text("材料", "Paper"), Text("方式", "How"), Text("可信等级", "Trust"))
    return Table(
        title, heads, tuple((_material(m.material), HOWS[m.how], f"{m.grade} {GRADES[m.grade]}") for m in marks)
    )


def _follow(case: Case) -> Table:
    heads = (Text("材料", "Paper"), Text("补交期限", "Until"))
    return Table(
        Text("可以补交的材料", "Papers to follow"),
        heads,
        tuple((_material(f.material), _day(f.until)) for f in case.follow),
    )


def _ask(told: _Told) -> str:
    return f"查询进度:打开 {settings.PUBLIC_URL} 输入办件编号和查询码,或拨打 {told.version.phones.enquiry};投诉 {told.version.phones.complaint}"


def _due(told: _Told) -> Row:
    seen = progress.of_found(told.found, told.today)
    later = "(节假日安排公布后可能调整)" if seen.public_due.provisional else ""
    if seen.promise:
        return Row(Text("承诺办结日期", "Promised by"), _day(seen.promise.promised) + later, True)
    return Row(DUE_WORDS[seen.public_due.kind], _day(seen.public_due.on) + later, True)


def _receipt(told: _Told) -> dict[str, Any]:
    opened = told.last("opened")
    assert isinstance(opened, facts.Opened)
    elsewhere = opened.handling != opened.receiving
    lead = f"本中心于{_day(opened.on)}收到上述申请的材料。"
    if elsewhere and opened.hand_over == "received":
        lead += f"材料已转{_center(opened.handling)}受理和办理,您不需要再跑一趟。"
    elif elsewhere:
        lead += f"本中心审核后,由{_center(opened.handling)}落实。"
    tables = [_papers(opened.papers, Text("收到的材料", "Papers received"))] + (
        [_follow(told.case)] if told.case.follow else []
    )
    return {
        "lead": (lead,), "rows": (*_who(told), _due(told), Row(Text("现由谁办理", "Who has it"), _center(told.case.holder))),
        "tables": tuple(tables), "notes": (_ask(told), "收件不等于受理;是否受理会另行告知。"),
        "signatures": (Text("收件人", "Received by"), Text("申请人(代办人)", "Applicant or agent")),
    }  # fmt: skip


def _acceptance(told: _Told) -> dict[str, Any]:
    accepted = told.last("accepted")
    assert isinstance(accepted, facts.Accepted)
    silent = "因逾期未告知,自收件之日起视为受理。" if accepted.basis == "silence" else ""
    limits = (
        f"法定{accepted.legal_days}个工作日,承诺{accepted.promised_days}个工作日" if accepted.legal_days else "当场办结"
    )
    return {
        "lead": (f"您的申请已受理,办理期限自{_day(accepted.since)}次日起计算。{silent}",),
        "rows": (*_who(told), Row(Text("办理期限", "Limits"), limits), _due(told)),
        "tables": (_follow(told.case),) if told.case.follow else (), "notes": (_ask(told),), "signatures": (_SEAL,),
    }  # fmt: skip


_SEAL = Text("受理中心(盖章)", "Center (seal)")
_TAKEN = Text("签收人", "Taken by")


def _not_accepted(told: _Told) -> dict[str, Any]:
    fact = told.last("not_accepted")
    assert isinstance(fact, facts.NotAccepted)
    why = reasons.word(reasons.NOT_ACCEPTED, fact.reason).zh
    return {
        "lead": (f"经审查,您的申请不予受理。原因:{why}。{told.note(fact.note)}",), "rows": tuple(_who(told)),
        "notes": ("如不服本决定,可自收到之日起六十日内申请行政复议,或六个月内提起行政诉讼。", _ask(told)),
        "signatures": (_SEAL, _TAKEN),
    }  # fmt: skip


def _correction(told: _Told) -> dict[str, Any]:
    fact = told.last("correction_asked")
    assert isinstance(fact, facts.CorrectionAsked)
    elements = catalog.elements()
    rows = tuple(
        (_material(p.code) if p.what == "paper" else elements[p.code].name.zh, "材料" if p.what == "paper" else "填写内容", PROBLEMS[p.problem])
        for p in fact.points
    )  # fmt: skip
    if fact.lost:
        rows = (("申请表(全部)", "填写内容", "因系统故障,原填写内容丢失,请重新填写;不是您的过错"), *rows)
    heads = (Text("内容", "What"), Text("类别", "Kind"), Text("问题", "Problem"))
    note = told.note(fact.note)
    return {
        "lead": ("您的申请材料需要补正。以下为一次性告知的全部内容,请一次交齐。",),
        "rows": (*_who(told), Row(Text("补正期限", "Correct by"), _day(fact.until), True)),
        "tables": (Table(Text("需要补正的内容", "To correct"), heads, rows),),
        "notes": (*((note,) if note else ()), "可到全市任何一个社区事务受理服务中心提交补正,不必回原窗口。", _ask(told)),
        "signatures": (_SEAL, _TAKEN),
    }  # fmt: skip


def _tolerance_promise(told: _Told) -> dict[str, Any]:
    return {
        "lead": ("本人知晓下列材料尚未提交,承诺在期限前补交;逾期未补的,愿承担由此产生的后果。",), "rows": tuple(_who(told)),
        "tables": (_follow(told.case),), "notes": (_ask(told),), "signatures": (Text("承诺人", "Promised by"), Text("日期", "Date")),
    }  # fmt: skip


def _tolerance_notice(told: _Told) -> dict[str, Any]:
    return {
        "lead": ("您的申请已容缺收件。请在期限前补交下列材料,可交到全市任何一个中心。",), "rows": tuple(_who(told)),
        "tables": (_follow(told.case),), "notes": (_ask(told),), "signatures": (_SEAL,),
    }  # fmt: skip


def _special(told: _Told) -> dict[str, Any]:
    fact = told.last("special_started")
    assert isinstance(fact, facts.SpecialStarted)
    return {
        "lead": (f"办理中需要进行{reasons.word(reasons.SPECIAL, fact.procedure).zh},所需时间不计入办理期限。",),
        "rows": (
            *_who(told), Row(Text("依据", "Legal basis"), fact.basis),
            Row(Text("计划时长", "Planned length"), f"{fact.planned_days}个工作日", True),
        ),
        "notes": (_ask(told),), "signatures": (_SEAL,),
    }  # fmt: skip


def _decision(told: _Told) -> dict[str, Any]:
    fact = told.last("decided")
    assert isinstance(fact, facts.Decided)
    word = public_state.STATES[fact.outcome].plain.zh
    results = "、".join(progress.result_names(told.version, fact.results))
    laws = "、".join(law.cite() for law in told.version.law)
    appeal = "如不服本决定,可自收到之日起六十日内申请行政复议,或六个月内提起行政诉讼。"
    return {
        "lead": (f"{word}。{told.note(fact.note)}",),
        "rows": (
            *_who(told), Row(Text("决定日期", "Decided on"), _day(fact.on), True), *((Row(Text("结果", "Result"), results),) if results else ()),
            *((Row(Text("依据", "Law"), laws),) if laws else ()),
        ),
        "tables": (_follow(told.case),) if told.case.follow else (),
        "notes": (*((appeal,) if fact.outcome == "refused" else ()), _ask(told)), "signatures": (_SEAL,),
    }  # fmt: skip


def _delivery(told: _Told) -> dict[str, Any]:
    fact = told.last("delivered")
    assert isinstance(fact, facts.Delivered)
    return {
        "lead": ("下列结果已送达。",),
        "rows": (
            *_who(told), Row(Text("送达方式", "Way"), reasons.word(reasons.WAYS, fact.way).zh), Row(Text("送达日期", "Date"), _day(fact.on), True),
            Row(Text("收件人", "To"), "代办人" if fact.to == "agent" else "申请人"),
            Row(Text("结果", "Results"), "、".join(progress.result_names(told.version, told.case.issued)) or "决定书"),
        ),
        "signatures": (_TAKEN, Text("日期", "Date")),
    }  # fmt: skip


def _as_of(seen: Progress) -> tuple[str, ...]:
    moment = seen.held.as_of
    return (
        (f"办件由{seen.held.name.zh}持有,以上情况截至 {moment.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}。",)
        if moment
        else ()
    )


def _progress(told: _Told) -> dict[str, Any]:
    seen = progress.of_found(told.found, told.today)
    heads = (Text("步骤", "Step"), Text("时间", "When"), Text("中心", "Center"))
    rows = tuple((s.word.zh, f"{s.at.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}", s.center_name) for s in seen.steps)
    return {
        "lead": (f"{seen.state.plain.zh}。{seen.state.todo.zh}。",),
        "rows": (*_who(told), _due(told), Row(Text("现由谁办理", "Who has it"), f"{seen.holder_name} {seen.phone}")),
        "tables": (Table(Text("办理过程", "Steps"), heads, rows),), "notes": (*_as_of(seen), _ask(told)),
    }  # fmt: skip


_PARTS = {
    "receipt": _receipt, "acceptance": _acceptance, "not_accepted": _not_accepted, "correction": _correction,
    "tolerance_promise": _tolerance_promise, "tolerance_notice": _tolerance_notice, "special": _special,
    "decision": _decision, "delivery": _delivery, "progress": _progress,
}  # fmt: skip
