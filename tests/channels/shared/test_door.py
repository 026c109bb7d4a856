"""The staff's door: in with the right password, locked after five wrong ones, out after idling, closed by default."""

import datetime as dt
import re
import uuid

import pytest
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from tongban.channels.shared.actor import ActorMiddleware, needs, public
from tongban.config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from tongban.config.urls import urlpatterns as real
from tongban.domain.actor import SYSTEM
from tongban.domain.refusals import Conflict, NotFound, Problem, Refused
from tongban.domain.text import Text
from tongban.flows import staffing
from tongban.plumbing import clock
from tongban.registers.staff.models import Staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

CENTER = "310107005"
PASSWORD = "木棉-river-2026"
SEVERAL = Refused(
    "x.many",
    "有两处不对",
    "Two things are wrong",
    problems=(
        Problem("x.a", Text("甲不对", "a is wrong"), "/answers/a"),
        Problem("x.b", Text("乙不对", "b is wrong"), "/answers/b"),
    ),
)
RAISED = {
    "refused": Refused("x.refused", "材料不齐", "Papers are missing", advice=Text("请先补齐", "Bring them first")),
    "conflict": Conflict("x.conflict", "这件已被接办", "Somebody else took it"),
    "unknown": NotFound("x.unknown", "没有这件", "No such case"),
    "many": SEVERAL,
}


@public
def raising(request: HttpRequest, kind: str) -> HttpResponse:
    if kind == "bug":
        raise RuntimeError("secret detail")
    raise RAISED[kind]


def unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open sesame")


@needs("audit.read")
def audited(request: HttpRequest) -> HttpResponse:
    return HttpResponse("audit")


urlpatterns = [
    *real,
    path("t/raise/<kind>", raising),
    path("t/unmarked", unmarked),
    path("t/audited", audited),
]


@pytest.fixture
def clerk() -> uuid.UUID:
    made = staffing.hire(SYSTEM, "li.wei", "李伟", CENTER, PASSWORD, at=clock.now(), must_change=False)
    staffing.grant(SYSTEM, made, "case.read", CENTER, at=clock.now())
    return made


def sign_in(client: Client, password: str = PASSWORD, login: str = "li.wei", **more: str) -> HttpResponse:
    return client.post("/login", {"login": login, "password": password, **more})  # type: ignore[return-value]


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_in_and_out(client: Client, clerk: uuid.UUID) -> None:
    assert client.get("/account").headers["Location"] == "/login?next=%2Faccount"
    assert sign_in(client, login=" LI.Wei ", next="/account").headers["Location"] == "/account"
    page = client.get("/account")
    assert "李伟" in body(page)
    assert "查看办件进度" in body(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert Staff.objects.get(id=clerk).signed_in_at is not None
    assert client.get("/login").status_code == 302
    client.post("/logout")
    assert client.get("/account").status_code == 302


def test_session_cookie_is_hidden_from_scripts_and_other_sites(client: Client, clerk: uuid.UUID) -> None:
    cookie = sign_in(client).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_session_id_changes_at_sign_in(client: Client, clerk: uuid.UUID) -> None:
    client.get("/login")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "account"]
)
def test_never_sent_on_to_another_site(client: Client, clerk: uuid.UUID, target: str) -> None:
    assert sign_in(client, next=target).headers["Location"] == "/account"


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("li.wei", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("li.wei", "x" * 5000),
        ("li\x00wei", "x"),
        ("李" * 500, "x"),
        ("' or 1=1--", "x"),
    ],
)
def test_wrong_words_are_told_alike_and_the_login_is_kept(
    client: Client, clerk: uuid.UUID, login: str, password: str
) -> None:
    answer = sign_in(client, password, login)
    assert answer.status_code == 401
    assert "没有登录成功" in body(answer)
    assert "登录名或密码不正确" in body(answer) or "请填写登录名和密码" in body(answer)
    assert "sessionid" not in answer.cookies


def test_locked_after_five_and_says_until_when(client: Client, clerk: uuid.UUID) -> None:
    for _ in range(4):
        assert sign_in(client, "wrong").status_code == 401
    locked = sign_in(client, "wrong")
    assert locked.status_code == 429
    attempt = AccessAttempt.objects.get()
    assert attempt.username == "li.wei"
    until = (attempt.attempt_time + dt.timedelta(minutes=15)).astimezone(clock.CITY_ZONE)
    assert f"锁定至 {until:%H:%M}" in body(locked)
    assert sign_in(client).status_code == 429, "the right password does not open a locked door"
    assert sign_in(client, login="LI.WEI").status_code == 429, "nor does another spelling"
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - dt.timedelta(minutes=16))
    assert sign_in(client).status_code == 302


