"""一件事 among my matters: the life events of whom this visit is for, one of them with a timeline per part, and what a part that is
held wants from the person, as fields to draw and papers to bring."""

import datetime as dt

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.element import Element
from tongban.domain.refusals import NotFound
from tongban.domain.text import Text
from tongban.flows import access, event_access, event_withdraw
from tongban.plumbing import here
from tongban.plumbing.clock import city_date
from tongban.reads import elsewhere, mother
from tongban.reads.checklist_form import drawn
from tongban.reads.elsewhere import Asked, Held, node_name
from tongban.reads.mother import MotherLine, MotherShown, PartShown
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters.queries import VisitFound
from tongban.registers.mothers import queries
from tongban.registers.people import queries as people


class WantedField(msgspec.Struct, frozen=True):
    """A field that the part still needs, and why."""

    element: Element
    why: Text


class WantedPaper(msgspec.Struct, frozen=True):
    """A paper that the part still needs: its key (``material`` or ``person.material``), its name, and why."""

    key: str
    name: Text
    why: Text

    @property
    def of(self) -> str:
        """Whose paper it is."""
        return self.key.rpartition(".")[0] or "self"

    @property
    def material(self) -> str:
        """Which kind of paper."""
        return self.key.rpartition(".")[2]


class Wanted(msgspec.Struct, frozen=True):
    """What a held part waits for. ``others``: what can be neither typed nor uploaded, in words."""

    number: str
    item: str
    name: Text
    fields: tuple[WantedField, ...]
    papers: tuple[WantedPaper, ...]
    others: tuple[Text, ...]


def lines(actor: Actor, visit_id: str) -> tuple[MotherLine, ...]:
    """The life events to be shown in this visit, newest first."""
    visit = access.visit(actor, visit_id)
    allowed = {
        f.mother.number for f in queries.of_person(visit.applicant) if _shown(visit, f.mother.applicant, f.mother.agent)
    }
    return tuple(one for one in mother.lines_of(visit.applicant) if one.number in allowed)


def event(actor: Actor, visit_id: str, number: str, *, at: dt.datetime) -> MotherShown | None:
    """One life event of whom this visit is for; None when the number is of none (a case by itself)."""
    visit, found = access.visit(actor, visit_id), queries.get(number)
    if found is None or not _shown(visit, found.mother.applicant, found.mother.agent):
        return None
    if visit.applicant == found.mother.applicant:
        return mother.of_visit(actor, visit_id, number, today=city_date(at))
    return mother.mine(actor, number, today=city_date(at))


def _open_to(actor: Actor, visit_id: str, number: str, at: dt.datetime) -> MotherShown | None:
    """`event`, or None where it is listed for this person and shown to others only: they began it for somebody else, elsewhere."""
    try:
        return event(actor, visit_id, number, at=at)
    except NotFound:
        return None


def wanted(actor: Actor, visit_id: str, number: str, item: str, *, at: dt.datetime) -> Wanted:
    """What the part of this item waits for from the person."""
    shown = event(actor, visit_id, number, at=at)
    part = next((p for p in shown.parts if p.item == item and p.state == "held"), None) if shown else None
    if part is None:
        raise NotFound("event.nothing_wanted", "这个事项现在不需要补充", "Nothing is waited for here", pointer="/item")
    elements = catalog.elements()
    fields, papers, others = [], [], []
    for one in part.missing:
        kind, _, what = one.pointer.lstrip("/").partition("/")
        if kind == "answers" and what in elements:
            fields.append(WantedField(drawn(elements[what], ""), one.why))
        elif kind == "papers":
            papers.append(WantedPaper(what, one.what, one.why))
        else:
            others.append(one.what if one.what.zh else one.why)
    return Wanted(number, item, part.name, tuple(fields), tuple(papers), tuple(others))


class HeldPart(msgspec.Struct, frozen=True):
    """A part that waits for the person: of which life event, and at which node that was received (empty: here)."""

    number: str
    event: Text
    item: str
    name: Text
    node: Text


def held(actor: Actor, visit_id: str, *, at: dt.datetime) -> tuple[HeldPart, ...]:
    """The parts that wait for the person of this visit, wherever in the city their life event was received."""
    found = []
    for line in lines(actor, visit_id):
        if line.held and line.stage == "open" and (one := _open_to(actor, visit_id, line.number, at)) is not None:
            node = Text("") if here.hosts(one.receiving) else node_name(here.nodes().host(one.receiving))
            found += [
                HeldPart(one.number, one.name, part.item, part.name, node) for part in one.parts if part.state == "held"
            ]
    return tuple(found)


