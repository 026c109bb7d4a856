"""Serving a person at a window (接待): meet them and their agent, register a mandate, ask for consent, fetch what the city
knows, look at it. A visit is the reason for everything that is seen, and everything seen names it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import msgspec

from tongban.domain import fetching, ports
from tongban.domain.acting import must_be_said
from tongban.domain.actor import Actor
from tongban.domain.consent import Consent, Mandate, MandateKind, make_consent, make_mandate
from tongban.domain.fetching import Request
from tongban.domain.person import Identity, must_be_represented
from tongban.domain.ports import Checked, Given, Licence, NotThere, Purpose, Subject, Unavailable
from tongban.domain.refusals import NotAllowed, Refused
from tongban.domain.text import Text
from tongban.flows import access
from tongban.plumbing import outside, sockets
from tongban.plumbing.clock import city_date
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow, step
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters import service as counters
from tongban.registers.credentials import queries as credentials
from tongban.registers.credentials import service as credential_service
from tongban.registers.people import queries as people
from tongban.registers.people import service as people_service
from tongban.registers.people.rows import Known

How = Literal["card", "typed", "licence"]
# What one check says holds for the person is kept like a licence of this kind, so that it satisfies a material.
CHECK = "check:"
Calls = dict[str, Callable[[], Given | NotThere | Checked | Unavailable]]


class Met(msgspec.Struct, frozen=True):
    """A visit begun: its id and the references of the applicant and of the agent (empty: the applicant is here)."""

    visit: str
    applicant: str
    agent: str


@flow("visit.meet")
def meet(
    actor: Actor, applicant: Identity, *, how: How, agent: Identity | None = None, ethnic: str = "", center: str = "",
    at: dt.datetime, key: str = "",
) -> Met:  # fmt: skip
    """Begin to serve a person. With an agent, the agent is the one who is here and whose card was read. ``ethnic`` is what
    the applicant's own card says beside the identity. ``center`` is for systems that serve several counters; staff serve
    at their own."""
    met, _ = begin(actor, applicant, how=how, agent=agent, ethnic=ethnic, center=center or actor.center)
    current().about(case=f"visit:{met.visit}", how=how)
    return met


@step
def begin(
    actor: Actor, applicant: Identity, *, how: How, agent: Identity | None, center: str, ethnic: str = "",
    over: bool = False,
) -> tuple[Met, dict[str, Known] | None]:  # fmt: skip
    """Enter who is here and open the visit, as a part of `meet` or of an act that brings all at once (then the visit is
    ``over`` with it, and nothing can be opened by it afterwards). Of an applicant never met before comes back all that is
    known: what was just said."""
    at = current().at
    actor.must("case.receive", center)
    _must_be_counter(actor)
    card = how == "card"
    person, first = people_service.met(applicant, at, card=card and agent is None)
    other = people_service.meet(agent, at, card=card) if agent else ""
    if agent and other == person:
        raise Refused(
            "visit.same_person", "申请人和代办人是同一个人", "Applicant and agent are the same person", pointer="/agent"
        )
    if applicant.birth:
        must_be_represented(applicant.birth, city_date(at), represented=agent is not None)
    grade, source = ("A", "card") if card and agent is None else ("B", "counter")
    known = _identity_values(applicant, source, grade, at)
    if ethnic and source == "card":
        known["ethnic"] = Known(ethnic, source, at, "A")
    people_service.keep(person, known.items(), at)
    visit = new_id()
    counters.open_visit(
        visit, center=center, staff=actor.ref, applicant=person, agent=other, mandate="", how=how, at=at,
        closed_at=at if over else None,
    )  # fmt: skip
    current().about(person=person, place=center, agent=other)
    return Met(str(visit), person, other), known if first else None


def _identity_values(identity: Identity, source: str, grade: str, at: dt.datetime) -> dict[str, Known]:
    values: dict[str, object] = {"name": identity.name, "id_number": identity.number, "sex": identity.sex}
    values["birth_date"] = identity.birth.isoformat() if identity.birth else None
    return {code: Known(value, source, at, grade) for code, value in values.items() if value}  # type: ignore[arg-type]


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mandate as it is shown at a counter: its kind, the items it names (none: all), until when, which document, and what the
    principal is said to be to the agent."""

    paper: str
    kind: MandateKind = "written"
    items: tuple[str, ...] = ()
    until: dt.date | None = None
    relation: str = ""


