"""Translates what social security answers into our elements. Its fields have codes instead of names (AAC003 = name);
all of them are reconstructed after the habit of that ministry's systems."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeVar

import msgspec

from tongban.connectors.wire import Line, NotUnderstood, day, division, money, read, same_person, word
from tongban.domain.ports import Licence, Subject, Value

SOURCE = "renshe"
KINDS = {"employment_book": "Q_BOOK"}
STATUS = {"1": "employed", "2": "retired", "3": "unemployed"}


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All bodies of theirs: a field we do not know means that we no longer know the interface."""


class _Person(_Struct, frozen=True, forbid_unknown_fields=True):
    AAC002: Line
    AAC003: Line
    AAC008: Line


class _Employment(_Person, frozen=True, forbid_unknown_fields=True):
    AAB004: Line
    AAB003: Line
    AAB301: Line
    AAE030: int


class _Pension(_Person, frozen=True, forbid_unknown_fields=True):
    AAE140: Literal["110", "170"]
    AIC160: int
    AIC266: Line


class _Book(_Person, frozen=True, forbid_unknown_fields=True):
    AAC048: Line


class _Head(_Struct, frozen=True, forbid_unknown_fields=True):
    APPCODE: Literal[1]
    MSG: Line
    AAE036: Line


class _Employments(_Head, frozen=True, forbid_unknown_fields=True):
    KNOWN: Literal[0, 1]
    LIST: list[_Employment]


class _Pensions(_Head, frozen=True, forbid_unknown_fields=True):
    KNOWN: Literal[0, 1]
    LIST: list[_Pension]


class _Books(_Head, frozen=True, forbid_unknown_fields=True):
    KNOWN: Literal[0, 1]
    LIST: list[_Book]


class _Noted(_Head, frozen=True, forbid_unknown_fields=True):
    RECEIPT: Line


P = TypeVar("P", bound=_Person)


def _time(answer: _Head) -> None:
    if len(answer.AAE036) != 14:
        raise NotUnderstood("AAE036")
    day(answer.AAE036[:8], "AAE036")


def _only(records: list[P], subject: Subject) -> P | None:
    if len(records) > 1:
        raise NotUnderstood("more than one record")
    if not records:
        return None
    same_person(subject, records[0].AAC002, records[0].AAC003)
    return records[0]


def licences(raw: bytes, subject: Subject, as_of: datetime) -> tuple[Licence, ...]:
    """The employment book, when there is one; raises NotUnderstood."""
    answer = read(raw, _Books)
    _time(answer)
    book = _only(answer.LIST, subject)
    if book is None:
        return ()
    fields: dict[str, Value] = {
        "name": book.AAC003,
        "id_number": book.AAC002,
        "employment_book_number": book.AAC048,
        "employment_status": word(book.AAC008, STATUS, "AAC008"),
    }
    return (Licence("employment_book", book.AAC048, fields, None, None, as_of, SOURCE),)


Found = tuple[bool, Mapping[str, Value]] | None


def employment(raw: bytes, subject: Subject) -> Found:
    """(employed now, by whom); None when nobody of this number and name is known."""
    answer = read(raw, _Employments)
    _time(answer)
    job = _only(answer.LIST, subject)
    if not answer.KNOWN:
        return None
    if job is None:
        return False, {}
    day(str(job.AAE030), "AAE030")
    fields = {
        "employer_name": job.AAB004,
        "employer_credit_code": job.AAB003,
        "employer_division": division(job.AAB301, "AAB301"),
        "employment_status": word(job.AAC008, STATUS, "AAC008"),
    }
    return True, fields


def pension(raw: bytes, subject: Subject) -> Found:
    """(receives a pension, since when); None when nobody of this number and name is known."""
    answer = read(raw, _Pensions)
    _time(answer)
    paid = _only(answer.LIST, subject)
    if not answer.KNOWN:
        return None
    if paid is None:
        return False, {"receives_pension": False}
    money(paid.AIC266, "AIC266")
    since = day(str(paid.AIC160), "AIC160").isoformat()
    return True, {"receives_pension": True, "retirement_date": since, "employment_status": "retired"}


def noted(raw: bytes) -> str:
    """Their receipt number."""
    answer = read(raw, _Noted)
    _time(answer)
    return answer.RECEIPT
