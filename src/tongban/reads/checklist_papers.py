"""The papers of an item for one person at one counter: what is in hand and from whom, what the clerk may tick or scan now, what
may follow and until when."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from tongban.domain.item import PaperNeed
from tongban.domain.material import Alternative, MaterialKind, MaterialState
from tongban.domain.receiving import Assessment, Intake, PaperIn
from tongban.domain.text import Text
from tongban.plumbing.clock import city_date
from tongban.reads import values
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials.rows import Held

Way = Literal["seen", "copy", "declared", "follow"]


class Offer(msgspec.Struct, frozen=True):
    """One thing the clerk may tick for a paper."""

    way: Way
    name: Text


class PaperView(msgspec.Struct, frozen=True):
    """One line of the checklist. ``state`` is a word of the shared checklist; ``settled`` papers want no hand."""

    material: str
    name: Text
    state: Literal["satisfied", "missing", "follow", "unknown"]
    key: bool
    settled: bool
    note: Text
    source: Text
    on: dt.date | None
    grade: str
    copies: int
    until: dt.date | None
    offers: tuple[Offer, ...]
    chosen: str
    scannable: bool
    scans: tuple[PaperIn, ...]


def papers(assessment: Assessment, intake: Intake, held: Iterable[Held]) -> tuple[PaperView, ...]:
    """The lines of the checklist that this situation has, in catalog order."""
    needs = {p.material: p for p in assessment.version.papers}
    credentials = {c.kind: c for c in held}
    kinds = catalog.materials()
    return tuple(
        _line(state, needs[state.material], kinds.get(state.material), intake, credentials)
        for state in assessment.papers
        if state.state != "not_needed"
    )


def _line(
    state: MaterialState, need: PaperNeed, kind: MaterialKind | None, intake: Intake, held: Mapping[str, Held]
) -> PaperView:
    ways = state.ways or (kind.satisfied_by if kind else ())
    scans = tuple(p for p in intake.papers if p.material == need.material and p.digest)
    by_machine = state.by is not None and not (state.by.paper or state.by.declaration)
    source, on = _origin(state.by, held)
    following = state.state == "may_follow" and need.material in intake.follow
    shown = (
        "satisfied"
        if state.state == "satisfied"
        else "follow"
        if following
        else "unknown"
        if state.state == "unknown"
        else "missing"
    )
    return PaperView(
        material=need.material, name=kind.name if kind else Text(need.material), state=shown, key=need.key,  # type: ignore[arg-type]
        settled=by_machine, note=_note(state, need), source=source, on=on, grade=state.grade or "", copies=need.copies,
        until=_until(state, need, assessed=following), offers=() if by_machine else offers(need, ways, state.due),
        chosen=_chosen(need.material, intake), scannable=not by_machine and (any(w.paper for w in ways) or not ways),
        scans=scans,
    )  # fmt: skip


def _until(state: MaterialState, need: PaperNeed, *, assessed: bool) -> dt.date | None:
    return state.due if assessed else None


def offers(need: PaperNeed, ways: tuple[Alternative, ...], due: dt.date | None) -> tuple[Offer, ...]:
    """What may be ticked: an original seen, a copy taken where a copy will do, a statement, a promise until a date."""
    found = []
    if any(w.paper for w in ways) or not ways:
        found.append(Offer("seen", Text("已核对原件", "Original seen")))
        if not need.original:
            found.append(Offer("copy", Text("已收复印件", "Copy taken")))
    if any(w.declaration for w in ways):
        found.insert(0, Offer("declared", Text("本人当场声明", "Stated by the person")))
    if due is not None:
        found.append(Offer("follow", Text(f"容缺,承诺{due.month}月{due.day}日前补交", f"To follow by {due:%Y-%m-%d}")))
    return tuple(found)


def _chosen(material: str, intake: Intake) -> str:
    if material in intake.declarations:
        return "declared"
    if material in intake.follow:
        return "follow"
    ticked = next((p for p in intake.papers if p.material == material and not p.digest), None)
    return "" if ticked is None else "seen" if ticked.form == "original" else "copy"


def _origin(by: Alternative | None, held: Mapping[str, Held]) -> tuple[Text, dt.date | None]:
    found = held.get(by.credential or f"check:{by.check}") if by else None
    if found is None:
        return Text(""), None
    return values.source_name(found.source), city_date(found.as_of) if found.as_of else None


def _note(state: MaterialState, need: PaperNeed) -> Text:
    if state.state == "satisfied" and state.by and (state.by.credential or state.by.check):
        return Text("已由部门数据满足,不再收取纸质材料", "Given by the department; the paper must not be asked for")
    if state.state == "unknown":
        elements = catalog.elements()
        asked = [elements[c].name for c in state.ask if c in elements]
        return Text(
            f"先填写{'、'.join(a.zh for a in asked)},才知道是否需要",
            f"Depends on {', '.join(a.en or a.zh for a in asked)}",
        )
    return need.note or (state.why if state.state != "satisfied" else Text(""))
