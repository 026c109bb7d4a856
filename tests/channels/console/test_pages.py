"""What the pages of the console say and do."""

import datetime as dt
import re
import uuid

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.channels.console.people import PUTUO, YANGPU, hired, signed_in
from tests.channels.resident.cases import CLERK, received
from tests.conftest import AT
from tests.flows.people import staff as actor_of
from tests.flows.split_case import split
from tongban.domain.actor import SYSTEM
from tongban.flows import access, handle, publish, staffing
from tongban.plumbing import clock
from tongban.plumbing.audit import service as audit
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


def body(answer: HttpResponse) -> str:
    return re.sub(r">\s+<", "><", answer.content.decode())


# -- board ----------------------------------------------------------------------------------------------------------


def test_the_board_counts_the_day_per_district_and_center() -> None:
    now = clock.now()
    received(now)
    split(CLERK, at=now)
    client = signed_in("board.b", board_read="310000")
    text = body(client.get("/console/board"))
    putuo = text.index(">普陀区</a>")
    cells = re.findall(r'data-label="[^"]+">(?:<strong[^>]*>)?(\d+)', text[putuo : putuo + 1500])[:6]
    assert cells == ["2", "1", "0", "1", "0", "0"], "received, for others, decided, waiting, overdue, unlooked"
    yangpu = text.index(">杨浦区</a>")
    assert re.findall(r'data-label="[^"]+">(?:<strong[^>]*>)?(\d+)', text[yangpu : yangpu + 1500])[3:6] == [
        "1",
        "0",
        "1",
    ]
    assert '<script id="board-data" type="application/json">' in text
    centers = body(client.get("/console/board", {"district": "310107"}))
    assert "长寿路街道" in centers
    assert "四平路街道" not in centers[centers.index('id="table"') :]
    part = client.get("/console/board", {"part": "numbers"})
    assert "<html" not in body(part)


def test_the_board_shows_only_ones_own_places() -> None:
    received(clock.now())
    text = body(signed_in("board.b", YANGPU, board_read=YANGPU).get("/console/board"))
    assert "四平路街道" in text
    assert "长寿路街道" not in text


# -- centers --------------------------------------------------------------------------------------------------------


def test_centers_with_hours_and_todays_numbers_where_allowed() -> None:
    received(clock.now())
    client = signed_in("board.b", board_read="310107")
    text = body(client.get("/console/centers", {"q": "长寿路"}))
    assert "长寿路街道社区事务受理服务中心" in text
    assert 'data-label="今日收件">1<' in text
    elsewhere = body(client.get("/console/centers", {"q": "四平路"}))
    assert 'data-label="今日收件">—<' in elsewhere
    assert "021-54163600" in body(client.get("/console/centers", {"q": "古美路"}))
    assert 'data-label="今日收件"' not in body(
        signed_in("manager.m", staff_manage=PUTUO).get("/console/centers", {"q": "长寿路"})
    )
    assert "没有找到中心" in body(client.get("/console/centers", {"q": "zzz"}))


# -- staff ----------------------------------------------------------------------------------------------------------


def test_hire_grant_sign_in_revoke_reset_deactivate() -> None:
    manager = signed_in("manager", staff_manage="310107")
    hired_page = manager.post("/console/staff/new", {"login": " Wang.Fang ", "name": "王芳", "center": PUTUO})
    assert hired_page.headers["Cache-Control"] == "no-store"
    password = re.search(r'id="secret">([^<]+)<', body(hired_page))[1]
    assert re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", password)
    member = uuid.UUID(re.search(r"/console/staff/([0-9a-f-]{36})", body(hired_page))[1])
    granted = manager.post(
        f"/console/staff/{member}/grant", {"power": "board.read", "place": PUTUO, "until": "20990331"}
    )
    assert granted.status_code == 302
    page = body(manager.get(f"/console/staff/{member}"))
    assert "查看工作看板" in page
    assert "2099-03-31 23:59" in page
    assert "长寿路街道" in page
    again = manager.post(f"/console/staff/{member}/grant", {"power": "board.read", "place": PUTUO})
    assert again.status_code == 409
    assert "已有" in body(again)
    wrong = manager.post(f"/console/staff/{member}/grant", {"power": "board.read", "place": "310107", "until": "明天"})
    assert wrong.status_code == 422
    assert 'value="明天"' in body(wrong)
    other = Client()
    first = other.post("/login", {"login": "wang.fang", "password": password})
    assert first.headers["Location"] == "/account/password", "a first password must be changed"
    power = re.search(rf"/console/staff/{member}/powers/([0-9a-f-]{{36}})/revoke", page)[1]
    assert manager.post(f"/console/staff/{member}/powers/{power}/revoke").status_code == 302
    assert manager.post(f"/console/staff/{member}/powers/{power}/revoke").status_code == 409
    reset = manager.post(f"/console/staff/{member}/reset")
    second = re.search(r'id="secret">([^<]+)<', body(reset))[1]
    assert second != password
    assert other.get("/account").status_code == 302, "their sessions ended"
    assert manager.post(f"/console/staff/{member}/deactivate", {"reason": "调离"}).status_code == 302
    assert Client().post("/login", {"login": "wang.fang", "password": second}).status_code == 401
    assert "王芳" not in body(manager.get("/console/staff"))
    assert "已停用" in body(manager.get("/console/staff", {"inactive": "1"}))


