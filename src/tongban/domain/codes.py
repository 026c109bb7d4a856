"""The codes of organisations, items, cases and e-licences, and the numbers of cards and phones: each is read leniently
(spaces, full-width, small letters), checked strictly, and refused with the place of the mistake and what to do."""

import datetime as dt
import re
from typing import Any, Literal, NoReturn

import msgspec

from tongban.domain.check_digits import ALNUM, CREDIT_ALPHABET, luhn, mod_31, mod_37_36
from tongban.domain.id_number import clean_code, half_width
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text

QUERY_ALPHABET = "34679ACDEFGHJKMNPQRTUWXY"  # nothing that looks like another: no 0O 1IL 2Z 5S 8B UV
E_LICENCE_ROOT = "1.2.156.3005.2"

_LOOK_IT_UP = Text("请对照原件逐位核对后重新输入", "Compare it with the original and enter it again")
_LANDLINE = re.compile(r"(?:(0(?:10|2[0-9]|[3-9][0-9]{2}))-?)?([2-8][0-9]{2,3}-?[0-9]{4})(?:-([0-9]{1,6}))?")


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A telephone number in China: mobile, landline (area code first), or a service number (12345, 962200, 400…)."""

    kind: Literal["mobile", "landline", "service"]
    value: str


class CaseNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public number of a case: receiving center, day of receipt, sequence of that day; ``child`` 1-99 within a
    life event, 0 for a case of its own or the mother case."""

    center: str
    day: dt.date
    sequence: int
    child: int = 0

    @property
    def mother(self) -> str:
        """The 22 characters without the child."""
        body = f"{self.center}{self.day:%y%m%d}{self.sequence:06d}"
        return body + mod_37_36(body)

    def __str__(self) -> str:
        return f"{self.mother}-{self.child:02d}" if self.child else self.mother


class TaskCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """实施编码: who implements (credit code), on which level of government, which item of the national catalog."""

    credit_code: str
    level: str
    catalog_code: str

    def __str__(self) -> str:
        return self.credit_code + self.level + self.catalog_code


