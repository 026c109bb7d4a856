"""A mother case (一件事总办件): one number for a life event and the children that departments decide, as an append-only log like a
case. It says which children exist, what each waits for and why one was dropped; what a child is, its own log says.

Facts carry no personal data: the one form lies sealed beside the log, named by digest.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from tongban.domain.facts import Body, kind
from tongban.domain.life_event import SELF
from tongban.domain.reasons import TAKEN_BACK
from tongban.domain.refusals import Conflict, Refused

Outcome = Literal["granted", "granted_follow", "refused", "not_accepted", "withdrawn", "revoked"]
Stage = Literal["new", "open", "gathered", "withdrawn"]
PartState = Literal["waiting", "held", "open", "ended", "dropped"]

GOOD: frozenset[str] = frozenset({"granted", "granted_follow"})


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a part waits for: that ``item`` is decided in the person's favour, ``wait_days`` ago. ``paper``: only its result is
    wanted, as a paper or as a value; without it the part can go on, and asks the person instead."""

    item: str
    wait_days: int = 0
    paper: bool = False


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One item of the event, as planned: whose matter, what it waits for, from when to when by the plan of that day; put off
    (甩项) it follows the rest, until ``deferred_until`` at the latest."""

    item: str
    version: int
    starts_on: dt.date
    promised_on: dt.date
    of: str = SELF
    needs: tuple[Need, ...] = ()
    deferred_until: dt.date | None = None


class Submitted(Body, frozen=True, tag="submitted"):
    """The event was handed in: from now on the city works through its parts."""

    event: str
    applicant: str
    channel: str
    receiving: str
    form: str
    parts: tuple[Part, ...]
    agent: str = ""


class ChildOpened(Body, frozen=True, tag="child_opened"):
    """A part became a case of its own."""

    item: str
    number: str


class ChildEnded(Body, frozen=True, tag="child_ended"):
    """The case of a part was decided or is over; a decision may be undone (revoked) later."""

    item: str
    outcome: Outcome


class ResultsCame(Body, frozen=True, tag="results_came"):
    """All results of a part are issued: e-licence kinds, for those that wait for them. ``form``: the one form with what the
    issuing department said of them, when it said something."""

    item: str
    credentials: tuple[str, ...] = ()
    form: str = ""


class Held(Body, frozen=True, tag="held"):
    """A part cannot start by itself: it waits for the person. ``problems`` are codes with their pointers."""

    item: str
    problems: tuple[str, ...]


class Amended(Body, frozen=True, tag="amended"):
    """The one form has new content: the person answered for a part that was held, or a child was corrected."""

    item: str
    form: str


class Replanned(Body, frozen=True, tag="replanned"):
    """What became of one part (``because``, ``why``) changed the others: some are dropped, some wait for less."""

    because: str
    why: Literal["refused", "not_accepted", "withdrawn", "revoked", "correcting", "corrected"]
    dropped: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


class Reacted(Body, frozen=True, tag="reacted"):
    """What happens by itself once a part is granted was done by the department; ``proof`` is the digest of its receipt, empty
    when a person there does it on paper."""

    reaction: int
    act: Literal["freeze", "seal", "end"]
    department: str
    proof: str = ""


class Lifted(Body, frozen=True, tag="lifted"):
    """The decision behind a reaction was undone, and the department lifted what it had done."""

    reaction: int
    department: str
    proof: str = ""


class EventWithdrawn(Body, frozen=True, tag="event_withdrawn"):
    """The person takes back what is not decided: nothing more starts."""

    reason: str = ""


class Gathered(Body, frozen=True, tag="gathered"):
    """Every part is over: the results are together."""


MotherFact = (
    Submitted | ChildOpened | ChildEnded | ResultsCame | Held | Amended | Replanned | Reacted | Lifted | EventWithdrawn
    | Gathered
)  # fmt: skip

_decoder = msgspec.json.Decoder(MotherFact)


def decode(body: bytes | str) -> Body:
    """Read a stored fact; unknown kinds and unknown fields are errors."""
    return _decoder.decode(body)  # type: ignore[no-any-return]


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a part stands. ``because``: the item for which it was dropped. ``credentials``: kinds that its case issued."""

    part: Part
    state: PartState = "waiting"
    number: str = ""
    outcome: str = ""
    ended_on: dt.date | None = None
    resulted: bool = False
    credentials: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    because: str = ""
    correcting: bool = False

    @property
    def settled(self) -> bool:
        """True when nothing more is expected of it."""
        return self.state in ("ended", "dropped")


