"""One case (办件): its state is the fold of its facts, and MOVES says what may follow what. Nothing else in the house
decides whether an act is possible; flows ask here, rows are only this state written down."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from tongban.domain import facts
from tongban.domain.facts import FollowUp, PaperMark
from tongban.domain.refusals import Conflict
from tongban.domain.text import Text

Stage = Literal[
    "new",
    "received",
    "correcting",
    "accepted",
    "special",
    "decided",
    "delivered",
    "not_accepted",
    "withdrawn",
    "revoked",
]

CLOSED: frozenset[str] = frozenset({"delivered", "not_accepted", "withdrawn", "revoked"})

STAGE_WORDS: dict[str, Text] = {
    "new": Text("未收件", "not received yet"), "received": Text("已接件", "received"),
    "correcting": Text("补正中", "waiting for a correction"), "accepted": Text("已受理", "accepted"),
    "special": Text("特别程序中", "in a special procedure"), "decided": Text("已办结", "decided"),
    "delivered": Text("已送达", "delivered"), "not_accepted": Text("不予受理", "not accepted"),
    "withdrawn": Text("已撤件", "withdrawn"), "revoked": Text("已撤销", "revoked"),
}  # fmt: skip

# stage -> kind of fact -> the stage after it ("=": stays). What is not here is refused.
MOVES: dict[str, dict[str, str]] = {
    "new": {"opened": "received"},
    "received": {
        "taken_over": "=",
        "handed_over": "=",
        # Only what was handed over can go back; `acts.hand_back` checks where to.
        "handed_back": "=",
        "papers_added": "=",
        "correction_asked": "correcting",
        "accepted": "accepted",
        "not_accepted": "not_accepted",
        "withdrawn": "withdrawn",
    },
    "correcting": {
        "correction_received": "back",
        # Nothing came until the date: the application lapses as withdrawn, and says so.
        "withdrawn": "withdrawn",
        "handed_over": "=",
    },
    "accepted": {
        "taken_over": "=",
        # After review, for items that are settled at home (受理地审核、户籍地配租).
        "handed_over": "=",
        "handed_back": "=",
        "papers_added": "=",
        # A correction after acceptance stops the clock; it needs the same once-only rule.
        "correction_asked": "correcting",
        "special_started": "special",
        "reviewed": "=",
        "decided": "decided",
        "withdrawn": "withdrawn",
    },
    "special": {"special_ended": "accepted", "papers_added": "=", "withdrawn": "withdrawn"},
    "decided": {
        "result_issued": "=",
        # 容缺: the paper that was promised may come after the decision.
        "papers_added": "=",
        "delivered": "delivered",
        "revoked": "revoked",
        "rated": "=",
    },
    # A delivered case is closed for the resident, yet the authority may have to undo its own error.
    "delivered": {"revoked": "revoked", "papers_added": "=", "rated": "="},
    # Nothing more is expected of anybody, yet how one was treated may be said.
    "not_accepted": {"rated": "="},
    "withdrawn": {},
    "revoked": {},
}


class Pause(msgspec.Struct, frozen=True):
    """The clock stood still from a date to a date (None: still stands), with the reason and its law."""

    since: dt.date
    until: dt.date | None
    reason: str
    basis: str
    planned_days: int = 0


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a case after its facts. ``n`` and ``head`` are the length and the hash of its log."""

    number: str
    n: int = 0
    head: bytes = b""
    stage: Stage = "new"
    item: str = ""
    version: int = 0
    applicant: str = ""
    agent: str = ""
    channel: str = ""
    receiving: str = ""
    handling: str = ""
    holder: str = ""
    came_from: str = ""
    # Centers that had a part in it before those of the other fields: their nodes hold the log and go on hearing of it.
    centers: tuple[str, ...] = ()
    hand_over: str = "never"
    about: str = ""
    promise: int | None = None
    custody: Literal["here", "sent", "taken", "back"] = "here"
    custody_since: dt.date | None = None
    looked: bool = False
    # Silence accepted it where it was sent, and still nobody there has looked: the law's clock runs all the same.
    silent: bool = False
    opened_on: dt.date | None = None
    # Since when the papers are complete, when that was not on the day of receipt: a correction came before acceptance.
    complete_on: dt.date | None = None
    accept_days: int = 5
    transfer_days: int = 2
    legal_days: int = 0
    promised_days: int = 0
    clock_since: dt.date | None = None
    pauses: tuple[Pause, ...] = ()
    corrections: int = 0
    correct_until: dt.date | None = None
    asked: tuple[facts.Point, ...] = ()
    # The city lost the form, and the person was asked to fill it in once more.
    lost: bool = False
    resume: Stage = "received"
    answers: str = ""
    papers: tuple[PaperMark, ...] = ()
    follow: tuple[FollowUp, ...] = ()
    reviewed: str = ""
    outcome: str = ""
    results: tuple[str, ...] = ()
    issued: tuple[str, ...] = ()
    decided_on: dt.date | None = None
    closed_on: dt.date | None = None
    rated: str = ""

    @property
    def closed(self) -> bool:
        """True when nothing more is expected of anybody."""
        return self.stage in CLOSED


