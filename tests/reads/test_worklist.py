"""The worklist of a center: nearest first, nobody looked told from incomplete, custody of what was handed over, pages by key,
and a plan that reads one index per center and nothing else."""

import datetime as dt

import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.people import PUTUO, YANGPU, staff, with_mandate
from tests.flows.split_case import ITEM, TODAY, putuo, split, yangpu
from tests.flows.test_receive import jinglaoka
from tongban.domain import deadlines
from tongban.domain.actor import Actor, Grant
from tongban.domain.facts import Point
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows import handle, receive
from tongban.reads import worklist
from tongban.reads.worklist import Worklist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]


def todo(actor: Actor, **more: object) -> Worklist:
    return worklist.worklist(actor, today=TODAY, **more)  # type: ignore[arg-type]


def numbers(found: Worklist) -> list[str]:
    return [r.number for r in found.rows]


def direct(count: int, start: int = 0) -> list[str]:
    clerk = putuo()
    met = with_mandate(clerk, AT)
    return [
        receive.receive(clerk, jinglaoka(met.visit), at=AT, key=f"d{i}").number for i in range(start, start + count)
    ]


def test_a_handed_over_case_is_todo_at_home_and_custody_where_it_came_from() -> None:
    number = split(putuo()).number
    assert numbers(todo(putuo())) == []
    (row,) = todo(yangpu()).rows
    assert (row.number, row.state, row.looked, row.custody) == (number, "unlooked", False, "sent")
    assert (row.due_kind, row.due_on, row.transfer_days, row.light) == ("take_over", dt.date(2026, 9, 3), 2, "green")
    (sent,) = todo(putuo(), show="sent").rows
    assert (sent.number, sent.custody, sent.holder, sent.custody_since) == (number, "sent", YANGPU, TODAY)
    handle.take_over(yangpu(), number, at=AT)
    assert [(r.custody, r.looked) for r in todo(putuo(), show="sent").rows] == [("taken", True)]
    handle.hand_back(yangpu(), number, "wrong_item", at=AT)
    (back,) = todo(putuo(), show="sent").rows
    assert (back.custody, back.holder, back.came_from) == ("back", PUTUO, YANGPU)
    assert [(r.number, r.state) for r in todo(putuo()).rows] == [(number, "unlooked")]
    assert numbers(todo(yangpu())) == []
    handle.take_over(putuo(), number, at=AT)
    assert numbers(todo(putuo(), show="sent")) == []


def test_nobody_looked_is_not_incomplete() -> None:
    waiting, asked = split(putuo(), key="a").number, split(putuo(), key="b").number
    handle.ask_correction(yangpu(), asked, [Point("paper", "id_card", "unreadable")], at=AT)
    rows = {r.number: r for r in todo(yangpu()).rows}
    assert (rows[waiting].state, rows[waiting].asked) == ("unlooked", 0)
    assert (rows[asked].state, rows[asked].asked, rows[asked].light) == ("correcting", 1, "paused")
    assert numbers(todo(yangpu(), state="unlooked")) == [waiting]
    assert numbers(todo(yangpu(), state="correcting")) == [asked]
    assert numbers(todo(yangpu(), light="paused")) == [asked]
    head = worklist.lights(yangpu(), today=TODAY)
    assert (head.unlooked, head.paused, dict(head.states)["correcting"], head.total) == (1, 1, 1, 2)


def test_pages_by_key_meet_every_case_once_and_filters_look_behind_what_they_scanned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = direct(7)
    handle.decide(putuo(), mine[6], True, at=AT)
    seen: list[str] = []
    cursor = ""
    while True:
        page = todo(putuo(), limit=2, cursor=cursor)
        seen += numbers(page)
        if not (cursor := page.next):
            break
    assert sorted(seen) == sorted(mine) and len(seen) == 7
    # With a scan shorter than the list, a filter still finds all, page after page.
    monkeypatch.setattr(worklist, "SCAN", 3)
    for state, expected in (("accepted", mine[:6]), ("decided", mine[6:])):
        found, cursor = [], ""
        while True:
            page = todo(putuo(), state=state, limit=2, cursor=cursor)
            found += numbers(page)
            if not (cursor := page.next):
                break
        assert sorted(found) == sorted(expected)
    assert numbers(todo(putuo(), item=ITEM)) == []


def test_the_database_counts_by_the_same_light_as_the_rule() -> None:
    mine = direct(3)
    split(putuo())
    handle.ask_correction(putuo(), mine[1], [Point("paper", "id_card", "missing")], at=AT)
    for days in range(-3, 60):
        day = TODAY + dt.timedelta(days=days)
        for actor in (putuo(), yangpu()):
            rows = worklist.worklist(actor, today=day).rows
            head = worklist.lights(actor, today=day)
            for light in worklist.LIGHTS:
                count = sum(r.light == light for r in rows)
                assert getattr(head, light) == count
                assert len(worklist.worklist(actor, light=light, today=day).rows) == count
            for row in rows:
                with connection.cursor() as cur:
                    cur.execute("select due_on, yellow_on from cases_case where number = %s", [row.number])
                    assert row.light == deadlines.stage_light(row.stage, *cur.fetchone(), day)


def test_who_has_no_power_there_sees_nothing_and_made_up_words_are_refused() -> None:
    split(putuo())
    with pytest.raises(NotAllowed):
        todo(putuo(), center=YANGPU)
    for more in ({"state": "x"}, {"light": "blue"}, {"cursor": "!"}, {"limit": 0}):
        with pytest.raises(Refused):
            todo(putuo(), **more)


def test_a_district_chooses_among_its_centers() -> None:
    lead = Actor("staff", "staff:lead", "督办", "310110", (Grant("case.read", "310110"),))
    codes = [code for code, _ in worklist.work_centers(lead)]
    assert YANGPU in codes and all(c.startswith("310110") for c in codes) and len(codes) == 12
    number = split(putuo()).number
    assert numbers(todo(lead, center=YANGPU)) == [number]


@pytest.mark.parametrize("typed", ["{n}", " {n} ", "{lower}", "https://x.example/c/{n}?k=1", "{spaced}"])
def test_a_case_is_found_by_its_number_however_it_was_typed(typed: str) -> None:
    n = split(putuo()).number
    given = typed.format(n=n, lower=n.lower(), spaced=f"{n[:9]} {n[9:15]} {n[15:]}")
    assert worklist.find(putuo(), given) == n
    with pytest.raises(NotFound):
        worklist.find(staff("310115004"), given)


@pytest.mark.parametrize("typed", ["", "12", "x" * 22, "3" * 500, "%_'\"", "编号"])
def test_what_is_no_number_of_ours_is_not_found(typed: str) -> None:
    with pytest.raises(NotFound):
        worklist.find(putuo(), typed)


def test_one_index_scan_per_center() -> None:
    """However many cases the city has: the plan uses the partial indexes of the center and no sort of everything."""
    direct(2)
    for show, index in (("todo", "cases_worklist"), ("sent", "cases_custody")):
        nearest = worklist._NEAREST.format(columns=worklist._COLUMNS, here=worklist._HERE[show])
        with connection.cursor() as cur:
            cur.execute("set local enable_seqscan = off")
            cur.execute(
                f"explain {nearest}", {"codes": [PUTUO], "day": dt.date.min, "after": "", "scan": 51, "today": TODAY}
            )
            plan = "\n".join(r[0] for r in cur.fetchall())
        assert f"Index Scan using {index}" in plan and "Seq Scan" not in plan
