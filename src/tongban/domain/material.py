"""Materials (the kinds) and the papers handed in: what each material of an item is satisfied by, what may still follow
and until when. An e-licence that was fetched is never demanded on paper, and a key paper is never missing by promise."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal, Protocol

import msgspec

from tongban.domain.element import Evidence
from tongban.domain.item import NeededPaper, PaperNeed
from tongban.domain.text import Text

Grade = Literal["A", "B", "C", "D"]
State = Literal["satisfied", "missing", "may_follow", "not_needed", "unknown"]
MaterialType = Literal["licence", "form", "statement", "proof", "photo"]
PaperForm = Literal["original", "copy"]


class Alternative(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way to satisfy a material; exactly one of credential, check (of a department), result, declaration, paper."""

    credential: str = ""
    check: str = ""
    department: str = ""
    result: str = ""
    declaration: str = ""
    paper: PaperForm | None = None
    note: Text | None = None


class MaterialKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of material, known city-wide: who issues it and what satisfies it, in order of preference."""

    code: str
    name: Text
    kind: MaterialType
    source: Text
    satisfied_by: tuple[Alternative, ...] = ()
    sample: Text | None = None
    note: Text | None = None
    evidence: Evidence = "reconstructed"


class CredentialKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of electronic licence: directory code, issuing department, the elements it carries, days it is valid."""

    code: str
    name: Text
    issuer: str
    type_code: str = ""
    fields: tuple[str, ...] = ()
    valid_days: int | None = None
    note: Text | None = None
    evidence: Evidence = "reconstructed"


class CheckKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question that a department answers with yes or no about a person: its name is what consent is given to, since
    nobody agrees to a code."""

    code: str
    name: Text
    department: str
    evidence: Evidence = "reconstructed"


class CredentialLike(Protocol):
    """What the check looks at in an e-licence that was fetched."""

    @property
    def kind(self) -> str: ...
    @property
    def valid_until(self) -> date | None: ...


class HandedPaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece handed in: of which material, original or copy, and its trust grade (国办函〔2016〕108号): A issued by the
    authority, B checked against the original at a counter, C uploaded with the original still to be seen, D declared."""

    material: str
    form: PaperForm = "original"
    grade: Grade = "B"


class Given(msgspec.Struct, frozen=True):
    """All that is there: papers, e-licences fetched, data checks that said yes, items of the same plan decided in the
    person's favour, declarations signed (element codes, or the material's code)."""

    papers: tuple[HandedPaper, ...] = ()
    credentials: tuple[CredentialLike, ...] = ()
    checks: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    declarations: frozenset[str] = frozenset()


class MaterialState(msgspec.Struct, frozen=True):
    """Where one material stands: by which alternative it is satisfied and how far it is trusted; or why it is not, until
    when it may follow (``due``), which ``ways`` are open, and which answers would tell (``ask``)."""

    material: str
    state: State
    key: bool = False
    by: Alternative | None = None
    grade: Grade | None = None
    due: date | None = None
    why: Text = Text("")
    ways: tuple[Alternative, ...] = ()
    ask: tuple[str, ...] = ()


# Made by the applicant, so no authority can vouch for them: any grade will do.
_OWN_HAND: frozenset[MaterialType] = frozenset({"form", "statement", "photo"})
_PAPER = Alternative(paper="original")


def check(
    papers: Iterable[NeededPaper], kinds: Mapping[str, MaterialKind], given: Given, today: date
) -> tuple[MaterialState, ...]:
    """Say of every paper of ``item.weigh_papers`` where it stands on ``today``, the day of receiving."""
    return tuple(_state(paper, kinds.get(paper.need.material), given, today) for paper in papers)


def complete(states: Iterable[MaterialState]) -> bool:
    """True when nothing is missing or undecided; what may follow does not hold a case up."""
    return all(state.state not in ("missing", "unknown") for state in states)


def _state(paper: NeededPaper, kind: MaterialKind | None, given: Given, today: date) -> MaterialState:
    need = paper.need
    if paper.needed is False:
        return MaterialState(need.material, "not_needed", need.key)
    alternatives = (kind.satisfied_by if kind else ()) or (_PAPER,)
    for alternative in alternatives:
        grade = _grade(alternative, need, kind, given, today)
        if grade is not None:
            return MaterialState(need.material, "satisfied", need.key, alternative, grade)
    if paper.needed is None:
        return MaterialState(need.material, "unknown", need.key, ways=alternatives, ask=paper.ask)
    why = _why(alternatives, need, given, today)
    # A key paper is never missing by promise, whatever the catalog says (the lint refuses such a line, too).
    if need.tolerated_days > 0 and not need.key:
        due = today + timedelta(days=need.tolerated_days)
        return MaterialState(need.material, "may_follow", False, due=due, why=why, ways=alternatives)
    return MaterialState(need.material, "missing", need.key, why=why, ways=alternatives)


def _grade(
    alternative: Alternative, need: PaperNeed, kind: MaterialKind | None, given: Given, today: date
) -> Grade | None:
    """The trust grade by which this alternative satisfies the need; None when it does not."""
    if alternative.credential:
        valid = (c for c in given.credentials if c.kind == alternative.credential)
        return "A" if any(c.valid_until is None or c.valid_until >= today for c in valid) else None
    if alternative.check:
        return "A" if alternative.check in given.checks else None
    if alternative.result:
        return "A" if alternative.result in given.results else None
    if alternative.declaration:
        return "D" if {alternative.declaration, need.material} & given.declarations else None
    own_hand = kind is not None and kind.kind in _OWN_HAND
    original = alternative.paper == "original" and need.original
    good = sorted(
        piece.grade
        for piece in given.papers
        if piece.material == need.material
        and (own_hand or (piece.grade in ("A", "B") if original else piece.grade != "D"))
        and (not original or piece.form == "original")
    )
    return good[0] if good else None


def _why(alternatives: tuple[Alternative, ...], need: PaperNeed, given: Given, today: date) -> Text:
    kinds = {alternative.credential for alternative in alternatives if alternative.credential}
    if any(c.kind in kinds and c.valid_until is not None and c.valid_until < today for c in given.credentials):
        return Text("电子证照已过期,请出示有效的原件", "The e-licence has expired; please show a valid original")
    pieces = [piece for piece in given.papers if piece.material == need.material]
    if any(piece.form == "copy" for piece in pieces) and need.original:
        return Text("只有复印件,需要原件", "Only a copy is here; the original is needed")
    if pieces:
        return Text("已上传,尚未核对原件", "Uploaded; the original has not been seen yet")
    return Text("尚未提交", "Not handed in yet")
