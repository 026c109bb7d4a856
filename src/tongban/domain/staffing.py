"""Who may work here and what may be granted: a power is given within a place, by somebody who manages that place, never
to oneself. Machines get tokens under the same rule."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from tongban.domain.actor import POWERS, Actor, Grant
from tongban.domain.refusals import NotAllowed, Problem, Refused
from tongban.domain.text import Text

MANAGE = "staff.manage"
LONGEST_TOKEN = timedelta(days=366)
POWERS_IN_ENGLISH: dict[str, str] = {
    "case.receive": "Receive: take requests at a counter",
    "case.handle": "Handle: take over, accept, ask corrections, decide, deliver",
    "case.supervise": "Supervise: second corrections, revocations, reassignments",
    "case.read": "See where cases stand",
    "person.read": "See personal data, giving a reason",
    "board.read": "See the boards",
    "audit.read": "See the audit trail",
    "staff.manage": "Manage staff and powers",
    "catalog.publish": "Publish the catalog",
    "exchange.manage": "Manage the exchange: see letters that are stuck and try them again",
    "enquiry.answer": "Answer enquiries of a department",
}
# Characters of a first password that cannot be mistaken when read from a screen or over the telephone.
_SPOKEN = "abcdefghjkmnpqrstuvwxyz23456789"
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,31}", re.ASCII)
_DEPARTMENT = re.compile(r"enquiry\.answer/[a-z][a-z0-9_]{1,20}", re.ASCII)
_PLACE = re.compile(r"[0-9]{6}([0-9]{3})?", re.ASCII)


def make_password(random: bytes) -> str:
    """A first password of three times four characters (59 bits) from at least 16 random bytes, to be read out once and
    changed at the first sign-in. ValueError when too few bytes are given."""
    if len(random) < 16:
        raise ValueError("a first password needs at least 16 random bytes")
    number, made = int.from_bytes(random, "big"), []
    for _ in range(12):
        number, place = divmod(number, len(_SPOKEN))
        made.append(_SPOKEN[place])
    return "-".join("".join(made[i : i + 4]) for i in (0, 4, 8))


def check_new(login: str, name: str, center: str) -> None:
    """Raise Refused with one problem per field unless login, display name and center (6 or 9 digits) are sound."""
    problems = []
    if not _LOGIN.fullmatch(login):
        problems.append(Problem(
            "staff.login", Text("登录名用 3–32 个小写字母、数字或 . _ -,以字母开头",
                                "A login has 3–32 lower-case letters, digits or . _ -, and begins with a letter"), "/login"))  # fmt: skip
    if not 1 <= len(name.strip()) <= 100 or any(ord(c) < 32 for c in name):
        problems.append(
            Problem("staff.name", Text("请填写姓名(不超过 100 字)", "Give a name of at most 100 characters"), "/name")
        )
    if not _PLACE.fullmatch(center):
        problems.append(Problem(
            "staff.center", Text("所在单位用 9 位中心代码(或 6 位区代码)",
                                 "The place of work is a 9-digit center code (or a 6-digit district)"), "/center"))  # fmt: skip
    if problems:
        raise Refused("staff.not_sound", problems[0].text.zh, problems[0].text.en, problems=tuple(problems))


def check_grant(power: str, place: str) -> Grant:
    """A sound grant, or Refused: the power must exist and the place be a center, a district or the city."""
    # Only answering is given for a department; anything after the stroke of another power would be a power of nobody.
    if power not in POWERS and not _DEPARTMENT.fullmatch(power):
        raise Refused(
            "staff.power", f"没有“{power[:40]}”这项权限", f"There is no power {power[:40]!r}", pointer="/power"
        )
    if not _PLACE.fullmatch(place):
        raise Refused(
            "staff.place",
            "权限范围用 9 位中心代码、6 位区代码或 310000(全市)",
            "A power holds in a center (9 digits), a district (6) or the city (310000)",
            pointer="/place",
        )
    return Grant(power, place)


def may_give(by: Actor, grant: Grant, to_ref: str) -> None:
    """Raise NotAllowed unless ``by`` manages staff in the whole place of the grant and gives it to somebody else."""
    by.must(MANAGE, grant.place)
    if by.ref == to_ref:
        raise NotAllowed(
            "staff.self_grant",
            "不能给自己授权,请由另一位管理员操作",
            "Nobody grants a power to themselves; ask another administrator",
            pointer="/power",
        )


def may_close(by: Actor, held: Sequence[Grant]) -> None:
    """Raise NotAllowed unless ``by`` manages staff wherever the member has powers: who could set the password of a mightier
    member could become them."""
    if not all(by.may(MANAGE, one.place) for one in held):
        raise NotAllowed(
            "staff.mightier",
            "该人员还持有您管理范围之外的权限,请由上级管理员操作",
            "This member holds powers beyond the places you manage; ask an administrator of those",
        )


def check_token(name: str, expires: datetime, at: datetime) -> None:
    """A machine's token has a name and ends within a year; Refused otherwise."""
    if not 1 <= len(name.strip()) <= 100:
        raise Refused("token.name", "请填写令牌用途名称(不超过 100 字)", "Name what the token is for", pointer="/name")
    if not at < expires <= at + LONGEST_TOKEN:
        raise Refused(
            "token.expires",
            "令牌有效期须在将来,且不超过一年",
            "A token must expire in the future, within a year",
            pointer="/expires",
        )
