"""The worklist page: what waits, what was handed over, filters, numbers, and nothing for who may not see it."""

import pytest

from tests.channels.window.work_members import client_of, hire, putuo, text, yangpu
from tests.conftest import AT
from tests.flows.people import PUTUO, YANGPU
from tests.flows.split_case import split
from tongban.domain.facts import Point
from tongban.flows import handle
from tongban.plumbing import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _at() -> object:
    with clock.fixed(AT):
        yield


def test_both_centers_see_the_case_each_in_its_own_words() -> None:
    here, home = putuo(), yangpu()
    number = split(here).number
    page = client_of(home).get("/window/work/")
    assert page.status_code == 200
    said = text(page)
    assert number in said and "无人接办" in said and "低收入困难家庭证明开具" in said and "接办期限" in said
    assert "长寿路街道移交" in said.replace(" ", "") or "移交" in said
    assert "沈" not in said, "a list holds no personal data"
    mine = client_of(here)
    assert number not in text(mine.get("/window/work/"))
    sent = text(mine.get("/window/work/?show=sent"))
    assert number in sent and "已到达，对方无人接办" in sent and "四平路街道" in sent
    handle.take_over(home, number, at=AT)
    assert "对方已接办" in text(mine.get("/window/work/?show=sent"))
    handle.hand_back(home, number, "wrong_item", at=AT)
    assert "已退回本中心" in text(mine.get("/window/work/?show=sent"))
    assert "退回" in text(mine.get("/window/work/"))


def test_nobody_looked_and_incomplete_are_told_apart_and_filtered() -> None:
    here, home = putuo(), yangpu()
    waiting, asked = split(here, key="a").number, split(here, key="b").number
    handle.ask_correction(home, asked, [Point("paper", "id_card", "unreadable")], at=AT)
    client = client_of(home)
    everything = text(client.get("/window/work/"))
    assert (
        "无人接办" in everything and "待补正" in everything and "暂停计时" in everything and "1 处待补正" in everything
    )
    only = text(client.get("/window/work/?state=unlooked"))
    assert waiting in only and asked not in only
    only = text(client.get("/window/work/?state=correcting"))
    assert asked in only and waiting not in only
    assert "没有符合筛选条件的办件" in text(client.get("/window/work/?light=red"))
    assert asked in text(client.get("/window/work/?light=paused&item=dishouru_zhengming"))


@pytest.mark.parametrize(
    "query", ["state=x", "light=pink", "cursor=%00", "cursor=AAAA", "center=" + "9" * 10, "item=%27%3B--"]
)
def test_a_made_up_address_is_a_page_not_a_failure(query: str) -> None:
    assert client_of(yangpu()).get(f"/window/work/?{query}").status_code in (200, 403, 404, 422)


def test_the_neighbours_list_stays_closed_and_without_power_the_page_does() -> None:
    assert client_of(yangpu()).get(f"/window/work/?center={PUTUO}").status_code == 403
    assert client_of(hire("desk", "前台", YANGPU, ("case.receive",))).get("/window/work/").status_code == 403


def test_a_district_chooses_a_center() -> None:
    number = split(putuo()).number
    client = client_of(hire("lead", "督办", "310110", ("case.read",), "310110"))
    page = client.get("/window/work/")
    assert page.status_code == 200 and "选择中心" in text(page) and number not in text(page)
    assert number in text(client.get(f"/window/work/?center={YANGPU}"))
    # The choice goes along with every filter.
    assert f"center={YANGPU}&amp;light=red" in client.get(f"/window/work/?center={YANGPU}").content.decode()


def test_a_number_leads_to_its_case_and_a_wrong_one_back_to_the_list() -> None:
    here = putuo()
    number = split(here).number
    client = client_of(here)
    found = client.get("/window/work/find", {"number": f" {number.lower()} "})
    assert found.status_code == 302 and found["Location"] == f"/window/case/{number}/"
    wrong = client.get("/window/work/find", {"number": "12345"})
    assert wrong.status_code == 404 and "22位" in text(wrong) and 'value="12345"' in wrong.content.decode()
    stranger = client_of(hire("far", "别处", "310115004"))
    assert stranger.get("/window/work/find", {"number": number}).status_code == 404


def test_pages_follow_each_other_and_every_link_keeps_the_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.reads import worklist

    here, home = putuo(), yangpu()
    numbers = {split(here, key=f"k{i}").number for i in range(3)}
    real = worklist.worklist
    monkeypatch.setattr(worklist, "worklist", lambda *a, **k: real(*a, limit=2, **k))
    client = client_of(home)
    first = client.get("/window/work/?state=unlooked")
    following = first.context["next"]
    assert "state=unlooked" in following and "cursor=" in following
    second = client.get(f"/window/work/{following}")
    shown = [r[0].number for r in [*first.context["rows"], *second.context["rows"]]]
    assert len(shown) == 3 and set(shown) == numbers
    assert second.context["next"] == "" and "回到第一页" in text(second)