def test_a_right_password_forgives_the_wrong_ones(client: Client, clerk: uuid.UUID) -> None:
    for _ in range(3):
        for _ in range(3):
            sign_in(client, "wrong")
        assert sign_in(client).status_code == 302
        client.post("/logout")


def test_the_lock_does_not_shut_out_colleagues(client: Client, clerk: uuid.UUID) -> None:
    staffing.hire(SYSTEM, "wang", "王芳", CENTER, PASSWORD, at=clock.now(), must_change=False)
    for _ in range(5):
        sign_in(client, "wrong")
    assert sign_in(client, login="wang").status_code == 302


def test_first_password_must_be_changed_before_anything_else(client: Client) -> None:
    staffing.hire(SYSTEM, "li.wei", "李伟", CENTER, PASSWORD, at=clock.now())
    assert sign_in(client).headers["Location"] == "/account/password"
    assert client.get("/t/unmarked").headers["Location"] == "/account/password"
    refused = client.post("/account/password", {"old": PASSWORD, "new": "短", "again": "短"})
    assert refused.status_code == 422
    assert "密码太短" in body(refused)
    other = Client()
    sign_in(other)
    changed = client.post("/account/password", {"old": PASSWORD, "new": "新的-river-2027", "again": "新的-river-2027"})
    assert changed.status_code == 302
    assert client.get("/t/unmarked").content == b"open sesame", "this session goes on"
    assert other.get("/account").status_code == 302, "other sessions end"


def test_idle_sessions_end_and_work_keeps_them(client: Client, clerk: uuid.UUID) -> None:
    start = clock.now()
    sign_in(client)
    with clock.fixed(start + dt.timedelta(minutes=29)):
        assert client.get("/account").status_code == 200
    with clock.fixed(start + dt.timedelta(minutes=58)):
        assert client.post("/account/keep").status_code == 204
    with clock.fixed(start + dt.timedelta(minutes=87)):
        assert client.get("/account").status_code == 200
    with clock.fixed(start + dt.timedelta(minutes=118)):
        assert client.get("/account").status_code == 302
        sent = client.post(
            "/t/unmarked", {"phone": "13800138000", "csrfmiddlewaretoken": "x", "password": "hidden-word"}
        )
        assert sent.status_code == 401
        assert "登录已超时" in body(sent)
        assert "13800138000" in body(sent), "what was typed stays on the screen"
        assert "hidden-word" not in body(sent)


def test_no_session_outlives_the_day(client: Client, clerk: uuid.UUID) -> None:
    start = clock.now()
    sign_in(client)
    for minutes in range(20, 12 * 60 + 1, 20):
        with clock.fixed(start + dt.timedelta(minutes=minutes)):
            assert client.get("/account").status_code == 200
    with clock.fixed(start + dt.timedelta(hours=12, minutes=5)):
        assert client.get("/account").status_code == 302


def test_deactivation_ends_the_session_at_once(client: Client, clerk: uuid.UUID) -> None:
    sign_in(client)
    staffing.deactivate(SYSTEM, clerk, at=clock.now())
    assert client.get("/account").status_code == 302
    assert sign_in(client).status_code == 401


def test_views_are_closed_unless_marked(client: Client, clerk: uuid.UUID) -> None:
    assert client.get("/t/unmarked").status_code == 302
    assert client.get("/t/audited").status_code == 302
    sign_in(client)
    assert client.get("/t/unmarked").status_code == 200
    refused = client.get("/t/audited")
    assert refused.status_code == 403
    assert "查看审计记录" in body(refused)
    staffing.grant(SYSTEM, clerk, "audit.read", CENTER, at=clock.now() - dt.timedelta(seconds=1))
    assert client.get("/t/audited").content == b"audit"


def test_a_power_that_does_not_exist_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="POWERS"):
        needs("case.recieve")


