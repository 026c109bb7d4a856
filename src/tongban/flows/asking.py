"""Acts that must reach the holder of a case on another node. The rules have judged by the copy that is here; the act travels with
its arguments, is done there by the same flow, once, and its outcome comes back to be shown."""

import datetime as dt
import inspect
import logging
import typing
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError

from tongban.domain import replica
from tongban.domain.actor import Actor
from tongban.domain.event_intake import EventIntake
from tongban.domain.handed_in import PaperIn
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.exchange import arriving, inbox, outbox, queries, requests
from tongban.exchange.letters import Asker, FileHere, Letter, Outcome, Request
from tongban.flows import access, compose, event_withdraw, handle
from tongban.flows.compose import MotherReceipt
from tongban.flows.desk import Desk, NotYet, judged
from tongban.flows.event_withdraw import TakenBack
from tongban.flows.handle import Standing
from tongban.plumbing import files, here, tx
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import queries as cases
from tongban.registers.mothers import queries as mothers

ACTS: dict[str, Callable[..., Standing | MotherReceipt | TakenBack]] = {
    "case.receive_correction": handle.receive_correction,
    "case.add_papers": handle.add_papers,
    "case.withdraw": handle.withdraw,
    "case.rate": handle.rate,
    "event.amend": compose.amend,
    "event.withdraw": event_withdraw.withdraw,
}
"""What may be asked of another node: what a resident does at any counter. All else is done where the case is held."""

log = logging.getLogger("tongban.exchange")

EVENT = "event."
"""How the names of acts on a life event begin: they are asked of the node that received it."""
BEHIND = dt.timedelta(days=1)
"""So long a request waits for letters of its case that could not be applied; then it is answered by what is here."""

# The request that is being done, so that one whose case has moved on is sent after it as it is.
_doing: ContextVar[Request | None] = ContextVar("doing", default=None)


def carry(asked: tx.Asked) -> Standing | MotherReceipt | TakenBack:
    """Take an act to the node that holds the case (plumbing/tx.py calls this when a flow found the case elsewhere)."""
    if asked.name not in ACTS:
        node = here.nodes().by_code[asked.node].name
        raise Refused(
            "case.held_elsewhere",
            f"此办件现由{node.zh}持有,请由持有办件的中心办理",
            f"This case is held at the {node.en or asked.node}: it is done there",
            node=asked.node,
        )
    if asked.name == "event.withdraw":
        return ask_back(asked.actor, asked, at=asked.at, key=asked.key)
    if asked.name.startswith(EVENT):
        return ask_event(asked.actor, asked, at=asked.at, key=asked.key)
    under_way = _doing.get()
    # Taking back a life event asks the holders of its cases: those are requests of their own.
    if under_way is not None and under_way.number == asked.number:
        return send_on(asked.actor, under_way, asked.node, at=asked.at)
    return ask(asked.actor, asked, at=asked.at, key=asked.key)


@flow("case.ask_holder")
def ask(actor: Actor, asked: tx.Asked, *, at: dt.datetime, key: str = "") -> Standing:
    """Write the act into a letter to the node that holds the case; returns where the case stands by the copy here."""
    _write(actor, asked, at)
    return _standing(asked.number, asked.node)


@flow("event.ask_holder")
def ask_event(actor: Actor, asked: tx.Asked, *, at: dt.datetime, key: str = "") -> MotherReceipt:
    """Write an act on a life event into a letter to the node that received it; returns how it stands by the copy here."""
    _write(actor, asked, at)
    found = mothers.get(asked.number)
    assert found is not None
    return msgspec.structs.replace(compose.receipt(found.mother, found.query_code), asked=asked.node)


@flow("event.ask_holder")
def ask_back(actor: Actor, asked: tx.Asked, *, at: dt.datetime, key: str = "") -> TakenBack:
    """Write that a life event is taken back into a letter to the node that received it: that one does it, and asks on for its cases."""
    _write(actor, asked, at)
    return TakenBack(asked.number, (), asked=asked.node)


@step
def _write(actor: Actor, asked: tx.Asked, at: dt.datetime) -> None:
    arguments: dict[str, Any] = dict(asked.arguments)
    # Somebody at a counter of another node, on whose word we act, has none of our centers; we vouch in turn for whom they serve.
    serves, center = actor.serves, "" if actor.serves else actor.center
    if visit := arguments.pop("visit", ""):
        served = access.visit(actor, visit)
        serves = tuple(person for person in (served.applicant, served.agent) if person)
    request = Request(
        new_id().hex, asked.name, asked.number, here.node(),
        Asker("resident" if actor.kind == "resident" else "staff", actor.ref, center, serves),
        msgspec.to_builtins(arguments, builtin_types=(dt.date, dt.datetime)),
        tuple(_files(_papers(arguments))),
    )  # fmt: skip
    current().about(case=asked.number, request=request.id, node=asked.node, act=asked.name)
    requests.asked(request, asked.node, actor.ref, actor.center, at)
    outbox.post(asked.node, request, at, number=asked.number)
    for file in request.files:
        outbox.post_file(asked.node, file.digest, at)


def _papers(arguments: dict[str, Any]) -> Any:
    intake = arguments.get("intake")
    return [one.paper for one in intake.papers] if isinstance(intake, EventIntake) else arguments.get("papers", ())


