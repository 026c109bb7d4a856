"""办理: how a case ends: reviewed, decided, issued, delivered; handed to another center; taken back or revoked. Each answers where
the case stands now; its ETag is the new state. With If-Match the act is done only if nobody was first."""

from ninja import Router

from tongban.channels.openapi.bodies import (
    DecideIn,
    DeliverIn,
    HandBackIn,
    HandOverIn,
    IssueIn,
    Nothing,
    ReviewIn,
    RevokeIn,
    WithdrawIn,
)
from tongban.channels.openapi.parameters import Number
from tongban.channels.openapi.wire import Call, at_state, write
from tongban.flows import deliver, handle
from tongban.flows.handle import Standing

router = Router(tags=["acts"])


def _now(standing: Standing) -> Standing:
    return at_state(standing, standing.n)


@write(router, "/cases/{number}/review", acts=True)
def review(call: Call, number: Number, body: ReviewIn) -> Standing:
    """审核: the reviewer's finding"""
    return _now(
        handle.review(call.actor, number, body.outcome, body.note, expect=call.expect, at=call.at, key=call.key)
    )


@write(router, "/cases/{number}/decide", acts=True)
def decide(call: Call, number: Number, body: DecideIn) -> Standing:
    """办结: the decision"""
    return _now(
        handle.decide(call.actor, number, body.granted, body.note, expect=call.expect, at=call.at, key=call.key)
    )


@write(router, "/cases/{number}/finish", acts=True)
def finish(call: Call, number: Number, body: Nothing) -> Standing:
    """当场办结: an on-the-spot item is decided, issued and handed over in one act"""
    return _now(handle.finish(call.actor, number, expect=call.expect, at=call.at, key=call.key))


@write(router, "/cases/{number}/issue", acts=True)
def issue(call: Call, number: Number, body: IssueIn) -> Standing:
    """制发: one result of a granted decision"""
    return _now(deliver.issue(call.actor, number, body.result, expect=call.expect, at=call.at, key=call.key))


@write(router, "/cases/{number}/deliver", acts=True)
def deliver_result(call: Call, number: Number, body: DeliverIn) -> Standing:
    """送达: the result reached the resident or the agent; results not issued yet are issued by it"""
    return _now(deliver.deliver(call.actor, number, body.way, body.to, expect=call.expect, at=call.at, key=call.key))


@write(router, "/cases/{number}/hand-over", acts=True)
def hand_over(call: Call, number: Number, body: HandOverIn) -> Standing:
    """改派: to another center"""
    return _now(
        handle.hand_over(call.actor, number, body.to, body.reason, expect=call.expect, at=call.at, key=call.key)
    )


@write(router, "/cases/{number}/hand-back", acts=True)
def hand_back(call: Call, number: Number, body: HandBackIn) -> Standing:
    """退回移交: to the center it came from"""
    return _now(handle.hand_back(call.actor, number, body.reason, expect=call.expect, at=call.at, key=call.key))


@write(router, "/cases/{number}/withdraw", acts=True)
def withdraw(call: Call, number: Number, body: WithdrawIn) -> Standing:
    """撤回: the resident takes it back before the decision"""
    return _now(
        handle.withdraw(
            call.actor, number, body.reason, visit=str(body.visit or ""), expect=call.expect, at=call.at, key=call.key
        )
    )


@write(router, "/cases/{number}/revoke", acts=True)
def revoke(call: Call, number: Number, body: RevokeIn) -> Standing:
    """撤销: the authority undoes its own decision, with the law"""
    return _now(handle.revoke(call.actor, number, body.law, body.note, expect=call.expect, at=call.at, key=call.key))
