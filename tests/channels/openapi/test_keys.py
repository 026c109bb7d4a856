"""Every write twice under one key: one act, one answer. And with another content: a conflict."""

from typing import Any

import pytest
from django.db import connection

from tests.channels.openapi.conftest import Machine
from tests.channels.openapi.world import AT_ONCE, BROUGHT, MANDATE, MOTHER, SON
from tests.flows.people import PUTUO, YANGPU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
EVERY = ("case.receive", "case.handle", "case.read", "case.supervise", "person.read")


def lines() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_line")
        return int(cursor.fetchone()[0])


def twice(m: Machine, path: str, body: Any = None, method: str = "POST", **headers: str) -> Any:
    """Send it, send it again, and see that the second time nothing happened but the same answer."""
    key = f"twice:{method}:{path}"
    first = m(method, path, {} if body is None else body, key=key, **headers)
    assert first.status_code < 300, (path, first.content)
    written = lines()
    again = m(method, path, {} if body is None else body, key=key, **headers)
    assert (first.status_code, first.content, first.get("ETag")) == (
        again.status_code,
        again.content,
        again.get("ETag"),
    )
    assert lines() == written, path
    return first.json() if first.content else None


def test_a_visit(machine: Any) -> None:
    m = machine(PUTUO, *EVERY)
    visit = twice(m, "/visits", {"applicant": MOTHER, "agent": SON, "how": "card"})["visit"]
    twice(m, f"/visits/{visit}/mandate", MANDATE)
    draft = twice(m, f"/visits/{visit}/drafts", BROUGHT)["id"]
    twice(m, f"/visits/{visit}/drafts/{draft}", BROUGHT | {"rev": 1}, "PUT")
    twice(m, f"/visits/{visit}/drafts/{draft}/bring")
    twice(m, "/cases", BROUGHT | {"visit": visit, "draft": draft})
    twice(m, f"/visits/{visit}/close")


def test_a_case_that_is_granted_and_revoked(machine: Any) -> None:
    m = machine(PUTUO, *EVERY)
    number = twice(m, "/cases", AT_ONCE)["number"]
    point = {"what": "field", "code": "phone", "problem": "wrong"}
    twice(m, f"/cases/{number}/ask-correction", {"points": [point], "note": "请核对手机号"})
    twice(m, f"/cases/{number}/receive-correction", {"answers": {"phone": "13900139000"}})
    twice(m, f"/cases/{number}/review", {"outcome": "pass"})
    twice(m, f"/cases/{number}/decide", {"granted": True}, If_Match='"5"')
    twice(m, f"/cases/{number}/issue", {"result": "jinglaoka"})
    twice(m, f"/cases/{number}/deliver", {"way": "counter"})
    twice(m, f"/cases/{number}/revoke", {"law": "行政许可法第六十九条", "note": "误发"})
    kinds = [e["kind"] for e in m.get(f"/cases/{number}/log").json()["entries"]]
    assert len(kinds) == len(set(kinds)) == 9


def test_a_case_that_changes_hands(machine: Any) -> None:
    m, there = machine(PUTUO, *EVERY), machine(YANGPU, *EVERY)
    number = twice(m, "/cases", AT_ONCE | {"answers": AT_ONCE["answers"] | {"pickup_center": ""}})["number"]
    twice(m, f"/cases/{number}/hand-over", {"to": YANGPU, "reason": "reassigned"})
    twice(there, f"/cases/{number}/take-over")
    twice(there, f"/cases/{number}/hand-back", {"reason": "papers_not_seen"})
    twice(m, f"/cases/{number}/withdraw", {"reason": "asked"})


def test_papers_that_follow(machine: Any) -> None:
    m = machine(PUTUO, *EVERY)
    number = twice(m, "/cases", AT_ONCE | {"declarations": [], "follow": ["tax_statement"]})["number"]
    assert m.get(f"/cases/{number}").json()["progress"]["follow"]
    twice(m, f"/cases/{number}/papers", {"papers": [{"material": "tax_statement"}]})
    assert m.get(f"/cases/{number}").json()["progress"]["follow"] == []


def test_another_content_under_the_same_key_is_a_conflict(machine: Any) -> None:
    m = machine(PUTUO, *EVERY)
    number = m.post("/cases", AT_ONCE).json()["number"]
    assert m.post(f"/cases/{number}/review", {"outcome": "pass"}, key="k").status_code == 200
    for path, body in (("review", {"outcome": "fail"}), ("decide", {"granted": True})):
        answer = m.post(f"/cases/{number}/{path}", body, key="k")
        assert (answer.status_code, answer.json()["code"]) == (409, "key.reused")