def must_move(case: Case, kind: str) -> str:
    """Return the stage after a fact of this kind, or raise Conflict naming what may be done instead."""
    after = MOVES[case.stage].get(kind)
    if after is None:
        word = STAGE_WORDS[case.stage]
        raise Conflict(
            "case.not_possible_now",
            f"办件当前状态为“{word.zh}”,不能进行此操作。可能有其他工作人员刚刚处理过,请刷新后再看",
            f"The case is {word.en}: this cannot be done now. Somebody may have acted first; reload the page",
            stage=case.stage,
            kind=kind,
        )
    return case.resume if after == "back" else case.stage if after == "=" else after


def apply(case: Case, fact: facts.Body) -> Case:
    """The state after one more fact. Raises Conflict when MOVES does not know the step."""
    kind = facts.kind(fact)
    after = must_move(case, kind)
    changes = _CHANGES[kind](case, fact)
    if kind in _LOOKED and not changes.get("silent"):
        changes = _taken_over(case, fact) | changes
    if after in CLOSED:
        changes.setdefault("closed_on", fact.on)
    return msgspec.structs.replace(case, stage=after, **changes)


def advance(case: Case, fact: facts.Body, n: int, head: bytes) -> Case:
    """`apply`, and remember the place in the log."""
    return msgspec.structs.replace(apply(case, fact), n=n, head=head)


def fold(number: str, log: Iterable[tuple[facts.Body, int, bytes]]) -> Case:
    """The state of a case from nothing but its facts (fact, n, hash)."""
    case = Case(number)
    for fact, n, head in log:
        case = advance(case, fact, n, head)
    return case


def _opened(case: Case, f: facts.Opened) -> dict[str, Any]:
    return {
        "item": f.item, "version": f.version, "applicant": f.applicant, "agent": f.agent, "channel": f.channel,
        "receiving": f.receiving, "handling": f.handling, "holder": f.receiving, "hand_over": f.hand_over,
        "opened_on": f.on, "accept_days": f.accept_days, "transfer_days": f.transfer_days, "answers": f.answers,
        "papers": f.papers, "follow": f.follow, "custody_since": f.on, "about": f.about,
        "promise": f.promised_days,
    }  # fmt: skip


def _handed_over(case: Case, f: facts.HandedOver) -> dict[str, Any]:
    # Settlement at home moves only the pen; a misjudged or reassigned case gets another handling center.
    return {
        "holder": f.to, "handling": f.to, "came_from": case.holder, "custody": "sent", "custody_since": f.on,
        "looked": False, "silent": False, "centers": _had_a_part(case, f.to),
    }  # fmt: skip


def _handed_back(case: Case, f: facts.HandedBack) -> dict[str, Any]:
    return {
        "holder": f.to, "came_from": case.holder, "custody": "back", "custody_since": f.on, "looked": False, "silent": False,
        "centers": _had_a_part(case, f.to),
    }  # fmt: skip


