"""The numbers by which a person is known: citizen number (GB 11643), the residence permits of Hong Kong, Macau and
Taiwan residents, and the foreigner's permanent residence card, new and old. A wrong number is refused with the place
of the mistake and what to do, because the person stands at the counter while it is typed."""

import datetime as dt
import re
from typing import Any, Literal, NoReturn

import msgspec

from tongban.domain.check_digits import mod_11_2
from tongban.domain.refusals import Refused
from tongban.domain.text import Text

IdKind = Literal["citizen", "hmt", "foreigner"]
Sex = Literal["male", "female"]

FIRST_BIRTH = dt.date(1870, 1, 1)
KIND_NAMES: dict[str, Text] = {
    "citizen": Text("公民身份号码", "citizen number"),
    "hmt": Text("港澳台居民居住证号码", "Hong Kong, Macau or Taiwan residence permit number"),
    "foreigner": Text("外国人永久居留证号码", "foreigner's permanent residence card number"),
}
HMT_AREAS: dict[str, Text] = {
    "810000": Text("香港", "Hong Kong"),
    "820000": Text("澳门", "Macau"),
    "830000": Text("台湾", "Taiwan"),
}
# Provinces by GB/T 2260. Districts are not looked up: an abolished area code stays valid in a number for a lifetime.
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SEPARATORS = re.compile(r"[\s\-‐‑–—_]+")
_OLD_FOREIGNER = re.compile(r"[A-Z]{3}[0-9]{12}")
_LOOK_IT_UP = Text("请对照证件逐位核对,或改为读卡", "Compare it with the card digit by digit, or read the card instead")


class IdNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number that passed its check. ``area`` is where it was first given out; it says nothing of
    where a person lives.

    ``birth`` and ``sex`` are None for the old foreigner's card, whose number does not carry them reliably.
    """

    kind: IdKind
    value: str
    area: str = ""
    birth: dt.date | None = None
    sex: Sex | None = None


def half_width(text: str) -> str:
    """Turn full-width letters, digits, signs and spaces (as a Chinese keyboard types them) into the usual ones."""
    return text.translate(_FULL_WIDTH)


def clean_code(text: str) -> str:
    """A typed code as it is stored: half-width, no spaces or dashes, capital letters."""
    return _SEPARATORS.sub("", half_width(text)).upper()


def parse_id_number(text: str, *, today: dt.date, kind: IdKind | None = None) -> IdNumber:
    """Read a person's number of any of the three kinds, or only of ``kind``.

    ``today`` is the city's date: nobody is born later. Raises Refused with ``code.<kind>.<what>``
    (length, old, character, area, birth, birth_future, birth_too_early, check_digit, kind); positions count from 1.
    """
    value = clean_code(text)
    found = _kind_of(value)
    if kind is not None and found != kind:
        if re.fullmatch(r"[0-9]{17}[0-9X]", value):
            _refuse(
                kind,
                "kind",
                f"这是{KIND_NAMES[found].zh},不是{KIND_NAMES[kind].zh}",
                f"This is a {KIND_NAMES[found].en}, not a {KIND_NAMES[kind].en}",
                advice=Text("请改选证件类型后重新填写", "Choose the right kind of document and enter it again"),
                found=found,
            )
        found = kind  # no number of another kind, only a bad one of this kind
    if found == "foreigner" and re.match(r"[A-Z]{3}", value):
        return _old_foreigner(value)
    return _eighteen(found, value, today)


def parse_citizen(text: str, *, today: dt.date) -> IdNumber:
    """Read a citizen number and nothing else; see ``parse_id_number``."""
    return parse_id_number(text, today=today, kind="citizen")


def _kind_of(value: str) -> IdKind:
    if value[:2] in ("81", "82", "83"):
        return "hmt"
    if value.startswith("9") or re.match(r"[A-Z]{3}.", value):
        return "foreigner"
    return "citizen"


def _eighteen(kind: IdKind, value: str, today: dt.date) -> IdNumber:
    _check_form(kind, value)
    area = value[:6]
    if kind == "citizen" and not _PROVINCES.match(area):
        _refuse(kind, "area", "前两位不是任何省份的代码", "The first two digits belong to no province", position=1)
    if kind == "hmt" and area not in HMT_AREAS:
        _refuse(
            kind,
            "area",
            "港澳台居民居住证号码应以810000(香港)、820000(澳门)或830000(台湾)开头",
            "The number of such a permit begins with 810000 (Hong Kong), 820000 (Macau) or 830000 (Taiwan)",
            position=1,
        )
    birth = _birth(kind, value[6:14], today)
    if mod_11_2(value[:17]) != value[17]:
        _refuse(
            kind,
            "check_digit",
            "第18位校验码与前17位不符,多半是某一位输错或相邻两位颠倒",
            "The check digit (position 18) does not fit: most often one digit is wrong or two neighbours are swapped",
            position=18,
        )
    return IdNumber(kind, value, area, birth, "male" if int(value[16]) % 2 else "female")


def _check_form(kind: IdKind, value: str) -> None:
    name = KIND_NAMES[kind]
    if kind == "citizen" and len(value) == 15 and value.isdigit():
        _refuse(
            kind,
            "old",
            "这是第一代身份证的15位号码,2013年起已停用",
            "This is a first-generation number of 15 digits, out of use since 2013",
            advice=Text("请填写第二代身份证上的18位号码", "Enter the 18 digits of the second-generation card"),
        )
    if len(value) != 18:
        _refuse(
            kind,
            "length",
            f"{name.zh}应为18位,现为{len(value)}位",
            f"A {name.en} has 18 characters, this has {len(value)}",
            length=len(value),
        )
    for position, character in enumerate(value, 1):
        if not ("0" <= character <= "9" or (position == 18 and character == "X")):
            _refuse(
                kind,
                "character",
                f"第{position}位应为数字" + ("或X" if position == 18 else ""),
                f"Position {position} must be a digit" + (" or X" if position == 18 else ""),
                position=position,
            )


def _birth(kind: IdKind, digits: str, today: dt.date) -> dt.date:
    try:
        birth = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        _refuse(kind, "birth", "第7至14位不是真实的出生日期", "Positions 7 to 14 are no real date of birth", position=7)
    if birth > today:
        _refuse(kind, "birth_future", "出生日期晚于今天", "The date of birth lies in the future", position=7)
    if birth < FIRST_BIRTH:
        _refuse(kind, "birth_too_early", "出生日期早于1870年", "The date of birth is before 1870", position=7)
    return birth


def _old_foreigner(value: str) -> IdNumber:
    if not _OLD_FOREIGNER.fullmatch(value):
        what = "length" if len(value) != 15 else "character"
        _refuse(
            "foreigner",
            what,
            "旧版外国人永久居留证号码应为3位字母加12位数字",
            "The old permanent residence card has 3 letters and 12 digits",
            length=len(value),
        )
    return IdNumber("foreigner", value)


def _refuse(kind: IdKind, what: str, zh: str, en: str, *, advice: Text = _LOOK_IT_UP, **facts: Any) -> NoReturn:
    raise Refused(f"code.{kind}.{what}", zh, en, advice=advice, **facts)