class ELicenceId(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """电子证照标识 without its root: type (credit code + 3), issuer, serial, version. Source: GB/T 36904."""

    type_code: str
    issuer: str
    serial: str
    version: str

    def __str__(self) -> str:
        parts = (self.type_code, self.issuer, self.serial, self.version)
        return ".".join((E_LICENCE_ROOT, *parts, mod_37_36("".join(parts))))


def parse_credit_code(text: str) -> str:
    """The 18 characters of a unified social credit code. Source: GB 32100. Raises ``code.credit.<what>``.

    The check digit of the organisation code inside (GB 11714) is not asked for: codes in use break it.
    """
    value = _sized("credit", "统一社会信用代码", "A credit code", clean_code(text), 18)
    for position, character in enumerate(value, 1):
        if character in "IOSVZ":
            zh = f"第{position}位不会是字母{character}(代码不用I、O、S、V、Z)"
            _refuse("credit", "character", zh, f"Position {position} cannot be {character}", position=position)
        if character not in CREDIT_ALPHABET or (3 <= position <= 8 and not character.isdigit()):
            zh = f"第{position}位应为数字" + ("" if 3 <= position <= 8 else "或大写字母")
            _refuse("credit", "character", zh, f"Position {position} is not a valid character", position=position)
    if mod_31(value[:17]) != value[17]:
        _refuse(
            "credit", "check_digit", "第18位校验码不符", "The check character (position 18) does not fit", position=18
        )
    return value


def parse_bank_card(text: str) -> str:
    """A bank card number of 16 to 19 digits. Source: ISO/IEC 7812 (Luhn). Raises ``code.bank_card.<what>``."""
    value = clean_code(text)
    _digits("bank_card", "银行卡号", "A bank card number", value)
    if not 16 <= len(value) <= 19:
        zh = f"银行卡号应为16至19位,现为{len(value)}位"
        _refuse("bank_card", "length", zh, f"A bank card number has 16 to 19 digits, this has {len(value)}")
    if luhn(value[:-1]) != value[-1]:
        zh, en = f"第{len(value)}位校验码不符,卡号有误", "The check digit does not fit: the number is wrong"
        _refuse("bank_card", "check_digit", zh, en, position=len(value))
    return value


def parse_phone(text: str, *, area: str = "021") -> Phone:
    """A number as typed, with or without +86, spaces, dashes; ``area`` completes a landline of 7 or 8 digits.

    The landline's form is ``021-12345678`` (``-ext`` after a further dash or 转). Raises ``code.phone.<what>``.
    """
    typed = re.sub(r"[\s()]+", "", half_width(text)).replace("转", "-").strip("-")
    typed = re.sub(r"[‐‑–—]", "-", typed)
    local = re.sub(r"^((\+|00)86-?|86-)", "", typed)
    abroad = local != typed  # from abroad the 0 of an area code is left out
    digits = local.replace("-", "")
    if not re.fullmatch(r"[0-9-]+", local):
        _refuse("phone", "character", "电话号码只含数字和横线", "A phone number has only digits and dashes")
    if re.fullmatch(r"1[3-9][0-9]{9}", digits):
        return Phone("mobile", digits)
    if digits.startswith("1") and len(digits) >= 10 and not digits.startswith("10"):
        zh = f"手机号码应为11位,以13至19开头,现为{len(digits)}位"
        _refuse(
            "phone", "mobile", zh, f"A mobile number has 11 digits and begins with 13 to 19, this has {len(digits)}"
        )
    if re.fullmatch(r"1[0-9]{2}|1[0-9]{4}|9[56][0-9]{3,5}|[48]00[0-9]{7}", digits):
        return Phone("service", digits)
    if abroad and not local.startswith("0"):
        local = "0" + local
    landline = _LANDLINE.fullmatch(local)
    if landline is None:
        zh = "既不是11位手机号码,也不是区号加7至8位的固定电话"
        en = "It is neither a mobile number of 11 digits nor an area code with 7 or 8 digits"
        _refuse(
            "phone",
            "form",
            zh,
            en,
            advice=Text("例如:13800138000 或 021-12345678", "Such as 13800138000 or 021-12345678"),
        )
    parts = (landline[1] or area, landline[2].replace("-", ""), landline[3])
    return Phone("landline", "-".join(part for part in parts if part))


def make_case_number(center: str, day: dt.date, sequence: int, child: int = 0) -> str:
    """Write a case number. ``center`` is the 9-digit code, ``sequence`` 1-999999 of that center and day.

    Raises ValueError: the caller counts, no person typed this.
    """
    if not re.fullmatch(r"[0-9]{9}", center) or not 1 <= sequence <= 999_999 or not 0 <= child <= 99:
        raise ValueError(f"no case number for center {center!r}, sequence {sequence}, child {child}")
    if not 2000 <= day.year <= 2099:
        raise ValueError(f"the two digits of a year stand for 2000 to 2099, not {day.year}")
    return str(CaseNumber(center, day, sequence, child))


def parse_case_number(text: str) -> CaseNumber:
    """Read a case number from a receipt, forgiving O for 0 and I or L for 1 where only digits stand.

    Raises ``code.case.<what>``.
    """
    typed = re.sub(r"\s+", "", half_width(text)).upper()
    main, dash, child = typed.partition("-")
    main = main[:21].translate(str.maketrans("OIL", "011")) + main[21:]
    advice = Text("号码印在收件凭证上方,共22位", "It is printed at the top of the receipt and has 22 characters")
    if len(main) != 22:
        zh = f"办件编号应为22位,现为{len(main)}位"
        _refuse("case", "length", zh, f"A case number has 22 characters, this has {len(main)}", advice=advice)
    if not re.fullmatch(r"[0-9]{21}[0-9A-Z]", main) or (dash and not re.fullmatch(r"[0-9]{2}", child)):
        zh, en = (
            "办件编号前21位应为数字,子件后缀为两位数字",
            "21 digits come first; a child has two digits after a dash",
        )
        _refuse("case", "character", zh, en, advice=advice)
    if mod_37_36(main[:21]) != main[21]:
        zh, en = "第22位校验码不符,编号有误", "The check character (position 22) does not fit"
        _refuse("case", "check_digit", zh, en, advice=advice, position=22)
    try:
        day = dt.date(2000 + int(main[9:11]), int(main[11:13]), int(main[13:15]))
    except ValueError:
        _refuse("case", "day", "第10至15位不是日期", "Positions 10 to 15 are no date", advice=advice, position=10)
    return CaseNumber(main[:9], day, int(main[15:21]), int(child or 0))


def make_query_code(random: bytes) -> str:
    """Six characters that open a case together with its number, from at least 16 random bytes (the bias is below
    2^-100). About 191 million codes: enough behind a rate limit, not alone. ValueError when too few bytes are given."""
    if len(random) < 16:
        raise ValueError("a query code needs at least 16 random bytes")
    number = int.from_bytes(random, "big")
    characters = []
    for _ in range(6):
        number, place = divmod(number, len(QUERY_ALPHABET))
        characters.append(QUERY_ALPHABET[place])
    return "".join(characters)


def parse_query_code(text: str) -> str:
    """A query code as typed. Raises ``code.query.length`` or ``code.query.character``."""
    value = _sized("query", "查询码", "A query code", clean_code(text), 6)
    for position, character in enumerate(value, 1):
        if character not in QUERY_ALPHABET:
            zh = f"查询码不含第{position}位的字符“{character}”"
            en = f"A query code never has the character at position {position}"
            advice = Text("查询码不用0、1、2、5、8和B、I、L、O、S、V、Z", "It never has 0 1 2 5 8 or B I L O S V Z")
            _refuse("query", "character", zh, en, advice=advice, position=position)
    return value


def parse_catalog_code(text: str) -> str:
    """基本编码, 12 digits or capital letters (3120W0747000 is in use). Raises ``code.catalog.<what>``."""
    value = _sized("catalog", "事项基本编码", "A catalog code", clean_code(text), 12)
    for position, character in enumerate(value, 1):
        if character not in ALNUM:
            zh, en = f"事项基本编码第{position}位应为数字或字母", "A catalog code has only digits and letters"
            _refuse("catalog", "character", zh, en, position=position)
    return value


def parse_task_code(text: str) -> TaskCode:
    """实施编码, 31 characters: credit code 18, level 1, catalog code 12. Raises ``code.task.<what>`` or a part's code."""
    value = _sized("task", "实施编码", "A task code", clean_code(text), 31)
    if not "1" <= value[18] <= "9":
        _refuse(
            "task", "level", "第19位(行使层级)应为1至9", "Position 19 (level of government) must be 1 to 9", position=19
        )
    return TaskCode(parse_credit_code(value[:18]), value[18], parse_catalog_code(value[19:]))


def make_e_licence_id(type_code: str, issuer: str, serial: str, version: str = "001") -> str:
    """Write an e-licence id, strictly: type = credit code + 3, issuer = credit code. Raises ``code.e_licence.<what>``."""
    parse_credit_code(type_code[:18])
    parse_credit_code(issuer)
    if not re.fullmatch(r"[0-9A-Z]{3}", type_code[18:]):
        _refuse("e_licence", "type", "证照类型代码应为信用代码加3位", "A type code is a credit code and 3 characters")
    if not re.fullmatch(r"[0-9A-Z]{1,40}", serial) or not re.fullmatch(r"[0-9]{3}", version):
        zh, en = (
            "流水号应为数字和大写字母,版本号应为3位数字",
            "A serial has digits and capitals, a version three digits",
        )
        _refuse("e_licence", "serial", zh, en)
    return str(ELicenceId(type_code, issuer, serial, version))


def parse_e_licence_id(text: str) -> tuple[ELicenceId, tuple[Problem, ...]]:
    """Read an e-licence id made elsewhere. Only a form that cannot be read is refused (``code.e_licence.form``);
    a check character or credit code that does not fit comes back as warnings, for the paper it names may be good."""
    value = re.sub(r"\s+", "", half_width(text)).upper()
    parts = value.removeprefix(E_LICENCE_ROOT + ".").split(".")
    if not value.startswith(E_LICENCE_ROOT + ".") or len(parts) != 5 or not all(parts) or len(value) > 200:
        zh = f"电子证照标识应以{E_LICENCE_ROOT}.开头,后接五段"
        _refuse("e_licence", "form", zh, f"An e-licence id begins with {E_LICENCE_ROOT}. and has five more parts")
    found = ELicenceId(*parts[:4])
    warnings = []
    body = "".join(parts[:4])
    if any(c not in ALNUM for c in body) or mod_37_36(body) != parts[4]:
        text_ = Text("电子证照标识的校验位不符", "The check character of the e-licence id does not fit")
        warnings.append(Problem("code.e_licence.check_digit", text_))
    for what, code in (("type", found.type_code[:18]), ("issuer", found.issuer)):
        try:
            parse_credit_code(code)
        except Refused as refused:
            warnings.append(Problem(f"code.e_licence.{what}", refused.text))
    return found, tuple(warnings)


def _sized(area: str, zh: str, en: str, value: str, size: int) -> str:
    if len(value) != size:
        _refuse(
            area, "length", f"{zh}应为{size}位,现为{len(value)}位", f"{en} has {size} characters, this has {len(value)}"
        )
    return value


def _digits(area: str, zh: str, en: str, value: str) -> None:
    for position, character in enumerate(value, 1):
        if not "0" <= character <= "9":
            _refuse(area, "character", f"{zh}第{position}位应为数字", f"{en} has only digits", position=position)


def _refuse(area: str, what: str, zh: str, en: str, *, advice: Text = _LOOK_IT_UP, **facts: Any) -> NoReturn:
    raise Refused(f"code.{area}.{what}", zh, en, advice=advice, **facts)