def _had_a_part(case: Case, to: str) -> tuple[str, ...]:
    before = {case.came_from, case.handling, *case.centers}
    return tuple(sorted(before - {"", case.receiving, case.holder, to}))


def _taken_over(case: Case, f: facts.Body) -> dict[str, Any]:
    # Taken over again after it came back, it is simply here: nobody waits for anybody any more.
    custody = {"sent": "taken", "back": "here"}.get(case.custody, case.custody)
    return {
        "looked": True,
        "silent": False,
        "custody": custody,
        "custody_since": case.custody_since if custody == case.custody else f.on,
    }


def _accepted(case: Case, f: facts.Accepted) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "clock_since": f.since, "legal_days": f.legal_days, "promised_days": f.promised_days,
        "follow": f.follow or case.follow,
    }  # fmt: skip
    # Silence is nobody's look: what was sent to a center and lies there unseen must go on looking like that.
    return changes | {"silent": True} if f.basis == "silence" and case.custody == "sent" else changes


def _correction_asked(case: Case, f: facts.CorrectionAsked) -> dict[str, Any]:
    # What the city lost is not the one correction that somebody may be asked for.
    changes: dict[str, Any] = {
        "corrections": case.corrections + bool(f.points), "correct_until": f.until, "asked": f.points, "resume": case.stage,
        "lost": f.lost,
    }  # fmt: skip
    if case.clock_since is not None:
        changes["pauses"] = (*case.pauses, Pause(f.on, None, "correction", "行政许可法"))
    return changes


def _correction_received(case: Case, f: facts.CorrectionReceived) -> dict[str, Any]:
    return {
        "answers": f.answers, "papers": case.papers + f.papers, "asked": (), "lost": False, "correct_until": None,
        "pauses": _resume(case.pauses, f.on),
        "complete_on": f.on if case.clock_since is None else case.complete_on,
    }  # fmt: skip


def _papers_added(case: Case, f: facts.PapersAdded) -> dict[str, Any]:
    come = {p.material for p in f.papers}
    return {"papers": case.papers + f.papers, "follow": tuple(x for x in case.follow if x.material not in come)}


def _special_started(case: Case, f: facts.SpecialStarted) -> dict[str, Any]:
    return {"pauses": (*case.pauses, Pause(f.on, None, f.procedure, f.basis, f.planned_days))}


def _resume(pauses: tuple[Pause, ...], on: dt.date) -> tuple[Pause, ...]:
    if not pauses or pauses[-1].until is not None:
        return pauses
    return (*pauses[:-1], msgspec.structs.replace(pauses[-1], until=on))


def _withdrawn(case: Case, f: facts.Body) -> dict[str, Any]:
    return {"pauses": _resume(case.pauses, f.on), "asked": (), "lost": False, "correct_until": None}


# Who does one of these has looked, with or without pressing 接办 first; silence only where nothing was sent (see `_accepted`).
_LOOKED = frozenset({
    "accepted", "not_accepted", "correction_asked", "special_started", "special_ended", "reviewed", "decided",
})  # fmt: skip

_CHANGES: dict[str, Callable[[Case, Any], dict[str, Any]]] = {
    "opened": _opened,
    "handed_over": _handed_over,
    "handed_back": _handed_back,
    "taken_over": _taken_over,
    "accepted": _accepted,
    "not_accepted": lambda c, f: {},
    "correction_asked": _correction_asked,
    "correction_received": _correction_received,
    "papers_added": _papers_added,
    "special_started": _special_started,
    "special_ended": lambda c, f: {"pauses": _resume(c.pauses, f.on)},
    "reviewed": lambda c, f: {"reviewed": f.outcome},
    "decided": lambda c, f: {"outcome": f.outcome, "results": f.results, "decided_on": f.on},
    "result_issued": lambda c, f: {"issued": (*c.issued, f.result)},
    "delivered": lambda c, f: {},
    "withdrawn": _withdrawn,
    "revoked": lambda c, f: {},
    "rated": lambda c, f: {"rated": f.grade},
}
