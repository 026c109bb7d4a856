"""A filled form against what an item asks: every answer is read by the type of its element, every problem is told at once
with a pointer to its field, and what was typed is never lost. Channels parse bytes, this file judges values."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from tongban.domain import codes, element, id_number
from tongban.domain.element import Element
from tongban.domain.item import ItemVersion, NeededField
from tongban.domain.name import clean_name
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text

MAX_TEXT = 200
MAX_LONG_TEXT = 2_000


class Form(msgspec.Struct, frozen=True):
    """Values in their canonical form (text, ISO date, decimal text, bool, list) and what is wrong, all at once."""

    values: dict[str, Any]
    problems: tuple[Problem, ...]


def read(
    version: ItemVersion,
    needed: Iterable[NeededField],
    elements: Mapping[str, Element],
    answers: Mapping[str, object],
    today: dt.date,
) -> Form:
    """Judge ``answers`` (element code -> raw). Unknown fields are errors; empty required ones too, if certainly asked."""
    known = {f.element for f in version.fields}
    problems = [
        _problem(code, "form.unknown_field", "表单中没有这一项", "The form has no such field")
        for code in answers
        if code not in known
    ]
    values: dict[str, Any] = {}
    for field in needed:
        code = field.field.element
        raw = answers.get(code)
        if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
            if field.field.required and field.needed:
                name = elements[code].name
                problems.append(
                    _problem(code, "form.required", f"请填写“{name.zh}”", f"Please fill in “{name.en or name.zh}”")
                )
            continue
        try:
            values[code] = canonical(elements[code], raw, today)
        except Refused as refused:
            problems += [msgspec.structs.replace(p, pointer=f"/answers/{code}") for p in refused.problems]
    return Form(values, tuple(problems))


def _problem(code: str, what: str, zh: str, en: str) -> Problem:
    return Problem(what, Text(zh, en), f"/answers/{code}")


def canonical(asked: Element, raw: object, today: dt.date) -> Any:
    """The canonical value of an answer, or Refused saying what is wrong with it and what a right one looks like."""
    if asked.type in _TEXTS:
        if not isinstance(raw, str):
            raise _wrong(asked, "应为文字", "must be text")
        return _TEXTS[asked.type](asked, raw.strip(), today)
    value = element.read_answer(asked.type, asked.unit, raw)
    if value is None:
        raise _wrong(
            asked,
            _EXPECTED.get(asked.type, ("格式不正确", "is not valid"))[0],
            _EXPECTED.get(asked.type, ("", "is not valid"))[1],
        )
    if isinstance(value, Decimal):
        _within(asked, value)
        return int(value) if asked.type == "integer" else format(element.number(_amount(raw)) or value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(_choice(asked, one) for one in value)
    return _choice(asked, value) if asked.type == "choice" and isinstance(value, str) else value


_EXPECTED = {
    "date": ("应为日期,例如 2026-05-01", "must be a date such as 2026-05-01"),
    "integer": ("应为整数", "must be a whole number"),
    "number": ("应为数字", "must be a number"),
    "money": ("应为金额(元),例如 1510.00", "must be an amount in yuan such as 1510.00"),
    "quantity": ("应为数量,例如 40.5", "must be a quantity such as 40.5"),
    "boolean": ("请选择是或否", "choose yes or no"),
    "choice": ("请从选项中选择", "choose one of the options"),
    "multichoice": ("请从选项中选择", "choose from the options"),
}


def _amount(raw: object) -> object:
    if isinstance(raw, Mapping):
        return raw.get("value")
    return raw[0] if isinstance(raw, list | tuple) and raw else raw


def _within(asked: Element, value: Decimal) -> None:
    unit = element.UNITS.get(asked.unit, ("", Decimal(1)))[1] if asked.type in ("money", "quantity") else Decimal(1)
    if asked.min is not None and value < asked.min * unit:
        raise _wrong(asked, f"不能小于{asked.min}", f"must not be less than {asked.min}")
    if asked.max is not None and value > asked.max * unit:
        raise _wrong(asked, f"不能大于{asked.max}", f"must not be more than {asked.max}")
    if asked.type == "money" and value != value.quantize(Decimal("0.01")):
        raise _wrong(asked, "金额最多两位小数", "at most two decimals")


def _choice(asked: Element, value: str) -> str:
    if value not in {c.code for c in asked.choices}:
        raise _wrong(asked, *_EXPECTED["choice"])
    return value


def _text(asked: Element, raw: str, today: dt.date) -> str:
    most = asked.max_length or (MAX_LONG_TEXT if asked.type == "longtext" else MAX_TEXT)
    if len(raw) > most:
        raise _wrong(asked, f"最多{most}个字,现在有{len(raw)}个", f"at most {most} characters, there are {len(raw)}")
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in raw):
        raise _wrong(asked, "含有无法保存的控制字符", "contains control characters")
    return raw


def _name(asked: Element, raw: str, today: dt.date) -> str:
    return clean_name(raw)


def _email(asked: Element, raw: str, today: dt.date) -> str:
    local, at, host = raw.partition("@")
    if not (local and at and "." in host) or any(c.isspace() for c in raw) or len(raw) > 254:
        raise _wrong(asked, "应为电子邮箱,例如 name@example.com", "must be an e-mail address")
    return raw


def _division(asked: Element, raw: str, today: dt.date) -> str:
    if not (raw.isascii() and raw.isdigit() and len(raw) in (6, 9, 12)):
        raise _wrong(asked, "请选择区、街镇", "choose the district and the street")
    return raw


_TEXTS: dict[str, Callable[[Element, str, dt.date], str]] = {
    "text": _text,
    "longtext": _text,
    "address": _text,
    "name": _name,
    "id_number": lambda e, raw, today: id_number.parse_id_number(raw, today=today).value,
    "credit_code": lambda e, raw, today: codes.parse_credit_code(raw),
    "phone": lambda e, raw, today: codes.parse_phone(raw).value,
    "bank_card": lambda e, raw, today: codes.parse_bank_card(raw),
    "email": _email,
    "division": _division,
}


def _wrong(asked: Element, zh: str, en: str) -> Refused:
    return Refused(
        f"form.{asked.type}",
        f"“{asked.name.zh}”{zh}",
        f"“{asked.name.en or asked.name.zh}” {en}",
        pointer=f"/answers/{asked.code}",
    )
