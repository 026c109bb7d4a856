"""Elements (数据元) are the city's registry of questions: each is asked at most once in a plan and has one type, so a
condition written over it can be checked before anyone stands at a counter. This file also reads an answer by type."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec

from tongban.domain.text import Text

ElementType = Literal[
    "text", "longtext", "name", "id_number", "credit_code", "date", "integer", "number", "money", "quantity",
    "boolean", "choice", "multichoice", "phone", "bank_card", "address", "division", "email",
]  # fmt: skip
Sensitivity = Literal["public", "personal", "sensitive"]
Reuse = Literal["always", "confirm", "never"]
Group = Literal["applicant", "agent", "spouse", "child", "household", "housing", "work", "payment", "matter"]
Evidence = Literal["verbatim", "mixed", "inferred", "inference", "weak", "reconstructed"]

# unit -> (dimension, how many base units). Months and days are two dimensions: no month has a fixed number of days.
UNITS: dict[str, tuple[str, Decimal]] = {
    "m2": ("area", Decimal(1)),
    "mu": ("area", Decimal(2000) / Decimal(3)),
    "ha": ("area", Decimal(10_000)),
    "km2": ("area", Decimal(1_000_000)),
    "m": ("length", Decimal(1)),
    "km": ("length", Decimal(1000)),
    "kg": ("weight", Decimal(1)),
    "day": ("days", Decimal(1)),
    "week": ("days", Decimal(7)),
    "month": ("months", Decimal(1)),
    "year": ("months", Decimal(12)),
    "yuan": ("money", Decimal(1)),
    "wan_yuan": ("money", Decimal(10_000)),
    "person": ("persons", Decimal(1)),
    "times": ("times", Decimal(1)),
    "hour": ("hours", Decimal(1)),
}
MAX_DIGITS = 30
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_YES = {"true", "yes", "on", "1", "是"}
_NO = {"false", "no", "off", "0", "否"}


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of a choice element."""

    code: str
    name: Text


class Element(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question of the registry. ``unit`` is a key of UNITS; ``min`` and ``max`` of numbers are in that unit."""

    code: str
    name: Text
    type: ElementType
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    max_length: int = 0
    min: Decimal | None = None
    max: Decimal | None = None
    sensitivity: Sensitivity = "personal"
    reuse: Reuse = "confirm"
    group: Group = "matter"
    hint: Text | None = None
    evidence: Evidence = "reconstructed"


Answers = Mapping[str, Any]
Value = bool | Decimal | date | str | frozenset[str]


def number(raw: object) -> Decimal | None:
    """Read a bounded decimal number; None when it is not one. Exponents and endless digits are not numbers here."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw) if abs(raw) < 10**MAX_DIGITS else None
    if isinstance(raw, Decimal):
        fits = raw.is_finite() and abs(raw.adjusted()) <= MAX_DIGITS and len(raw.as_tuple().digits) <= 2 * MAX_DIGITS
        return raw if fits else None
    if isinstance(raw, float):
        return number(Decimal(repr(raw)))
    if isinstance(raw, str) and len(raw) <= 2 * MAX_DIGITS + 2 and _NUMBER.fullmatch(raw.strip()):
        try:
            return Decimal(raw.strip())
        except InvalidOperation:
            return None
    return None


def in_base_units(raw: object, unit: str) -> Decimal | None:
    """Read a quantity as a number of base units: a bare number in ``unit``, ``[n, unit]`` or ``{value, unit}``."""
    given: Any = unit
    if isinstance(raw, Mapping):
        given = raw.get("unit", unit)
        raw = raw.get("value")
    elif isinstance(raw, list | tuple):
        if len(raw) != 2:
            return None
        raw, given = raw
    n = number(raw)
    if n is None or not isinstance(given, str):
        return None
    if not given:
        return n
    known = UNITS.get(given)
    if known is None or (unit in UNITS and UNITS[unit][0] != known[0]):
        return None
    return n * known[1]


def _day(raw: object) -> date | None:
    if isinstance(raw, date):
        return date(raw.year, raw.month, raw.day)
    if isinstance(raw, str) and len(raw) == 10:
        try:
            return date.fromisoformat(raw)
        except ValueError:
            return None
    return None


def _yes_or_no(raw: object) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) and len(raw) < 20 else ""
    return True if word in _YES else False if word in _NO else None


def _code(raw: object) -> str | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        # A code typed without quotes (a division, a phone) is still that code.
        return str(raw) if abs(raw) < 10**MAX_DIGITS else None
    return (raw.strip() or None) if isinstance(raw, str) else None


def read_answer(kind: str, unit: str, raw: object) -> Value | None:
    """The answer as a value of its type; None (unknown) when it is empty or is not such a value. Never raises."""
    if kind == "boolean":
        return _yes_or_no(raw)
    if kind == "date":
        return _day(raw)
    if kind in ("integer", "number"):
        n = number(raw)
        return None if n is None or (kind == "integer" and n != n.to_integral_value()) else n
    if kind == "money":
        return in_base_units(raw, "yuan")
    if kind == "quantity":
        return in_base_units(raw, unit)
    if kind == "multichoice":
        if not isinstance(raw, list | tuple | set | frozenset):
            return None
        return frozenset(one for one in map(_code, raw) if one is not None)
    if isinstance(raw, Mapping):
        return "…" if raw else None
    return _code(raw)