@flow("case.send_request_on")
def send_on(actor: Actor, request: Request, node: str, *, at: dt.datetime) -> Standing:
    """The case has moved on to another node: the request goes after it, as it is; the outcome goes to where it began."""
    current().about(case=request.number, request=request.id, node=node)
    outbox.post(node, request, at, number=request.number)
    for file in request.files:
        if files.exists(file.digest):
            outbox.post_file(node, file.digest, at)
    return _standing(request.number, node)


def _standing(number: str, node: str) -> Standing:
    found = cases.get(number)
    assert found is not None
    return msgspec.structs.replace(handle.standing(found.case), asked=node)


def _files(papers: Any) -> list[FileHere]:
    digests = dict.fromkeys(p.digest for p in papers if isinstance(p, PaperIn) and p.digest)
    return [FileHere(d, files.size_of(d)) for d in digests if files.exists(d)]


@step
def request_came(desk: Desk, letter: Letter) -> None:
    """An act is asked of us. It is an act of its own, so it is done after this transaction (do_waiting). One that is ahead of the case
    itself waits for it: refused or sent back, it would be lost, or go round between two nodes as fast as letters go."""
    body = letter.body
    assert isinstance(body, Request)
    if body.act.startswith(EVENT):
        _event_request_came(desk, body)
        return
    found = cases.get(body.number)
    if found is None:
        raise NotYet("gap", "the case that it is about is not here yet")
    with judged():
        replica.must_be_asked(found.case, body.origin, body.asker.center, desk.sender, here.node(), here.nodes())
    if inbox.lacks(body.number, desk.at - BEHIND):
        raise NotYet("gap", "what gave this node the case is not here yet")
    for file in body.files:
        if not files.exists(file.digest):
            arriving.await_file(body.number, file.digest, file.size, desk.at)
    requests.came(body, desk.sender, desk.at)


def _event_request_came(desk: Desk, body: Request) -> None:
    """The scans go with the part that may start from this: so they are waited for here."""
    found = mothers.get(body.number)
    if found is None:
        raise NotYet("gap", "the life event that it is about is not here yet")
    with judged():
        replica.event_must_be_asked(
            found.mother.receiving, body.origin, body.asker.center, desk.sender, here.node(), here.nodes()
        )
    if not all(files.exists(file.digest) for file in body.files):
        raise NotYet("file", "scans that it brings are on their way here")
    requests.came(body, desk.sender, desk.at)


def do_waiting(at: dt.datetime) -> int:
    """Do the requests that have come; each is a durable act under the key of the request, so a crash in between repeats nothing. None
    while this node fetches what a restored backup has forgotten: an act upon an older state would fork the case."""
    waiting = requests.to_do(20)
    if not waiting or not queries.caught_up():
        return 0
    return sum(_one(request, at) for request in waiting)


def _one(request: Request, at: dt.datetime) -> bool:
    """One that fails in a way nobody thought of is answered, too: else it would stand before all others for ever."""
    try:
        return _do(request, at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as why:
        log.exception("a request could not be done")
        words = Text("办理时程序出错", f"The program failed on it ({type(why).__name__})")
        answer(_node(request), request, Outcome(request.id, request.number, False, "request.failed", words), at=at)
        return False


def _node(request: Request) -> Actor:
    return Actor(kind="system", ref=f"node:{request.origin}", name=request.origin)


def _do(request: Request, at: dt.datetime) -> bool:
    asker = request.asker
    who = Actor(
        kind=asker.kind,
        ref=asker.ref if asker.kind == "resident" else f"{request.origin}/{asker.ref}",
        center=asker.center,
        serves=asker.serves,
    )
    node = _node(request)
    token = _doing.set(request)
    try:
        act = ACTS.get(request.act)
        if act is None:
            raise Refused("request.unknown", "不认识的请求", "Such a request is not known here", act=request.act)
        standing = act(who, visit="", **_arguments(act, request), at=at, key=f"request:{request.id}")
    except Refused as why:
        answer(node, request, Outcome(request.id, request.number, False, why.code, why.text), at=at)
        return False
    except (msgspec.ValidationError, TypeError) as why:
        words = Text("请求的内容无法识别", f"The arguments of the request are not understood: {why}")
        answer(node, request, Outcome(request.id, request.number, False, "request.format", words), at=at)
        return False
    finally:
        _doing.reset(token)
    answer(node, request, None if standing.asked else Outcome(request.id, request.number, True), at=at)
    return True


def _arguments(act: Callable[..., Any], request: Request) -> dict[str, Any]:
    """The arguments of the flow, as the types that its signature names."""
    types = typing.get_type_hints(act)
    known = set(inspect.signature(act).parameters) - {"actor", "at", "key", "visit"}
    if unknown := set(request.arguments) - known:
        raise TypeError(f"unknown arguments {sorted(unknown)}")
    if request.arguments.get("number") != request.number:
        raise TypeError("arguments for another case")
    return {name: msgspec.convert(value, types[name], strict=False) for name, value in request.arguments.items()}


@flow("case.answer_request")
def answer(actor: Actor, request: Request, outcome: Outcome | None, *, at: dt.datetime) -> None:
    """Tell the node that asked what became of it (nothing to tell when the request was sent on), and forget the request."""
    requests.done(request.id)
    if outcome is not None:
        outbox.post(request.origin, outcome, at, number=request.number)
        current().about(case=request.number, request=request.id, done=outcome.done, code=outcome.code)


@step
def outcome_came(desk: Desk, letter: Letter) -> None:
    """What became of an act that was asked from here."""
    body = letter.body
    assert isinstance(body, Outcome)
    requests.answered(body, desk.at)
