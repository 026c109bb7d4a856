"""The only way to get a case or a person: each function checks power, place and reason, and a look at personal data is
written down before the data is handed out. What an actor may not see does not exist for it."""

import datetime as dt
import hmac
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec

from tongban.domain import acts, consent, facts
from tongban.domain.actor import CITY, Actor
from tongban.domain.case import Case
from tongban.domain.enquiry import Enquiry, must_be_open, power_of
from tongban.domain.person import Identity
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.plumbing import files, here
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.counters import queries as counters
from tongban.registers.counters.queries import VisitFound
from tongban.registers.enquiries import queries as enquiries
from tongban.registers.people import queries as people
from tongban.registers.people.rows import HeldMandate


def _no_case() -> NotFound:
    return NotFound(
        "case.not_found",
        "没有找到这个办件,请核对办件编号(22位)和查询码",
        "No such case: check the case number (22 characters) and the query code",
        pointer="/number",
    )


def _nobody() -> NotFound:
    return NotFound("person.not_found", "没有找到这个人", "No such person")


class HeldElsewhere(Refused):
    """What lies beside a case is not on this node: it is where the case is held."""

    def __init__(self, case: Case) -> None:
        node = here.nodes().host(case.holder)
        name = here.nodes().by_code[node].name
        super().__init__(
            "look.held_elsewhere",
            f"个人信息保存在办件所在的系统({name.zh}),请由那里的中心查看或打印",
            f"Personal data lies where the case is held ({name.en or name.zh}): it is seen and printed there",
            node=node,
        )


def case(actor: Actor, number: str, *, power: str = "case.read", lock: bool = False) -> Found:
    """The case, if the actor has the power where it was received, is held or is handled; residents see their own."""
    found = cases.get(number, lock=lock)
    if found is None:
        raise _no_case()
    state = found.case
    if actor.kind == "resident":
        if actor.ref.removeprefix("resident:") not in (state.applicant, state.agent):
            raise _no_case()
        return found
    if not any(actor.may(power, place) for place in {state.holder, state.receiving, state.handling}):
        # A case that the actor may not even read does not exist for it; one that it may read says what is missing.
        if not any(actor.may("case.read", place) for place in {state.holder, state.receiving, state.handling}):
            raise _no_case()
        actor.must(power, state.holder)
    return found


def held_case(actor: Actor, number: str, *, power: str = "case.handle", expect: int = 0) -> Found:
    """The case, locked, for an act of its holder: the power must cover the center that holds the pen.

    ``expect`` is the length of the log that the actor has seen (0: does not say); Conflict ``case.changed`` if it has grown.
    """
    found = case(actor, number, lock=True)
    acts.must_be_at(found.case, expect)
    # A resident may receive at the online center, and is not its staff: what is held there is handled by nobody.
    actor.must("case.handle" if actor.kind == "resident" else power, found.case.holder)
    current().about(case=number, person=found.case.applicant, place=found.case.holder)
    return found


def case_by_code(number: str, query_code: str) -> Found:
    """The case for somebody who knows its number and its query code; both wrong and unknown answer the same."""
    found = cases.get(number)
    if found is None or not hmac.compare_digest(found.query_code.encode(), query_code.encode()):
        raise _no_case()
    return found


def visit(actor: Actor, visit_id: str) -> VisitFound:
    """The visit, if it is the actor's own and still open: the reason to look at the person served."""
    try:
        found = counters.visit(uuid.UUID(visit_id))
    except ValueError:
        found = None
    if found is None or found.staff != actor.ref:
        raise NotFound(
            "visit.not_found", "没有找到这次接待,请重新读卡开始", "No such visit: read the card again", pointer="/visit"
        )
    if found.closed_at is not None:
        raise Refused(
            "visit.closed",
            "这次接待已经结束,请重新读卡开始",
            "This visit is over: read the card again",
            pointer="/visit",
        )
    return found


def case_of_served(actor: Actor, number: str) -> Found:
    """The case, locked, of a person whom the actor serves at a counter of another node, which vouches for it."""
    found = cases.get(number, lock=True)
    if found is None or not {found.case.applicant, found.case.agent} & set(actor.serves):
        raise _no_case()
    return found


