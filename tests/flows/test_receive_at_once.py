"""One call that brings all: who is here, the mandate, the case. Either all of it is written or nothing."""

import datetime as dt

import msgspec
import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff
from tests.flows.test_receive import JINGLAOKA, answers_of
from tongban.domain.receiving import Intake, PaperIn
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows import access
from tongban.flows.receive import Present, receive_at_once
from tongban.flows.serve import Shown
from tongban.reads import worklist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]

INTAKE = Intake(answers=JINGLAOKA, papers=(PaperIn("id_card"),), declarations=("tax_statement",))
ALONE = Present(MOTHER, "card")
MANDATE = Shown("wt-1", until=dt.date(2027, 12, 31))


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def test_person_visit_and_case_come_in_one_act() -> None:
    clerk = staff(PUTUO)
    receipt = receive_at_once(clerk, ALONE, "jinglaoka", INTAKE, at=AT, key="a")
    assert (receipt.stage, receipt.receiving, receipt.due_kind) == ("accepted", PUTUO, "decide")
    assert [r.number for r in worklist.worklist(clerk, today=AT.date()).rows] == [receipt.number]
    assert count("counters_visit") == 1
    with connection.cursor() as cursor:
        cursor.execute('select act, "case" from audit_line where act like %s', ["case.%"])
        assert cursor.fetchall() == [("case.receive", receipt.number)]
        cursor.execute("select id, closed_at from counters_visit")
        visit, closed = cursor.fetchone()
    assert closed == AT
    with pytest.raises(Refused):
        access.visit(clerk, str(visit))


def test_the_same_key_is_the_same_case_and_writes_nothing_more() -> None:
    clerk = staff(PUTUO)
    first = receive_at_once(clerk, ALONE, "jinglaoka", INTAKE, at=AT, key="a")
    assert receive_at_once(clerk, ALONE, "jinglaoka", INTAKE, at=AT, key="a") == first
    assert (count("counters_visit"), count("cases_case")) == (1, 1)


def test_what_is_refused_leaves_no_trace_of_the_person() -> None:
    with pytest.raises(Refused) as why:
        receive_at_once(staff(PUTUO), ALONE, "jinglaoka", Intake(), at=AT, key="a")
    assert "/papers/id_card" in {p.pointer for p in why.value.problems}
    assert (count("people_person"), count("counters_visit"), count("audit_line where act <> 'catalog.publish'")) == (
        0,
        0,
        0,
    )


def test_an_agent_needs_the_mandate_of_the_same_call() -> None:
    clerk, son = staff(PUTUO), Present(MOTHER, "card", SON)
    with pytest.raises(Refused) as why:
        receive_at_once(clerk, son, "jinglaoka", INTAKE, at=AT, key="a")
    assert why.value.code == "mandate.none"
    with_paper = msgspec.structs.replace(son, mandate=MANDATE)
    receipt = receive_at_once(clerk, with_paper, "jinglaoka", INTAKE, at=AT, key="b")
    assert access.case(clerk, receipt.number).case.agent != ""


def test_a_mandate_without_an_agent_is_refused() -> None:
    with pytest.raises(Refused) as why:
        receive_at_once(staff(PUTUO), Present(MOTHER, "card", mandate=MANDATE), "jinglaoka", INTAKE, at=AT, key="a")
    assert why.value.code == "mandate.no_agent"


def test_only_where_the_power_holds() -> None:
    with pytest.raises(NotAllowed):
        receive_at_once(staff(PUTUO), ALONE, "jinglaoka", INTAKE, center=YANGPU, at=AT, key="a")
    with pytest.raises(NotAllowed):
        receive_at_once(staff(PUTUO, "case.read"), ALONE, "jinglaoka", INTAKE, at=AT, key="a")


def test_a_kiosk_vouches_for_no_paper_and_receives_only_what_is_open_to_it() -> None:
    clerk = staff(PUTUO)
    with pytest.raises(Refused) as why:
        receive_at_once(clerk, ALONE, "jinglaoka", INTAKE, channel="kiosk", at=AT, key="a")
    assert why.value.code == "paper.not_seen"
    with pytest.raises(NotFound):
        receive_at_once(clerk, ALONE, "nonsense", INTAKE, channel="kiosk", at=AT, key="b")


def test_who_is_here_is_who_the_case_is_about_whatever_is_told_beside() -> None:
    """Met for the first time in this very call: what the card said a line above stands against what the form says."""
    forged = msgspec.structs.replace(INTAKE, answers=JINGLAOKA | {"name": "王五", "birth_date": "1900-01-01"})
    for key in ("first", "again"):
        receipt = receive_at_once(staff(PUTUO), ALONE, "jinglaoka", forged, at=AT, key=key)
        kept = answers_of(receipt.number)
        assert (kept["name"], kept["birth_date"]) == (MOTHER.name, "1948-03-12")
