"""A resident asks at a node that does not know the case: the city is asked by letter, the page waits, then shows the case, or says no in
the same words whether the number or the code was wrong. The same for machines, and at the window for the person who is there."""

import datetime as dt

import pytest
from django.test import Client

from tests.channels.window.work_members import client_of, hire, text
from tests.conftest import AT
from tests.exchange.town import Town
from tests.flows.people import MINHANG, PUTUO, with_mandate
from tests.flows.split_case import split
from tongban.flows import handle
from tongban.flows.receive import Receipt
from tongban.plumbing import clock
from tongban.reads import serving

LATER = AT + dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(LATER):
        yield


def received(town: Town) -> Receipt:
    with town.at("putuo"):
        receipt = split(hire("putuo", "林后台", PUTUO))
    town.carry()
    town.talk()
    return receipt


def ask(client: Client, number: str, code: str, **more: str):
    return client.post("/progress", {"number": number, "code": code}, **more)


def part(client: Client):
    return client.get("/progress/wait", {"part": "1"})


def test_the_page_waits_for_the_city_and_then_shows_the_case_with_its_moment(town: Town) -> None:
    receipt, client = received(town), Client()
    with town.at("minhang"):
        asked = ask(client, receipt.number, receipt.query_code)
        assert asked.headers["Location"] == "/progress/wait"
        assert receipt.query_code not in asked.cookies["asking"].value
        page = client.get("/progress/wait")
        assert "正在向市级系统查询" in text(page) and page.headers["Cache-Control"] == "no-store"
        assert '<noscript><meta http-equiv="refresh"' in page.content.decode()
        assert part(client).status_code == 204
    town.carry()
    with town.at("minhang"):
        assert part(client).headers["HX-Refresh"] == "true"
        done = client.get("/progress/wait", follow=True)
        assert done.redirect_chain == [(f"/p/{receipt.number}", 302)]
        said = text(done)
        assert "材料已移交给负责办理的中心" in said and "截至 2026-09-01" in said
    with town.at("yangpu"):
        handle.take_over(hire("yangpu", "顾后台", "310110009"), receipt.number, at=LATER)
    town.carry()
    with town.at("minhang"):
        assert "由这个中心办理" in text(client.get(f"/p/{receipt.number}")), "it goes on hearing of the case"


def test_wrong_and_unknown_answer_alike_and_as_at_the_city(town: Town) -> None:
    receipt = received(town)
    unknown = "310107015260901000099"
    from tongban.domain.check_digits import mod_37_36

    unknown += mod_37_36(unknown)
    told = []
    for node, number in (("minhang", receipt.number), ("minhang", unknown), ("putuo", receipt.number)):
        client = Client()
        with town.at(node):
            assert ask(client, number, "AAAAAA").headers["Location"] == "/progress/wait"
            waiting = text(client.get("/progress/wait"))
        town.carry()
        with town.at(node):
            answer = client.get("/progress/wait")
            assert answer.status_code == 422 and "pass" not in answer.cookies
            told.append((waiting, text(answer)))
            assert client.get("/progress/wait").status_code == 302, "asked once, answered once"
    assert told[0] == told[1] == told[2]
    with town.at("city"):
        at_city = ask(Client(), receipt.number, "AAAAAA")
        assert at_city.status_code == 422 and text(at_city) == told[0][1]


def test_a_silent_city_is_said_and_nothing_is_claimed(town: Town) -> None:
    receipt, client = received(town), Client()
    with town.at("minhang"):
        ask(client, receipt.number, receipt.query_code)
        with clock.fixed(LATER + dt.timedelta(seconds=6)):
            assert part(client).headers["HX-Refresh"] == "true"
            answer = client.get("/progress/wait")
            assert answer.status_code == 503 and "市级系统暂时没有回答" in text(answer)
            assert "没有找到这个办件" not in text(answer)


def test_guessing_ends_here_too_and_a_right_try_is_given_back_once(town: Town) -> None:
    receipt, client = received(town), Client()
    with town.at("minhang"):
        for _ in range(9):
            assert ask(client, receipt.number, "AAAAAA").status_code == 302
        assert ask(client, receipt.number, receipt.query_code).status_code == 302
        held = client.cookies["asking"].value
    town.carry()
    with town.at("minhang"):
        for _ in range(3):
            client.cookies["asking"] = held
            assert client.get("/progress/wait").status_code == 302
        assert ask(Client(), receipt.number, "AAAAAA").status_code == 302, "one try came back"
        assert ask(Client(), receipt.number, "AAAAAA").status_code == 429, "and no more than one"


def test_a_token_of_ones_own_making_opens_nothing(town: Town) -> None:
    receipt, client = received(town), Client()
    with town.at("minhang"):
        client.cookies["asking"] = "AAAA" * 30
        assert client.get("/progress/wait").headers["Location"] == "/progress"
        assert part(client).headers["HX-Refresh"] == "true"
        ask(client, receipt.number, receipt.query_code)
        with clock.fixed(LATER + dt.timedelta(minutes=2)):
            assert client.get("/progress/wait").headers["Location"] == "/progress"


def test_a_machine_is_told_to_ask_again_with_the_same_question(town: Town) -> None:
    receipt, client = received(town), Client()

    def get(code: str, asked: str = ""):
        query = {"asked": asked} if asked else {}
        return client.get(f"/api/v1/progress/{receipt.number}", query, headers={"Query-Code": code})

    with town.at("minhang"):
        first = get(receipt.query_code)
        assert first.status_code == 202 and first.json()["again_in"] == 300
        token, wrong = first.json()["asked"], get("AAAAAA").json()["asked"]
        assert get(receipt.query_code, token).status_code == 202
        assert get("AAAAAC", token).status_code == 202, "another code is another question"
    town.carry()
    with town.at("minhang"):
        found = get(receipt.query_code, token)
        assert found.status_code == 200
        assert found.json()["case"]["held"]["node"] == "yangpu" and found.json()["case"]["held"]["as_of"]
        lost = get("AAAAAA", wrong)
        assert lost.status_code == 404 and lost.json()["code"] == "case.not_found"
        with clock.fixed(LATER + dt.timedelta(seconds=6)):
            late = get("CCCCCC").json()["asked"]
        with clock.fixed(LATER + dt.timedelta(seconds=13)):
            assert get("CCCCCC", late).json()["code"] == "query.city_silent"


def test_at_the_window_the_cases_of_the_person_are_asked_of_the_city(town: Town) -> None:
    receipt = received(town)
    with town.at("minhang"):
        clerk = hire("minhang", "吴窗口", MINHANG)
        met, browser = with_mandate(clerk, LATER), client_of(clerk)
        page = browser.get(f"/window/visit/{met.visit}/")
        assert receipt.number not in text(page)
        asked = browser.post(f"/window/visit/{met.visit}/elsewhere", {"key": "e1"}, headers={"HX-Request": "true"})
        assert "正在向市级系统查询" in text(asked)
    town.carry()
    with town.at("minhang"):
        question = asked.content.decode().partition("question=")[2].partition('"')[0]
        found = browser.get(
            f"/window/visit/{met.visit}/elsewhere",
            {"question": question.partition("&")[0], "n": "1"},
            headers={"HX-Request": "true"},
        )
        assert receipt.number in text(found) and "截至 2026-09-01" in text(found)
        assert receipt.number in text(browser.get(f"/window/visit/{met.visit}/"))
        (row,) = serving.visit_page(clerk, met.visit, today=LATER.date()).cases
        assert row.held.node == "yangpu"
