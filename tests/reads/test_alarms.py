"""What supervisors must see: cases that lie unseen past their date, wherever the actor supervises, and nothing else."""

import datetime as dt

import pytest
from django.test import Client

from tests.channels.window.work_members import client_of, hire, text
from tests.flows.cases import day, later, lead, received
from tests.flows.people import MINHANG, PUTUO, YANGPU, staff
from tongban.domain.actor import Actor, Grant
from tongban.domain.facts import Point
from tongban.domain.refusals import NotAllowed
from tongban.flows import escalate, handle
from tongban.plumbing import clock
from tongban.reads import alarms, board

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
SPLIT = "dishouru_zhengming"
DISTRICT = Actor(
    "staff", "staff:d", "区督办", "310110", tuple(Grant(p, "310110") for p in ("case.supervise", "board.read"))
)
# Sent on Tuesday 1 September: to be taken over by the 3rd, the resident to be told by the 10th.
BEFORE, OVER, SILENT = 2, 3, 10


def told(actor: Actor, days: int) -> list[tuple[str, str]]:
    return [(row.number, row.why) for row in alarms.alarms(actor, today=day(days)).rows]


def test_a_case_that_nobody_takes_over_rings_at_the_district_until_somebody_does() -> None:
    number = received(SPLIT).number
    assert told(DISTRICT, BEFORE) == [] and alarms.count(DISTRICT, today=day(BEFORE)) == 0
    (row,) = alarms.alarms(DISTRICT, today=day(OVER)).rows
    assert (row.number, row.why, row.holder, row.over) == (number, "not_taken", YANGPU, 1)
    assert (row.came_from_name, row.since, row.silence_on) == ("长寿路街道", day(), dt.date(2026, 9, 10))
    escalate.sweep(later(SILENT))
    (row,) = alarms.alarms(DISTRICT, today=day(SILENT)).rows
    assert (row.why, row.silence_on) == ("silent", None)
    assert alarms.count(DISTRICT, today=day(SILENT)) == 1
    handle.take_over(staff(YANGPU), number, at=later(SILENT))
    assert told(DISTRICT, SILENT + 9) == []


def test_given_to_another_center_it_rings_there_when_it_lies_again() -> None:
    number = received(SPLIT).number
    handle.hand_over(lead(YANGPU), number, MINHANG, "reassigned", at=later(OVER))
    assert told(DISTRICT, OVER) == [] and told(lead(MINHANG), OVER) == []
    assert told(lead(MINHANG), OVER + 5) == [(number, "not_taken")] and told(DISTRICT, OVER + 5) == []


def test_what_came_back_and_lies_rings_too_but_not_what_waits_for_the_resident() -> None:
    back, asked = received(SPLIT).number, received(SPLIT).number
    handle.hand_back(staff(YANGPU), back, "papers_not_seen", at=later(1))
    handle.ask_correction(staff(YANGPU), asked, [Point("paper", "hukou_book", "unreadable")], at=later(1))
    handle.hand_over(lead(YANGPU), asked, MINHANG, "reassigned", at=later(1))
    far = 60
    assert told(lead(PUTUO), far) == [(back, "came_back")]
    assert told(lead(MINHANG), far) == [], "the date that passed is the resident's"


def test_only_where_one_supervises_and_in_pages() -> None:
    numbers = [received(SPLIT).number for _ in range(3)]
    with pytest.raises(NotAllowed):
        alarms.alarms(staff(YANGPU), today=day(OVER))
    assert alarms.count(staff(YANGPU), today=day(OVER)) == 0
    assert told(lead(PUTUO), OVER) == [], "it lies in 杨浦"
    found, cursor = [], ""
    while True:
        page = alarms.alarms(DISTRICT, cursor=cursor, limit=1, today=day(OVER))
        found += [row.number for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert found == sorted(numbers)


def test_the_board_counts_them_per_district_and_in_all() -> None:
    received(SPLIT)
    today = board.board(DISTRICT, today=day(OVER))
    assert (today.total.alarms, today.districts[0].alarms) == (1, 1)
    assert board.board(DISTRICT, today=day(BEFORE)).total.alarms == 0


def page(client: Client, path: str) -> str:
    with clock.fixed(later(OVER)):
        return text(client.get(path))


def test_screens_ring_for_who_supervises() -> None:
    number = received(SPLIT).number
    powers = ("case.read", "case.supervise", "board.read", "person.read")
    boss = client_of(hire("boss", "区督办", YANGPU, powers))
    clerk = client_of(hire("clerk", "经办", YANGPU, ("case.read", "case.handle", "person.read")))
    for path in ("/window/work/", "/console/board"):
        assert "逾期无人接办" in page(boss, path) and "1 件办件逾期无人接办" in page(boss, path)
    listed = page(boss, "/window/alarms/")
    assert number in listed and "移交后逾期无人接办" in listed and "2026年9月10日" in listed and "沈" not in listed
    assert "件办件逾期无人接办" not in page(clerk, "/window/work/")
    with clock.fixed(later(OVER)):
        assert clerk.get("/window/alarms/").status_code == 403
    escalate.sweep(later(SILENT))
    assert "已因逾期视为受理" in page(clerk, "/window/work/") and "无人接办" in page(clerk, "/window/work/")
    assert "已因逾期视为受理" in page(clerk, f"/window/case/{number}/")
