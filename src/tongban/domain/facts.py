"""What can happen to a case (办件): a closed union of facts. A case is the list of its facts and nothing else, so this file
is the vocabulary that screens, letters, statistics and the national exchange all read.

Facts carry no personal data: codes, dates, digests and pseudonymous references only (ADR 0004). Answers, papers and notes
lie beside the log, sealed, and are named here by digest. So a log may travel and be counted anywhere.
"""

import datetime as dt
from typing import Literal

import msgspec


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", omit_defaults=True):
    """What all facts share: ``on`` is the city's date of the act; legal days are counted from dates, not moments."""

    on: dt.date


class PaperMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A paper that was handed in: which material, how it satisfied it, its trust grade (A-D) and the digest of its bytes."""

    material: str
    how: Literal["credential", "check", "result", "declaration", "paper", "upload"]
    grade: Literal["A", "B", "C", "D"]
    digest: str = ""


class FollowUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that may follow (容缺): until when it is promised."""

    material: str
    until: dt.date


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to correct: a field or a paper, and the kind of problem (domain/correction words: PROBLEMS)."""

    what: Literal["field", "paper"]
    code: str
    problem: str


PROBLEMS: dict[str, str] = {
    "missing": "缺少",
    "unreadable": "不清晰,无法辨认",
    "expired": "已过有效期",
    "mismatch": "与其他材料或数据不一致",
    "incomplete": "填写不完整",
    "wrong": "内容有误",
    "not_stamped": "缺少签字或盖章",
}


class Opened(Body, frozen=True, tag="opened"):
    """收件: the case exists, a receipt is given. Limits are copied from the item version, which never changes."""

    item: str
    version: int
    receiving: str
    handling: str
    applicant: str
    channel: str
    answers: str
    agent: str = ""
    mandate: str = ""
    papers: tuple[PaperMark, ...] = ()
    follow: tuple[FollowUp, ...] = ()
    accept_days: int = 5
    transfer_days: int = 2
    hand_over: Literal["never", "received", "reviewed"] = "never"
    # Within a life event: the person of the event whose matter it is (child, deceased …), when not the applicant's.
    about: str = ""
    # Within a life event: the shorter promise (working days) that holds there.
    promised_days: int | None = None


class HandedOver(Body, frozen=True, tag="handed_over"):
    """The pen passes to another center: only that one may append from now on."""

    to: str
    reason: Literal["home", "settlement", "misjudged", "reassigned"]


class TakenOver(Body, frozen=True, tag="taken_over"):
    """接办: somebody at the holder looked at it. Before this fact, nobody did (nobody looked is not the same as incomplete)."""


class HandedBack(Body, frozen=True, tag="handed_back"):
    """The holder returns the pen to the center it came from, with a reason."""

    to: str
    reason: str


class Accepted(Body, frozen=True, tag="accepted"):
    """受理: the legal clock starts. By silence it starts on the day of receipt (行政许可法 third rule of telling once)."""

    legal_days: int
    promised_days: int
    since: dt.date
    basis: Literal["counter", "back_office", "silence"] = "back_office"
    follow: tuple[FollowUp, ...] = ()


class NotAccepted(Body, frozen=True, tag="not_accepted"):
    """不予受理: with a reason code; the text for the resident lies beside, by digest."""

    reason: str
    note: str = ""


class CorrectionAsked(Body, frozen=True, tag="correction_asked"):
    """补正告知: all at once, per field and paper, with a date. A second round names the supervisor who allowed it. ``lost``: the form
    went with a disk of the city and is filled in once more, beside the papers of ``points``, if any."""

    points: tuple[Point, ...]
    until: dt.date
    round: int
    note: str = ""
    supervisor: str = ""
    lost: bool = False


class CorrectionReceived(Body, frozen=True, tag="correction_received"):
    """补正受理: what was asked for has come, at any counter."""

    answers: str
    papers: tuple[PaperMark, ...] = ()
    at_center: str = ""


class PapersAdded(Body, frozen=True, tag="papers_added"):
    """A paper promised to follow has come, or a department's answer was added."""

    papers: tuple[PaperMark, ...]


