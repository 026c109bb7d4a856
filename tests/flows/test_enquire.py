"""A department without a system is asked by an enquiry; a person there answers once, and a yes satisfies the material."""

import pytest

from tests.conftest import AT
from tests.flows.people import PUTUO, YANGPU, staff, with_mandate
from tests.flows.test_receive import jinglaoka
from tongban.domain.actor import Actor, Grant
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Refused
from tongban.flows import access, enquire, handle, receive
from tongban.reads import enquiries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]

ARCHIVIST = Actor("staff", "staff:a", "方档案", "310000", (Grant("enquiry.answer/dangan", "310000"),))
OTHER = Actor("staff", "staff:b", "房管", "310000", (Grant("enquiry.answer/fangguan", "310000"),))


@pytest.fixture
def number() -> str:
    clerk = staff(PUTUO)
    return receive.receive(clerk, jinglaoka(with_mandate(clerk, AT).visit), at=AT, key="k").number


def test_a_person_of_the_department_answers_once(number: str) -> None:
    clerk = staff(PUTUO)
    asked = enquire.ask(clerk, number, "dangan", "tax_statement", "请核对个税声明", at=AT)
    (row,) = enquiries.waiting(ARCHIVIST, today=AT.date()).rows
    assert (row.enquiry.id, row.enquiry.question, row.material.zh) == (asked, "", "个税声明")
    assert access.enquiry(ARCHIVIST, asked, at=AT).enquiry.question == "请核对个税声明"
    with pytest.raises(NotFound):
        enquire.answer(OTHER, asked, True, at=AT)
    with pytest.raises(Refused):
        enquire.answer(ARCHIVIST, asked, False, at=AT)
    enquire.answer(ARCHIVIST, asked, True, "属实", at=AT)
    with pytest.raises(Conflict):
        enquire.answer(ARCHIVIST, asked, True, at=AT)
    assert enquiries.waiting(ARCHIVIST, today=AT.date()).rows == ()
    (seen,) = enquiries.of_case(clerk, number, today=AT.date())
    assert (seen.enquiry.holds, seen.enquiry.answer) == (True, "")
    (opened,) = access.answers(clerk, number, reason="审核", at=AT).enquiries
    assert (opened.question, opened.answer) == ("请核对个税声明", "属实")
    added = access.case(clerk, number).case.papers[-1]
    assert (added.material, added.how, added.grade) == ("tax_statement", "check", "A")


def test_a_look_at_an_enquiry_is_for_who_answers_it_and_ends_with_the_answer(number: str) -> None:
    clerk = staff(PUTUO)
    asked = enquire.ask(clerk, number, "dangan", "tax_statement", "请核对", at=AT)
    assert access.enquiry(ARCHIVIST, asked, at=AT).applicant.name == "沈桂芳"
    for stranger in (OTHER, clerk):
        with pytest.raises(NotFound):
            access.enquiry(stranger, asked, at=AT)
    enquire.answer(ARCHIVIST, asked, True, at=AT)
    with pytest.raises(Conflict):
        access.enquiry(ARCHIVIST, asked, at=AT)
    # The form is for who may look; what departments said is for the holder's back office alone.
    assert access.answers(staff(PUTUO, "case.read", "person.read"), number, reason="咨询", at=AT).enquiries == ()


def test_who_may_not_ask_or_see(number: str) -> None:
    with pytest.raises(NotFound):
        enquire.ask(staff(YANGPU), number, "dangan", "tax_statement", "?", at=AT)
    with pytest.raises(Refused):
        enquire.ask(staff(PUTUO), number, "dangan", "marriage_cert", "请核对", at=AT)
    with pytest.raises(NotAllowed):
        enquiries.waiting(staff(PUTUO), today=AT.date())


def test_a_late_answer_moves_nothing_but_is_kept(number: str) -> None:
    clerk = staff(PUTUO)
    asked = enquire.ask(clerk, number, "dangan", "tax_statement", "请核对", at=AT)
    handle.withdraw(clerk, number, at=AT)
    enquire.answer(ARCHIVIST, asked, True, at=AT)
    assert access.case(clerk, number).case.stage == "withdrawn"
    with pytest.raises(Conflict):
        enquire.ask(clerk, number, "dangan", "tax_statement", "再核对", at=AT)