@pytest.mark.parametrize(("kind", "status", "words"), [
    ("refused", 422, ["材料不齐", "请先补齐", "x.refused"]),
    ("conflict", 409, ["这件已被接办", "您的操作没有执行"]),
    ("unknown", 404, ["没有这件"]),
    ("many", 422, ["有两处不对", 'href="#f-answers-a"', "乙不对"]),
])  # fmt: skip
def test_refusals_become_pages_that_lose_nothing(client: Client, kind: str, status: int, words: list[str]) -> None:
    answer = client.post(f"/t/raise/{kind}", {"note": "很长的说明<script>", "name": "欧阳·静"})
    assert answer.status_code == status
    for word in [*words, "您刚才填写的内容", "很长的说明&lt;script&gt;", "欧阳·静"]:
        assert word in body(answer)
    fragment = client.post(f"/t/raise/{kind}", {"note": "x"}, headers={"HX-Request": "true"})
    assert fragment.status_code == status
    assert fragment.headers["HX-Retarget"] == "#notices"
    assert "<html" not in body(fragment)
    assert words[0] in body(fragment)


def test_refusals_speak_english_when_asked(client: Client) -> None:
    client.cookies["lang"] = "en"
    answer = client.get("/t/raise/refused")
    assert "Papers are missing" in body(answer)
    assert "Bring them first" in body(answer)
    assert '<html lang="en">' in body(answer)


def test_a_bug_is_told_without_its_entrails(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.post("/t/raise/bug", {"note": "写了很久"})
    assert answer.status_code == 500
    assert "系统出现故障" in body(answer)
    assert "写了很久" in body(answer)
    assert "secret detail" not in body(answer)


def test_even_a_broken_error_page_speaks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.channels.shared import errors

    client.raise_request_exception = False
    monkeypatch.setattr(errors, "render", lambda *a, **k: 1 / 0)
    answer = client.get("/t/raise/bug")
    assert answer.status_code == 500
    assert "系统出现故障" in body(answer)
    assert "Something broke" in body(answer)


def test_missing_csrf_keeps_what_was_typed(clerk: uuid.UUID) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/login", {"login": "li.wei", "password": PASSWORD})
    assert answer.status_code == 403
    assert "页面已过期" in body(answer)
    assert "li.wei" in body(answer)
    assert PASSWORD not in body(answer)


def test_pages_not_there_and_bodies_too_large(client: Client) -> None:
    missing = client.get("/no/such/page")
    assert missing.status_code == 404
    assert "没有找到这个页面" in body(missing)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        large = client.post("/login", {"login": "x" * 5000, "password": "x"})
    assert large.status_code == 413
    assert "20 MB" in body(large)
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
        many = client.post("/login", {f"f{n}": "1" for n in range(20)})
    assert many.status_code == 400


@pytest.mark.parametrize(
    "address", ["/login", "/shared/components/", "/no/such/page", "/t/raise/refused", "/t/raise/bug", "/account", "/"]
)
def test_every_answer_carries_the_policy(client: Client, address: str) -> None:
    client.raise_request_exception = False
    answer = client.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # Nothing inline, or the policy would break our own page.
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", body(answer))
    assert not re.search(r'(src|href)="(https?:)?//', body(answer)), "nothing from elsewhere"


def test_language_switch(client: Client) -> None:
    assert '<html lang="zh-CN">' in body(client.get("/login"))
    answer = client.post("/language", {"lang": "en", "next": "/login?next=/account"})
    assert answer.headers["Location"] == "/login?next=/account"
    page = client.get("/login")
    assert "Staff sign-in" in body(page)
    assert page.headers["Content-Language"] == "en"
    assert client.post("/language", {"lang": "zz", "next": "//evil.example"}).headers["Location"] == "/"
    assert "工作人员登录" in body(client.get("/login"))
    assert client.get("/language").status_code == 405


def test_gallery_is_only_for_development(client: Client) -> None:
    assert client.get("/shared/components/").status_code == 200
    with override_settings(SHOW_COMPONENTS=False):
        assert client.get("/shared/components/").status_code == 404


def test_api_paths_have_a_door_of_their_own(client: Client, clerk: uuid.UUID) -> None:
    """A browser session is no way into the machines' API."""
    sign_in(client)
    seen: list[object] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request.actor)  # type: ignore[attr-defined]
        return HttpResponse()

    request = HttpRequest()
    request.path, request.COOKIES, request.method = "/api/v1/x", {"sessionid": client.session.session_key}, "GET"
    ActorMiddleware(answer)(request)
    assert seen == [None]
