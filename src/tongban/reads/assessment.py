"""What a counter would say before anything is written (受理前核对): may they, which fields and papers are still needed, where the
case goes. With a visit, what the city knows of the person counts; without one, only what is told. No value is handed out."""

import datetime as dt

import msgspec

from tongban.domain import receiving
from tongban.domain.actor import Actor
from tongban.domain.facts import FollowUp
from tongban.domain.item import Unmet
from tongban.domain.jurisdiction import Route
from tongban.domain.material import Alternative, MaterialState
from tongban.domain.receiving import Assessment, Intake, Known
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.flows import access, receive
from tongban.registers.catalog import queries as catalog


class Weighed(msgspec.Struct, frozen=True):
    """A condition that does not hold or is not known to, with its law and the elements whose answers would settle it."""

    id: str
    text: Text
    law: str
    ask: tuple[str, ...]


class FieldNeed(msgspec.Struct, frozen=True):
    """A field of this situation. ``needed`` null: it depends on the answers to ``ask``. ``filled``: known or told already."""

    element: str
    name: Text
    required: bool
    needed: bool | None
    filled: bool
    ask: tuple[str, ...]


class PaperStanding(msgspec.Struct, frozen=True):
    """Where one material stands: state, by what it is satisfied and how far that is trusted, until when it may follow."""

    material: str
    name: Text
    state: str
    key: bool
    by: Alternative | None
    grade: str | None
    due: dt.date | None
    why: Text
    ways: tuple[Alternative, ...]
    ask: tuple[str, ...]


class Checklist(msgspec.Struct, frozen=True):
    """Everything at once. ``eligible`` null: not known yet. ``ready``: it would be received as it stands."""

    item: str
    version: int
    ready: bool
    eligible: bool | None
    failing: tuple[Weighed, ...]
    unknown: tuple[Weighed, ...]
    judge: tuple[Weighed, ...]
    fields: tuple[FieldNeed, ...]
    papers: tuple[PaperStanding, ...]
    route: Route | None
    follow: tuple[FollowUp, ...]
    problems: tuple[Problem, ...]


def assess(
    actor: Actor, item: str, intake: Intake, *, version: int = 0, visit: str = "", center: str = "", today: dt.date
) -> Checklist:
    """The checklist at the center of the visit, or at ``center``, where the actor must have the power to receive."""
    if visit:
        served = access.visit(actor, visit)
        here, known = served.center, receive.known_of(served.applicant, today)
    else:
        here, known = center or actor.center, Known()
    actor.must("case.receive", here)
    found = receive.version_open(item, version, today)
    return _checklist(receiving.assess(found, receive.city(), known, intake, here, today))


def held(actor: Actor, visit: str, item: str, *, today: dt.date) -> tuple[str, ...]:
    """The credential kinds and checks (``check:…``) that this item can use and the city holds, valid, for the person served."""
    served = access.visit(actor, visit)
    version, known = catalog.current(item, today), receive.known_of(served.applicant, today)
    kinds = catalog.materials()
    ways = [
        way for need in version.papers for way in (kinds[need.material].satisfied_by if need.material in kinds else ())
    ]
    usable = {way.credential for way in ways} | {f"check:{way.check}" for way in ways if way.check}
    usable |= {
        p.credential or f"check:{p.check}" for field in version.fields for p in field.prefill if p.credential or p.check
    }
    have = {c.kind for c in known.credentials if c.valid_until is None or c.valid_until >= today}
    return tuple(sorted(usable & have))


def _checklist(a: Assessment) -> Checklist:
    elements = catalog.elements()
    return Checklist(
        item=a.version.code, version=a.version.version, ready=a.ready, eligible=a.eligibility.value,
        failing=tuple(map(_weighed, a.eligibility.failing)), unknown=tuple(map(_weighed, a.eligibility.unknown)),
        judge=tuple(Weighed(c.id, c.text, c.law, ()) for c in a.eligibility.judge),
        fields=tuple(
            FieldNeed(
                f.field.element, elements[f.field.element].name, f.field.required, f.needed,
                f.field.element in a.form.values, f.ask,
            )
            for f in a.fields
        ),
        papers=tuple(map(_paper, a.papers)), route=a.route, follow=a.follow, problems=a.problems,
    )  # fmt: skip


def _weighed(unmet: Unmet) -> Weighed:
    law = unmet.law.cite() if unmet.law else ""
    return Weighed(unmet.condition.id, unmet.condition.text, law, unmet.outcome.ask)


def _paper(state: MaterialState) -> PaperStanding:
    kind = catalog.materials().get(state.material)
    return PaperStanding(
        state.material, kind.name if kind else Text(state.material), state.state, state.key, state.by, state.grade, state.due,
        state.why, state.ways, state.ask,
    )  # fmt: skip
