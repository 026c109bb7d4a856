"""What machines may send: every field named and bounded, unknown ones refused. Values that the rulebook judges (answers, numbers,
dates of law) are only bounded here, so that one rule says what is wrong with them."""

import datetime as dt
import uuid
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tongban.domain.acting import Related
from tongban.domain.consent import MandateKind
from tongban.domain.person import IdentityKind

Code = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_:.-]+$")]
CenterCode = Annotated[str, Meta(pattern=r"^[0-9]{9}$")]
Note = Annotated[str, Meta(max_length=2_000)]
Line = Annotated[str, Meta(max_length=200)]
Whole = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Said = Annotated[str, Meta(max_length=20_000)]
Answer = bool | Whole | float | Said | list[Said | Whole | float] | dict[str, Said | Whole | float] | None
"""An answer as it may be told: text, number, yes/no, codes of a multiple choice, or a quantity {value, unit}."""
Answers = Annotated[dict[str, Answer], Meta(max_length=200)]
Channel = Literal["window", "kiosk"]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Unknown fields are errors."""


class PersonIn(Body, frozen=True):
    """A person as identified: kind of document, name and number; birth and sex where the number does not carry them."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: IdentityKind = "citizen"
    number: Annotated[str, Meta(max_length=60)] = ""
    birth: dt.date | None = None
    sex: Literal["male", "female"] | None = None


class MandateIn(Body, frozen=True):
    """A mandate that is shown: ``paper`` names the document (its reference, or a file handle of POST /files); no items: all.
    ``relation``: what the principal is to the agent (``parent``: the agent is their son or daughter), empty when nobody said."""

    paper: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: MandateKind = "written"
    items: Annotated[tuple[Code, ...], Meta(max_length=100)] = ()
    until: dt.date | None = None
    relation: Related = ""


class EndIn(Body, frozen=True):
    """``document``: which document ends a guardianship; empty for all else."""

    document: Annotated[str, Meta(max_length=100)] = ""


class MeetIn(Body, frozen=True):
    """Begin to serve a person at a counter; with an agent, the agent is the one who is here."""

    applicant: PersonIn
    how: Literal["card", "typed", "licence"] = "typed"
    agent: PersonIn | None = None
    center: CenterCode | None = None


class PaperGiven(Body, frozen=True):
    """A paper handed in. ``file`` is the handle that POST /files gave. Grades (国办函〔2016〕108号): A issued by the authority,
    B compared with the original at a counter, C uploaded, D declared."""

    material: Code
    form: Literal["original", "copy"] = "original"
    grade: Literal["A", "B", "C", "D"] = "B"
    file: Annotated[str, Meta(max_length=200)] = ""


class Brought(Body, frozen=True):
    """What a resident brings for one item."""

    item: Code
    version: Annotated[int, Meta(ge=0, le=100_000)] = 0
    answers: Answers = {}
    papers: Annotated[tuple[PaperGiven, ...], Meta(max_length=200)] = ()
    declarations: Annotated[tuple[Code, ...], Meta(max_length=100)] = ()
    follow: Annotated[tuple[Code, ...], Meta(max_length=100)] = ()
    insist: bool = False


class NewCase(Brought, frozen=True):
    """A case to receive: for the applicant of a ``visit``, or for the ``applicant`` named here (then the person is met, the
    mandate entered and the case received in one act)."""

    visit: uuid.UUID | None = None
    draft: uuid.UUID | None = None
    applicant: PersonIn | None = None
    how: Literal["card", "typed", "licence"] = "typed"
    agent: PersonIn | None = None
    mandate: MandateIn | None = None
    center: CenterCode | None = None
    channel: Channel = "window"


class AssessIn(Brought, frozen=True):
    """A case to weigh before it is received; with a visit, what the city knows of the person counts."""

    visit: uuid.UUID | None = None
    center: CenterCode | None = None


class DraftIn(Brought, frozen=True):
    """What was typed so far, right or wrong. ``rev`` is the revision that was loaded (0: a new draft)."""

    rev: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class FetchIn(Body, frozen=True):
    """Which item the departments are asked for. The person has agreed to it: that is written down as their consent."""

    item: Code
    consented: Literal[True]


class LookIn(Body, frozen=True):
    """Why somebody's data is needed; the person sees it. ``person``: the applicant, unless the agent is meant."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    person: uuid.UUID | None = None


class Nothing(Body, frozen=True):
    """An act that needs no more than being done: ``{}``."""


class NotAcceptIn(Body, frozen=True):
    """Not accepted: why (the words are printed on the notice), and a note for the resident."""

    reason: Literal["not_eligible", "not_ours", "not_needed", "still_incomplete", "untrue", "repeated"]
    note: Note = ""


class PointIn(Body, frozen=True):
    """One thing to correct: a field (element code) or a paper (material code), and what is wrong with it."""

    what: Literal["field", "paper"]
    code: Code
    problem: Literal["missing", "unreadable", "expired", "mismatch", "incomplete", "wrong", "not_stamped"]


class AskIn(Body, frozen=True):
    """A correction, told once. ``second``: a supervisor's reason for another round."""

    points: Annotated[tuple[PointIn, ...], Meta(max_length=100)]
    note: Note = ""
    second: Line = ""


class CorrectionIn(Body, frozen=True):
    """What was asked for has come. ``visit``: it was brought to a counter that does not hold the case."""

    answers: Answers = {}
    papers: Annotated[tuple[PaperGiven, ...], Meta(max_length=200)] = ()
    visit: uuid.UUID | None = None


class PapersIn(Body, frozen=True):
    """Papers that were promised to follow."""

    papers: Annotated[tuple[PaperGiven, ...], Meta(min_length=1, max_length=200)]
    visit: uuid.UUID | None = None


class SpecialIn(Body, frozen=True):
    """A special procedure with its law and its planned length in working days."""

    procedure: Literal["hearing", "inspection", "appraisal", "expert_review", "publicity"]
    basis: Line
    planned_days: Annotated[int, Meta(ge=1, le=365)]


class SpecialEndIn(Body, frozen=True):
    """How the special procedure ended."""

    outcome: Line = ""


class ReviewIn(Body, frozen=True):
    """The reviewer's finding."""

    outcome: Literal["pass", "fail"]
    note: Note = ""


class DecideIn(Body, frozen=True):
    """The decision; a refusal needs its reason in the note."""

    granted: bool
    note: Note = ""


class IssueIn(Body, frozen=True):
    """One result of a granted decision."""

    result: Line


class DeliverIn(Body, frozen=True):
    """How the result reached whom."""

    way: Literal["counter", "mail", "electronic"]
    to: Literal["applicant", "agent"] = "applicant"


class HandOverIn(Body, frozen=True):
    """Another center is to handle it: the home center was misjudged, or a supervisor reassigns."""

    to: CenterCode
    reason: Literal["misjudged", "reassigned"]


class HandBackIn(Body, frozen=True):
    """Back to the center it came from, and why."""

    reason: Literal["not_our_place", "papers_not_seen", "unreadable", "wrong_item"]


class WithdrawIn(Body, frozen=True):
    """The resident takes it back, at any counter (``visit``) or through the holder."""

    reason: Literal["asked", "mistake"] = "asked"
    visit: uuid.UUID | None = None


class RevokeIn(Body, frozen=True):
    """The authority undoes its decision, with the law."""

    law: Annotated[str, Meta(min_length=1, max_length=200)]
    note: Note = ""