class Mother(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a mother case after its facts; ``n`` and ``head`` are the length and the hash of its log."""

    number: str
    n: int = 0
    head: bytes = b""
    stage: Stage = "new"
    event: str = ""
    applicant: str = ""
    agent: str = ""
    channel: str = ""
    receiving: str = ""
    form: str = ""
    opened_on: dt.date | None = None
    closed_on: dt.date | None = None
    parts: tuple[Standing, ...] = ()
    reacted: tuple[int, ...] = ()

    def of(self, item: str) -> Standing | None:
        """The part with this item."""
        return next((one for one in self.parts if one.part.item == item), None)

    @property
    def children(self) -> dict[str, str]:
        """Item -> number of its case, for the parts that have one."""
        return {one.part.item: one.number for one in self.parts if one.number}


# stage -> kinds that may follow. A decision may be undone after all is gathered, and what followed from it is lifted then.
_AFTERWARDS = frozenset({"child_ended", "results_came", "replanned", "reacted", "lifted"})
MOVES: dict[str, frozenset[str]] = {
    "new": frozenset({"submitted"}),
    "open": _AFTERWARDS | {"child_opened", "held", "amended", "event_withdrawn", "gathered"},
    "gathered": _AFTERWARDS,
    # Children that were decided before they could be withdrawn still end.
    "withdrawn": _AFTERWARDS,
}
_FROM: dict[str, frozenset[str]] = {
    "child_opened": frozenset({"waiting", "held"}), "child_ended": frozenset({"open", "ended"}),
    "results_came": frozenset({"ended"}), "held": frozenset({"waiting", "held"}),
}  # fmt: skip


def apply(mother: Mother, fact: Body) -> Mother:
    """The state after one more fact. Raises Conflict ``event.not_possible_now``."""
    name = kind(fact)
    part = mother.of(item) if (item := getattr(fact, "item", "")) else None
    fits = name not in _FROM or (part is not None and part.state in _FROM[name])
    if name not in MOVES[mother.stage] or not fits:
        raise Conflict(
            "event.not_possible_now",
            "这件事的进展已有变化,不能进行此操作,请刷新后再看",
            "This life event has moved on: this cannot be done now; reload the page",
            stage=mother.stage,
            kind=name,
        )
    return msgspec.structs.replace(mother, **_CHANGES[name](mother, fact))


def advance(mother: Mother, fact: Body, n: int, head: bytes) -> Mother:
    """`apply`, and remember the place in the log."""
    return msgspec.structs.replace(apply(mother, fact), n=n, head=head)


def fold(number: str, log: Iterable[tuple[Body, int, bytes]]) -> Mother:
    """The state of a mother case from nothing but its facts (fact, n, hash)."""
    mother = Mother(number)
    for fact, n, head in log:
        mother = advance(mother, fact, n, head)
    return mother


def _submitted(mother: Mother, f: Submitted) -> dict[str, Any]:
    return {
        "stage": "open", "event": f.event, "applicant": f.applicant, "agent": f.agent, "channel": f.channel,
        "receiving": f.receiving, "form": f.form, "opened_on": f.on, "parts": tuple(Standing(p) for p in f.parts),
    }  # fmt: skip


def _on_part(mother: Mother, item: str, **changes: Any) -> dict[str, Any]:
    parts = (msgspec.structs.replace(one, **changes) if one.part.item == item else one for one in mother.parts)
    return {"parts": tuple(parts)}


def _child_ended(mother: Mother, f: ChildEnded) -> dict[str, Any]:
    gone: dict[str, Any] = {"resulted": False, "credentials": ()} if f.outcome not in GOOD else {}
    return _on_part(mother, f.item, state="ended", outcome=f.outcome, ended_on=f.on, correcting=False, **gone)


def _results_came(mother: Mother, f: ResultsCame) -> dict[str, Any]:
    return _on_part(mother, f.item, resulted=True, credentials=f.credentials) | ({"form": f.form} if f.form else {})


def _replanned(mother: Mother, f: Replanned) -> dict[str, Any]:
    new = {part.item: part for part in f.parts}
    found = []
    for one in mother.parts:
        if one.part.item in f.dropped:
            one = msgspec.structs.replace(one, state="dropped", because=f.because, problems=())
        elif one.part.item in new:
            one = msgspec.structs.replace(one, part=new[one.part.item])
        elif one.part.item == f.because and f.why in ("correcting", "corrected"):
            one = msgspec.structs.replace(one, correcting=f.why == "correcting")
        found.append(one)
    return {"parts": tuple(found)}


def _withdrawn(mother: Mother, f: EventWithdrawn) -> dict[str, Any]:
    left = tuple(
        msgspec.structs.replace(one, state="dropped", problems=()) if one.state in ("waiting", "held") else one
        for one in mother.parts
    )
    return {"stage": "withdrawn", "closed_on": f.on, "parts": left}


_CHANGES: dict[str, Callable[[Mother, Any], dict[str, Any]]] = {
    "submitted": _submitted,
    "child_opened": lambda m, f: _on_part(m, f.item, state="open", number=f.number, problems=()),
    "child_ended": _child_ended,
    "results_came": _results_came,
    "held": lambda m, f: _on_part(m, f.item, state="held", problems=f.problems),
    "amended": lambda m, f: {"form": f.form},
    "replanned": _replanned,
    "reacted": lambda m, f: {"reacted": (*m.reacted, f.reaction)},
    "lifted": lambda m, f: {"reacted": tuple(r for r in m.reacted if r != f.reaction)},
    "event_withdrawn": _withdrawn,
    "gathered": lambda m, f: {"stage": "gathered", "closed_on": f.on},
}


def opens_on(mother: Mother, one: Standing) -> dt.date | None:
    """The day from which a waiting part can start, None while that is not known: something it needs is not there yet."""
    days = [mother.opened_on]
    for need in one.part.needs:
        before = mother.of(need.item)
        if before is None or before.outcome not in GOOD or before.ended_on is None:
            return None
        if need.paper and not before.resulted:
            return None
        days.append(before.ended_on + dt.timedelta(days=need.wait_days))
    if one.part.deferred_until is not None:
        # Whoever waits for something put off is not waited for: nothing would ever begin.
        behind = _behind(mother, [o.part.item for o in mother.parts if o.part.deferred_until is not None])
        main = [o for o in mother.parts if o.part.deferred_until is None and o.part.item not in behind]
        if not all(other.settled for other in main):
            return None
        days += [other.ended_on for other in main]
    return max((day for day in days if day is not None), default=None)


def _behind(mother: Mother, items: list[str]) -> set[str]:
    """The items that wait for one of these, and those that wait for them."""
    found, left = set[str](), list(items)
    while left:
        before = left.pop()
        new = {o.part.item for o in mother.parts if any(need.item == before for need in o.part.needs)} - found
        found |= new
        left += new
    return found


def startable(mother: Mother, today: dt.date) -> tuple[Standing, ...]:
    """The parts that can start today; one that was held starts only when the person has answered."""
    if mother.stage != "open":
        return ()
    waiting = (one for one in mother.parts if one.state == "waiting")
    return tuple(one for one in waiting if (day := opens_on(mother, one)) is not None and day <= today)


def wake_on(mother: Mother) -> dt.date | None:
    """The next day on which a part can start although nothing happens until then."""
    waiting = (one for one in mother.parts if one.state == "waiting")
    return (
        min((day for one in waiting if (day := opens_on(mother, one))), default=None)
        if mother.stage == "open"
        else None
    )


def replan(mother: Mother, item: str, why: str, on: dt.date) -> Replanned | None:
    """What follows for the rest when a part did not end well: whoever begins only after it is dropped (and who waits for that one
    in turn); who wanted only its result goes on without. None when nobody waits for it."""
    dropped: dict[str, None] = {}
    gone = [item]
    left = {one.part.item: one.part for one in mother.parts if one.state in ("waiting", "held")}
    changed: dict[str, Part] = {}
    while gone:
        failed = gone.pop()
        for code, part in left.items():
            if code in dropped:
                continue
            needs = [need for need in part.needs if need.item == failed]
            if any(not need.paper for need in needs):
                dropped[code] = None
                gone.append(code)
            elif needs:
                rest = tuple(need for need in part.needs if need.item != failed)
                left[code] = changed[code] = msgspec.structs.replace(part, needs=rest)
    parts = tuple(part for code, part in changed.items() if code not in dropped)
    if not dropped and not parts:
        return None
    return Replanned(on=on, because=item, why=why, dropped=tuple(dropped), parts=parts)  # type: ignore[arg-type]


def must_be_taken_back(mother: Mother, reason: str) -> None:
    """A life event is taken back while it is open, for a reason that a person gives (or none): Conflict ``event.over``, Refused
    ``event.withdraw_reason``."""
    if mother.stage != "open":
        raise Conflict(
            "event.over",
            "这件事已经办结或撤回,请刷新后再看",
            "This life event is over already; reload the page",
            stage=mother.stage,
        )
    if reason:
        must_be_a_reason(reason)


def must_be_a_reason(reason: str) -> None:
    """One of those for which a life event is taken back at a counter: Refused ``event.withdraw_reason``."""
    if reason not in TAKEN_BACK:
        raise Refused("event.withdraw_reason", "请选择撤回的原因", "Choose why it is taken back", pointer="/reason")


def over(mother: Mother) -> bool:
    """True when every part is settled, and those that were granted have their results."""
    return all(one.settled and (one.outcome not in GOOD or one.resulted) for one in mother.parts)
