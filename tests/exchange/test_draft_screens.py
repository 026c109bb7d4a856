"""A draft that lies at another node, as clerks and residents see it: it is named, fetched by a button, and gone on with; where it was, a
save says where it is now, loses nothing that was typed, and fetches it back."""

import datetime as dt

import pytest
from django.test import Client

from tests.channels.resident.signed_in import sign_in
from tests.channels.window.work_members import client_of, hire, text
from tests.conftest import AT
from tests.exchange.town import Town
from tests.flows.cases import INTAKES
from tests.flows.people import MOTHER, PUTUO, YANGPU
from tongban.domain.event_intake import EventIntake
from tongban.flows import compose, receive, serve
from tongban.plumbing import clock

LATER = AT + dt.timedelta(hours=1)
HX = {"HX-Request": "true"}
SAID = EventIntake({"has_fund_account": True}, step="questions")


@pytest.fixture(autouse=True)
def _now(town: Town):
    town.talk()
    with clock.fixed(LATER):
        yield


class Desk:
    """A clerk of a node, in a browser, with the person before them."""

    def __init__(self, town: Town, code: str, center: str) -> None:
        self.town, self.code = town, code
        with town.at(code):
            self.clerk = hire(code, f"{code}窗口", center)
            self.visit = serve.meet(self.clerk, MOTHER, how="card", at=LATER).visit
            self.client = client_of(self.clerk)
        self.home = f"/window/visit/{self.visit}/"

    def get(self, address: str = "", data: dict[str, str] | None = None, **more):
        with self.town.at(self.code):
            return self.client.get(self.home + address, data or {}, **more)

    def post(self, address: str, data: dict[str, str], **more):
        with self.town.at(self.code):
            return self.client.post(self.home + address, data, **more)

    def fetch(self, draft: str):
        """Press the button, and wait until it has come."""
        asked = self.post("bring", {"draft": draft}, headers=HX)
        assert "正在从" in text(asked), text(asked)
        self.town.carry()
        return self.get("bring", {"draft": draft, "n": "1"}, headers=HX)


def begun(town: Town) -> tuple[Desk, str]:
    desk = Desk(town, "putuo", PUTUO)
    with town.at("putuo"):
        draft = compose.save(desk.clerk, desk.visit, "retire", SAID, at=LATER)
    town.carry()
    return desk, draft.id


def arrived_at(town: Town) -> Desk:
    """The person comes to another district, which asks the city as its page is opened."""
    desk = Desk(town, "yangpu", YANGPU)
    desk.post("elsewhere", {}, headers=HX)
    town.carry()
    return desk


def test_the_counter_of_another_district_shows_the_draft_and_fetches_it(town: Town) -> None:
    _, draft = begun(town)
    desk = arrived_at(town)
    said = text(desk.get())
    assert "有一份没办完的草稿" in said and "普陀区" in said and "取回草稿" in said
    assert desk.fetch(draft).headers["HX-Refresh"] == "true"
    again = desk.get().content.decode()
    assert "取回草稿" not in again and f"/window/visit/{desk.visit}/event/retire/start" in again
    assert "您上次办到一半" in text(desk.get("event/retire/start"))


def test_without_a_script_the_button_works_too(town: Town) -> None:
    _, draft = begun(town)
    desk = arrived_at(town)
    answer = desk.post("bring", {"draft": draft})
    assert answer.status_code == 302 and answer.headers["Location"] == desk.home
    assert "正在从" in text(desk.get())
    town.carry()
    assert "正在从" not in text(desk.get())


def test_a_node_that_is_silent_is_said_and_the_draft_comes_when_it_is_back(town: Town) -> None:
    _, draft = begun(town)
    desk = arrived_at(town)
    town.cut.add("putuo")
    desk.post("bring", {"draft": draft}, headers=HX)
    town.carry()
    late = desk.get("bring", {"draft": draft, "n": "40"}, headers=HX).content.decode()
    assert "暂时没有回答" in late and "hx-get" not in late
    town.cut.clear()
    town.talk()
    assert "event/retire/start" in desk.get().content.decode()


def test_a_save_where_it_was_says_where_it_is_and_loses_nothing(town: Town) -> None:
    first, draft = begun(town)
    assert arrived_at(town).fetch(draft).headers["HX-Refresh"] == "true"
    answer = first.post("event/retire/start", {"draft": draft, "rev": "1", "key": "k1", "go": "next"})
    said = answer.content.decode()
    assert answer.status_code == 409 and "这份草稿已转到杨浦区系统" in said and "取回草稿" in said
    assert f'name="draft" value="{draft}"' in said
    asked = first.post("event/retire/bring", {"draft": draft, "keep": "1"}, headers=HX)
    assert "正在从" in text(asked)
    town.carry()
    done = first.get("event/retire/bring", {"draft": draft, "keep": "1", "n": "1"}, headers=HX)
    assert "请再保存一次" in text(done) and "HX-Refresh" not in done.headers
    again = first.post("event/retire/start", {"draft": draft, "rev": "1", "key": "k2", "go": "next"})
    assert again.status_code in (204, 302), text(again)


def test_what_has_moved_is_not_handed_in_where_it_was(town: Town) -> None:
    first, draft = begun(town)
    arrived_at(town).fetch(draft)
    answer = first.post("event/retire/submit", {"draft": draft, "rev": "1", "key": "k1"})
    assert answer.status_code == 409 and "取回草稿" in text(answer)


def test_an_item_that_has_moved_is_fetched_back_beside_the_form(town: Town) -> None:
    desk = Desk(town, "putuo", PUTUO)
    with town.at("putuo"):
        draft = receive.save_draft(desk.clerk, desk.visit, "jinglaoka", INTAKES["jinglaoka"], at=LATER)
    town.carry()
    away = arrived_at(town)
    assert "敬老卡" in text(away.get())
    assert away.fetch(draft.id).headers["HX-Refresh"] == "true"
    sent = {"draft": draft.id, "rev": "1", "key": "k1", "version": "1"}
    saved = desk.post("item/jinglaoka/save", sent, headers=HX)
    assert saved.status_code == 409 and 'id="draft-away" hx-swap-oob' in saved.content.decode()
    received = desk.post("item/jinglaoka/receive", sent)
    assert received.status_code in (409, 422) and "敬老卡" in text(received)


def test_at_home_the_draft_of_a_counter_is_found_and_fetched(town: Town) -> None:
    _, draft = begun(town)
    client = Client()
    with town.at("city"):
        sign_in(client, MOTHER)
        page = text(client.get("/events/retire/start"))
        assert "有一份没办完的草稿" in page and "普陀区" in page
        client.post("/events/retire/bring", {"draft": draft})
        assert "正在从" in text(client.get("/events/retire/start"))
    town.carry()
    with town.at("city"):
        part = client.get("/events/retire/bring", {"draft": draft, "n": "1"}, headers=HX)
        assert part.headers["HX-Refresh"] == "true"
        assert "您上次办到一半" in text(client.get("/events/retire/start"))
