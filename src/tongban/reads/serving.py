"""The page of one person served (接待): who is here, what the city knows of them (masked), what they began and did not finish,
and their recent cases. Everything in clear is asked for through flows.access, which writes the look down."""

import datetime as dt
import uuid
from typing import Any

import msgspec

from tongban.domain import facts, public_state
from tongban.domain.acting import AGENT_IS
from tongban.domain.actor import Actor
from tongban.domain.consent import MANDATE_KINDS
from tongban.domain.element import Element
from tongban.domain.masking import mask
from tongban.domain.person import IDENTITY_KINDS, Identity, age_on
from tongban.domain.text import Text
from tongban.flows import access
from tongban.flows.access import PersonSeen
from tongban.plumbing.clock import city_date
from tongban.reads import correction_form, elsewhere, values
from tongban.reads.correction_form import AskedField
from tongban.reads.elsewhere import Asked, Held
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters import queries as counters
from tongban.registers.people import queries as people

SEXES = {"male": Text("男", "male"), "female": Text("女", "female")}
# A visit is one person at one window; what is older was forgotten and begins with reading the card again.
OPEN_HOURS = 10
CASES, DRAFTS = 12, 12


class Who(msgspec.Struct, frozen=True):
    """A person as shown before a reason is given: enough to recognise who stands here."""

    ref: str
    name: str
    document: Text
    number: str
    sex: Text
    age: int | None


class KnownRow(msgspec.Struct, frozen=True):
    """One thing the city knows: what, the value (masked, or in clear after a reason), from where, when, how trusted."""

    element: str
    name: Text
    shown: Text
    source: Text
    on: dt.date
    grade: str


class DraftRow(msgspec.Struct, frozen=True):
    """An unfinished form of this person, kept at whichever counter."""

    id: str
    item: str
    name: Text
    center: str
    saved_at: dt.datetime


class CaseRow(msgspec.Struct, frozen=True):
    """A recent case of this person, what may be brought for it now, and where it is held."""

    number: str
    name: Text
    state: Text
    holder: str
    opened_at: dt.datetime
    correct_until: dt.date | None
    follow: tuple[tuple[Text, dt.date], ...]
    closed: bool
    held: Held = Held()


class MandateRow(msgspec.Struct, frozen=True):
    """A mandate under which the agent who is here acts: kind, the items it names (none = all), until when, what the agent is to the
    principal (empty: nobody said)."""

    kind: Text
    items: tuple[Text, ...]
    until: dt.date | None
    holds: bool
    relation: Text = Text("")


class VisitPage(msgspec.Struct, frozen=True):
    """Everything the page of a person served shows before an item is chosen."""

    id: str
    opened_at: dt.datetime
    card: bool
    applicant: Who
    agent: Who | None
    mandates: tuple[MandateRow, ...]
    known: tuple[KnownRow, ...]
    drafts: tuple[DraftRow, ...]
    cases: tuple[CaseRow, ...]

    @property
    def cases_here(self) -> tuple[CaseRow, ...]:
        """Those that this node holds."""
        return tuple(c for c in self.cases if c.held.here)

    @property
    def cases_elsewhere(self) -> tuple[CaseRow, ...]:
        """Those held on other nodes, of which copies are here."""
        return tuple(c for c in self.cases if not c.held.here)


class OpenVisit(msgspec.Struct, frozen=True):
    """A visit that this clerk began and did not end."""

    id: str
    who: Who
    opened_at: dt.datetime


def open_visits(actor: Actor, *, at: dt.datetime) -> tuple[OpenVisit, ...]:
    """The visits this clerk has not ended today, newest first."""
    actor.must("case.receive")
    found = counters.open_visits(actor.ref, at - dt.timedelta(hours=OPEN_HOURS))
    names = people.identities([v.applicant for v in found])
    return tuple(
        OpenVisit(str(v.id), who(v.applicant, names[v.applicant], city_date(at)), v.opened_at)
        for v in found
        if v.applicant in names
    )


def visit_page(actor: Actor, visit_id: str, *, today: dt.date) -> VisitPage:
    """The page of the clerk's own open visit."""
    visit = access.visit(actor, visit_id)
    persons = people.identities([p for p in (visit.applicant, visit.agent) if p])
    return VisitPage(
        id=visit_id,
        opened_at=visit.opened_at,
        card=visit.how == "card",
        applicant=who(visit.applicant, persons[visit.applicant], today),
        agent=who(visit.agent, persons[visit.agent], today) if visit.agent else None,
        mandates=_mandates(visit.agent, visit.applicant, today),
        known=_known(people.known(visit.applicant), clear=False),
        drafts=_drafts(visit.applicant),
        cases=_cases(visit.applicant),
    )


def who(ref: str, identity: Identity, today: dt.date) -> Who:
    """The masked form of an identity."""
    return Who(
        ref, mask("name", identity.name), IDENTITY_KINDS[identity.kind], mask("id_number", identity.number),
        SEXES.get(identity.sex or "", Text("")), age_on(identity.birth, today) if identity.birth else None,
    )  # fmt: skip


class Opened(msgspec.Struct, frozen=True):
    """A person in clear, after a reason was given and written down."""

    name: str
    number: str
    document: Text
    birth: dt.date | None
    known: tuple[KnownRow, ...]


def opened(seen: PersonSeen) -> Opened:
    """How a person that flows.access.person opened is shown."""
    one = seen.identity
    return Opened(one.name, one.number, IDENTITY_KINDS[one.kind], one.birth, _known(seen.known, clear=True))


