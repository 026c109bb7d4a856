"""The page of what a person allowed: mandates and consents, each ended by one button; nothing of others shows."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.channels.window.served import clerk, text, words
from tests.conftest import AT
from tests.counter import PUTUO
from tests.flows.people import MOTHER, SON
from tongban.domain.actor import Actor
from tongban.domain.fetching import Request
from tongban.flows import serve
from tongban.plumbing import clock
from tongban.registers.staff import queries as staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def actor() -> Actor:
    found = staff.actor_of_login("li.wei", AT)
    assert found is not None
    return found


def address(page: str, end: str) -> str:
    return next(a for a in re.findall(r'action="([^"]+)"', page) if a.endswith(end))


def test_a_mandate_is_ended_at_the_counter(hire: Callable[..., Any]) -> None:
    hire()
    client, me = clerk(), actor()
    agent = serve.meet(me, MOTHER, how="card", agent=SON, at=AT).visit
    serve.register_mandate(me, agent, until=AT.date().replace(year=2028), paper="wt-1", at=AT)
    visit = serve.meet(me, MOTHER, how="card", at=AT).visit
    assert f"/window/visit/{visit}/permissions" in text(client.get(f"/window/visit/{visit}/"))
    page = text(client.get(f"/window/visit/{visit}/permissions"))
    assert "委托沈*国办理" in words(page) and "沈建国" not in page and "撤销委托" in page
    done = client.post(address(page, "/end"), {"key": "k"})
    assert done.status_code == 302
    after = words(text(client.get(done["Location"])))
    assert "委托已撤销" in after and "已撤销" in after and "/end" not in text(client.get(done["Location"]))
    # The agent comes again: the counter says that the mandate is over.
    again = serve.meet(me, MOTHER, how="card", agent=SON, at=AT).visit
    assert "已失效" in text(client.get(f"/window/visit/{again}/"))
    assert client.post(f"/window/visit/{visit}/mandate/{again}/end", {"key": "x"}).status_code == 404


def test_a_consent_is_withdrawn_and_the_item_asks_again(hire: Callable[..., Any]) -> None:
    hire()
    client, me = clerk(), actor()
    visit = serve.meet(me, MOTHER, how="card", at=AT).visit
    serve.consent(me, visit, "dibao", [Request("gongan", ("hukou_book",), ("hukou",))], at=AT)
    item = f"/window/visit/{visit}/item/dibao/"
    assert "已同意，" not in text(client.get(item))
    page = text(client.get(f"/window/visit/{visit}/permissions"))
    assert "城乡居民最低生活保障申请" in page and "居民户口簿" in page and "户籍信息" in page
    assert client.post(address(page, "/withdraw"), {"key": "k"}).status_code == 302
    assert "已撤回" in text(client.get(f"/window/visit/{visit}/permissions"))
    assert "已同意，" in text(client.get(item))


def test_a_guardianship_needs_a_supervisor_and_a_document(hire: Callable[..., Any]) -> None:
    hire()
    hire("lead", PUTUO, "case.receive", "case.read", "case.supervise")
    client, me = clerk(), actor()
    visit = serve.meet(me, MOTHER, how="card", agent=SON, at=AT).visit
    mandate = serve.register_mandate(me, visit, kind="guardian", paper="wt-1", at=AT)
    page = text(client.get(f"/window/visit/{visit}/permissions"))
    assert "由中心主管办理" in page and "/end" not in page
    refused = client.post(f"/window/visit/{visit}/mandate/{mandate}/end", {"key": "k", "document": "判决"})
    assert refused.status_code == 422 and "监护不能由当事人自行终止" in text(refused)
    boss, lead = staff.actor_of_login("lead", AT), clerk("lead")
    assert boss is not None
    hers = serve.meet(boss, MOTHER, how="card", at=AT).visit
    page = text(lead.get(f"/window/visit/{hers}/permissions"))
    assert 'name="document"' in page
    sent = {"key": "k", "document": "(2026)沪0107民特1号"}
    assert lead.post(address(page, "/end"), sent).status_code == 302
