"""Translates what public security answers into our elements. SNAME, SADDR, SETHNIC and the catalog codes of identity card,
household register and household certificate were seen in public code; the other names are reconstructed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from tongban.connectors.wire import Line, NotUnderstood, day, division, end_day, read, same_person, word
from tongban.domain.ports import Licence, Subject, Value

SOURCE = "gongan"
KINDS = {
    "id_card": "310105109000100",
    "hukou_book": "310105105000100",
    "hukou_certificate": "310195631043500",
    "residence_permit": "310990010002500",
    "residence_receipt": "310990010003500",
    "no_crime_certificate": "312050035000500",
}
_BY_CODE = {code: kind for kind, code in KINDS.items()}
SEX = {"男": "male", "女": "female"}
HUKOU = {"本市": "shanghai", "外省市": "other"}


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All bodies of theirs: a field we do not know means that we no longer know the interface."""


class _Info(_Struct, frozen=True, forbid_unknown_fields=True):
    SNAME: Line
    SIDCODE: Line
    SSEX: Line | None = None
    SETHNIC: Line | None = None
    SBIRTH: Line | None = None
    SADDR: Line | None = None
    SADDRCODE: Line | None = None
    SHUKOUTYPE: Line | None = None
    SRELATION: Line | None = None
    SINDATE: Line | None = None
    SPERMITNO: Line | None = None
    SVALIDTO: Line | None = None


class _Record(_Struct, frozen=True, forbid_unknown_fields=True):
    catMainCode: Line
    certNo: Line
    holderCode: Line
    validFrom: Line
    validTo: Line
    info: _Info


class _Head(_Struct, frozen=True, forbid_unknown_fields=True):
    code: Literal["0"]
    msg: Line
    queryTime: Line


class _Licences(_Head, frozen=True, forbid_unknown_fields=True):
    data: list[_Record]


class _Verified(_Head, frozen=True, forbid_unknown_fields=True):
    result: Literal["0", "1", "2"]
    info: _Info | None


class _Noted(_Head, frozen=True, forbid_unknown_fields=True):
    receipt: Line


def licences(raw: bytes, subject: Subject, kinds: tuple[str, ...], as_of: datetime) -> tuple[Licence, ...]:
    """The licences in an answer; raises NotUnderstood for another person, an unasked kind, an impossible date."""
    answer = read(raw, _Licences)
    _time(answer)
    return tuple(_licence(record, subject, kinds, as_of) for record in answer.data)


def _time(answer: _Head) -> None:
    if len(answer.queryTime) != 14:
        raise NotUnderstood("queryTime")
    day(answer.queryTime[:8], "queryTime")


def _licence(record: _Record, subject: Subject, kinds: tuple[str, ...], as_of: datetime) -> Licence:
    same_person(subject, record.holderCode, record.info.SNAME)
    kind = _BY_CODE.get(record.catMainCode, "")
    if kind not in kinds or not record.certNo:
        raise NotUnderstood("a licence that was not asked for")
    fields = dict(_fields(record.info, subject, residence=kind.startswith("residence")))
    issued, until = day(record.validFrom, "validFrom"), end_day(record.validTo, "validTo")
    if kind == "id_card":
        fields["id_type"] = "id_card"
        # The card carries the address of its day; only the register says where the hukou is now.
        fields.pop("hukou_address", None)
    elif kind == "residence_permit":
        fields["permit_number"] = record.certNo
        if until is not None:
            fields["permit_valid_until"] = until.isoformat()
    elif kind == "residence_receipt":
        fields["residence_registered_on"] = issued.isoformat()
    return Licence(kind, record.certNo, fields, issued, until, as_of, SOURCE)


def _fields(info: _Info, subject: Subject, *, residence: bool) -> Mapping[str, Value]:
    same_person(subject, info.SIDCODE, info.SNAME)
    place = "residence" if residence else "hukou"
    fields: dict[str, Value] = {"name": info.SNAME, "id_number": info.SIDCODE}
    if info.SSEX is not None:
        fields["sex"] = word(info.SSEX, SEX, "SSEX")
    if info.SETHNIC:
        fields["ethnic"] = info.SETHNIC
    if info.SBIRTH is not None:
        fields["birth_date"] = day(info.SBIRTH, "SBIRTH").isoformat()
    if info.SADDR:
        fields[f"{place}_address"] = info.SADDR
    if info.SADDRCODE:
        fields[f"{place}_division"] = division(info.SADDRCODE, "SADDRCODE")
    if info.SHUKOUTYPE is not None:
        fields["hukou_kind"] = word(info.SHUKOUTYPE, HUKOU, "SHUKOUTYPE")
    if info.SINDATE is not None:
        fields["hukou_since"] = day(info.SINDATE, "SINDATE").isoformat()
    if info.SPERMITNO:
        fields["permit_number"] = info.SPERMITNO
    if info.SVALIDTO is not None:
        fields["permit_valid_until"] = day(info.SVALIDTO, "SVALIDTO").isoformat()
    return fields


def verified(raw: bytes, subject: Subject, what: str) -> tuple[bool, Mapping[str, Value]] | None:
    """(does it hold, what is on record); None when nobody of this number and name is known."""
    answer = read(raw, _Verified)
    _time(answer)
    if answer.result == "2":
        return None
    if answer.info is None:
        raise NotUnderstood("info")
    return answer.result == "1", _fields(answer.info, subject, residence=what == "permit")


def noted(raw: bytes) -> str:
    """Their receipt number."""
    answer = read(raw, _Noted)
    _time(answer)
    return answer.receipt
