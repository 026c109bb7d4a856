"""The start of a visit: cards read and typed, agents with their mandates, and everything that can be typed wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.channels.window.served import clerk, start, text, words
from tests.counter import Counter
from tongban.config import wiring
from tongban.plumbing.ids import new_id

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


def meet(client: Any, **typed: str) -> Any:
    fields = {"key": str(new_id()), "for": "self", "kind": "citizen"} | typed
    return client.post("/window/meet", fields)


def visits() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from counters_visit")
        return int(cursor.fetchone()[0])


def test_a_card_begins_a_visit_and_the_person_stays_masked(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    page = words(text(client.get(start(client, counter, "沈桂芳"))))
    assert "沈*芳" in page and "310***********0284" in page and "已读卡" in page
    assert "沈桂芳" not in page and "310110194803120284" not in page


def test_no_card_and_no_reader_say_what_to_do(hire: Callable[..., Any], counter: Counter, settings: Any) -> None:
    hire()
    client = clerk()
    answer = client.post("/window/card", {"key": str(new_id()), "for": "self"})
    assert answer.status_code == 422 and "读卡器上没有证件" in text(answer)
    settings.TONGBAN_CARD_READER_URL = "http://127.0.0.1:9/card-reader"
    wiring.forget()
    answer = client.post("/window/card", {"key": str(new_id()), "for": "self"})
    assert answer.status_code == 422 and "手工输入证件号码" in text(answer)
    assert visits() == 0


def test_an_expired_card_is_told_and_the_person_served(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    page = text(client.get(start(client, counter, "阿依古丽·买买提")))
    assert "2024-06-20" in page and "不能作为有效证件" in page


@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        ("citizen", "310119196001010020", "王芳"),
        ("citizen", "31011919600101002０", "王芳"),
        ("hmt", "810000199003070015", "陈大文"),
        ("foreigner", "931156199003070010", "SMITH JOHN"),
        ("passport", "E12345678", "Zoë O’Connor-Núñez"),
        ("citizen", "310230196001010032", "欧阳𫞩"),
        ("citizen", "310101199003071230", "阿依古丽·" + "买" * 95),
    ],
)
def test_who_came_without_a_card_is_typed(
    hire: Callable[..., Any], counter: Counter, kind: str, number: str, name: str
) -> None:
    hire()
    client = clerk()
    answer = meet(client, kind=kind, number=number, name=name)
    assert answer.status_code == 302, words(text(answer))
    assert "手工录入" in text(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"number": "310110194803120285", "name": "沈桂芳"}, "f-number", "校验"),
        ({"number": "310110194803120284", "name": ""}, "f-name", "姓名未填"),
        ({"number": "310110194803120284", "name": "沈" * 101}, "f-name", "最多100个字"),
        ({"number": "310110194803120284", "name": "沈\x00芳"}, "f-name", "控制符"),
        ({"number": "", "name": "沈桂芳"}, "f-number", ""),
        ({"kind": "president", "number": "1", "name": "沈桂芳"}, "f-kind", "证件类型"),
        ({"kind": "passport", "number": "E1", "name": "Li"}, "f-number", "护照号码"),
        ({"kind": "passport", "number": "E1234567", "name": "Li", "birth": "2199-01-01"}, "f-birth", "晚于今天"),
        ({"number": "310110194803120284", "name": "沈桂芳", "birth": "明天"}, "f-birth", "日期"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_lost(
    hire: Callable[..., Any], counter: Counter, typed: dict[str, str], field: str, said: str
) -> None:
    hire()
    client = clerk()
    answer = meet(client, **typed)
    page = text(answer)
    assert answer.status_code == 422
    assert f'href="#{field}"' in page and said in words(page)
    if typed["number"]:
        assert f'value="{typed["number"]}"' in page
    assert visits() == 0


def test_wrong_number_and_wrong_name_are_told_together(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    page = text(meet(clerk(), number="310110194803120285", name="沈7芳"))
    assert 'href="#f-number"' in page and 'href="#f-name"' in page


def test_a_known_number_under_another_name_is_not_taken(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    start(client, counter, "沈桂芳")
    answer = meet(client, number="310110194803120284", name="沈桂花")
    assert answer.status_code == 422 and "登记的是另一个姓名" in text(answer)
    assert "沈桂芳" not in text(answer)


def test_pressed_twice_is_one_visit(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client, key = clerk(), str(new_id())
    first = meet(client, number="310119196001010020", name="王芳", key=key)
    again = meet(client, number="310119196001010020", name="王芳", key=key)
    assert first["Location"] == again["Location"] and visits() == 1


def agent_read(client: Any, counter: Counter) -> str:
    counter.card("沈建国")
    answer = client.post("/window/card", {"key": str(new_id()), "for": "other"})
    page = text(answer)
    assert answer.status_code == 200 and "沈*国" in page
    return page.partition('name="token" value="')[2].partition('"')[0]


def test_the_son_comes_with_his_card_and_a_mandate(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    token = agent_read(client, counter)
    assert "沈建国" not in token
    answer = meet(
        client, token=token, number="310110194803120284", name="沈桂芳", paper="委2026-7", until="2099-12-31",
        mandate="written", relation="parent", **{"for": "other"},
    )  # fmt: skip
    page = words(text(client.get(answer["Location"])))
    assert "沈*芳" in page and "代办人 沈*国" in page
    assert "书面委托 · 子女 · 全部事项 · 至 2099年12月31日" in page


def test_the_mandate_may_come_later_but_is_whole(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    other = {"for": "other", "number": "310110194803120284", "name": "沈桂芳"}
    half = meet(client, token=agent_read(client, counter), paper="委1", **other)
    assert half.status_code == 422 and 'href="#f-until"' in text(half) and "沈*国" in text(half)
    assert visits() == 0
    answer = meet(client, token=agent_read(client, counter), **other)
    visit = answer["Location"]
    assert "还没有登记委托" in text(client.get(visit))
    wrong = client.post(visit + "mandate", {"paper": "委1", "until": "2020-01-01", "mandate": "written", "key": "m1"})
    assert wrong.status_code == 422 and 'href="#f-until"' in text(wrong)
    strange = {"paper": "委1", "until": "2099-12-31", "mandate": "written", "relation": "boss", "key": "m3"}
    refused = client.post(visit + "mandate", strange)
    assert refused.status_code == 422 and 'href="#f-relation"' in text(refused)
    good = client.post(visit + "mandate", {"paper": "委1", "until": "2099-12-31", "mandate": "written", "key": "m2"})
    assert good.status_code == 302
    assert "还没有登记委托" not in text(client.get(visit))


def test_an_agent_without_a_card_is_typed_and_a_made_up_token_is_refused(
    hire: Callable[..., Any], counter: Counter
) -> None:
    hire()
    client = clerk()
    other = {"for": "other", "number": "310110194803120284", "name": "沈桂芳"}
    assert meet(client, token="QUJD", **other).status_code == 422
    typed = meet(client, agent_kind="citizen", agent_number="310110197209300155", agent_name="沈建国", **other)
    assert typed.status_code == 302
    same = meet(client, agent_kind="citizen", agent_number="310110194803120284", agent_name="沈桂芳", **other)
    assert same.status_code == 422 and "同一个人" in text(same)


def test_a_child_comes_with_a_guardian(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    counter.card("陆一鸣")
    alone = client.post("/window/card", {"key": str(new_id()), "for": "self"})
    assert alone.status_code == 422 and "须由监护人代为申请" in text(alone)


def test_only_clerks_and_only_their_own_visits(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    hire("wang.hua")
    hire("reader", "310107015", "case.read")
    visit = start(clerk(), counter, "沈桂芳")
    assert clerk("wang.hua").get(visit).status_code == 404
    assert clerk("reader").get("/window/").status_code == 403
    from django.test import Client

    assert Client().get(visit)["Location"].startswith("/login")


def test_a_closed_visit_opens_nothing_any_more(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    visit = start(client, counter, "沈桂芳")
    assert visit in text(client.get("/window/"))
    client.post(visit + "close", {"key": "c"})
    assert client.get(visit).status_code == 422
    assert visit not in text(client.get("/window/"))


def test_everything_in_clear_needs_a_reason_that_is_written_down(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client = clerk()
    visit = start(client, counter, "沈桂芳")
    assert client.post(visit + "look", {"reason": " "}).status_code == 422
    seen = client.post(visit + "look", {"reason": "当面核对本人信息"}, headers={"HX-Request": "true"})
    assert "310110194803120284" in text(seen) and "沈桂芳" in text(seen)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_line where act = 'look.person' and reason = '当面核对本人信息'")
        assert cursor.fetchone()[0] == 1
