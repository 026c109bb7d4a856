"""The acts on a case: one function per act takes the case, what is wanted, and the date, and returns the fact to append,
or raises Refused. Here lie the rules that MOVES cannot say in a table."""

import datetime as dt

from tongban.domain import facts, reasons
from tongban.domain.case import MOVES, Case, must_move
from tongban.domain.facts import PaperMark, Point
from tongban.domain.refusals import Conflict, Refused
from tongban.domain.text import Text

NOTE_MOST = 2_000
# Who does one of these has judged what was filled in. Silence judges nothing: it accepts by law what nobody read.
JUDGING = frozenset({"accepted", "not_accepted", "reviewed", "decided"})


def must_be_readable(case: Case, *, lost: bool) -> None:
    """Nobody judges what nobody can read: where the form went with a disk (``lost``), it is asked for once more first."""
    if lost and JUDGING & MOVES[case.stage].keys():
        raise Refused(
            "case.form_lost",
            "申请表的内容已随系统故障丢失,看不到内容不能办理。请先发出补正告知,请申请人重新填写",
            "What was filled in went with a disk, and nobody judges what nobody can read. Ask for a correction first",
        )


def must_be_at(case: Case, expect: int) -> None:
    """Whoever acts has seen the case at entry ``expect`` of its log (0: does not say). Two clerks on one case: the later one
    is told what the earlier one did, and decides again."""
    if expect and case.n != expect:
        raise Conflict(
            "case.changed",
            "您打开页面之后,这个办件已经有了新的进展,刚才的操作没有执行。请核对最新情况后再决定",
            "The case has moved on since you opened it, and what you sent was not done. Look at it again, then decide",
            n=case.n,
            expect=expect,
        )


def _must_be_one_of(words: dict[str, Text], code: str, pointer: str) -> None:
    """A log that holds a word nobody knows cannot be read again; so none is written."""
    if code not in words:
        raise Refused(
            "case.unknown_word",
            "请从给出的选项中选择一项",
            "Choose one of the options",
            pointer=pointer,
            given=code[:40],
        )


def note(text: str) -> str:
    """A note for the resident, as it is kept and printed: lines of ordinary characters, bounded."""
    said = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(said) > NOTE_MOST:
        raise Refused(
            "note.long",
            f"说明最多{NOTE_MOST}个字,现在有{len(said)}个",
            f"At most {NOTE_MOST} characters; there are {len(said)}",
            pointer="/note",
        )
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in said):
        raise Refused(
            "note.characters", "说明中含有无法保存的控制字符", "The note has control characters", pointer="/note"
        )
    return said


def hand_over(case: Case, to: str, reason: str, on: dt.date) -> facts.HandedOver:
    """移交: pass the pen to another center."""
    must_move(case, "handed_over")
    _must_be_one_of(reasons.HANDED_OVER, reason, "/reason")
    if to == case.holder:
        raise Refused("case.already_here", "办件已在该中心,无需移交", "The case is already there", pointer="/to")
    return facts.HandedOver(on=on, to=to, reason=reason)  # type: ignore[arg-type]


def take_over(case: Case, on: dt.date) -> facts.TakenOver:
    """接办: somebody looked. Once per holder."""
    must_move(case, "taken_over")
    if case.looked:
        raise Conflict("case.already_taken", "此办件已被接办,请刷新后查看", "Somebody already took this case; reload")
    return facts.TakenOver(on=on)


def hand_back(case: Case, reason: str, on: dt.date) -> facts.HandedBack:
    """退回移交: only a case that was handed over and not yet accepted here goes back, with a reason."""
    must_move(case, "handed_back")
    if not case.came_from or case.custody not in ("sent", "taken"):
        raise Refused(
            "case.nowhere_to_go_back", "此办件不是移交来的,不能退回", "This case was not handed over", stage=case.stage
        )
    if not reason.strip():
        raise Refused("case.reason_needed", "请填写退回原因", "Give the reason", pointer="/reason")
    return facts.HandedBack(on=on, to=case.came_from, reason=reason)


def accept(
    case: Case,
    *,
    legal_days: int,
    promised_days: int,
    on: dt.date,
    basis: str = "back_office",
    since: dt.date | None = None,
) -> facts.Accepted:
    """受理. Under 收受分离 only the handling center accepts. Silence counts from the day of receipt, or from the day on which
    a correction made the papers complete: the time that the resident needed is not the city's."""
    must_move(case, "accepted")
    if case.hand_over == "received" and case.holder != case.handling:
        raise Refused("case.accepted_elsewhere", "此事项由户籍地中心受理", "This item is accepted by the home center")
    if case.promise is not None:
        promised_days = min(promised_days, case.promise)
    begin = (case.complete_on or case.opened_on) if basis == "silence" else since or on
    assert begin is not None
    return facts.Accepted(
        on=on, legal_days=legal_days, promised_days=promised_days, since=begin, basis=basis, follow=case.follow  # type: ignore[arg-type]
    )  # fmt: skip


