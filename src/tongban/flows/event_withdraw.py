"""Taking back (撤回) a life event, or some of its items: what has not begun never begins, what is not decided is withdrawn, what is
decided stays. It is done where the event was received; from any other counter of the city that node is asked."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from tongban.domain import mother as rule
from tongban.domain.actor import Actor
from tongban.domain.facts import Body
from tongban.domain.mother import EventWithdrawn, Mother, Replanned, replan
from tongban.domain.mother import apply as after
from tongban.domain.refusals import Conflict, Refused
from tongban.flows import access, event_access, event_log, handle
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as cases

DECIDED = frozenset({"decided", "delivered", "revoked"})
"""A case in one of these stages stays as it is."""


class TakenBack(msgspec.Struct, frozen=True):
    """What became of it: numbers of the cases still to be withdrawn, one act each; those that were decided before stay. ``asked``: the node
    that was asked to do it, and has not answered yet."""

    number: str
    to_withdraw: tuple[str, ...]
    decided: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    asked: str = ""


def withdraw(
    actor: Actor, number: str, *, visit: str = "", items: Sequence[str] = (), reason: str = "", at: dt.datetime, key: str = ""
) -> TakenBack:  # fmt: skip
    """Take back the whole event, or these items: one act on the mother case, then one on each of its open cases, which may be held on
    other nodes. A case that is decided in the meantime stays decided (``kept``)."""
    done = take_back(actor, number, visit=visit, items=tuple(items), reason=reason, at=at, key=key)
    kept = []
    for child in done.to_withdraw:
        try:
            handle.withdraw(actor, child, reason, visit=visit, at=at, key=f"{key}:{child[-2:]}" if key else "")
        except Conflict:
            kept.append(child)
    return msgspec.structs.replace(done, kept=tuple(kept))


@flow("event.withdraw")
def take_back(
    actor: Actor, number: str, *, visit: str = "", items: tuple[str, ...] = (), reason: str = "", at: dt.datetime, key: str = "",
) -> TakenBack:  # fmt: skip
    """Nothing more starts of the whole event, or of these items and what begins only after them. Asked by another node, ``visit`` is
    empty, and that node vouches for whom it serves."""
    on = city_date(at)
    if not visit and not actor.serves:
        raise Refused("event.visit_needed", "请先读卡接待本人", "Serve the person first", pointer="/visit")
    found, agent, _ = event_access.answered_for(actor, visit, number)
    mother = found.mother
    for one in mother.parts if agent else ():
        if not items or one.part.item in items:
            # Who acts for another does so by a mandate that holds today and names what is taken back.
            access.must_be_mandated(agent, mother.applicant, one.part.item, on)
    rule.must_be_taken_back(mother, reason)
    wanted = [one for one in mother.parts if not items or one.part.item in items]
    if not wanted or set(items) - {one.part.item for one in wanted}:
        raise Refused("event.no_such_item", "这件事里没有这个事项", "The event has no such item", pointer="/items")
    open_ = [one.number for one in wanted if one.state == "open"]
    decided = {number for number, found in cases.get_many(open_).items() if found.case.stage in DECIDED}
    event_log.appended(mother, [EventWithdrawn(on=on, reason=reason)] if not items else _dropped(mother, items, on))
    current().about(case=number, person=mother.applicant, place=mother.receiving, items=list(items))
    return TakenBack(number, tuple(n for n in open_ if n not in decided), tuple(sorted(decided)))


def _dropped(mother: Mother, items: tuple[str, ...], on: dt.date) -> list[Body]:
    """Parts that have not begun and are not wanted any more, and what hangs on them. An open case says itself when it ends."""
    new: list[Body] = []
    for item in items:
        one = mother.of(item)
        if one is None or one.state not in ("waiting", "held"):
            continue
        others = replan(mother, item, "withdrawn", on)
        fact = Replanned(
            on=on, because=item, why="withdrawn", dropped=(item, *(others.dropped if others else ())),
            parts=others.parts if others else (),
        )  # fmt: skip
        mother = after(mother, fact)
        new.append(fact)
    return new
