"""Translates what medical insurance answers into our elements. The outline follows the published national interface
(message 1101); the details are reconstructed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from tongban.connectors.wire import Line, NotUnderstood, day, read, same_person
from tongban.domain.codes import parse_phone
from tongban.domain.ports import Licence, Subject, Value
from tongban.domain.refusals import Refused

SOURCE = "yibao"
KINDS = {"insured_record": "1101"}


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All bodies of theirs: a field we do not know means that we no longer know the interface."""


class _Base(_Struct, frozen=True, forbid_unknown_fields=True):
    psn_no: Line
    certno: Line
    psn_name: Line
    gend: Literal["1", "2"]
    brdy: Line
    tel: Line = ""


class _Insured(_Struct, frozen=True, forbid_unknown_fields=True):
    insutype: Literal["310", "390"]
    psn_insu_stas: Literal["1", "2"]
    psn_insu_date: Line
    insuplc_admdvs: Line
    retired: Literal["0", "1"]


class _Output(_Struct, frozen=True, forbid_unknown_fields=True):
    baseinfo: _Base
    insuinfo: list[_Insured]


class _Head(_Struct, frozen=True, forbid_unknown_fields=True):
    infcode: Literal[0]
    inf_refmsgid: Line
    respond_time: Line
    err_msg: Line


class _Person(_Head, frozen=True, forbid_unknown_fields=True):
    output: _Output | None


class _Receipt(_Struct, frozen=True, forbid_unknown_fields=True):
    receipt: Line


class _Noted(_Head, frozen=True, forbid_unknown_fields=True):
    output: _Receipt


def _head(answer: _Head, key: str) -> None:
    if answer.inf_refmsgid != key:
        raise NotUnderstood("an answer to another message")
    if len(answer.respond_time) != 17:
        raise NotUnderstood("respond_time")
    day(answer.respond_time[:8], "respond_time")


def person(raw: bytes, key: str, subject: Subject) -> tuple[bool, Mapping[str, Value], date | None] | None:
    """(insured and paid up, how, since when); None when nobody of this number and name is known."""
    answer = read(raw, _Person)
    _head(answer, key)
    if answer.output is None:
        return None
    base = answer.output.baseinfo
    same_person(subject, base.certno, base.psn_name)
    day(base.brdy, "brdy")
    current = [one for one in answer.output.insuinfo if one.psn_insu_stas == "1"]
    since = [day(one.psn_insu_date, "psn_insu_date") for one in answer.output.insuinfo]
    fields: dict[str, Value] = {"medical_insurance_kind": _kind(current)}
    if base.psn_no:
        fields["medical_card_number"] = base.psn_no
    if base.tel:
        fields["phone"] = _phone(base.tel)
    return bool(current), fields, min(since, default=None)


def _phone(text: str) -> str:
    try:
        return parse_phone(text).value
    except Refused:
        raise NotUnderstood("tel") from None


def _kind(current: list[_Insured]) -> str:
    # Employees' insurance goes before residents' when a person is in both for a month.
    for one in current:
        if one.insutype == "310":
            return "employee_retired" if one.retired == "1" else "employee"
    return "resident" if current else "none"


def licences(raw: bytes, key: str, subject: Subject, as_of: datetime) -> tuple[Licence, ...]:
    """The insurance record of a person who is insured; raises NotUnderstood."""
    found = person(raw, key, subject)
    if found is None or not found[0] or "medical_card_number" not in found[1]:
        return ()
    fields = {"name": subject.name, "id_number": subject.number, **found[1]}
    number = str(fields["medical_card_number"])
    return (Licence("insured_record", number, fields, found[2], None, as_of, SOURCE),)


def noted(raw: bytes, key: str) -> str:
    """Their receipt number."""
    answer = read(raw, _Noted)
    _head(answer, key)
    return answer.output.receipt
