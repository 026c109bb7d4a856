"""What went with a disk can be given once more, for every item that the crowd of a day brings: no form is a dead end, whether the register
still knows the person or a counter has just read their card."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.conftest import AT
from tongban.config.crowd import Crowd
from tongban.domain.actor import CITY
from tongban.plumbing.clock import city_date

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]


@pytest.mark.parametrize("known", [True, False])
def test_every_form_can_be_given_once_more(machine: Any, known: bool) -> None:
    m, done, nothing_lost = machine(CITY), set[str](), set[str]()
    crowd = Crowd(settings.CITY_FOLDER, 7, city_date(AT))
    for one in crowd.arrivals(200):
        if one.item in done | nothing_lost:
            continue
        number = m.post("/cases", one.body).json()["number"]
        judge = "accept" if m.get(f"/cases/{number}").json()["progress"]["stage"] == "received" else "decide"
        with connection.cursor() as cursor:
            cursor.execute("delete from cases_sealed where number = %s", [number])
            if not known:
                cursor.execute("delete from people_datum")
        refused = m.post(f"/cases/{number}/{judge}", {"granted": True} if judge == "decide" else {})
        if refused.status_code == 200:
            nothing_lost.add(one.item)
            continue
        assert refused.json()["code"] == "case.form_lost", (one.item, refused.content)
        asked = m.post(f"/cases/{number}/ask-correction", {"points": []})
        assert asked.status_code == 200, (one.item, asked.content)
        visit = m.post("/visits", {"applicant": one.applicant, "how": "card", "center": one.center}).json()["visit"]
        given = m.post(f"/cases/{number}/receive-correction", {"answers": crowd.once_more(one), "visit": visit})
        assert given.status_code == 200, (one.item, given.content.decode()[:800])
        assert judge.replace("-", "_") in m.get(f"/cases/{number}").json()["acts"] or one.scope in (
            "split",
            "settle_home",
        ), one.item
        done.add(one.item)
    assert len(done) > 50 and len(nothing_lost) < 5, (len(done), nothing_lost)
