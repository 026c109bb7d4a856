"""Cases over HTTP: received in one call or by a visit, found, followed, acted on; the same key is the same act."""

import hashlib
from typing import Any

import pytest
from django.db import connection

from tests.channels.openapi.world import AT_ONCE, BROUGHT, MANDATE, MOTHER, SON, pointers
from tests.flows.people import PUTUO, YANGPU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]


def received(m: Any, **more: Any) -> str:
    answer = m.post("/cases", AT_ONCE | more)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["number"])


def test_one_call_receives_and_the_case_can_be_followed(machine: Any) -> None:
    m = machine()
    answer = m.post("/cases", AT_ONCE)
    receipt = answer.json()
    assert answer.status_code == 201 and receipt["number"].startswith(PUTUO) and receipt["stage"] == "accepted"
    seen = m.get(f"/cases/{receipt['number']}")
    assert seen["ETag"] == '"2"' and seen.json()["progress"]["state"]["code"] == "accepted"
    assert "decide" in seen.json()["acts"] and "沈" not in seen.content.decode()
    assert [s["exchange"] for s in m.get(f"/cases/{receipt['number']}/timeline").json()] == ["SB", "SL"]
    assert [r["number"] for r in m.get("/cases").json()["rows"]] == [receipt["number"]]
    assert m.get("/cases/summary").json()["lights"]["green"] == 1


def test_the_same_key_is_the_same_case_with_the_same_status(machine: Any) -> None:
    m = machine()
    first, again = m.post("/cases", AT_ONCE, key="k"), m.post("/cases", AT_ONCE, key="k")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    other = m.post("/cases", AT_ONCE | {"insist": True}, key="k")
    assert (other.status_code, other.json()["code"]) == (409, "key.reused")
    assert len(m.get("/cases").json()["rows"]) == 1


def test_two_tokens_may_use_the_same_key(machine: Any) -> None:
    one, two = machine(), machine()
    first, second = one.post("/cases", AT_ONCE, key="k"), two.post("/cases", AT_ONCE, key="k")
    assert first.json()["number"] != second.json()["number"]


def test_everything_missing_is_told_at_once(machine: Any) -> None:
    answer = machine().post("/cases", AT_ONCE | {"answers": {"phone": "1380013800", "nonsense": 1}, "papers": []})
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert {"/answers/phone", "/answers/nonsense", "/answers/card_bank", "/papers/id_card"} <= pointers(answer)


def test_a_wrong_number_is_told_where_it_stands(machine: Any) -> None:
    answer = machine().post("/cases", AT_ONCE | {"applicant": MOTHER | {"number": "310110194803120285"}})
    assert pointers(answer) == {"/applicant/number"}
    answer = machine().post("/cases", AT_ONCE | {"agent": SON | {"name": "1"}})
    assert pointers(answer) == {"/agent/name"}


def test_for_whom_must_be_said_once(machine: Any) -> None:
    m = machine()
    assert m.post("/cases", BROUGHT).json()["code"] == "case.whom"
    visit = m.post("/visits", {"applicant": MOTHER, "how": "card"}).json()["visit"]
    assert m.post("/cases", AT_ONCE | {"visit": visit}).json()["code"] == "case.whom"
    assert m.post("/cases", BROUGHT | {"visit": visit}).status_code == 201


def test_an_agent_with_a_mandate_in_one_call(machine: Any) -> None:
    m = machine()
    assert m.post("/cases", AT_ONCE | {"agent": SON}).json()["code"] == "mandate.none"
    assert m.post("/cases", AT_ONCE | {"agent": SON, "mandate": MANDATE}).status_code == 201


def test_the_log_has_no_personal_data_and_its_chain_holds(machine: Any) -> None:
    m = machine()
    number = received(m)
    log = m.get(f"/cases/{number}/log")
    body = log.json()
    assert body["holds"] and body["n"] == 2 and body["head"] == body["entries"][-1]["hash"]
    said = log.content.decode()
    assert not any(word in said for word in ("沈桂芳", MOTHER["number"], "13800138000", "四平路", "汉族"))
    with connection.cursor() as cursor:
        cursor.execute("alter table cases_fact disable trigger cases_fact_append_only")
        cursor.execute("update cases_fact set body = replace(body, '\"version\":1', '\"version\":2') where n = 1")
    assert m.get(f"/cases/{number}/log").json()["holds"] is False


def test_the_chain_can_be_recomputed_by_anybody(machine: Any) -> None:
    """The recipe of domain/chain.py with nothing but the answer and SM3."""
    import msgspec

    m = machine()
    log = m.get(f"/cases/{received(m)}/log").json()
    before = ""
    for e in log["entries"]:
        at = e["at"].replace("Z", ".000000+00:00")
        head = msgspec.json.encode([log["number"], e["n"], at, e["by"]])
        before = hashlib.new("sm3", b"\x1f".join((head, msgspec.json.encode(e["fact"]), before.encode()))).hexdigest()
        assert before == e["hash"]
    assert before == log["head"]


