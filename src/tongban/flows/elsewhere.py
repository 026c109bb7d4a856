"""Cases that this node has no copy of: it asks the city, which holds the facts of all. The copies come by letter and go on being
told of what is new, so that every page of this node then works as if the case had always been here."""

import datetime as dt
import hmac
import uuid

from tongban.domain.actor import Actor
from tongban.exchange import letters, outbox, queries, questions, whereabouts
from tongban.exchange.letters import Answer, Letter, Question
from tongban.flows import access, despatch, draft_moves, event_copies
from tongban.flows.desk import Desk, NotYet
from tongban.plumbing import here
from tongban.plumbing.audit import service as audit
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import queries as cases

MOST = 50


@flow("case.ask_city")
def ask_by_code(actor: Actor, number: str, query_code: str, *, at: dt.datetime, key: str = "") -> str:
    """Ask the city for a case by number and query code; returns the id of the question (empty: there is nobody to ask)."""
    return _ask(Question(new_id().hex, number=number, query_code=query_code), at)


@flow("case.ask_city_of_person")
def ask_of_person(actor: Actor, visit_id: str, *, at: dt.datetime, key: str = "") -> str:
    """Ask the city for the cases of the person at the counter; returns the id of the question (empty: nobody to ask)."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    current().about(person=visit.applicant, place=visit.center, reason=f"visit:{visit_id}")
    return _ask(Question(new_id().hex, person=visit.applicant), at)


def _ask(question: Question, at: dt.datetime) -> str:
    if here.is_city():
        return ""
    current().about(case=question.number, question=question.id)
    questions.asked(uuid.UUID(question.id), at, question.person)
    outbox.post(here.nodes().city, question, at, number=question.number)
    return question.id


@step
def question_came(desk: Desk, letter: Letter) -> None:
    """At the city: find the cases, write their copies to the node that asks, and tell it of what is new from now on."""
    question = letter.body
    assert isinstance(question, Question)
    if not here.is_city():
        raise NotYet("not_holder", "only the city answers questions")
    found = cases.of_person(question.person, MOST) if question.person else []
    if (
        not question.person
        and (one := cases.get(question.number)) is not None
        and hmac.compare_digest(one.query_code.encode(), question.query_code.encode())
    ):
        found = [one]
    # Locked, and read anew: a fact that is being applied now goes either into this answer or to a watcher that it sees.
    found = list(cases.get_many([one.case.number for one in found]).values()) if found else []
    for one in found:
        if desk.sender not in here.nodes().concerned(one.case):
            desk.watch(one.case.number)
            despatch.again(one.case.number, desk.sender, 0)
    numbers = tuple(one.case.number for one in found)
    as_of = min((queries.as_of(one.case.holder, desk.at) for one in found), default=desk.at)
    if question.person:
        event_copies.of_person(desk, question.person)
    drafts = draft_moves.for_answer(desk, question.person) if question.person else ()
    outbox.post(desk.sender, Answer(question.id, numbers, as_of, drafts), desk.at)
    if question.person:
        # A line for each: a bag brings many questions, and the resident sees every look.
        audit.looked(
            desk.actor, "elsewhere", person=question.person, reason=f"question:{question.id}", at=desk.at,
            place=desk.sender,
        )  # fmt: skip


@step
def answer_came(desk: Desk, letter: Letter) -> None:
    """The city's answer; the copies came before it in the same lane."""
    answer = letter.body
    assert isinstance(answer, letters.Answer)
    if desk.sender != here.nodes().city:
        raise NotYet("not_holder", f"only the city answers; this came from {desk.sender}")
    question = uuid.UUID(answer.question)
    questions.answered(question, answer.numbers, answer.as_of, desk.at)
    if person := questions.of_person(question):
        whereabouts.answered(person, answer.drafts, desk.at)
