"""Who a person is to the city: a number with its kind, a name, birth and sex that agree with each other; how old on a
day, and whether a guardian must act. One form for looking up, so that the same person is found however it was typed."""

import datetime as dt
import re
from typing import Literal

import msgspec

from tongban.domain.id_number import Sex, clean_code, parse_id_number
from tongban.domain.name import clean_name, name_key
from tongban.domain.refusals import Refused
from tongban.domain.text import Text

IdentityKind = Literal["citizen", "hmt", "foreigner", "passport", "unknown"]
Capacity = Literal["guardian", "assisted", "full"]

IDENTITY_KINDS: dict[str, Text] = {
    "citizen": Text("居民身份证", "Resident identity card"),
    "hmt": Text("港澳台居民居住证", "Hong Kong, Macau or Taiwan residence permit"),
    "foreigner": Text("外国人永久居留身份证", "Foreigner's permanent residence card"),
    "passport": Text("护照", "Passport"),
    "unknown": Text("暂无证件", "No papers yet"),
}


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person as identified at a counter. ``number`` is empty only for kind ``unknown`` (a newborn, lost papers)."""

    kind: IdentityKind
    name: str
    number: str = ""
    birth: dt.date | None = None
    sex: Sex | None = None


class CapacityRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ages in full years. Below ``guardian_below`` a guardian acts; from ``alone_from`` a person with an own income
    counts as adult (民法典第十八条); from ``adult_from`` everybody acts alone. An item may carry other ages."""

    guardian_below: int = 14
    alone_from: int = 16
    adult_from: int = 18


def identify(
    kind: IdentityKind,
    name: str,
    number: str = "",
    *,
    today: dt.date,
    birth: dt.date | None = None,
    sex: Sex | None = None,
) -> Identity:
    """Check and normalise what was read or typed. Birth and sex are taken from the number where it carries them.

    Raises Refused: codes of ``clean_name`` and ``parse_id_number``; ``person.passport``; ``person.birth_differs``,
    ``person.sex_differs`` (number against what was typed); ``person.birth_future``; ``person.number_without_kind``.
    """
    clean = clean_name(name)
    if birth is not None and birth > today:
        raise Refused("person.birth_future", "出生日期晚于今天", "The date of birth is in the future", pointer="/birth")
    if kind == "unknown":
        if clean_code(number):
            zh = "填写了证件号码,请同时选择证件类型"
            raise Refused("person.number_without_kind", zh, "Choose the kind of document, too", pointer="/kind")
        return Identity(kind, clean, "", birth, sex)
    if kind == "passport":
        return Identity(kind, clean, _passport(number), birth, sex)
    found = parse_id_number(number, today=today, kind=kind)
    if birth is not None and found.birth is not None and birth != found.birth:
        raise Refused(
            "person.birth_differs",
            "出生日期与证件号码不一致",
            "The date of birth does not agree with the number",
            pointer="/birth",
            advice=Text("请以证件为准核对两处", "Compare both with the card"),
        )
    if sex is not None and found.sex is not None and sex != found.sex:
        raise Refused(
            "person.sex_differs",
            "性别与证件号码不一致",
            "The sex does not agree with the number",
            pointer="/sex",
            advice=Text(
                "请以证件为准核对;确有变更的,请居民先到公安更正", "Compare with the card; the police correct it"
            ),
        )
    return Identity(kind, clean, found.value, found.birth or birth, found.sex or sex)


def age_on(birth: dt.date, on: dt.date) -> int:
    """Full years on a day; a year is full on the birthday. Who was born on 29 February completes it on the 28th where
    there is no 29th (民法典第二百零二条: the last day of the month). Refused ``person.birth_future`` before birth."""
    if on < birth:
        raise Refused("person.birth_future", "出生日期晚于所问日期", "The date of birth lies after the day asked for")
    years = on.year - birth.year
    if (birth.month, birth.day) == (2, 29) and (on.month, on.day) == (2, 28) and not _leap(on.year):
        return years
    return years - ((on.month, on.day) < (birth.month, birth.day))


def capacity(birth: dt.date, on: dt.date, *, own_income: bool = False, rule: CapacityRule | None = None) -> Capacity:
    """How a person may act on a day: ``guardian`` acts instead, ``assisted`` by a guardian's consent, or ``full``."""
    rule = rule or CapacityRule()
    age = age_on(birth, on)
    if age < rule.guardian_below:
        return "guardian"
    if age >= rule.adult_from or (own_income and age >= rule.alone_from):
        return "full"
    return "assisted"


def must_be_represented(birth: dt.date, on: dt.date, *, represented: bool, rule: CapacityRule | None = None) -> None:
    """Refused ``person.guardian_needed`` when a guardian must act and none does."""
    rule = rule or CapacityRule()
    if capacity(birth, on, rule=rule) == "guardian" and not represented:
        raise Refused(
            "person.guardian_needed",
            f"申请人未满{rule.guardian_below}周岁,须由监护人代为申请",
            f"The applicant is under {rule.guardian_below}: a guardian must apply",
            advice=Text(
                "请监护人携带本人证件和监护关系证明", "The guardian brings an own card and proof of guardianship"
            ),
            pointer="/agent",
        )


def index_key(kind: str, value: str) -> str:
    """The one form of a value that the keyed blind index is made of (kinds: ``name``; any number or code otherwise)."""
    if kind == "name":
        return name_key(clean_name(value))
    return re.sub(r"[^0-9A-Z]", "", clean_code(value))


def _passport(number: str) -> str:
    value = clean_code(number)
    if not re.fullmatch(r"[0-9A-Z]{5,20}", value):
        zh, en = "护照号码应为5至20位字母和数字", "A passport number has 5 to 20 letters and digits"
        raise Refused("person.passport", zh, en, pointer="/number")
    return value


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