def _known(known: dict[str, Any], *, clear: bool) -> tuple[KnownRow, ...]:
    elements = catalog.elements()
    return tuple(
        KnownRow(
            code, element.name, values.in_words(element, k.value) if clear else Text(values.masked(element, k.value)),
            values.source_name(k.source), city_date(k.as_of), k.grade,
        )
        for code, element in elements.items()
        if (k := known.get(code)) is not None and code not in ("name", "id_number")
    )  # fmt: skip


def _mandates(agent: str, principal: str, today: dt.date) -> tuple[MandateRow, ...]:
    if not agent:
        return ()
    items = catalog.items()
    return tuple(
        MandateRow(
            MANDATE_KINDS[m.kind],
            tuple(items[i].name for i in m.items if i in items),
            m.valid_until,
            m.valid_from <= today
            and (m.valid_until is None or today <= m.valid_until)
            and (m.revoked_on is None or today < m.revoked_on),
            AGENT_IS[m.relation] if m.relation else Text(""),
        )
        for m in people.mandates_for(agent, principal)
    )


def _drafts(applicant: str) -> tuple[DraftRow, ...]:
    items = catalog.items()
    return tuple(
        DraftRow(str(d.id), d.item, items[d.item].name, _center(d.center), d.updated_at)
        for d in cases.drafts_of(applicant)[:DRAFTS]
        if d.item in items
    )


def _cases(person: str) -> tuple[CaseRow, ...]:
    rows = []
    for found in cases.of_person(person, CASES):
        case = found.case
        if case.applicant != person:
            continue
        materials = catalog.materials()
        rows.append(
            CaseRow(
                case.number, catalog.version(case.item, case.version).name, public_state.of_case(case).name,
                _center(case.holder), found.opened_at, case.correct_until if case.stage == "correcting" else None,
                tuple((materials[f.material].name, f.until) for f in case.follow if f.material in materials)
                if case.stage in ("received", "accepted", "special", "decided", "delivered") else (),
                case.closed, elsewhere.held(case.holder),
            )
        )  # fmt: skip
    return tuple(rows)


def _center(code: str) -> str:
    center = catalog.places().center_of(code)
    return str(center.name).removesuffix("社区事务受理服务中心") if center else code


class AskedPaper(msgspec.Struct, frozen=True):
    """A paper to be brought: why (a correction's problem, or empty for one promised) and until when."""

    material: str
    name: Text
    problem: Text
    until: dt.date | None


class ForCase(msgspec.Struct, frozen=True):
    """What may be brought to this counter for a case of the person served: corrections asked for, or papers to follow.
    ``unseen``: the answers or the note to be seen lie where the case is held. ``asked``: what was sent there before.
    ``lost``: the form went with a disk, so all of it is asked for once more."""

    number: str
    item: str
    name: Text
    state: Text
    holder: str
    correcting: bool
    until: dt.date | None
    fields: tuple[AskedField, ...]
    papers: tuple[AskedPaper, ...]
    answers: dict[str, Any]
    note: str
    elements: tuple[Element, ...]
    materials: tuple[str, ...]
    held: Held = Held()
    asked: tuple[Asked, ...] = ()
    unseen: bool = False
    lost: bool = False


def for_case(actor: Actor, visit_id: str, number: str) -> ForCase:
    """The case of the person served, with the answers that are to be corrected (the visit is the reason to see them)."""
    found = access.case_of_visit(actor, visit_id, number)
    case, elements, materials = found.case, catalog.elements(), catalog.materials()
    version = catalog.version(case.item, case.version)
    correcting = case.stage == "correcting"
    beside = cases.beside(number, case.answers) if correcting else None
    old: dict[str, Any] = msgspec.json.decode(beside or b"{}")
    note, unread = _correction_note(number) if correcting else ("", False)
    asked, sent = case.asked if correcting else (), elsewhere.asked(number)
    lost = correcting and correction_form.is_lost(case, version, beside, sent)
    served = access.visit(actor, visit_id)
    # An agent is shown what is asked for, and neither what the register knows of the person today nor the rest of what was typed.
    alone = served.applicant == case.applicant and not served.agent
    fields = correction_form.fields(found, version, old, lost=lost, prefilled=alone) if correcting else ()
    papers = tuple(
        AskedPaper(p.code, materials[p.code].name, correction_form.problem(p), case.correct_until)
        for p in asked
        if p.what == "paper" and p.code in materials
    )
    if not correcting:
        papers = tuple(
            AskedPaper(f.material, materials[f.material].name, Text(""), f.until)
            for f in case.follow
            if f.material in materials
        )
    return ForCase(
        number=number, item=case.item, name=version.name,
        state=public_state.of_case(case).name, holder=_center(case.holder), correcting=correcting,
        until=case.correct_until, fields=fields, papers=papers,
        answers={f.element.code: f.value for f in fields}, note=note,
        elements=tuple(elements[f.element] for f in version.fields), materials=tuple(p.material for p in version.papers),
        held=elsewhere.held(case.holder), asked=sent,
        unseen=correcting and not lost and (unread or (beside is None and bool(fields))), lost=lost,
    )  # fmt: skip


def _correction_note(number: str) -> tuple[str, bool]:
    """What the handling center wrote for the resident with its last request for a correction; True when it wrote something
    that does not lie on this node."""
    asked = (e.fact for e in reversed(cases.log(number)) if isinstance(e.fact, facts.CorrectionAsked))
    digest = next((f.note for f in asked), "")
    said = cases.beside(number, digest) if digest else b""
    return (said or b"").decode(), said is None


def draft(actor: Actor, visit_id: str, draft_id: str) -> cases.DraftFound | None:
    """A draft of the person served, whoever began it; None when it is another person's or already a case."""
    visit = access.visit(actor, visit_id)
    try:
        found = cases.draft(uuid.UUID(draft_id))
    except ValueError:
        return None
    return found if found and found.applicant == visit.applicant and not found.used_by else None
