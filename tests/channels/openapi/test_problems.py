"""Bad input of every kind is told as a problem and never breaks anything."""

import re
import uuid
from typing import Any

import msgspec
import pytest
from django.test import Client, override_settings

from tests.channels.openapi.world import AT_ONCE, BROUGHT, MOTHER, NOWHERE, pointers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
SOUND = msgspec.json.encode(AT_ONCE)


def with_answer(value: bytes) -> bytes:
    return msgspec.json.encode(AT_ONCE | {"answers": {"phone": "@"}}).replace(b'"@"', value)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 415, "request.media_type"),
        (b" ", 400, "request.not_json"),
        (b"{", 400, "request.not_json"),
        (b"\xff\xfe{\x00}\x00", 400, "request.not_json"),
        (b'{"item": "\xff"}', 400, "request.not_json"),
        (b"\xef\xbb\xbf" + SOUND, 400, "request.not_json"),
        (with_answer(b'"\\ud800"'), 400, "request.not_json"),
        (with_answer(b"NaN"), 400, "request.not_json"),
        (with_answer(b'"a\\u0000b"'), 422, "request.characters"),
        (with_answer(b"9" * 5000), 422, "request.value"),
        (with_answer(b"1e999"), 422, "request.value"),
        (with_answer(b"123456789012345678901234567890"), 422, "request.value"),
        (with_answer(b"[" * 100_000 + b"]" * 100_000), 422, "request.value"),
        (b"[" * 100_000, 422, "request.value"),
        (b"null", 422, "request.value"),
        (b"[]", 422, "request.value"),
        (b"{}", 422, "request.missing_field"),
        (msgspec.json.encode(AT_ONCE | {"nonsense": 1}), 422, "request.unknown_field"),
        (msgspec.json.encode(AT_ONCE | {"visit": "not-a-uuid"}), 422, "request.value"),
        (msgspec.json.encode(AT_ONCE | {"center": "1"}), 422, "request.value"),
        (msgspec.json.encode(AT_ONCE | {"item": "x" * 61}), 422, "request.value"),
        (msgspec.json.encode(AT_ONCE | {"papers": [{"material": "id_card", "grade": "Z"}]}), 422, "request.value"),
        (msgspec.json.encode(AT_ONCE | {"item": "no_such_item"}), 404, "catalog.no_item"),
        (msgspec.json.encode(AT_ONCE | {"version": 99}), 409, "item.newer_version"),
        (msgspec.json.encode(AT_ONCE | {"visit": str(uuid.uuid4()), "applicant": None}), 404, "visit.not_found"),
        (msgspec.json.encode(AT_ONCE | {"center": "999999999"}), 403, "actor.not_allowed"),
    ],
)
def test_bodies(machine: Any, body: bytes, status: int, code: str) -> None:
    answer = machine()("POST", "/cases", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["errors"][0]["code"]


def test_pointers_lead_into_what_was_sent(machine: Any) -> None:
    m = machine()
    assert pointers(m.post("/cases", AT_ONCE | {"papers": [{"material": "id_card", "grade": "Z"}]})) == {
        "/papers/0/grade"
    }
    assert pointers(m.post("/cases", AT_ONCE | {"applicant": {"nome": "x", "name": "y"}})) == {"/applicant/nome"}
    assert pointers(m.post("/cases", BROUGHT | {"applicant": {}})) == {"/applicant/name"}


def test_a_text_that_only_looks_like_nul_is_a_text(machine: Any) -> None:
    body = msgspec.json.encode(AT_ONCE).replace("四平路1号".encode(), b"\\\\u0000")
    assert machine()("POST", "/cases", body).status_code == 201


def test_names_of_rare_characters_are_names(machine: Any) -> None:
    m = machine()
    for name in ("𠮷野", "买买提·艾力", "阿" * 50):
        answer = m.post("/visits", {"applicant": {"kind": "unknown", "name": name}})
        assert answer.status_code == 201, answer.content
    assert m.post("/visits", {"applicant": {"kind": "unknown", "name": "阿" * 200}}).status_code == 422


def test_the_envelope(machine: Any) -> None:
    m = machine()
    given = {"Authorization": f"Bearer {m.raw}", "Idempotency-Key": "k"}
    as_text = m.client.post("/api/v1/cases", SOUND, content_type="text/plain", headers=given)
    assert (as_text.status_code, as_text.json()["code"]) == (415, "request.media_type")
    as_form = m.client.post("/api/v1/cases", {"a": "b"}, headers=given)
    assert as_form.status_code == 415
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        assert m("POST", "/cases", SOUND).status_code == 413
    for key in ("", " ", "x" * 201, "a b", "é"):
        answer = m.client.post(
            "/api/v1/cases", SOUND, content_type="application/json", headers=given | {"Idempotency-Key": key}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "request.no_key")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
        ("GET", "/cases/1", 404),
        ("GET", "/cases/%00", 404),
        ("GET", f"/cases/{NOWHERE}/nowhere", 404),
        ("GET", "/visits/not-a-uuid", 404),
        ("GET", "/centers/999999999", 404),
        ("GET", "/items/no_such_item", 404),
        ("GET", "/items/jinglaoka?version=9", 404),
        ("GET", "/items?limit=x", 422),
        ("GET", "/items?limit=201", 422),
        ("GET", "/items?limit=1&limit=2", 422),
        ("GET", "/items?lmit=1", 422),
        ("GET", "/items?topic=%00", 422),
        ("GET", "/items?cursor=%ff%fe", 422),
        ("GET", "/items/search", 422),
        ("GET", "/cases?show=all", 422),
        ("GET", "/cases?state=nonsense", 422),
        ("GET", "/cases?cursor=WzEsMl0", 422),
        ("DELETE", "/cases", 405),
        ("PATCH", "/items", 405),
        ("PUT", "/visits", 405),
        ("HEAD", "/items", 405),
    ],
)
def test_addresses(machine: Any, method: str, path: str, status: int) -> None:
    answer = machine()(method, path)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    if status == 405:
        assert answer["Allow"]


