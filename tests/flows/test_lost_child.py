"""A part of a life event about another person whose form went with a disk: what the register says is of the applicant, so of the child
nothing but the form knew who it is."""

import pytest
from django.db import connection

from tests.flows import events
from tests.flows.test_event_course import AT, born, started
from tongban.domain.refusals import Refused
from tongban.flows import access, handle
from tongban.reads import case_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


def test_a_part_about_a_child_is_judged_by_nobody_and_given_once_more() -> None:
    _, _, receipt = born()
    number = started(receipt.number, "chusheng_zhengming")
    case = events.child(number)
    assert case.about == "child" and case.stage in ("received", "accepted")
    clerk = events.lead(case.holder)
    before = access.answers(clerk, number, reason="办理", at=AT).answers
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    with pytest.raises(Refused) as told:
        events.decide(number, AT)
    assert told.value.code == "case.form_lost"
    assert case_page.page(clerk, number, now=AT).next_act == "ask_correction"
    handle.ask_correction(clerk, number, (), at=AT)
    page = case_page.page(clerk, number, now=AT)
    assert page.lost and {f.element.code for f in page.to_correct} >= before.keys()
    with pytest.raises(Refused):
        handle.receive_correction(clerk, number, {}, (), at=AT)
    handle.receive_correction(clerk, number, dict(before), (), at=AT)
    assert access.answers(clerk, number, reason="办理", at=AT).answers == before
    events.decide(number, AT)
    assert events.child(number).stage == "delivered"
