"""Asking a department that has no system (协查): the handling center asks whether a paper or a statement holds, a person of the
department answers, and the answer satisfies the material like a data check would. Nothing waits for it by force."""

import datetime as dt

import msgspec

from tongban.domain.case import CLOSED, STAGE_WORDS, Case
from tongban.domain.facts import PaperMark
from tongban.domain.item import ItemVersion
from tongban.domain.refusals import Conflict, Refused

POWER = "enquiry.answer"
ANSWER_DAYS = 5
LONGEST = 500


class Enquiry(msgspec.Struct, frozen=True):
    """One question to one department about one material of a case, and its answer once it is there."""

    id: str
    number: str
    department: str
    material: str
    center: str
    asked_by: str
    asked_at: dt.datetime
    due_on: dt.date
    question: str = ""
    answered_by: str = ""
    answered_at: dt.datetime | None = None
    holds: bool | None = None
    answer: str = ""


def power_of(department: str) -> str:
    """The power to answer for one department: ``enquiry.answer/gongan``."""
    return f"{POWER}/{department}"


def must_be_askable(case: Case, version: ItemVersion, department: str, material: str, question: str) -> None:
    """A department is asked about a material of the item, while the case is open, and with a question."""
    if case.stage in CLOSED or case.stage == "decided":
        word = STAGE_WORDS[case.stage]
        raise Conflict(
            "enquiry.case_closed",
            f"办件状态为“{word.zh}”,不能再发起协查",
            f"The case is {word.en}: nothing to ask any more",
        )
    if material not in {p.material for p in version.papers}:
        raise Refused("enquiry.material", "此事项没有这份材料", "The item has no such material", pointer="/material")
    if not question.strip() or len(question) > LONGEST:
        raise Refused(
            "enquiry.question",
            f"请写明要核对什么(不超过{LONGEST}字)",
            f"Say what to check (at most {LONGEST} characters)",
            pointer="/question",
        )


def must_be_open(enquiry: Enquiry) -> None:
    """An enquiry is answered once."""
    if enquiry.answered_at is not None:
        raise Conflict("enquiry.answered", "这条协查已经答复,请刷新", "This enquiry was answered already; reload")


def mark(enquiry: Enquiry) -> PaperMark:
    """How a yes satisfies the material: as a check by the authority."""
    return PaperMark(enquiry.material, "check", "A")