class SpecialStarted(Body, frozen=True, tag="special_started"):
    """特别程序 (hearing, inspection …): the clock stands still, with a legal basis and a planned length in working days."""

    procedure: str
    basis: str
    planned_days: int


class SpecialEnded(Body, frozen=True, tag="special_ended"):
    """The special procedure is over: the clock runs on."""

    outcome: str = ""


class Reviewed(Body, frozen=True, tag="reviewed"):
    """审核: the reviewer's finding, before the decision (which may be another center's)."""

    outcome: Literal["pass", "fail"]
    note: str = ""


class Decided(Body, frozen=True, tag="decided"):
    """办结: the decision. Public states: 通过, 容缺通过, 不通过."""

    outcome: Literal["granted", "granted_follow", "refused"]
    results: tuple[str, ...] = ()
    note: str = ""


class ResultIssued(Body, frozen=True, tag="result_issued"):
    """A credential or document came out of the decision; its serial number is named by digest only."""

    result: str
    credential: str = ""
    digest: str = ""


class Delivered(Body, frozen=True, tag="delivered"):
    """送达: the result reached the resident (or the agent)."""

    way: Literal["counter", "mail", "electronic"]
    to: Literal["applicant", "agent"] = "applicant"


class Withdrawn(Body, frozen=True, tag="withdrawn"):
    """撤回: the resident takes the application back."""

    reason: str = ""


class Revoked(Body, frozen=True, tag="revoked"):
    """撤销: the authority undoes its own decision, with law and supervisor."""

    law: str
    supervisor: str
    note: str = ""


class Rated(Body, frozen=True, tag="rated"):
    """好差评: how the person found the handling, once; what they wrote lies beside, by digest."""

    grade: Literal["very_satisfied", "satisfied", "fair", "dissatisfied", "very_dissatisfied"]
    note: str = ""


Fact = (
    Opened | HandedOver | TakenOver | HandedBack | Accepted | NotAccepted | CorrectionAsked | CorrectionReceived
    | PapersAdded | SpecialStarted | SpecialEnded | Reviewed | Decided | ResultIssued | Delivered | Withdrawn | Revoked
    | Rated
)  # fmt: skip

KINDS: dict[str, type[Body]] = {str(c.__struct_config__.tag): c for c in Fact.__args__}

EXCHANGE: dict[str, str] = {
    "opened": "SB",
    "accepted": "SL",
    "reviewed": "SPCL",
    "correction_asked": "BZGZ",
    "correction_received": "BZSL",
    "special_started": "TBCXSQ",
    "special_ended": "TBCXJG",
    "decided": "BJ",
    "delivered": "LQDJ",
}
"""The national exchange event of a fact, where one exists. An application over the web before any
counter saw it is WSYSL instead of SB: see `exchange_event`."""

_decoder = msgspec.json.Decoder(Fact)


def kind(fact: Body) -> str:
    """The tag of a fact: ``opened``, ``accepted`` …"""
    return str(fact.__struct_config__.tag)


def beside(fact: Body) -> tuple[str, ...]:
    """The digests of what lies sealed beside this fact: answers, a note."""
    return tuple(digest for digest in (getattr(fact, "answers", ""), note_of(fact)) if digest)


def note_of(fact: Body) -> str:
    """The digest of the note that belongs to a fact; empty when there is none."""
    return str(getattr(fact, "note", ""))


def exchange_event(fact: Body) -> str | None:
    """The code of the national exchange event, or None when the fact is internal."""
    if isinstance(fact, Opened) and fact.channel in ("resident", "kiosk"):
        return "WSYSL"
    return EXCHANGE.get(kind(fact))


def encode(fact: Body) -> bytes:
    """The stored form of a fact; the chain is computed over exactly these bytes."""
    return msgspec.json.encode(fact)


def decode(body: bytes | str) -> Body:
    """Read a stored fact; unknown kinds and unknown fields are errors."""
    return _decoder.decode(body)  # type: ignore[no-any-return]