def test_english_when_it_is_asked_for(machine: Any) -> None:
    m = machine()
    zh, en = m.post("/cases", BROUGHT), m.post("/cases", BROUGHT, Accept_Language="de, en;q=0.8, zh;q=0.5")
    assert zh["Content-Language"] == "zh-CN" and "二者选一" in zh.json()["title"]
    assert en["Content-Language"] == "en" and en.json()["title"].startswith("Give either")
    assert zh.json()["code"] == en.json()["code"]
    for odd in ("en;q=x", ",,,", "zh;q=0, en;q=0", "x" * 9000):
        assert m.get("/nowhere", Accept_Language=odd).status_code == 404


def test_what_breaks_inside_is_told_as_ours_and_says_nothing_more(machine: Any, monkeypatch: Any) -> None:
    from tongban.reads import items

    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret 310110194803120284")

    monkeypatch.setattr(items, "page", breaks)
    answer = machine().get("/items")
    assert (answer.status_code, answer.json()["code"]) == (500, "api.broken") and b"secret" not in answer.content


def test_the_document_and_its_page_need_no_token() -> None:
    client = Client()
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"] == "3.1.0" and "/api/v1/cases" in told["paths"]
    page = client.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200 and "script-src 'self'" in page["Content-Security-Policy"]
    assert " style=" not in text and "<style" not in text and "//cdn" not in text and "onclick" not in text
    assert client.post("/api/v1/docs").status_code == 405


def test_every_write_of_the_document_needs_a_key() -> None:
    told = Client().get("/api/v1/openapi.json").json()
    looks = {"assess_case"}
    for path, methods in told["paths"].items():
        for method, op in methods.items():
            keyed = any(p["name"] == "Idempotency-Key" and p["required"] for p in op["parameters"])
            assert keyed == (method != "get" and op["operationId"] not in looks), path
            assert ("security" in op) == (op["operationId"] != "show_progress"), path


def test_unknown_fields_are_errors_everywhere(machine: Any) -> None:
    """Every address with a body refuses a field that it does not know."""
    m = machine()
    told = Client().get("/api/v1/openapi.json").json()
    asked = 0
    for path, methods in told["paths"].items():
        for method, op in methods.items():
            if "application/json" not in op.get("requestBody", {}).get("content", {}):
                continue
            real = path.removeprefix("/api/v1").replace("{number}", NOWHERE)
            real = re.sub(r"\{\w+\}", lambda _: str(uuid.uuid4()), real)
            answer = m(method.upper(), real, {"no_such_field": 1, "applicant": MOTHER})
            assert (answer.status_code, answer.json()["code"]) == (422, "request.unknown_field"), path
            asked += 1
    assert asked > 20


def test_a_database_that_is_away_is_told_as_such_and_the_same_key_is_advised(
    machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from tongban.flows import receive

    def lost(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(receive, "receive_at_once", lost)
    answer = machine().post("/cases", AT_ONCE)
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "1", "api.database_away")
    # It may have been done: the words do not say that it was not.
    assert "Idempotency-Key" in answer.json()["detail"] and "没有完成" not in answer.content.decode()
