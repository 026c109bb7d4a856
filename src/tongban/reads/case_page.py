"""The case page of the back office: everything the holder needs to decide on one screen, personal values masked, and only
the acts that are possible now for this actor. What is in clear comes through flows.access, which writes the look down."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from tongban.domain import deadlines, facts, item, reasons
from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.item import HANDLING_NAMES, SCOPE_NAMES, ItemVersion
from tongban.domain.masking import mask
from tongban.domain.options import Option, at_any_counter, next_act, options
from tongban.domain.person import IDENTITY_KINDS, Identity
from tongban.domain.public_state import STEP_WORDS
from tongban.domain.text import Text
from tongban.flows import access
from tongban.flows.access import AnswersSeen
from tongban.plumbing import files
from tongban.plumbing.clock import city_date
from tongban.reads import case_story, correction_form, elsewhere, printout, progress, values
from tongban.reads import custody as transfers
from tongban.reads.case_story import Event, Look
from tongban.reads.correction_form import AskedField
from tongban.reads.custody import Custody
from tongban.reads.elsewhere import Asked
from tongban.reads.enquiries import InClear, in_clear
from tongban.reads.paper import Kind
from tongban.reads.progress import Progress
from tongban.reads.worklist import days_left
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters import queries as counters
from tongban.registers.people import queries as people

# A visit is one person at one window; an older one was forgotten (as on the page of the person served).
OPEN_HOURS = 10
PARTIES = {"applicant": Text("申请人", "Applicant"), "agent": Text("代办人", "Agent")}


class Party(msgspec.Struct, frozen=True):
    """Applicant or agent: masked before a reason is given, in clear after it."""

    role: Text
    name: str
    document: Text
    number: str


class Answer(msgspec.Struct, frozen=True):
    """One answer of the form; ``shown`` is masked or in clear; ``asked`` is what must be corrected about it."""

    code: str
    label: Text
    shown: Text | str
    asked: Text | None = None


class PaperLine(msgspec.Struct, frozen=True):
    """A paper of the case: how it satisfied its material, its trust grade, the digest of its scan ("" when there is none), and
    where the scan is: here, under_way to this node, or elsewhere, where the case is held."""

    material: str
    name: Text
    how: Text
    grade: str
    digest: str = ""
    asked: Text | None = None
    scan: Literal["", "here", "under_way", "elsewhere"] = ""


class Waited(msgspec.Struct, frozen=True):
    """A paper that is to follow (容缺), until when."""

    material: str
    name: Text
    until: dt.date


class Check(msgspec.Struct, frozen=True):
    """A condition weighed again today: ``judge`` is for a person to settle."""

    text: Text
    state: Literal["holds", "fails", "unknown", "judge"]
    law: str


class Askable(msgspec.Struct, frozen=True):
    """A field or paper that a correction may name."""

    what: Literal["field", "paper"]
    code: str
    name: Text


class CasePage(msgspec.Struct, frozen=True):
    """One case as its back office sees it. ``n`` goes back with every act, so that nobody acts on what they have not seen.
    ``elsewhere`` says that the personal part lies at the node that holds the case, and this is a copy without it; ``lost``
    that it went with a disk: nobody judges the case before a correction, which asks for the whole form (``to_correct``)."""

    progress: Progress
    n: int
    case: Case
    version: ItemVersion
    department: Text
    handling: Text
    scope: Text
    light: str
    days: int | None
    parties: tuple[Party, ...]
    answers: tuple[Answer, ...]
    papers: tuple[PaperLine, ...]
    waited: tuple[Waited, ...]
    checks: tuple[Check, ...]
    events: tuple[Event, ...]
    notes: int
    looks: tuple[Look, ...]
    options: tuple[Option, ...]
    next_act: str
    visit: str
    may_look: bool
    mine: bool
    came_from: str
    custody: Custody
    asked: tuple[Asked, ...]
    elsewhere: bool
    to_correct: tuple[AskedField, ...]
    lost: bool
    printable: tuple[Kind, ...]

    @property
    def acts(self) -> tuple[str, ...]:
        """The acts that are possible now for this actor."""
        return tuple(option.act for option in self.options)


def page(actor: Actor, number: str, *, now: dt.datetime) -> CasePage:
    """The case page for staff who may read the case."""
    today = city_date(now)
    found = access.case(actor, number)
    case, version = found.case, catalog.version(found.case.item, found.case.version)
    places = {case.holder, case.receiving, case.handling}
    shown, log = progress.of_found(found, today), cases.log(number)
    held, parties = shown.held.here, people.identities([p for p in (case.applicant, case.agent) if p])
    beside: bytes | None = None
    works = any(actor.may(power, p) for power in ("person.read", "case.handle", "case.receive") for p in places)
    if reads := works or case.stage == "correcting":
        beside = cases.beside(number, case.answers)
    # Of a copy that has no answers nothing is weighed and nobody is named: what is not known must not look like an answer.
    elsewhere_only = works and not held and (beside is None or case.applicant not in parties)
    works = works and not elsewhere_only
    answers: dict[str, Any] = msgspec.json.decode(beside or b"{}")
    sent = elsewhere.asked(number)
    lost = reads and correction_form.is_lost(case, version, beside, sent)
    # A clerk of the holder needs no visit: what the resident brings is theirs to take in.
    visit = "" if held and actor.may("case.handle", case.holder) else _visit(actor, case, now)
    possible = options(case, version, lost=lost) if held else at_any_counter(options(case, version))
    possible = tuple(o for o in possible if _may(actor, o, case, visit, held))
    light = deadlines.stage_light(case.stage, found.due_on, found.yellow_on, today)
    return CasePage(
        progress=shown, n=case.n, case=case, version=version, department=_department(found),
        handling=HANDLING_NAMES[version.handling], scope=SCOPE_NAMES[version.scope],
        light="closed" if case.closed else "waiting" if light == "none" else light, days=days_left(found.due_on, today),
        parties=_masked_parties(case, parties) if works else (),
        answers=_answers(version, answers if works else {}, case.asked, masked=True),
        papers=_papers(case, held), waited=tuple(Waited(f.material, _material(f.material), f.until) for f in case.follow),
        checks=_checks(version, answers, today) if works and not lost else (), events=case_story.events(shown, log, version),
        notes=sum(1 for entry in log if facts.note_of(entry.fact) and not isinstance(entry.fact, facts.Rated)),
        looks=case_story.looks(number), options=possible, next_act=next_act(case, possible, lost=lost), visit=visit,
        mine=held and actor.may("case.handle", case.holder), may_look=works and any(actor.may("person.read", p) for p in places),
        came_from=progress.center_name(case.came_from) if case.came_from else "",
        custody=transfers.of_found(found, log, now=now), asked=sent, elsewhere=elsewhere_only,
        to_correct=correction_form.fields(found, version, {}, lost=lost, prefilled=False), lost=lost,
        printable=printout.printable(case, [entry.fact for entry in log]),
    )  # fmt: skip


def _may(actor: Actor, option: Option, case: Case, visit: str, held: bool) -> bool:
    return (held and actor.may(option.power, case.holder)) or (option.visit and bool(visit))


def _visit(actor: Actor, case: Case, now: dt.datetime) -> str:
    """The visit in which this clerk serves the person of this case right now, or empty."""
    since = now - dt.timedelta(hours=OPEN_HOURS)
    for found in counters.open_visits(actor.ref, since) if actor.kind == "staff" else ():
        if found.applicant in (case.applicant, case.agent) and actor.may("case.receive", found.center):
            return str(found.id)
    return ""


def _department(found: Found) -> Text:
    department = catalog.departments().get(found.department)
    return department.name if department else Text(found.department)


def _material(code: str) -> Text:
    kind = catalog.materials().get(code)
    return kind.name if kind else Text(code)


def _masked_parties(case: Case, known: dict[str, Identity]) -> tuple[Party, ...]:
    return tuple(
        Party(PARTIES[role], mask("name", who.name), IDENTITY_KINDS[who.kind], mask("id_number", who.number))
        for role, ref in (("applicant", case.applicant), ("agent", case.agent))
        if (who := known.get(ref))
    )


def _problem(point: facts.Point | None) -> Text | None:
    return Text(facts.PROBLEMS[point.problem], reasons.PROBLEMS_EN.get(point.problem, "")) if point else None


def _asked(points: Iterable[facts.Point], what: str) -> dict[str, facts.Point]:
    return {p.code: p for p in points if p.what == what}


def _answers(
    version: ItemVersion, answers: dict[str, Any], points: Iterable[facts.Point], *, masked: bool
) -> tuple[Answer, ...]:
    elements, asked = catalog.elements(), _asked(points, "field")
    return tuple(
        Answer(
            code, elements[code].name,
            values.masked(elements[code], answers[code]) if masked else values.in_words(elements[code], answers[code]),
            _problem(asked.get(code)),
        )
        for code in (f.element for f in version.fields)
        if code in answers and code in elements
    )  # fmt: skip


def _papers(case: Case, held: bool) -> tuple[PaperLine, ...]:
    asked, seen = _asked(case.asked, "paper"), {p.material for p in case.papers}
    lines = [
        PaperLine(
            p.material, _material(p.material), reasons.word(reasons.HOW, p.how), p.grade, p.digest,
            _problem(asked.get(p.material)), _scan(p.digest, held),
        )
        for p in case.papers
    ]  # fmt: skip
    # What is asked for and was never there has its line, too.
    missing = [point for code, point in asked.items() if code not in seen]
    lines += [PaperLine(p.code, _material(p.code), Text("", ""), "", "", _problem(p)) for p in missing]
    return tuple(lines)


def _scan(digest: str, held: bool) -> Literal["", "here", "under_way", "elsewhere"]:
    if not digest:
        return ""
    return "here" if files.exists(digest) else "under_way" if held else "elsewhere"


def _checks(version: ItemVersion, answers: dict[str, Any], today: dt.date) -> tuple[Check, ...]:
    weighed = item.eligibility(version, answers, today)
    states: dict[str, Literal["fails", "unknown", "judge"]] = {u.condition.id: "fails" for u in weighed.failing}
    states |= {u.condition.id: "unknown" for u in weighed.unknown}
    states |= {c.id: "judge" for c in weighed.judge}
    return tuple(
        Check(c.text, states.get(c.id, "holds"), law.cite() if (law := version.law_of(c.law)) else "")
        for c in version.conditions
    )


def askable(page: CasePage) -> tuple[Askable, ...]:
    """The fields and papers that a correction may name in this situation, in the order of the form. A form that was lost is asked for
    whole, and beside it papers, if nothing was asked for before."""
    elements = catalog.elements()
    if page.lost and page.case.corrections:
        return ()
    found = [Askable("paper", p.material, _material(p.material)) for p in page.version.papers]
    if not page.lost:
        found += [Askable("field", f.element, elements[f.element].name) for f in page.version.fields]
    return tuple(found)


def asked_papers(page: CasePage) -> tuple[Askable, ...]:
    """The papers that a correction asked for."""
    return tuple(Askable("paper", p.code, _material(p.code)) for p in page.case.asked if p.what == "paper")


def correct_by(page: CasePage, today: dt.date) -> dt.date:
    """The date that a correction asked for today would have."""
    return catalog.calendar().add_working_days(today, page.version.limits.correction_days).date


def results(page: CasePage) -> tuple[tuple[str, str, bool], ...]:
    """The results of the decision: code, name, issued already."""
    names = progress.result_names(page.version, page.case.results)
    return tuple((code, name, code in page.case.issued) for code, name in zip(page.case.results, names, strict=True))


def other_centers(page: CasePage) -> tuple[tuple[Text, tuple[tuple[str, Text], ...]], ...]:
    """Every center but the holder, by district, to hand a case over to."""
    places = catalog.places()
    districts: dict[str, list[tuple[str, Text]]] = {}
    for center in sorted(places.centers.values(), key=lambda c: c.code):
        if center.code != page.case.holder:
            districts.setdefault(center.district, []).append((center.code, center.name))
    return tuple((places.division(code).name, tuple(centers)) for code, centers in districts.items())


class Opened(msgspec.Struct, frozen=True):
    """What a look brought into the open: people, answers, notes (step, text), and enquiries with their texts."""

    parties: tuple[Party, ...]
    answers: tuple[Answer, ...]
    notes: tuple[tuple[Text, str], ...]
    enquiries: tuple[InClear, ...] = ()


def opened(seen: AnswersSeen) -> Opened:
    """The words of a look that flows.access has allowed and written down."""
    version = catalog.version(seen.item, seen.version)
    sides: Iterable[tuple[str, Identity | None]] = (("applicant", seen.applicant), ("agent", seen.agent))
    return Opened(
        tuple(Party(PARTIES[role], who.name, IDENTITY_KINDS[who.kind], who.number) for role, who in sides if who),
        _answers(version, seen.answers, seen.asked, masked=False),
        tuple((STEP_WORDS[kind], text) for _, kind, text in seen.notes),
        tuple(in_clear(one) for one in seen.enquiries),
    )