def not_accept(case: Case, reason: str, on: dt.date, note: str = "") -> facts.NotAccepted:
    """不予受理: never without a reason."""
    must_move(case, "not_accepted")
    if not reason.strip():
        raise Refused("case.reason_needed", "请选择不予受理的原因", "Give the reason", pointer="/reason")
    return facts.NotAccepted(on=on, reason=reason, note=note)


def ask_correction(
    case: Case,
    points: tuple[Point, ...],
    until: dt.date,
    on: dt.date,
    *,
    note: str = "",
    supervisor: str = "",
    lost: bool = False,
) -> facts.CorrectionAsked:
    """补正: all at once and once only; a second round needs a supervisor. Where the city ``lost`` the form all of it is asked for, which
    is nobody's round; beside it papers may be asked for, as ever, and no single field."""
    must_move(case, "correction_asked")
    if lost:
        points = tuple(point for point in points if point.what == "paper")
    if not points and not lost:
        raise Refused(
            "correction.empty", "请至少指出一处需要补正的内容", "Name at least one thing to correct", pointer="/points"
        )
    for i, p in enumerate(points):
        if p.problem not in facts.PROBLEMS:
            raise Refused(
                "correction.unknown_problem", "不认识的问题类型", "Unknown kind of problem", pointer=f"/points/{i}"
            )
    if len({(p.what, p.code) for p in points}) != len(points):
        raise Refused("correction.twice", "同一处内容被列了两次", "The same thing is listed twice", pointer="/points")
    if until < on:
        raise Refused("correction.past", "补正期限不能早于今天", "The date is in the past", pointer="/until")
    if points and case.corrections >= 1 and not supervisor:
        raise Refused(
            "correction.only_once",
            "补正只能一次性告知。再次补正须由督办人员说明理由",
            "Corrections are told once; a second round needs a supervisor's reason",
            corrections=case.corrections,
        )
    return facts.CorrectionAsked(
        on=on, points=points, until=until, round=case.corrections + bool(points), note=note, supervisor=supervisor, lost=lost
    )  # fmt: skip


def receive_correction(
    case: Case, answers: str, papers: tuple[PaperMark, ...], changed: frozenset[str], on: dt.date, at_center: str
) -> facts.CorrectionReceived:
    """补正受理: everything that was asked must come at once. ``changed`` are the codes of changed fields and new papers."""
    must_move(case, "correction_received")
    missing = [p for p in case.asked if p.code not in changed]
    if missing:
        raise Refused(
            "correction.incomplete",
            "还有要求补正的内容没有提交,请一次交齐",
            "Some of what was asked for is still missing",
            pointer=f"/{'answers' if missing[0].what == 'field' else 'papers'}/{missing[0].code}",
            missing=[p.code for p in missing],
        )
    return facts.CorrectionReceived(on=on, answers=answers, papers=papers, at_center=at_center)


def add_papers(case: Case, papers: tuple[PaperMark, ...], on: dt.date) -> facts.PapersAdded:
    """容缺补交: the promised papers come."""
    must_move(case, "papers_added")
    if not papers:
        raise Refused("paper.none", "没有新的材料", "No paper was given", pointer="/papers")
    return facts.PapersAdded(on=on, papers=papers)


def start_special(
    case: Case, procedure: str, basis: str, planned_days: int, allowed: tuple[str, ...], on: dt.date
) -> facts.SpecialStarted:
    """特别程序: only those the item allows, with a legal basis and a planned length."""
    must_move(case, "special_started")
    if procedure not in allowed:
        raise Refused(
            "special.not_allowed", "此事项没有这种特别程序", "The item knows no such procedure", pointer="/procedure"
        )
    if not basis.strip():
        raise Refused("special.basis_needed", "请填写特别程序的法律依据", "Name the legal basis", pointer="/basis")
    if not 1 <= planned_days <= 365:
        raise Refused(
            "special.length", "计划时长应为1至365个工作日", "Planned length: 1 to 365 days", pointer="/planned_days"
        )
    return facts.SpecialStarted(on=on, procedure=procedure, basis=basis, planned_days=planned_days)


def end_special(case: Case, outcome: str, on: dt.date) -> facts.SpecialEnded:
    """特别程序结束."""
    must_move(case, "special_ended")
    return facts.SpecialEnded(on=on, outcome=outcome)


