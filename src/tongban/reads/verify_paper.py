"""Is a printed paper genuine (验真): the code under its QR is made with the city's key over kind, case and length of the log, so
nobody else can make one, and it says exactly which state of the case the paper was printed from. Nothing personal is shown."""

import datetime as dt
import re

import msgspec

from tongban.domain import codes, facts, public_state
from tongban.domain.chain import Entry
from tongban.domain.public_state import PublicState
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.reads import paper, progress
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog

LONGEST = 80
_CODE = re.compile(r"([a-z_]{1,30})-([0-9A-Z]{22}(?:-[0-9]{2})?)-([0-9]{1,6})-([0-9A-F]{16})", re.ASCII)


class Genuine(msgspec.Struct, frozen=True):
    """What may be said of a genuine paper. ``as_of`` is the moment of the last fact the paper knew; ``newer`` how many
    facts came later; ``state`` is where the case stands now."""

    kind: Text
    number: str
    item: Text
    as_of: dt.datetime
    last_step: Text
    center: str
    state: PublicState
    newer: int


def check(code: str) -> Genuine | None:
    """The paper that this code stands on; None when the city did not print it (mistyped, forged, or of another city)."""
    found = _CODE.fullmatch(_plain(code))
    if found is None:
        return None
    kind, number, n, mark = found[1], found[2], int(found[3]), found[4]
    if kind not in paper.TITLES or not _sound(number) or not paper.genuine(kind, number, n, mark):
        return None
    case = cases.get(number)
    log = cases.log(number) if case else []
    # A code of ours for a case that is not here cannot be on one node, so it is not called genuine.
    return _genuine(kind, n, case, log) if case is not None and 1 <= n <= len(log) else None


def typed(number: str, mark: str) -> str:
    """The full code of a paper from what stands on it in print: the case number and the 16 characters under the QR; empty
    when no paper of this case carries them. Every kind and state of the case is tried, some dozens of times one hash."""
    try:
        number = str(codes.parse_case_number(number))
    except Refused:
        return ""
    mark = re.sub(r"[\s-]+", "", mark[: 2 * LONGEST]).upper()
    case = cases.get(number) if re.fullmatch(r"[0-9A-F]{16}", mark, re.ASCII) else None
    if case is None:
        return ""
    for n in range(case.case.n, 0, -1):
        for kind in paper.TITLES:
            if paper.genuine(kind, number, n, mark):
                return f"{kind}-{number}-{n}-{mark}"
    return ""


def _genuine(kind: paper.Kind, n: int, case: Found, log: list[Entry]) -> Genuine:
    printed = log[n - 1]
    return Genuine(
        kind=paper.TITLES[kind], number=case.case.number, item=catalog.version(case.case.item, case.case.version).name,
        as_of=printed.at, last_step=public_state.STEP_WORDS[facts.kind(printed.fact)], center=progress.center_name(case.case.holder),
        state=public_state.of_case(case.case), newer=len(log) - n,
    )  # fmt: skip


def _plain(code: str) -> str:
    """As typed from a paper: spaces and long dashes forgiven, the kind in small letters, the rest in capitals."""
    plain = re.sub(r"\s+", "", code[: 2 * LONGEST]).replace("—", "-").replace("－", "-")
    kind, dash, rest = plain.partition("-")
    return kind.lower() + dash + rest.upper()


def _sound(number: str) -> bool:
    try:
        codes.parse_case_number(number)
    except Refused:
        return False
    return True