def test_an_act_on_what_has_moved_on_is_not_done(machine: Any) -> None:
    m = machine()
    number = received(m)
    seen = m.get(f"/cases/{number}")["ETag"]
    done = m.post(f"/cases/{number}/review", {"outcome": "pass"}, If_Match=seen)
    assert (done.status_code, done["ETag"], done.json()["n"]) == (200, '"3"', 3)
    late = m.post(f"/cases/{number}/decide", {"granted": True}, If_Match=seen)
    assert (late.status_code, late.json()["code"]) == (409, "case.changed")
    assert m.post(f"/cases/{number}/decide", {"granted": True}, If_Match='"3"').json()["stage"] == "decided"
    assert m.post(f"/cases/{number}/decide", {"granted": True}, If_Match="3").status_code == 400


def test_a_retried_act_is_done_once(machine: Any) -> None:
    m = machine()
    number = received(m)
    first = m.post(f"/cases/{number}/decide", {"granted": True}, key="d", If_Match='"2"')
    again = m.post(f"/cases/{number}/decide", {"granted": True}, key="d", If_Match='"2"')
    assert first.status_code == 200
    assert (first.status_code, first.content, first["ETag"]) == (again.status_code, again.content, again["ETag"])
    assert m.get(f"/cases/{number}/log").json()["n"] == 3


def test_from_decision_to_delivery(machine: Any) -> None:
    m = machine()
    number = received(m)
    assert m.post(f"/cases/{number}/decide", {"granted": False}).json()["code"] == "case.reason_needed"
    assert m.post(f"/cases/{number}/decide", {"granted": True}).status_code == 200
    assert m.post(f"/cases/{number}/issue", {"result": "jinglaoka"}).status_code == 200
    assert m.post(f"/cases/{number}/deliver", {"way": "counter", "to": "agent"}).json()["code"] == "deliver.no_agent"
    assert m.post(f"/cases/{number}/deliver", {"way": "counter"}).json()["stage"] == "delivered"
    assert m.get("/cases").json()["rows"] == []


def test_corrections_are_asked_once_and_received(machine: Any) -> None:
    m = machine()
    number = received(m)
    assert m.post(f"/cases/{number}/ask-correction", {"points": []}).status_code == 422
    wrong = {"points": [{"what": "field", "code": "nonsense", "problem": "wrong"}]}
    assert pointers(m.post(f"/cases/{number}/ask-correction", wrong)) == {"/points/0"}
    asked = m.post(
        f"/cases/{number}/ask-correction", {"points": [{"what": "field", "code": "phone", "problem": "wrong"}]}
    )
    assert asked.json()["stage"] == "correcting"
    missing = m.post(f"/cases/{number}/receive-correction", {})
    assert missing.status_code == 422
    done = m.post(f"/cases/{number}/receive-correction", {"answers": {"phone": "13900139000"}})
    assert done.json()["stage"] == "accepted"
    point = {"what": "paper", "code": "id_card", "problem": "unreadable"}
    second = m.post(f"/cases/{number}/ask-correction", {"points": [point]})
    assert second.json()["code"] == "correction.only_once"


def test_a_form_that_went_with_a_disk_is_judged_by_nobody_and_asked_for_once_more(machine: Any) -> None:
    m = machine()
    number = received(m)
    assert "decide" in m.get(f"/cases/{number}").json()["acts"]
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_sealed where number = %s", [number])
    acts = m.get(f"/cases/{number}").json()["acts"]
    assert "ask_correction" in acts and not {"decide", "review", "finish"} & set(acts)
    refused = m.post(f"/cases/{number}/decide", {"granted": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "case.form_lost")
    asked = m.post(f"/cases/{number}/ask-correction", {"points": [], "note": "请重新填写"})
    assert asked.json()["stage"] == "correcting"


def test_withdrawn_by_the_resident_at_another_counter(machine: Any) -> None:
    here, there = machine(), machine(YANGPU)
    number = received(here)
    visit = there.post("/visits", {"applicant": MOTHER, "how": "card"}).json()["visit"]
    assert there.get(f"/cases/{number}").status_code == 404
    assert there.post(f"/cases/{number}/withdraw", {"visit": visit}).json()["stage"] == "withdrawn"


def test_pages_of_the_worklist(machine: Any) -> None:
    m = machine()
    numbers = {received(m) for _ in range(5)}
    seen: list[str] = []
    cursor = ""
    for _ in range(5):
        page = m.get(f"/cases?limit=2&cursor={cursor}").json()
        seen += [r["number"] for r in page["rows"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == 5 and set(seen) == numbers
    assert m.get("/cases?cursor=made-up").json()["code"] == "page.cursor"
    assert m.get("/cases?limit=0").status_code == 422


def test_assess_writes_nothing_and_tells_no_value(machine: Any) -> None:
    m = machine()
    told = m.post("/assess", {"item": "jinglaoka"}, key="").json()
    assert (
        told["ready"] is False
        and told["eligible"] is None
        and "/papers/id_card" in {p["pointer"] for p in told["problems"]}
    )
    visit = m.post("/visits", {"applicant": MOTHER, "how": "card"}).json()["visit"]
    known = m.post("/assess", BROUGHT | {"visit": visit}, key="")
    assert known.json()["ready"] is True and known.json()["eligible"] is True
    assert known.json()["route"] == {"handling": PUTUO, "hand_over": "never"}
    assert "沈桂芳" not in known.content.decode() and MOTHER["number"] not in known.content.decode()
    assert m.get("/cases").json()["rows"] == []