def case_of_visit(actor: Actor, visit_id: str, number: str) -> Found:
    """A case of the person whom the actor serves now, at whichever counter it was received: the visit is the reason."""
    served = visit(actor, visit_id)
    actor.must("case.receive", served.center)
    found = cases.get(number)
    if found is None or served.applicant not in (found.case.applicant, found.case.agent):
        raise _no_case()
    return found


class PersonSeen(msgspec.Struct, frozen=True):
    """A person as the actor may see: identity and known values (element -> value, source, date, grade), in clear."""

    person: str
    identity: Identity
    known: dict[str, Any]


@flow("look.person")
def person(
    actor: Actor, *, reason: str, visit_id: str = "", number: str = "", person_id: str = "", at: dt.datetime
) -> PersonSeen:
    """A person's data in clear, for a visit or a case and with a reason; the look is written down for the resident to see."""
    if not reason.strip():
        raise Refused("look.reason_needed", "请说明查看的理由", "Say why you need to see it", pointer="/reason")
    if visit_id:
        found = visit(actor, visit_id)
        allowed, subject, about = (
            {found.applicant, found.agent} - {""},
            person_id or found.applicant,
            f"visit:{visit_id}",
        )
    elif number:
        actor.must("person.read")
        held = case(actor, number, power="person.read").case
        allowed, subject, about = {held.applicant, held.agent} - {""}, person_id or held.applicant, number
    else:
        raise NotAllowed("look.no_reason", "查看个人信息必须有办件或接待", "A look at a person needs a case or a visit")
    if subject not in allowed:
        raise _nobody()
    current().about(case=about, person=subject, reason=reason.strip())
    identity = people.identities([subject]).get(subject)
    if identity is None:
        raise _nobody() if visit_id or here.hosts(held.holder) else HeldElsewhere(held)
    return PersonSeen(subject, identity, dict(people.known(subject)))


class AnswersSeen(msgspec.Struct, frozen=True):
    """What lies sealed beside a case, in clear: who it is about, the answers of the form (element code -> value), the notes
    written for the resident (n of the fact, its kind, the text), what must be corrected, and for the holder what departments
    were asked and answered."""

    number: str
    item: str
    version: int
    applicant: Identity
    agent: Identity | None
    answers: dict[str, Any]
    notes: tuple[tuple[int, str, str], ...]
    asked: tuple[facts.Point, ...] = ()
    enquiries: tuple[Enquiry, ...] = ()


def _look(actor: Actor, number: str, reason: str) -> Found:
    """The case for a look at its personal data, which is written down as the act under way."""
    if not reason.strip():
        raise Refused("look.reason_needed", "请说明查看的理由", "Say why you need to see it", pointer="/reason")
    actor.must("person.read")
    found = case(actor, number, power="person.read")
    current().about(case=number, person=found.case.applicant, place=found.case.holder, reason=reason.strip())
    return found


@flow("look.answers")
def answers(actor: Actor, number: str, *, reason: str, at: dt.datetime) -> AnswersSeen:
    """The form of a case and its notes in clear, with a reason; the look is written down for the resident to see."""
    state = _look(actor, number, reason).case
    identities = people.identities([p for p in (state.applicant, state.agent) if p])
    beside = cases.beside(number, state.answers)
    if not here.hosts(state.holder) and (beside is None or state.applicant not in identities):
        raise HeldElsewhere(state)
    if state.applicant not in identities:
        raise _nobody()
    values = msgspec.json.decode(beside or b"{}")
    return AnswersSeen(
        number, state.item, state.version, identities[state.applicant], identities.get(state.agent), values,
        tuple(_notes(number)), state.asked,
        tuple(enquiries.texts(enquiries.of_case(number))) if actor.may("case.handle", state.holder) else (),
    )  # fmt: skip


def _notes(number: str) -> Iterator[tuple[int, str, str]]:
    for entry in cases.log(number):
        # What a person wrote with a rating is not for those whom they rated.
        digest = "" if isinstance(entry.fact, facts.Rated) else facts.note_of(entry.fact)
        text = cases.beside(number, digest) if digest else None
        if text is not None:
            yield entry.n, facts.kind(entry.fact), text.decode()


