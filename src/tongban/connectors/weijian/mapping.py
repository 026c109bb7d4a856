"""Translates birth certificates into our elements. SNEONATALNAME, SDADNAME, SDADETHNIC, HOLDERCODE and the catalog code
were seen in public code; the other names are reconstructed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from tongban.connectors.wire import Line, NotUnderstood, day, read, same_person, word
from tongban.domain.ports import Licence, Subject, Value

SOURCE = "weijian"
KINDS = {"birth_cert": "314910001000500"}
SEX = {"男": "male", "女": "female"}


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All bodies of theirs: a field we do not know means that we no longer know the interface."""


class _Row(_Struct, frozen=True, forbid_unknown_fields=True):
    CATMAINCODE: Literal["314910001000500"]
    CERTNO: Line
    HOLDERCODE: Line
    SNEONATALNAME: Line
    SNEONATALSEX: Line
    SBIRTHDAY: Line
    SDADNAME: Line
    SDADETHNIC: Line
    SDADIDCODE: Line
    SMUMNAME: Line
    SMUMIDCODE: Line
    MAKEDAY: Line


class _Head(_Struct, frozen=True, forbid_unknown_fields=True):
    status: Literal[200]
    msg: Line
    time: Line


class _Births(_Head, frozen=True, forbid_unknown_fields=True):
    total: int
    rows: list[_Row]


class _Noted(_Head, frozen=True, forbid_unknown_fields=True):
    receipt: Line


def _time(answer: _Head) -> None:
    if len(answer.time) != 14:
        raise NotUnderstood("time")
    day(answer.time[:8], "time")


def _fields(row: _Row, subject: Subject) -> dict[str, Value]:
    people = {
        row.SDADIDCODE: row.SDADNAME,
        row.SMUMIDCODE: row.SMUMNAME,
        # Empty for a newborn whom no register has yet; then the name says who is meant.
        row.HOLDERCODE: row.SNEONATALNAME,
    }
    if subject.number not in people:
        raise NotUnderstood("a birth in another family")
    same_person(subject, subject.number, people[subject.number])
    word(row.SNEONATALSEX, SEX, "SNEONATALSEX")
    number: dict[str, Value] = {"child_id_number": row.HOLDERCODE} if row.HOLDERCODE else {}
    return number | {
        "child_name": row.SNEONATALNAME,
        "child_birth_date": day(row.SBIRTHDAY, "SBIRTHDAY").isoformat(),
        "birth_certificate_number": row.CERTNO,
    }


def licences(raw: bytes, subject: Subject, as_of: datetime) -> tuple[Licence, ...]:
    """Certificates of the person and of the person's children, youngest first; raises NotUnderstood."""
    answer = read(raw, _Births)
    _time(answer)
    if answer.total != len(answer.rows):
        raise NotUnderstood("total")
    found = []
    for row in sorted(answer.rows, key=lambda row: row.SBIRTHDAY, reverse=True):
        issued = day(row.MAKEDAY, "MAKEDAY")
        found.append(Licence("birth_cert", row.CERTNO, _fields(row, subject), issued, None, as_of, SOURCE))
    return tuple(found)


def choose(found: tuple[Licence, ...], values: Mapping[str, Value]) -> Licence | None:
    """The birth that is meant: of the child named in ``values``, else the youngest."""
    for code in ("child_id_number", "birth_certificate_number", "child_name"):
        if code in values:
            return next((one for one in found if one.fields.get(code) == values[code]), None)
    return found[0] if found else None


def noted(raw: bytes) -> str:
    """Their receipt number."""
    answer = read(raw, _Noted)
    _time(answer)
    return answer.receipt
