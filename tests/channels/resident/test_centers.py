"""One center on one page: open or when, the days ahead, what is taken there and for whom."""

import datetime as dt

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conftest import AT
from tongban.domain.actor import SYSTEM
from tongban.flows import publish
from tongban.plumbing import clock
from tongban.reads import center_page
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
GUMEI, PUTUO = "310112006", "310107005"


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_a_center_says_where_and_when(client: Client) -> None:
    assert f'href="/centers/{GUMEI}/"' in body(client.get("/centers/", {"q": "古美路"}))
    text = body(client.get(f"/centers/{GUMEI}/"))
    for words in ("古龙路1139号", 'href="tel:021-54163600"', "正在开放", "今天开到 16:30", "闵行区"):
        assert words in text
    with clock.fixed(dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)):
        assert "下次开放 9月2日 周三 08:30" in body(client.get(f"/centers/{GUMEI}/"))


def test_days_on_which_the_week_misleads_are_told(client: Client) -> None:
    """From 1 September: 中秋 on a Friday, and Sunday 20 September a working day."""
    seen = center_page.center_page(GUMEI, at=AT)
    assert [(d.day.isoformat(), d.kind.zh) for d in seen.special][:2] == [
        ("2026-09-20", "调休上班"),
        ("2026-09-25", "放假"),
    ]
    assert len(seen.week) == 7 and seen.unsure_from is None
    assert "调休上班" in body(client.get(f"/centers/{GUMEI}/"))
    late = center_page.center_page(GUMEI, at=dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC))
    assert late.unsure_from == dt.date(2026, 12, 24)


def test_what_is_not_on_record_is_not_made_up(client: Client) -> None:
    text = body(client.get(f"/centers/{PUTUO}/"))
    assert "门牌还没有登记" in text
    assert 'href="tel:962200"' in text
    assert "名称待核实" in text


def test_what_a_center_takes_and_what_only_for_its_own(client: Client) -> None:
    seen = center_page.center_page(GUMEI, at=AT)
    local = {v.code for v in catalog.listing(AT.date()) if v.scope == "local" and v.receivable}
    assert {code for _, rows in seen.own for code, _ in rows} == local != set()
    assert not local & {code for _, rows in seen.topics for code, _ in rows}
    assert seen.takes == sum(v.receivable for v in catalog.listing(AT.date()))
    assert 'href="/items/jinglaoka/"' in body(client.get(f"/centers/{GUMEI}/", {"q": "敬老卡"}))
    publish.close_item(SYSTEM, "jinglaoka", reason="系统升级", at=AT)
    assert 'href="/items/jinglaoka/"' not in body(client.get(f"/centers/{GUMEI}/", {"q": "敬老卡"}))
    assert center_page.center_page(GUMEI, at=AT).takes == seen.takes - 1
    assert "没有找到" in body(client.get(f"/centers/{GUMEI}/", {"q": "qqzzxx"}))


def test_a_committees_code_leads_to_its_center_and_unknown_ones_nowhere(client: Client) -> None:
    assert client.get(f"/centers/{GUMEI}001/").headers["Location"] == f"/centers/{GUMEI}/"
    for wrong in ("310101", "999999999", "310000001", "x"):
        assert client.get(f"/centers/{wrong}/").status_code == 404


def test_both_languages(client: Client) -> None:
    client.cookies["lang"] = "en"
    text = body(client.get(f"/centers/{GUMEI}/"))
    for words in ("Open now", "Open today until 16:30", "What can be handed in here", "Make-up working day"):
        assert words in text
