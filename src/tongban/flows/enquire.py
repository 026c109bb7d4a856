"""Enquiries (协查): the holder of a case asks a department that has no system; a person there answers, once."""

import datetime as dt

from tongban.domain import acts, enquiry
from tongban.domain.actor import Actor
from tongban.domain.case import MOVES
from tongban.domain.enquiry import Enquiry
from tongban.domain.refusals import Refused
from tongban.flows import access, write
from tongban.flows.handle import version_of
from tongban.plumbing.clock import city_date
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.enquiries import service


@flow("enquiry.ask")
def ask(
    actor: Actor, number: str, department: str, material: str, question: str, *, at: dt.datetime, key: str = ""
) -> str:
    """Ask a department about a material of a case one holds; returns the enquiry's id."""
    found, on = access.held_case(actor, number), city_date(at)
    if department not in catalog.departments():
        raise Refused("enquiry.department", "没有这个部门", "There is no such department", pointer="/department")
    enquiry.must_be_askable(found.case, version_of(found), department, material, question)
    due = catalog.calendar().add_working_days(on, enquiry.ANSWER_DAYS).date
    made = Enquiry(str(new_id()), number, department, material, found.case.holder, actor.ref, at, due, question.strip())
    service.ask(made)
    current().about(enquiry=made.id, department=department, material=material)
    return made.id


@flow("enquiry.answer")
def answer(actor: Actor, enquiry_id: str, holds: bool, text: str = "", *, at: dt.datetime, key: str = "") -> None:
    """Answer for the department. A yes satisfies the material in the case's log; a no tells the holder why."""
    asked = access.asked(actor, enquiry_id, lock=True)
    if not holds and not text.strip():
        raise Refused("enquiry.reason", "核对不符的,请写明原因", "Say why it does not hold", pointer="/text")
    service.answer(asked, holds=holds, text=text.strip(), by=actor.ref, at=at)
    current().about(case=asked.number, place=asked.center, enquiry=asked.id, department=asked.department, holds=holds)
    found = cases.get(asked.number, lock=True)
    # The case may have gone on without the answer: then the answer is kept beside it and moves nothing.
    if holds and found is not None and "papers_added" in MOVES[found.case.stage]:
        mark = enquiry.mark(asked)
        write.appended(found, acts.add_papers(found.case, (mark,), city_date(at)), papers=(mark,))
