"""Credentials (licences and certificates) as the rulebook sees them: whether one may be relied on on a day, and how far a
paper or a value is trusted. Whether a credential is good is three-valued: a silent department is not a "no"."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import msgspec

from tongban.domain.refusals import Refused
from tongban.domain.text import Text

Grade = Literal["A", "B", "C", "D"]
State = Literal["valid", "expired", "revoked", "unknown"]
Standing = Literal["usable", "not_yet", "expired", "revoked", "unknown"]
CameBy = Literal["issuer", "original_checked", "uploaded", "declared"]

GRADES: dict[Grade, Text] = {
    "A": Text("由签发部门直接提供", "Issued by the authority itself"),
    "B": Text("窗口核验过原件", "Checked against the original at a counter"),
    "C": Text("上传件,原件待核", "Uploaded, the original is still to be seen"),
    "D": Text("本人自述", "Declared by the person"),
}
_GRADE_OF: dict[CameBy, Grade] = {"issuer": "A", "original_checked": "B", "uploaded": "C", "declared": "D"}
_STANDINGS: dict[Standing, Text] = {
    "usable": Text("有效", "valid"),
    "not_yet": Text("尚未生效", "not valid yet"),
    "expired": Text("已过有效期", "expired"),
    "revoked": Text("已被撤销或注销", "revoked"),
    "unknown": Text("状态未知,签发部门没有答复", "of unknown state: the authority did not answer"),
}


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One credential of one holder (a person reference). ``kind`` is a credential kind of the catalog; ``issued`` and
    ``valid_until`` (included; None = no end) are the city's dates; ``state`` is what the issuer said at ``as_of``."""

    kind: str
    number: str
    holder: str
    issued: dt.date | None = None
    valid_until: dt.date | None = None
    state: State = "unknown"
    grade: Grade = "C"
    issuer: str = ""
    as_of: dt.datetime | None = None


def standing(credential: Credential, on: dt.date) -> Standing:
    """Where the credential stands on a day. Revoked wins over expired; dates win over a "valid" said earlier; without a
    word of the issuer it is unknown."""
    if credential.state == "revoked":
        return "revoked"
    if credential.state == "expired" or (credential.valid_until is not None and credential.valid_until < on):
        return "expired"
    if credential.issued is not None and on < credential.issued:
        return "not_yet"
    return "unknown" if credential.state == "unknown" else "usable"


def usable(credential: Credential, on: dt.date) -> bool | None:
    """True or False where it is known, None where the issuer has not answered (then a paper may stand in)."""
    found = standing(credential, on)
    return None if found == "unknown" else found == "usable"


def must_be_usable(credential: Credential, on: dt.date, name: Text | None = None) -> None:
    """Refused ``credential.<standing>`` (not_yet, expired, revoked, unknown), naming the credential when given."""
    found = standing(credential, on)
    if found == "usable":
        return
    what, why = name or Text("证照", "The credential"), _STANDINGS[found]
    raise Refused(
        f"credential.{found}",
        f"{what.zh}{why.zh}",
        f"{what.en or what.zh} is {why.en}",
        advice=(
            Text("可先收取原件核验,稍后再查", "Check the original for now and ask again later")
            if found == "unknown"
            else Text("请出示有效证照,或先办理换领、补领", "Show a valid one, or have it renewed first")
        ),
        kind=credential.kind,
    )


def grade_of(came_by: CameBy) -> Grade:
    """The grade something has by the way it came. Source: 国办函〔2016〕108号."""
    return _GRADE_OF[came_by]


def at_least(given: Grade, wanted: Grade) -> bool:
    """True when ``given`` is trusted as much as ``wanted`` or more (A is most)."""
    return given <= wanted


def weakest(grades: Iterable[Grade]) -> Grade:
    """The grade of something that rests on all of these: its weakest part; D when it rests on nothing."""
    return max(grades, default="D")


def best(grades: Iterable[Grade]) -> Grade | None:
    """The best of several independent proofs of one thing; None when there is none."""
    return min(grades, default=None)


def after_original_seen(grade: Grade) -> Grade:
    """A counter compared it with the original: an upload or a declaration becomes B; A stays A."""
    return min(grade, "B")


def after_copying(grade: Grade) -> Grade:
    """What is left of the grade in a copy that leaves the city's hands and comes back: an upload, at most C."""
    return max(grade, "C")
