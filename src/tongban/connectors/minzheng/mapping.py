"""Translates what civil affairs answers into our elements. CERTCODE and MAKEDAY were seen in public code; the other names
are reconstructed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from tongban.connectors.wire import Line, NotUnderstood, day, money, read, same_person, word
from tongban.domain.ports import Licence, Subject, Value

SOURCE = "minzheng"
RELIEF = {"00": "none", "01": "dibao", "02": "low_income", "03": "destitute"}
RELIEF_KINDS = {
    "dibao": "dibao_certificate",
    "low_income": "low_income_certificate",
    "destitute": "destitute_certificate",
}
KINDS = {"marriage_cert": "marriage", **dict.fromkeys(RELIEF_KINDS.values(), "relief")}
MARITAL = {"未婚": "single", "已婚": "married", "离婚": "divorced", "丧偶": "widowed"}


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All bodies of theirs: a field we do not know means that we no longer know the interface."""


class _Person(_Struct, frozen=True, forbid_unknown_fields=True):
    NAME: Line
    IDCODE: Line


class _Marriage(_Struct, frozen=True, forbid_unknown_fields=True, tag_field="TYPE", tag="marriage"):
    CERTCODE: Line
    MAKEDAY: Line
    OFFICE: Line
    STATUS: Literal["有效"]
    HUSBAND: _Person
    WIFE: _Person


class _Relief(_Struct, frozen=True, forbid_unknown_fields=True, tag_field="TYPE", tag="relief"):
    CERTCODE: Line
    MAKEDAY: Line
    ENDDAY: Line
    KIND: Line
    AMOUNT: Line
    HOLDER: _Person


class _Found(_Struct, frozen=True, forbid_unknown_fields=True):
    success: Literal[True]
    message: Line
    time: datetime
    records: list[_Marriage | _Relief]


class _Result(_Struct, frozen=True, forbid_unknown_fields=True):
    HOLDER: _Person
    MARITAL: Line | None = None
    CERTIFICATE: _Marriage | None = None
    KIND: Line | None = None
    INCOME: Line | None = None
    SAVINGS: Line | None = None
    MEMBERS: Annotated[int, msgspec.Meta(ge=1, le=30)] | None = None


class _Verified(_Struct, frozen=True, forbid_unknown_fields=True):
    success: Literal[True]
    message: Line
    time: datetime
    result: _Result | None


class _Noted(_Struct, frozen=True, forbid_unknown_fields=True):
    success: Literal[True]
    message: Line
    time: datetime
    receipt: Line


def licences(raw: bytes, subject: Subject, kinds: tuple[str, ...], as_of: datetime) -> tuple[Licence, ...]:
    """The licences in an answer; raises NotUnderstood for another person or an impossible value."""
    found = []
    for record in read(raw, _Found).records:
        one = _marriage_licence(record, subject, as_of) if isinstance(record, _Marriage) else None
        one = one or (_relief_licence(record, subject, as_of) if isinstance(record, _Relief) else None)
        # They file all relief under one type, so kinds that were not asked for may come along.
        if one is not None and one.kind in kinds:
            found.append(one)
    return tuple(found)


def _marriage(record: _Marriage, subject: Subject) -> dict[str, Value]:
    pair = (record.HUSBAND, record.WIFE)
    me = next((p for p in pair if subject.number == p.IDCODE), None)
    if me is None:
        raise NotUnderstood("a marriage of other people")
    same_person(subject, me.IDCODE, me.NAME)
    other = pair[1] if me is pair[0] else pair[0]
    return {
        "marital_status": "married",
        "marriage_number": record.CERTCODE,
        "marriage_date": day(record.MAKEDAY, "MAKEDAY").isoformat(),
        "spouse_name": other.NAME,
        "spouse_id_number": other.IDCODE,
    }


def _marriage_licence(record: _Marriage, subject: Subject, as_of: datetime) -> Licence:
    fields = _marriage(record, subject)
    issued = day(record.MAKEDAY, "MAKEDAY")
    return Licence("marriage_cert", record.CERTCODE, fields, issued, None, as_of, SOURCE)


def _relief_licence(record: _Relief, subject: Subject, as_of: datetime) -> Licence:
    same_person(subject, record.HOLDER.IDCODE, record.HOLDER.NAME)
    money(record.AMOUNT, "AMOUNT")
    relief = word(record.KIND, RELIEF, "KIND")
    if relief not in RELIEF_KINDS:
        raise NotUnderstood("KIND")
    fields: dict[str, Value] = {"name": subject.name, "id_number": subject.number, "relief_kind": relief}
    issued, until = day(record.MAKEDAY, "MAKEDAY"), day(record.ENDDAY, "ENDDAY")
    return Licence(RELIEF_KINDS[relief], record.CERTCODE, fields, issued, until, as_of, SOURCE)


def verified(raw: bytes, subject: Subject, what: str) -> tuple[bool, Mapping[str, Value]] | None:
    """(does it hold, what is on record); None when nobody of this number and name is known."""
    result = read(raw, _Verified).result
    if result is None:
        return None
    same_person(subject, result.HOLDER.IDCODE, result.HOLDER.NAME)
    if what == "marital":
        status = word(result.MARITAL or "", MARITAL, "MARITAL")
        fields: dict[str, Value] = {"marital_status": status}
        if result.CERTIFICATE is not None:
            fields |= _marriage(result.CERTIFICATE, subject)
        if fields["marital_status"] != status:
            raise NotUnderstood("MARITAL against CERTIFICATE")
        return status == "married", fields
    if what == "relief":
        relief = word(result.KIND or "", RELIEF, "KIND")
        return relief != "none", {"relief_kind": relief}
    if result.INCOME is None or result.SAVINGS is None or result.MEMBERS is None:
        raise NotUnderstood("means")
    income = money(result.INCOME, "INCOME")
    return True, {
        "household_month_income": income,
        "household_year_income": str(Decimal(income) * 12),
        "household_property": money(result.SAVINGS, "SAVINGS"),
        "household_size": result.MEMBERS,
    }


def noted(raw: bytes) -> str:
    """Their receipt number."""
    return read(raw, _Noted).receipt