def test_a_wrong_hire_keeps_what_was_typed_and_names_each_field() -> None:
    manager = signed_in("manager", staff_manage="310107")
    answer = manager.post("/console/staff/new", {"login": "王", "name": " ", "center": "1"})
    assert answer.status_code == 422
    text = body(answer)
    for field in ("login", "name", "center"):
        assert f'href="#f-{field}"' in text
    assert 'value="王"' in text
    taken = manager.post("/console/staff/new", {"login": "manager", "name": "另一个", "center": PUTUO})
    assert taken.status_code == 409
    assert "已被使用" in body(taken)


def test_nobody_grants_to_themselves_and_the_page_says_so() -> None:
    manager = signed_in("manager", staff_manage="310107")
    mine = staffing.queries.refs_called("manager")[0].removeprefix("staff:")
    assert "这是您自己" in body(manager.get(f"/console/staff/{mine}"))
    assert manager.post(f"/console/staff/{mine}/grant", {"power": "audit.read", "place": PUTUO}).status_code == 403
    assert manager.post(f"/console/staff/{mine}/deactivate", {"reason": "x"}).status_code == 422


def test_members_page_by_page() -> None:
    for n in range(55):
        hired(f"clerk.{n:02d}")
    manager = signed_in("manager", staff_manage="310107")
    first = body(manager.get("/console/staff"))
    assert first.count("/console/staff/0") + first.count("/console/staff/1") >= 50
    cursor = re.search(r"after=([^\"]+)\"", first)[1]
    second = body(manager.get("/console/staff", {"after": cursor}))
    assert "clerk.54" in second
    assert "clerk.00" not in second
    assert "下一页" not in second
    found = body(manager.get("/console/staff", {"q": "clerk.33", "place": PUTUO}))
    assert "clerk.33" in found
    assert "clerk.34" not in found


# -- tokens ---------------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_ends_when_told() -> None:
    manager = signed_in("manager", staff_manage="310107")
    form = {
        "name": "长宁大屏",
        "place": PUTUO,
        "power": ["board.read", "case.read"],
        "expires": f"{clock.today() + dt.timedelta(days=90)}",
    }
    issued = manager.post("/console/tokens", form)
    raw = re.search(r'id="secret">([^<]+)<', body(issued))[1]
    assert raw.startswith("tb_")
    assert issued.headers["Cache-Control"] == "no-store"
    listed = body(manager.get("/console/tokens"))
    assert raw not in listed
    assert raw[:8] in listed
    assert "长宁大屏" in listed
    assert "查看工作看板" in listed
    twice = manager.post("/console/tokens", form)
    assert twice.status_code == 409, "a form sent twice makes one token"
    token = re.search(r"/console/tokens/([0-9a-f-]{36})/revoke", listed)[1]
    assert manager.post(f"/console/tokens/{token}/revoke").status_code == 302
    assert "已撤销" in body(manager.get("/console/tokens"))
    assert manager.post(f"/console/tokens/{token}/revoke").status_code == 409
    assert manager.post(f"/console/tokens/{uuid.uuid4()}/revoke").status_code == 404


@pytest.mark.parametrize(("change", "words"), [
    ({"name": ""}, "用途名称"), ({"power": []}, "至少选择一项"), ({"expires": ""}, "有效期"), ({"expires": "2099-01-01"}, "不超过一年"),
    ({"expires": "31/3"}, "2027-03-31"), ({"power": ["root"]}, "至少选择一项"), ({"place": "x"}, "权限范围"),
])  # fmt: skip
def test_a_wrong_token_form_says_what(change: dict, words: str) -> None:
    manager = signed_in("manager", staff_manage="310107")
    form = {
        "name": "接口",
        "place": PUTUO,
        "power": ["case.read"],
        "expires": f"{clock.today() + dt.timedelta(days=9)}",
    }
    answer = manager.post("/console/tokens", form | change)
    assert answer.status_code == 422
    assert words in body(answer)
    assert "secret" not in body(answer)


# -- audit ----------------------------------------------------------------------------------------------------------


