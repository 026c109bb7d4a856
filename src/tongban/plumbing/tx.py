"""One act of the city = one durable transaction = one audit line, and a resent act is the same act. `@flow` makes it so,
and `@step` refuses to work outside one; a guard sees to it that every public function in flows/ is one of the two.

Statements inside a flow that need no answer travel together (plumbing/statements.py). The price: their errors surface at the
next answer or at the end of the flow, so code in a flow must not catch database errors.
"""

import datetime as dt
import functools
import inspect
import typing
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
import psycopg
from django.db import DatabaseError, connection, transaction

from tongban.domain.actor import Actor
from tongban.domain.refusals import Conflict, Refused
from tongban.plumbing import crypto, statements

P = ParamSpec("P")
R = TypeVar("R")


class NotInside(RuntimeError):
    """A step was called outside a flow: a mistake of the programmer, never of a user."""


class Elsewhere(Exception):
    """The case is held by another node: nothing was written here, and the act is to be asked of that one."""

    def __init__(self, number: str, node: str) -> None:
        super().__init__(f"{number} is held by node {node}")
        self.number, self.node = number, node


class Asked(msgspec.Struct, frozen=True):
    """An act as it was called, for whoever carries it to the node that holds the case."""

    name: str
    actor: Actor
    arguments: dict[str, Any]
    at: dt.datetime
    key: str
    number: str
    node: str
    mark: bytes = b""


Carrier = Callable[[Asked], Any]
_carrier: list[Carrier] = []


def carry_by(carrier: Carrier) -> None:
    """Say who carries acts to other nodes (flows/asking.py, when the program starts)."""
    _carrier[:] = [carrier]


class Act:
    """The act under way. The flow says what it is about; the audit line is written from it."""

    __slots__ = ("actor", "at", "case", "detail", "key", "name", "person", "place", "reason")

    def __init__(self, name: str, actor: Actor, at: dt.datetime, key: str) -> None:
        self.name, self.actor, self.at, self.key = name, actor, at, key
        self.case = self.person = self.reason = ""
        self.place = actor.center
        self.detail: dict[str, Any] = {}

    def about(self, *, case: str = "", person: str = "", place: str = "", reason: str = "", **detail: Any) -> None:
        """Say what the act is about. ``detail`` holds codes and counts, never personal data."""
        self.case, self.person = case or self.case, person or self.person
        self.place, self.reason = place or self.place, reason or self.reason
        self.detail.update(detail)


_act: ContextVar[Act | None] = ContextVar("act", default=None)


def current() -> Act:
    """The act under way; raises NotInside outside a flow."""
    act = _act.get()
    if act is None:
        raise NotInside("This works only inside a flow (tongban.plumbing.tx.flow).")
    return act


def inside() -> bool:
    """True while a transaction is open on this thread: nothing outside may be called then (ADR 0005)."""
    return _act.get() is not None or connection.in_atomic_block


def flow(act: str) -> Callable[[Callable[Concatenate[Actor, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Make a function an act of the city.

    It must take the actor first and ``at`` (aware datetime) by name, and may take ``key`` (idempotency key). The same key
    of the same actor with the same input returns the first answer; with another input it is a Conflict.
    """

    def decorate(function: Callable[Concatenate[Actor, P], R]) -> Callable[Concatenate[Actor, P], R]:
        answer_type = typing.get_type_hints(function).get("return", Any)

        @functools.wraps(function)
        def run(actor: Actor, *args: Any, **kwargs: Any) -> R:
            key = kwargs.get("key", "")
            if not key.isprintable():
                raise Refused(
                    "key.unreadable",
                    "页面传来的请求编号不完整,请刷新后重试",
                    "The idempotency key is not readable: reload the page",
                    pointer="/key",
                )
            carried = _carried(args)
            mark = carried.mark if carried else _fingerprint(act, args, kwargs) if key else b""
            try:
                return _durably(act, function, actor, args, kwargs, mark, answer_type)
            except Elsewhere as case:
                # Done here before the case moved on, or asked of that node already: a resend gets that answer, and the act is not done
                # a second time there.
                if key and (done := _answered(actor, key, mark, answer_type, act)) is not None:
                    return typing.cast(R, done[0])
                given = inspect.signature(function).bind(actor, *args, **kwargs).arguments
                given = {k: v for k, v in list(given.items())[1:] if k not in ("at", "key")}
                asked = Asked(act, actor, given, kwargs["at"], key, case.number, case.node, mark)
                return typing.cast(R, _carrier[0](asked))
            except (Refused, DatabaseError, psycopg.DatabaseError):
                # Only now is the key looked up: a resend is rare, a first send must not pay a round trip for it.
                if key and (done := _answered(actor, key, mark, answer_type)) is not None:
                    return typing.cast(R, done[0])
                raise

        run.act_name = act  # type: ignore[attr-defined]
        return typing.cast(Callable[Concatenate[Actor, P], R], run)

    return decorate


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a part of flows: it refuses to run outside one."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        current()
        return function(*args, **kwargs)

    run.is_step = True  # type: ignore[attr-defined]
    return run


def _durably(
    name: str, function: Callable[..., R], actor: Actor, args: Any, kwargs: Any, mark: bytes, answer_type: Any
) -> R:
    from tongban.plumbing.audit import service as audit

    key = kwargs.get("key", "")
    act = Act(name, actor, kwargs["at"], key)
    with transaction.atomic(durable=True):
        token = _act.set(act)
        try:
            with statements.together():
                answer = function(actor, *args, **kwargs)
                audit.write(act)
                if key:
                    carried = _carried(args)
                    _remember(act, carried.name if carried else name, mark, msgspec.json.encode(answer))
        finally:
            _act.reset(token)
    return answer


def _carried(args: Any) -> Asked | None:
    """The act that a flow takes to another node. It is remembered as what it is, so that sent again later it is the same act, whatever
    the case has become meanwhile."""
    return args[0] if args and isinstance(args[0], Asked) else None


def _fingerprint(act: str, args: Any, kwargs: Any) -> bytes:
    asked = {k: v for k, v in kwargs.items() if k not in ("at", "key")}
    # Keyed: a bare hash of a form could be guessed back to the person.
    return crypto.sign(msgspec.msgpack.encode([act, args, asked], order="sorted"))


def _remember(act: Act, name: str, mark: bytes, answer: bytes) -> None:
    statements.say(
        "insert into plumbing_done_act (actor, key, act, fingerprint, answer, at) values (%s, %s, %s, %s, %s, %s)",
        [act.actor.ref, act.key, name, mark, answer, act.at],
    )


def _answered(actor: Actor, key: str, mark: bytes, answer_type: Any, only: str = "") -> tuple[Any] | None:
    """The answer that was given under this key, in a tuple; with ``only``, by this act and not by another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select fingerprint, answer, act from plumbing_done_act where actor = %s and key = %s", [actor.ref, key]
        )
        row = cursor.fetchone()
    if row is None or (only and row[2] != only):
        return None
    if bytes(row[0]) != mark:
        raise Conflict(
            "key.reused",
            "同一个请求编号被用于不同的内容,请刷新页面后重新提交",
            "The same idempotency key was used for another request; use a new key",
            pointer="/key",
        )
    if answer_type is None or answer_type is type(None):
        return (None,)
    return (msgspec.json.decode(bytes(row[1]), type=answer_type),)
