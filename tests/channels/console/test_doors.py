"""The console is closed: every page for everybody without its power, and every act outside one's places."""

import uuid

import pytest
from django.test import Client

from tests.channels.console.people import PUTUO, YANGPU, hired, signed_in
from tongban.domain.actor import POWERS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]

NOBODY = uuid.UUID(int=0)
PAGES = {
    "/console/board": "board.read",
    "/console/staff": "staff.manage",
    "/console/staff/new": "staff.manage",
    f"/console/staff/{NOBODY}": "staff.manage",
    "/console/tokens": "staff.manage",
    "/console/audit": "audit.read",
    "/console/catalog": "catalog.publish",
    "/console/catalog/jinglaoka": "catalog.publish",
    "/console/nodes": "board.read",
    "/console/parked": "exchange.manage",
}
ACTS = {
    f"/console/staff/{NOBODY}/grant": "staff.manage",
    f"/console/staff/{NOBODY}/powers/{NOBODY}/revoke": "staff.manage",
    f"/console/staff/{NOBODY}/reset": "staff.manage",
    f"/console/staff/{NOBODY}/deactivate": "staff.manage",
    f"/console/tokens/{NOBODY}/revoke": "staff.manage",
    "/console/staff/new": "staff.manage",
    "/console/tokens": "staff.manage",
    "/console/catalog/jinglaoka": "catalog.publish",
    "/console/parked/1/try": "exchange.manage",
    "/console/parked/bag/1/open": "exchange.manage",
}
ROOMS = ("/console/", "/console/centers")


def test_strangers_get_the_door(client: Client) -> None:
    for page in (*PAGES, *ROOMS):
        answer = client.get(page)
        assert answer.status_code == 302, page
        assert answer.headers["Location"].startswith("/login?next=/console/".replace("/console/", "%2Fconsole"))
    for act in ACTS:
        assert client.post(act).status_code == 401, act


@pytest.mark.parametrize("power", sorted(POWERS))
def test_each_power_opens_its_own_pages_and_no_other(power: str) -> None:
    client = signed_in("only.one", **{power.replace(".", "_"): "310000"})
    for page, needed in PAGES.items():
        opened = client.get(page).status_code in (200, 404)
        assert opened == (needed == power), page
    for act, needed in ACTS.items():
        refused = client.post(act).status_code == 403
        assert refused == (needed != power), act
    console = power in PAGES.values()
    assert (client.get("/console/centers").status_code == 200) == console
    assert (client.get("/console/").status_code == 302) == console


def test_the_navigation_shows_only_what_opens() -> None:
    text = signed_in("board.only", board_read="310107").get("/console/board").content.decode()
    assert "/console/centers" in text
    for closed in ("/console/staff", "/console/tokens", "/console/audit", "/console/catalog"):
        assert closed not in text


def test_landing_after_sign_in() -> None:
    from tests.channels.console.people import PASSWORD

    for login, power in (("a.audit", "audit_read"), ("b.board", "board_read"), ("c.catalog", "catalog_publish")):
        hired(login, **{power: "310000"})
        client = Client()
        answer = client.post("/login", {"login": login, "password": PASSWORD})
        assert answer.headers["Location"] == "/console/"
        assert client.get("/console/").headers["Location"] == f"/console/{power.partition('_')[0]}"


def test_only_ones_own_places(client: Client) -> None:
    manager = signed_in("m.putuo", staff_manage="310107")
    other, mine = hired("li.yangpu", YANGPU, name="杨浦员工"), hired("li.putuo", PUTUO, name="普陀员工")
    text = manager.get("/console/staff").content.decode()
    assert "普陀员工" in text
    assert "杨浦员工" not in text
    assert "杨浦区" not in text, "places to choose from are one's own"
    assert manager.get(f"/console/staff/{mine}").status_code == 200
    assert manager.get(f"/console/staff/{other}").status_code == 404
    for act in ("grant", "reset", "deactivate"):
        assert (
            manager.post(
                f"/console/staff/{other}/{act}", {"power": "case.read", "place": YANGPU, "reason": "x"}
            ).status_code
            == 404
        )
    outside = manager.post(f"/console/staff/{mine}/grant", {"power": "case.read", "place": YANGPU})
    assert outside.status_code == 403
    hire = manager.post("/console/staff/new", {"login": "new.one", "name": "新人", "center": YANGPU})
    assert hire.status_code == 403
    assert 'value="new.one"' in hire.content.decode(), "what was typed stays"
    token = manager.post(
        "/console/tokens", {"name": "x", "place": YANGPU, "power": "case.read", "expires": "2099-01-01"}
    )
    assert token.status_code in (403, 422)


def test_polling_does_not_keep_a_session_awake() -> None:
    import datetime as dt

    from tongban.plumbing import clock

    start = clock.now()
    client = signed_in("wall.board", board_read="310107")
    for minutes in (10, 20, 29):
        with clock.fixed(start + dt.timedelta(minutes=minutes)):
            assert client.get("/console/board?part=numbers", headers={"X-Tongban-Poll": "1"}).status_code == 200
    with clock.fixed(start + dt.timedelta(minutes=32)):
        assert client.get("/console/board?part=numbers", headers={"X-Tongban-Poll": "1"}).status_code == 302
