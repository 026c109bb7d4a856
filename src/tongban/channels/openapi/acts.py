"""办理: taken over, accepted or not, corrected, completed, paused: by the center that holds the case, and by the resident at any
counter. Each answers where the case stands
now; its ETag is the new state. With If-Match the act is done only if nobody was first."""

from ninja import Router

from tongban.channels.openapi import taken
from tongban.channels.openapi.bodies import (
    AskIn,
    CorrectionIn,
    NotAcceptIn,
    Nothing,
    PapersIn,
    SpecialEndIn,
    SpecialIn,
)
from tongban.channels.openapi.parameters import Number
from tongban.channels.openapi.wire import Call, at_state, write
from tongban.domain.facts import Point
from tongban.flows import handle
from tongban.flows.handle import Standing

router = Router(tags=["acts"])


def _now(standing: Standing) -> Standing:
    return at_state(standing, standing.n)


@write(router, "/cases/{number}/take-over", acts=True)
def take_over(call: Call, number: Number, body: Nothing) -> Standing:
    """接办: from now on somebody has looked"""
    return _now(handle.take_over(call.actor, number, expect=call.expect, at=call.at, key=call.key))


@write(router, "/cases/{number}/accept", acts=True)
def accept(call: Call, number: Number, body: Nothing) -> Standing:
    """受理: the legal clock starts"""
    return _now(handle.accept(call.actor, number, expect=call.expect, at=call.at, key=call.key))


@write(router, "/cases/{number}/not-accept", acts=True)
def not_accept(call: Call, number: Number, body: NotAcceptIn) -> Standing:
    """不予受理: with the reason that is printed on the notice"""
    return _now(
        handle.not_accept(call.actor, number, body.reason, body.note, expect=call.expect, at=call.at, key=call.key)
    )


@write(router, "/cases/{number}/ask-correction", acts=True)
def ask_correction(call: Call, number: Number, body: AskIn) -> Standing:
    """补正告知: everything at once, and once"""
    points = tuple(Point(p.what, p.code, p.problem) for p in body.points)
    return _now(
        handle.ask_correction(
            call.actor, number, points, body.note, second=body.second, expect=call.expect, at=call.at, key=call.key
        )
    )


@write(router, "/cases/{number}/receive-correction", acts=True)
def receive_correction(call: Call, number: Number, body: CorrectionIn) -> Standing:
    """补正受理: what was asked for has come, at any counter. After `correction.form_lost`: every field of the form, also what stays empty"""
    return _now(
        handle.receive_correction(
            call.actor, number, dict(body.answers), taken.papers(call, body.papers), visit=str(body.visit or ""),
            expect=call.expect, at=call.at, key=call.key,
        )
    )  # fmt: skip


@write(router, "/cases/{number}/papers", acts=True)
def add_papers(call: Call, number: Number, body: PapersIn) -> Standing:
    """容缺补交: papers that were promised to follow"""
    return _now(
        handle.add_papers(
            call.actor, number, taken.papers(call, body.papers), visit=str(body.visit or ""), expect=call.expect, at=call.at,
            key=call.key,
        )
    )  # fmt: skip


@write(router, "/cases/{number}/start-special", acts=True)
def start_special(call: Call, number: Number, body: SpecialIn) -> Standing:
    """特别程序开始: the clock stands still"""
    return _now(
        handle.start_special(
            call.actor,
            number,
            body.procedure,
            body.basis,
            body.planned_days,
            expect=call.expect,
            at=call.at,
            key=call.key,
        )
    )


@write(router, "/cases/{number}/end-special", acts=True)
def end_special(call: Call, number: Number, body: SpecialEndIn) -> Standing:
    """特别程序结束: the clock runs on"""
    return _now(handle.end_special(call.actor, number, body.outcome, expect=call.expect, at=call.at, key=call.key))