def test_the_trail_tells_who_looked_at_whom_and_why() -> None:
    clerk = hired("clerk", name="李伟", case_receive=PUTUO, case_read=PUTUO, person_read=PUTUO)
    actor = actor_of(PUTUO, "case.receive", "case.read", "person.read", "case.handle", ref=f"staff:{clerk}")
    receipt = received(clock.now())
    seen = access.person(actor, reason="电话核对住址", number=receipt.number, at=clock.now())
    auditor = signed_in("auditor", audit_read="310107")
    text = body(auditor.get("/console/audit"))
    for words in ("李伟", "查看个人信息", "电话核对住址", receipt.number, "收件", "敬老卡申领", "长寿路街道"):
        assert words in text
    assert "沈桂芳" not in text
    assert "310110194803120284" not in text
    looks = body(auditor.get("/console/audit", {"acts": "look.", "person": seen.person}))
    assert "电话核对住址" in looks
    assert "开始接待" not in looks[looks.index("<tbody>") :]
    by_name = body(auditor.get("/console/audit", {"of": "李伟"}))
    assert by_name.count("<tr") == 2
    assert body(auditor.get("/console/audit", {"of": "clerk", "case": receipt.number})).count("电话核对住址") == 1


def test_the_trail_says_no_codes_and_speaks_english_on_english_pages() -> None:
    receipt = received(clock.now())
    access.names_on_paper(actor_of(PUTUO, "case.read", "person.read"), receipt.number, "receipt", at=clock.now())
    auditor = signed_in("auditor", audit_read="310107")
    text = body(auditor.get("/console/audit"))
    assert "打印收件凭证" in text
    assert "print:" not in text
    auditor.cookies["lang"] = "en"
    # Hired just now: their powers stand in the trail, too.
    hired("clerk", name="Li", case_receive=PUTUO)
    rows = body(auditor.get("/console/audit"))
    rows = rows[rows.index("<tbody>") :]
    assert "printing: Receipt" in rows
    assert "Power: Receive" in rows


def test_reading_the_trail_is_written_into_it() -> None:
    auditor = signed_in("auditor", audit_read="310107")
    auditor.get("/console/audit", {"case": "310107015260901000001X", "acts": "look."})
    text = body(auditor.get("/console/audit", {"acts": "look.audit"}))
    assert "查看审计记录" in text
    assert "310107015260901000001X" in text
    assert "查看个人信息和审计" in text
    assert text[text.index("<tbody>") :].count("<tr") == 2, "the look before and this one"


def test_only_lines_of_ones_own_places() -> None:
    received(clock.now())
    elsewhere = body(signed_in("auditor", YANGPU, audit_read=YANGPU).get("/console/audit"))
    assert "收件" not in elsewhere[elsewhere.index("<tbody>") :]
    city = signed_in("city.auditor", audit_read="310000")
    assert "收件" in body(city.get("/console/audit", {"place": "310107"}))
    district = signed_in("district.auditor", audit_read="310107")
    assert "收件" in body(district.get("/console/audit"))
    assert district.get("/console/audit", {"place": "310110"}).status_code == 403


def test_filters_by_day_and_pages_by_cursor() -> None:
    for n in range(60):
        with clock.fixed(AT + dt.timedelta(days=n)):
            staffing.sign_out(actor_of(PUTUO, ref=f"staff:{uuid.UUID(int=n)}"), at=clock.now())
    auditor = signed_in("auditor", audit_read="310000")
    one = body(
        auditor.get("/console/audit", {"since": "2026-09-10", "until": "2026年9月10日", "acts": "staff.sign_out"})
    )
    assert one[one.index("<tbody>") :].count("<tr") == 1
    assert "2026-09-10 10:00" in one
    first = auditor.get("/console/audit", {"acts": "staff.sign_out"})
    assert body(first)[body(first).index("<tbody>") :].count("<tr") == 50
    more = re.search(r'href="\?([^"]+)" rel="next"', body(first))[1].replace("&amp;", "&")
    second = body(auditor.get(f"/console/audit?{more}"))
    assert second[second.index("<tbody>") :].count("<tr") == 10
    assert 'rel="next"' not in second


@pytest.mark.parametrize("asked", [
    {"person": "沈桂芳"}, {"person": "310110194803120284"}, {"since": "昨天"}, {"since": "2026-09-02", "until": "2026-09-01"},
    {"cursor": "nonsense"}, {"acts": "x" * 99}, {"of": "\x00"}, {"case": "a" * 61},
])  # fmt: skip
def test_wrong_filters_are_told(asked: dict) -> None:
    assert signed_in("auditor", audit_read="310000").get("/console/audit", asked).status_code == 422


