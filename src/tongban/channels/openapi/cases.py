"""办件: receive one, find the ones that wait, see one, its steps and its log."""

from typing import Annotated, Literal

from ninja import Query, Router

from tongban.channels.openapi import taken
from tongban.channels.openapi.answers import CaseInClear, NoteSeen, OfItem, Summary
from tongban.channels.openapi.bodies import AssessIn, LookIn, NewCase
from tongban.channels.openapi.parameters import CenterCode, Cursor, Limit, Number, Word
from tongban.channels.openapi.wire import Call, at_state, read, write
from tongban.domain.refusals import Refused
from tongban.flows import access, receive
from tongban.flows.receive import Order, Present, Receipt
from tongban.reads import assessment, case_log, progress, worklist
from tongban.reads.assessment import Checklist
from tongban.reads.case_log import CaseLog, CaseSeen
from tongban.reads.progress import Step
from tongban.reads.worklist import Worklist

router = Router(tags=["cases"])


Show = Annotated[Literal["todo", "sent"], Query(description="todo: waits here; sent: received here, handed over")]


@write(router, "/cases", status=201)
def receive_case(call: Call, body: NewCase) -> Receipt:
    """收件: receive a case, for a visit or all at once

    With `visit`, the person was met before. With `applicant`, everything comes in this one call: the person is met, a mandate
    is entered when an agent shows one, and the case is received, in one act. Whatever is missing is told at once."""
    intake = taken.intake(call, body)
    if (body.visit is None) == (body.applicant is None):
        raise Refused(
            "case.whom", "请提供 visit 或 applicant,二者选一", "Give either visit or applicant", pointer="/applicant"
        )
    if body.visit is not None:
        order = Order(str(body.visit), body.item, intake, body.version, str(body.draft or ""))
        return receive.receive(call.actor, order, channel=body.channel, at=call.at, key=call.key)
    assert body.applicant is not None
    present = Present(
        taken.person(call, body.applicant, "/applicant"), body.how,
        taken.person(call, body.agent, "/agent") if body.agent else None,
        taken.mandate(call, body.mandate) if body.mandate else None,
    )  # fmt: skip
    return receive.receive_at_once(
        call.actor, present, body.item, intake, version=body.version, center=body.center or "", channel=body.channel,
        at=call.at, key=call.key,
    )  # fmt: skip


@read(router, "/assess", by_post=True)
def assess_case(call: Call, body: AssessIn) -> Checklist:
    """核对: what a counter would say before anything is written

    May they, which fields and papers are still needed, where the case goes. Nothing is written, no value is handed out."""
    return assessment.assess(
        call.actor, body.item, taken.intake(call, body), version=body.version, visit=str(body.visit or ""),
        center=body.center or "", today=call.today,
    )  # fmt: skip


@read(router, "/cases")
def list_cases(
    call: Call, center: CenterCode = "", show: Show = "todo", item: Word = "", state: Word = "", light: Word = "",
    cursor: Cursor = "", limit: Limit = 50,
) -> Worklist:  # fmt: skip
    """工作列表: the open cases of the token's centers, nearest date first"""
    return worklist.worklist(
        call.actor,
        center=center,
        show=show,
        item=item,
        state=state,
        light=light,
        cursor=cursor,
        limit=limit,
        today=call.today,
        now=call.at,
    )


@read(router, "/cases/summary")
def count_cases(call: Call, center: CenterCode = "") -> Summary:
    """办件统计: how many cases wait: by light, state and item"""
    now = worklist.lights(call.actor, center=center, today=call.today)
    items = [OfItem(*one) for one in now.items]
    lights = {"green": now.green, "yellow": now.yellow, "red": now.red, "paused": now.paused}
    return Summary(now.total, not now.full, lights, dict(now.states), items)


@read(router, "/cases/{number}", acts=True)
def show_case(call: Call, number: Number) -> CaseSeen:
    """一个办件: where it stands, who has it, which date binds, and which acts are possible now

    The ETag is the state; send it as If-Match with the next act."""
    seen = case_log.seen(call.actor, number, now=call.at)
    return at_state(seen, seen.n)


@read(router, "/cases/{number}/timeline")
def show_timeline(call: Call, number: Number) -> tuple[Step, ...]:
    """办理过程: the steps so far as its resident sees them, with the national exchange events"""
    return progress.of_case(call.actor, number, today=call.today).steps


@read(router, "/cases/{number}/log")
def show_log(call: Call, number: Number) -> CaseLog:
    """事实链: the facts of a case with the hash of each: no personal data, so it may be kept and compared anywhere"""
    return case_log.of_case(call.actor, number)


@write(router, "/cases/{number}/look")
def look_at_case(call: Call, number: Number, body: LookIn) -> CaseInClear:
    """查看: the form of a case and its notes in clear, with a reason

    The look is written down and the person sees it; sent again it is another look."""
    seen = access.answers(call.actor, number, reason=body.reason, at=call.at)
    notes = [NoteSeen(*note) for note in seen.notes]
    return CaseInClear(seen.number, seen.item, seen.version, seen.applicant, seen.agent, seen.answers, notes)
