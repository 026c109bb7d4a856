"""电子证照 as its holder shows it: a token that only the city can make (its key, over the case and the place of the fact that
issued it), as a QR; and what anybody who scans it may know: whether it is genuine, of what kind, until when, and whether it was
taken back. Nothing of the person."""

import datetime as dt
import re

import msgspec

from tongban.domain import facts
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.item import ItemVersion
from tongban.domain.text import Text
from tongban.plumbing import crypto
from tongban.reads import progress
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials import queries as credentials

_CODE = re.compile(r"e-([0-9A-Z]{22}(?:-[0-9]{2})?)-([0-9]{1,6})-([0-9A-F]{32})", re.ASCII)
LONGEST = 80


class ECredential(msgspec.Struct, frozen=True):
    """What was issued, by whom, when, until when (None: no end), and how it stands. ``number`` of the licence only for its holder,
    where it lies on this node."""

    n: int
    name: Text
    issuer: Text
    case: str
    issued: dt.date
    until: dt.date | None
    state: str
    code: str
    number: str = ""

    @property
    def good(self) -> bool:
        """True while it may be relied on."""
        return self.state == "valid"


STATES: dict[str, Text] = {
    "valid": Text("有效", "Valid"),
    "expired": Text("已过有效期", "Expired"),
    "revoked": Text("已被撤销", "Revoked"),
    "stopped": Text("已停用", "Stopped"),
}


def of_case(case: Case, log: list[Entry], on: dt.date) -> tuple[ECredential, ...]:
    """The credentials that came out of a case, for its holder: with their numbers where this node keeps them."""
    version = catalog.version(case.item, case.version)
    found = [(e.n, e.fact) for e in log if isinstance(e.fact, facts.ResultIssued) and e.fact.credential]
    if not found:
        return ()
    held = credentials.for_person(case.applicant, [f.credential for _, f in found])
    numbers = {crypto.digest(one.number.encode()).hex(): one.number for one in held}
    return tuple(_made(case, version, n, fact, on, numbers.get(fact.digest, "")) for n, fact in found)


def check(code: str, on: dt.date) -> ECredential | None:
    """The credential that this token stands for; None when the city did not make it."""
    plain = re.sub(r"\s+", "", code[: 2 * LONGEST])
    found = _CODE.fullmatch(plain[:2].lower() + plain[2:].upper())
    if found is None or not crypto.signed(_material(found[1], int(found[2])), bytes.fromhex(found[3]), at_least=16):
        return None
    case = cases.get(found[1])
    entry = next((e for e in cases.log(found[1]) if e.n == int(found[2])), None) if case else None
    if case is None or entry is None or not isinstance(entry.fact, facts.ResultIssued):
        return None
    version = catalog.version(case.case.item, case.case.version)
    return _made(case.case, version, entry.n, entry.fact, on, "")


def _made(case: Case, version: ItemVersion, n: int, fact: facts.ResultIssued, on: dt.date, number: str) -> ECredential:
    kind = catalog.credential_kinds().get(fact.credential)
    issuer = catalog.departments().get(kind.issuer) if kind else None
    until = fact.on + dt.timedelta(days=kind.valid_days) if kind and kind.valid_days else None
    state = "expired" if until is not None and until < on else "valid"
    if case.stage == "revoked":
        state = "revoked"
    elif kind is not None and not case.about and credentials.stopped(case.applicant, fact.credential):
        # Frozen or ended by the department, as after a death: the paper is genuine and proves nothing now.
        state = "stopped"
    name = next(
        (r.name for r in version.results if r.credential == fact.result), kind.name if kind else Text(fact.result)
    )
    return ECredential(
        n, name, issuer.name if issuer else Text(progress.center_name(case.handling)), case.number, fact.on, until, state,
        f"e-{case.number}-{n}-{crypto.sign(_material(case.number, n)).hex()[:32].upper()}", number,
    )  # fmt: skip


def _material(number: str, n: int) -> bytes:
    return f"credential:{number}:{n}".encode()
