"""电子证照 as its holder shows it: a token that only the city can make (its signature, SM2 by default, over the
fact that issued it), as a QR; and what anybody who scans it may know: whether it is genuine, of what kind, until when, and whether it was
taken back. Nothing of the person."""

import datetime as dt
import re

import msgspec

from tongban.domain import facts
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.item import ItemVersion
from tongban.domain.text import Text
from tongban.plumbing import crypto, signing
from tongban.plumbing.crypto import KeysRefused
from tongban.reads import progress
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials import queries as credentials

_CODE = re.compile(r"e-([0-9A-Z]{22}(?:-[0-9]{2})?)-([0-9]{1,6})~([0-9A-Za-z_-]{80,140})", re.ASCII)
LONGEST = 240


class ECredential(msgspec.Struct, frozen=True):
    """What was issued, by whom, when, until when (None: no end), and how it stands. ``number`` of the licence only for its holder,
    where it lies on this node; ``code`` is what its QR carries, on the page where it is shown."""

    n: int
    name: Text
    issuer: Text
    case: str
    issued: dt.date
    until: dt.date | None
    state: str
    number: str = ""
    code: str = ""

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
    found = _CODE.fullmatch(plain)
    if found is None:
        return None
    issued = _issued(found[1], int(found[2]))
    if issued is None or not _believed(*issued, int(found[2]), found[3]):
        return None
    case, fact = issued
    return _made(case, catalog.version(case.item, case.version), int(found[2]), fact, on, "")


def _issued(number: str, n: int) -> tuple[Case, facts.ResultIssued] | None:
    case = cases.get(number)
    fact = next((e.fact for e in cases.log(number) if e.n == n), None) if case else None
    return (case.case, fact) if case is not None and isinstance(fact, facts.ResultIssued) else None


def _believed(case: Case, fact: facts.ResultIssued, n: int, signature: str) -> bool:
    try:
        return signing.signed(_material(case, n, fact), signature)
    except KeysRefused:
        return False


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
        number,
    )  # fmt: skip


def signed(credential: ECredential) -> ECredential:
    """The credential with what its QR carries: which fact issued it, and the city's signature over that; without where this node
    has no key to sign with. Whoever asks has shown that it is theirs."""
    issued = _issued(credential.case, credential.n)
    if issued is None:
        return credential
    try:
        signature = signing.sign(_material(issued[0], credential.n, issued[1]))
    except KeysRefused:
        return credential
    return msgspec.structs.replace(credential, code=f"e-{credential.case}-{credential.n}~{signature}")


def _material(case: Case, n: int, fact: facts.ResultIssued) -> bytes:
    """The statement that is signed: case and place of the fact, what was issued, when, and the digest of its number."""
    words = (
        "tongban e-credential 1",
        case.number,
        str(n),
        fact.result,
        fact.credential,
        fact.on.isoformat(),
        fact.digest,
    )
    return "\n".join(words).encode()
