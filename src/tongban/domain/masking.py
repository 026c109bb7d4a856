"""What is shown of a personal value before somebody opens it with a reason: enough to recognise, too little to use.
A kind that is not listed shows nothing."""

import re
from collections.abc import Callable

from tongban.domain.name import is_han

# A 小区, 园区 or 社区 is not a district but where somebody lives.
_REGION = re.compile(r"^\D{0,12}?(?:(?<![小园社])区|县)(?:\D{1,10}?(?:街道|镇|乡))?")
HIDDEN = "****"


def mask(kind: str, value: str) -> str:
    """The masked form of a value of a kind (a key of ``MASKS``); ``****`` for any other kind, empty for empty."""
    if not value:
        return ""
    masker = MASKS.get(kind)
    return masker(value) if masker is not None else HIDDEN


def _name(value: str) -> str:
    if all(is_han(c) for c in value):
        if len(value) == 1:
            return "*"
        return value[0] + "*" * min(len(value) - 2, 3) + value[-1] if len(value) > 2 else value[0] + "*"
    shown = "".join(part if part in " ·-" else _first(part) for part in re.split(r"([ ·-])", value) if part)
    return shown if "*" in shown else HIDDEN


def _first(part: str) -> str:
    return part[0] + "**" if len(part) > 1 else "*"


def _number(value: str) -> str:
    show_first, show_last = (3, 4) if len(value) >= 15 else (1, 3) if len(value) >= 8 else (0, 0)
    hidden = len(value) - show_first - show_last
    return value[:show_first] + "*" * hidden + value[len(value) - show_last :]


def _phone(value: str) -> str:
    digits = re.sub(r"\D", "", value)
    if re.fullmatch(r"1\d{10}", digits):
        return f"{digits[:3]}****{digits[-4:]}"
    landline = re.fullmatch(r"(0\d{2,3})-?(\d{7,8})(?:-\d+)?", value)
    if landline:
        return f"{landline[1]}-****{landline[2][-4:]}"
    return HIDDEN + (value[-2:] if len(value) > 5 else "")


def _bank_card(value: str) -> str:
    return "*" * (len(value) - 4) + value[-4:] if len(value) >= 12 else HIDDEN


def _address(value: str) -> str:
    """The district and street, never a digit of the house."""
    region = _REGION.match(value)
    return (region[0] if region and len(region[0]) < len(value) else "") + HIDDEN


def _birth(value: str) -> str:
    return f"{value[:4]}-**-**" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else HIDDEN


def _email(value: str) -> str:
    box, at, host = value.rpartition("@")
    return f"{_first(box)}@{host}" if at and box else HIDDEN


MASKS: dict[str, Callable[[str], str]] = {
    "name": _name,
    "id_number": _number,
    "credit_code": lambda value: value,  # codes of organisations are public
    "phone": _phone,
    "address": _address,
    "bank_card": _bank_card,
    "date": _birth,
    "email": _email,
}
"""The kinds of values (types of elements) that show something, and how."""