@flow("visit.mandate")
def register_mandate(
    actor: Actor, visit_id: str, *, kind: MandateKind = "written", items: tuple[str, ...] = (), until: dt.date | None = None,
    paper: str, relation: str = "", at: dt.datetime, key: str = "",
) -> str:  # fmt: skip
    """登记委托: the agent of this visit may act for the applicant, on the items named or (none named) on all, until a date.
    ``paper`` names the document that was shown, ``relation`` what the applicant is to the agent. Returns the reference."""
    visit = access.visit(actor, visit_id)
    current().about(case=f"visit:{visit_id}", person=visit.applicant, agent=visit.agent, kind=kind)
    return enter_mandate(actor, visit.applicant, visit.agent, Shown(paper, kind, items, until, relation))


@step
def enter_mandate(actor: Actor, principal: str, agent: str, shown: Shown) -> str:
    """Enter a mandate that was shown; returns its reference."""
    _must_be_counter(actor)
    if not agent:
        raise Refused("mandate.no_agent", "本次接待没有代办人", "There is no agent in this visit", pointer="/agent")
    at, said = current().at, must_be_said(shown.relation)
    mandate = make_mandate(
        Mandate(
            principal=principal, agent=agent, kind=shown.kind, items=shown.items, all_items=not shown.items,
            paper=shown.paper, valid_from=city_date(at), valid_until=shown.until,
        )
    )  # fmt: skip
    return people_service.mandate(mandate, by=actor.ref, at=at, relation=said)


def _must_be_counter(actor: Actor) -> None:
    """Residents have a visit of their own, and meet nobody else: whom they act for is said by mandates that exist already."""
    if actor.kind == "resident":
        raise NotAllowed("visit.counter_only", "只有窗口可以这样做", "Only a counter can do this")


@flow("visit.close")
def close(actor: Actor, visit_id: str, *, at: dt.datetime, key: str = "") -> None:
    """The person has left: nothing of theirs can be opened by this visit any more."""
    visit = access.visit(actor, visit_id)
    counters.close_visit(visit.id, at)
    current().about(case=f"visit:{visit_id}", person=visit.applicant)


class Fetched(msgspec.Struct, frozen=True):
    """What asking the departments came to: kinds and checks that came, that do not exist, and who did not answer and why."""

    came: tuple[str, ...] = ()
    not_there: tuple[str, ...] = ()
    unavailable: tuple[tuple[Text, Text], ...] = ()


@flow("visit.consent")
def consent(
    actor: Actor, visit_id: str, item: str, requests: Sequence[Request], *, at: dt.datetime, key: str = ""
) -> str:
    """授权: the person agrees, for this item (or ``event:<code>``) and this visit, that these departments are asked for these
    kinds of data."""
    visit = access.visit(actor, visit_id)
    given = Consent(
        person=visit.applicant, purpose=_purpose(item), kinds=consented(requests), about=f"visit:{visit_id}", given_at=at,
        until=at + dt.timedelta(hours=12), given_by=visit.agent or visit.applicant,
    )  # fmt: skip
    reference = people_service.consent(make_consent(given))
    current().about(case=f"visit:{visit_id}", person=visit.applicant, item=item)
    return reference


def _purpose(item: str) -> str:
    return item if item.startswith("event:") else f"item:{item}"


def consented(requests: Sequence[Request]) -> tuple[str, ...]:
    """The kinds of data that these requests need the person's consent for."""
    return tuple(sorted({k for r in requests for k in (*r.kinds, *(CHECK + c for c in r.checks))}))


@flow("visit.fetched")
def keep_fetched(
    actor: Actor,
    visit_id: str,
    item: str,
    licences: Sequence[Licence],
    asked: Mapping[str, Sequence[str]],
    *,
    at: dt.datetime,
) -> None:
    """Keep what departments handed over: licences, and the values in them with source, date and grade. Every look at a
    department's data is one audit line of this act."""
    visit = access.visit(actor, visit_id)
    for source, kinds in asked.items():
        mine = [one for one in licences if one.source == source]
        credential_service.keep_fetched(visit.applicant, mine, at, asked=kinds, source=source)
    people_service.keep(
        visit.applicant,
        [
            (code, Known(value, one.source, one.as_of, one.grade))
            for one in licences
            for code, value in one.fields.items()
        ],
        at,
    )
    current().about(
        case=f"visit:{visit_id}",
        person=visit.applicant,
        reason=_purpose(item),
        kinds=sorted(one.kind for one in licences),
    )