@pytest.mark.parametrize("asked", [
    {"of": "' or 1=1 --"}, {"case": "%"}, {"acts": "%."}, {"place": "310107"}, {"acts": "no.such"}, {"of": "李" * 100},
])  # fmt: skip
def test_odd_filters_find_nothing_and_break_nothing(asked: dict) -> None:
    answer = signed_in("auditor", audit_read="310000").get("/console/audit", asked)
    assert answer.status_code == 200


def test_seals_are_told_and_a_changed_line_is_found() -> None:
    from django.db import connection

    received(clock.now())
    city = signed_in("auditor", audit_read="310000")
    assert "还没有封存过" in body(city.get("/console/audit"))
    audit.seal(clock.now())
    assert "共 1 批" in body(city.get("/console/audit"))
    assert "没有被改动" in body(city.get("/console/audit", {"check": "1"}))
    with connection.cursor() as cursor:
        cursor.execute("alter table audit_line disable trigger audit_line_append_only")
        cursor.execute("update audit_line set reason = 'x' where id = (select min(id) from audit_line)")
        cursor.execute("alter table audit_line enable trigger audit_line_append_only")
    assert "可能被改动过" in body(city.get("/console/audit", {"check": "1"}))
    assert "可能被改动过" not in body(signed_in("auditor.d", audit_read="310107").get("/console/audit", {"check": "1"}))


def test_every_act_of_the_house_has_words() -> None:
    import importlib
    import pkgutil

    from tongban import flows
    from tongban.reads import acts

    names = set()
    for module in pkgutil.iter_modules(flows.__path__):
        found = vars(importlib.import_module(f"tongban.flows.{module.name}"))
        names |= {f.act_name for f in found.values() if hasattr(f, "act_name")}
    assert names, "the flows were not read"
    assert names <= set(acts.WORDS), names - set(acts.WORDS)


# -- catalog --------------------------------------------------------------------------------------------------------


def test_the_catalog_in_force_and_closing_an_item() -> None:
    keeper = signed_in("keeper", catalog_publish="310000")
    text = body(keeper.get("/console/catalog"))
    newest = catalog.newest()
    assert newest is not None
    assert newest.digest in text
    assert "敬老卡申领" in text
    page = body(keeper.get("/console/catalog/jinglaoka"))
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    empty = keeper.post("/console/catalog/jinglaoka", {"key": key, "act": "close", "reason": " "})
    assert empty.status_code == 422
    assert catalog.is_open("jinglaoka")
    for _ in range(2):
        done = keeper.post("/console/catalog/jinglaoka", {"key": key, "act": "close", "reason": "系统升级,9月5日恢复"})
        assert done.status_code == 302
    assert not catalog.is_open("jinglaoka")
    assert "系统升级" in body(keeper.get("/console/catalog/jinglaoka"))
    closed = body(keeper.get("/console/catalog", {"only": "closed"}))
    assert "敬老卡申领" in closed
    assert "廉租住房" not in closed
    assert (
        keeper.post("/console/catalog/jinglaoka", {"key": "k2", "act": "open", "reason": "升级完成"}).status_code == 302
    )
    assert catalog.is_open("jinglaoka")
    assert keeper.get("/console/catalog/no-such").status_code == 404


def test_a_power_for_a_district_does_not_close_the_citys_items() -> None:
    keeper = signed_in("keeper", catalog_publish="310107")
    answer = keeper.post("/console/catalog/jinglaoka", {"key": "k", "act": "close", "reason": "x"})
    assert answer.status_code == 403
    assert catalog.is_open("jinglaoka")


def test_earlier_publications_are_listed(compiled_city: object) -> None:
    import msgspec

    compiled = compiled_city.city  # type: ignore[attr-defined]
    city = msgspec.structs.replace(compiled, items=tuple(reversed(compiled.items)))
    publish.publish(SYSTEM, city, at=clock.now(), note="换了顺序")
    catalog.forget()
    text = body(signed_in("keeper", catalog_publish="310000").get("/console/catalog"))
    assert "以前的 1 次发布" in text
    assert "换了顺序" in text


# -- both languages -------------------------------------------------------------------------------------------------


def test_all_pages_in_english() -> None:
    client = signed_in("all", staff_manage="310000", board_read="310000", audit_read="310000", catalog_publish="310000")
    handle.take_over(actor_of(YANGPU), split(CLERK, at=clock.now()).number, at=clock.now())
    client.cookies["lang"] = "en"
    for page, words in (("board", "Today's work"), ("centers", "Centers"), ("staff", "Staff and powers"), ("staff/new", "New member"),
                        ("tokens", "Tokens of machines"), ("audit", "Took a case over"), ("catalog", "In force")):  # fmt: skip
        assert words in client.get(f"/console/{page}").content.decode().replace("&#x27;", "'"), page