@flow("look.scan")
def scan(actor: Actor, number: str, digest: str, *, reason: str, at: dt.datetime) -> str:
    """Permission to read the scan of one paper of a case (its digest), with a reason; the look is written down. The bytes are then read
    from plumbing.files, outside the transaction."""
    state = _look(actor, number, reason).case
    if not cases.paper_held(number, digest):
        raise NotFound("paper.not_found", "办件中没有这份材料", "The case holds no such paper", pointer="/papers")
    if not files.exists(digest) and not here.hosts(state.holder):
        raise HeldElsewhere(state)
    current().about(paper=digest)
    return digest


def asked(actor: Actor, enquiry_id: str, *, lock: bool = False) -> Enquiry:
    """An open enquiry, without its texts, for somebody who answers for the department asked."""
    found = enquiries.get(enquiry_id, lock=lock)
    if found is None or not actor.may(power_of(found.department), CITY):
        raise NotFound("enquiry.not_found", "没有找到这条协查", "No such enquiry", pointer="/enquiry")
    must_be_open(found)
    return found


class EnquirySeen(msgspec.Struct, frozen=True):
    """An enquiry with its question, and whom it is about."""

    enquiry: Enquiry
    applicant: Identity


@flow("look.enquiry")
def enquiry(actor: Actor, enquiry_id: str, *, at: dt.datetime) -> EnquirySeen:
    """What a department was asked and about whom, in clear, for who answers there. The open enquiry is the reason, so the look
    ends with the answer; it is written down for the resident to see."""
    found = asked(actor, enquiry_id)
    held = cases.get(found.number)
    if held is None:
        raise _no_case()
    person = held.case.applicant
    current().about(case=found.number, person=person, place=found.center, reason=f"enquiry:{found.department}")
    current().about(enquiry=found.id)
    return EnquirySeen(enquiries.texts([found])[0], people.identity(person))


_ON_PAPER = ("person.read", "case.handle", "case.receive")


@flow("look.paper")
def names_on_paper(actor: Actor, number: str, paper: str, *, visit: str = "", at: dt.datetime) -> tuple[str, str]:
    """The names of applicant and agent (or empty) for a printed paper of a case; the look is written down.

    Following a case (case.read) is not enough: a paper names the person, so it is printed by who works on it or serves them.
    """
    found = case_of_visit(actor, visit, number) if visit else case(actor, number)
    places = {found.case.holder, found.case.receiving, found.case.handling}
    if actor.kind != "resident" and not visit and not any(actor.may(power, p) for power in _ON_PAPER for p in places):
        actor.must("person.read", found.case.holder)
    wanted = [one for one in (found.case.applicant, found.case.agent) if one]
    names = people.identities(wanted)
    if any(one not in names for one in wanted):
        raise _nobody() if here.hosts(found.case.holder) else HeldElsewhere(found.case)
    current().about(case=number, person=found.case.applicant, place=found.case.holder, reason=f"print:{paper}")
    return names[found.case.applicant].name, names[found.case.agent].name if found.case.agent else ""


def mandate_of(agent: str, principal: str, item: str, on: dt.date) -> HeldMandate | None:
    """The mandate under which the agent may act for the principal on this item, or None."""
    for mandate in people.mandates_for(agent, principal):
        try:
            consent.covers(mandate, item, on)
        except Refused:
            continue
        return mandate
    return None


def must_be_mandated(agent: str, principal: str, item: str, on: dt.date) -> str:
    """The reference of the mandate when somebody acts for the applicant, empty when nobody does; Refused without one."""
    if not agent:
        return ""
    mandate = mandate_of(agent, principal, item, on)
    if mandate is None:
        raise Refused(
            "mandate.none",
            "代办人没有办理此事项的有效委托,请登记委托书或由本人办理",
            "No valid mandate for this item: register the mandate, or let the person act",
            pointer="/agent",
        )
    return mandate.ref