def gather(actor: Actor, visit_id: str, item: str, *, at: dt.datetime, budget: float | None = None) -> Fetched:
    """Ask the departments for what this item needs and the register does not hold: consent first (a transaction), then all
    departments at once (none open), then keep what came (a transaction). Never longer than the budget, never an error:
    what did not come is taken on paper, and said."""
    visit = access.visit(actor, visit_id)
    version = catalog.current(item, city_date(at))
    on = city_date(at)
    held = {c.kind for c in credentials.for_person(visit.applicant) if c.valid_until is None or c.valid_until >= on}
    kinds = catalog.credential_kinds()
    wanted = fetching.requests(version, catalog.materials(), kinds, sockets.plugged().offers(), held)
    return gather_wanted(actor, visit_id, item, version.name, wanted, at=at, budget=budget)


def gather_wanted(
    actor: Actor, visit_id: str, item: str, name: Text, wanted: Sequence[Request], *, at: dt.datetime,
    budget: float | None = None,
) -> Fetched:  # fmt: skip
    """The same for what is wanted already, for an item or (``event:<code>``) for all items of a life event at once."""
    visit = access.visit(actor, visit_id)
    if not wanted:
        return Fetched()
    consent(actor, visit_id, item, wanted, at=at)
    identity = people.identity(visit.applicant)
    values = {code: k.value for code, k in people.known(visit.applicant).items()}
    purpose = Purpose(
        about=f"visit:{visit_id}", item=item.removeprefix("event:"), reason=f"办理{name.zh}", actor=actor.ref
    )
    calls: Calls = {}
    for request in wanted:
        port = sockets.plugged().department(request.department)
        calls.update(_calls(port, request, Subject(identity.number, identity.name), values, purpose))
    return _sort_out(actor, visit_id, item, wanted, outside.ask(calls, budget), at)


def _calls(
    port: ports.Department, request: Request, subject: Subject, values: Mapping[str, ports.Value], purpose: Purpose
) -> Calls:
    calls: Calls = {}
    if request.kinds:
        calls[request.department] = partial(port.licences, subject, request.kinds, purpose)
    for check in request.checks:
        calls[f"{request.department}:{check}"] = partial(port.check, subject, check, values, purpose)
    return calls


def _sort_out(
    actor: Actor, visit_id: str, item: str, wanted: Sequence[Request],
    answers: Mapping[str, Given | NotThere | Checked | Unavailable], at: dt.datetime,
) -> Fetched:  # fmt: skip
    licences: list[Licence] = []
    came, not_there, unavailable, asked = [], [], [], {}
    names = catalog.departments()
    for key, answer in answers.items():
        department, _, check = key.partition(":")
        kinds = next(r.kinds for r in wanted if r.department == department)
        if isinstance(answer, Unavailable):
            unavailable.append((names[department].name, answer.why))
            continue
        if check:
            if isinstance(answer, Checked) and answer.holds:
                licences.append(_as_licence(answer))
                came.append(CHECK + check)
            else:
                not_there.append(CHECK + check)
            continue
        given = answer.items if isinstance(answer, Given) else ()
        licences += given
        asked[department] = list(kinds)
        came += [one.kind for one in given]
        not_there += [k for k in kinds if k not in {one.kind for one in given}]
    if licences or asked:
        for one in licences:
            asked.setdefault(one.source, [])
        keep_fetched(actor, visit_id, item, licences, asked, at=at)
    return Fetched(tuple(came), tuple(not_there), tuple(unavailable))


def _as_licence(answer: Checked) -> Licence:
    today = answer.as_of.date()
    return Licence(
        kind=CHECK + answer.what, number=CHECK + answer.what, fields=answer.fields, issued=today,
        valid_until=today + dt.timedelta(days=1), as_of=answer.as_of, source=answer.source, grade=answer.grade,
    )  # fmt: skip