class Ends(msgspec.Struct, frozen=True):
    """What taking back the event does to one part: it ends (``ends``) or stays as it is, and in which words it stands now."""

    name: Text
    word: Text
    ends: bool


class TakingBack(msgspec.Struct, frozen=True):
    """A life event that the person may take back: at which node it was received (empty: here) and up to when what is shown is complete,
    what was asked of that node before, and what becomes of each part. ``waiting``: it was asked to take it back and has not answered."""

    number: str
    name: Text
    word: Text
    open: bool
    held: Held
    asked: tuple[Asked, ...]
    waiting: bool
    parts: tuple[Ends, ...]


def open_lines(actor: Actor, visit_id: str) -> tuple[MotherLine, ...]:
    """The life events of this person that are under way, wherever in the city they were received; not those that they began for
    somebody else: for whom it is may take it back, in a visit that is theirs."""
    applicant = access.visit(actor, visit_id).applicant
    own = {f.mother.number for f in queries.of_person(applicant) if f.mother.applicant == applicant}
    return tuple(line for line in lines(actor, visit_id) if line.stage == "open" and line.number in own)


def taking_back(actor: Actor, visit_id: str, number: str, *, at: dt.datetime) -> TakingBack:
    """What taking back this life event does. NotFound ``event.not_found``."""
    kept = queries.get(number)
    own = kept is not None and kept.mother.applicant == access.visit(actor, visit_id).applicant
    found = event(actor, visit_id, number, at=at) if own else None
    if found is None:
        raise event_access.none()
    asked = elsewhere.asked(number)
    parts = tuple(Ends(part.name, part.word, _ends(part)) for part in found.parts)
    return TakingBack(
        number, found.name, found.word, found.stage == "open", elsewhere.held(found.receiving), asked, back_waits(asked), parts
    )  # fmt: skip


def back_waits(asked: tuple[Asked, ...]) -> bool:
    """Whether the node that received a life event was asked to take it back and has not answered."""
    return any(one.what == "event.withdraw" and one.state == "waiting" for one in asked)


def _ends(part: PartShown) -> bool:
    if part.state != "open":
        return part.state in ("waiting", "held")
    return part.case is None or part.case.stage not in event_withdraw.DECIDED


class PassedOn(msgspec.Struct, frozen=True):
    """What was asked last, for one part of a life event, of the node that received the event. ``number`` is the case that the part
    has become, ``known`` whether its facts have come here, so that it can be opened; ``word`` is how the part stands."""

    event: Text
    part: Text
    asked: tuple[Asked, ...]
    word: Text
    number: str
    known: bool

    @property
    def waiting(self) -> bool:
        """Whether that node has not answered yet."""
        return any(one.state == "waiting" for one in self.asked)


def passed_on(actor: Actor, visit_id: str, *, at: dt.datetime) -> tuple[PassedOn, ...]:
    """What was passed on from here for each part of this person's life events and is not answered, or was passed on today."""
    found = []
    for line in lines(actor, visit_id):
        # The newest of each part is the first that is met.
        last: dict[str, Asked] = {}
        for one in elsewhere.asked(line.number):
            if one.state == "waiting" or city_date(one.at) == city_date(at):
                last.setdefault(one.item, one)
        shown = _open_to(actor, visit_id, line.number, at) if last else None
        if shown is not None:
            found += [_passed(shown, one) for one in last.values()]
    return tuple(found)


def _passed(shown: MotherShown, asked: Asked) -> PassedOn:
    part = next((part for part in shown.parts if part.item == asked.item), None)
    if part is None:
        return PassedOn(shown.name, shown.name, (asked,), Text(""), "", False)
    return PassedOn(shown.name, part.name, (asked,), part.word, part.number, part.case is not None)


def asked_of_part(number: str, item: str) -> tuple[Asked, ...]:
    """What was passed on from here for one part, newest first. Who may see the part may see this."""
    return tuple(one for one in elsewhere.asked(number) if one.item == item)


def _shown(visit: VisitFound, applicant: str, agent: str) -> bool:
    """For oneself, all one's own and what one began for others; for somebody else what one began for them, a guardian all."""
    if not visit.agent:
        return visit.applicant in (applicant, agent)
    held = people.mandate(visit.mandate) if visit.mandate else None
    return applicant == visit.applicant and (agent == visit.agent or (held is not None and held.kind == "guardian"))