def review(case: Case, outcome: str, on: dt.date, note: str = "") -> facts.Reviewed:
    """审核: the finding before the decision."""
    must_move(case, "reviewed")
    _must_be_one_of(reasons.REVIEWED, outcome, "/outcome")
    if case.reviewed:
        raise Conflict("case.already_reviewed", "此办件已审核,请刷新后查看", "Already reviewed; reload")
    return facts.Reviewed(on=on, outcome=outcome, note=note)  # type: ignore[arg-type]


def after_review(case: Case, outcome: str, on: dt.date) -> tuple[facts.HandedOver, ...]:
    """What is settled at home goes there with the review that passed: the reviewer's part is done."""
    if case.hand_over == "reviewed" and outcome == "pass":
        return (facts.HandedOver(on=on, to=case.handling, reason="settlement"),)
    return ()


def must_finish(case: Case, handling: str) -> None:
    """当场办结: only what the item version decides on the spot, and only an accepted case that waits for no paper."""
    if handling != "on_the_spot":
        raise Refused("case.not_on_the_spot", "此事项不是即办件,不能当场办结", "This item is not decided on the spot")
    if case.stage == "received" or case.follow:
        raise Refused(
            "case.not_ready_to_finish",
            "材料齐全并受理后才能当场办结",
            "Only an accepted case with all papers can be finished",
        )


def decide(case: Case, granted: bool, results: tuple[str, ...], on: dt.date, note: str = "") -> facts.Decided:
    """办结. What is settled at home is decided by the home center only, after the review; a refusal says why."""
    must_move(case, "decided")
    if case.hand_over == "reviewed" and not case.reviewed:
        raise Refused("case.not_reviewed", "请先完成审核", "Review first")
    # A split case that came back, or one whose review failed, lies where nobody may grant what home provides and pays for;
    # only the reviewing center of a settled case may still refuse.
    if case.holder != case.handling and (case.hand_over == "received" or (case.hand_over == "reviewed" and granted)):
        raise Refused(
            "case.decided_elsewhere",
            "此事项由户籍地中心决定,请先移交",
            "This item is decided by the home center; hand the case over first",
            holder=case.holder,
            handling=case.handling,
        )
    if not granted and not note:
        raise Refused("case.reason_needed", "不予通过必须说明理由", "A refusal needs its reason", pointer="/note")
    outcome = "refused" if not granted else "granted_follow" if case.follow else "granted"
    return facts.Decided(on=on, outcome=outcome, results=results if granted else (), note=note)  # type: ignore[arg-type]


def issue(case: Case, result: str, credential: str, digest: str, on: dt.date) -> facts.ResultIssued:
    """出证: each result of a granted decision once."""
    must_move(case, "result_issued")
    if result not in case.results or result in case.issued:
        raise Conflict(
            "result.not_open", "该结果已制发或不在决定之中", "This result was issued already, or never granted"
        )
    return facts.ResultIssued(on=on, result=result, credential=credential, digest=digest)


def deliver(case: Case, way: str, to: str, on: dt.date) -> facts.Delivered:
    """送达. To the agent only when there is one."""
    must_move(case, "delivered")
    _must_be_one_of(reasons.WAYS, way, "/way")
    _must_be_one_of(reasons.RECIPIENTS, to, "/to")
    if to == "agent" and not case.agent:
        raise Refused("deliver.no_agent", "此办件没有代办人", "This case has no agent", pointer="/to")
    return facts.Delivered(on=on, way=way, to=to)  # type: ignore[arg-type]


def lapses(case: Case) -> bool:
    """Whether a correction that did not come by its date ends the application: not where it was the city that lost the form."""
    return not case.lost


def withdraw(case: Case, reason: str, on: dt.date) -> facts.Withdrawn:
    """撤回: before the decision the resident may always take it back."""
    must_move(case, "withdrawn")
    return facts.Withdrawn(on=on, reason=reason)


def revoke(case: Case, law: str, supervisor: str, on: dt.date, note: str = "") -> facts.Revoked:
    """撤销: names the law and the supervisor."""
    must_move(case, "revoked")
    if not law.strip():
        raise Refused("revoke.law_needed", "请填写撤销的法律依据", "Name the law", pointer="/law")
    return facts.Revoked(on=on, law=law, supervisor=supervisor, note=note)


def rate(case: Case, grade: str, on: dt.date, note: str = "") -> facts.Rated:
    """好差评: once for each handling, and nothing is chosen beforehand."""
    must_move(case, "rated")
    if case.rated:
        raise Conflict("rating.given", "这个办件已经评价过了,谢谢您", "This handling was rated already, thank you")
    if grade not in reasons.GRADES:
        raise Refused("rating.grade", "请选择一个评价等级", "Choose one of the five grades", pointer="/grade")
    return facts.Rated(on=on, grade=grade, note=note)  # type: ignore[arg-type]
