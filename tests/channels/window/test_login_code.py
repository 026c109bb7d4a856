"""A code to sign in, issued at the counter to the person who is there, and written down."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.channels.window.served import clerk, text
from tests.conftest import AT
from tests.counter import Counter
from tests.flows.people import MOTHER, SON
from tongban.flows import serve
from tongban.plumbing import clock
from tongban.plumbing.audit.models import Line
from tongban.registers.staff import queries as staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def test_the_agent_who_is_here_gets_the_code_and_the_line_says_so(hire: Callable[..., Any], counter: Counter) -> None:
    hire()
    client, me = clerk(), staff.actor_of_login("li.wei", AT)
    met = serve.meet(me, MOTHER, how="card", agent=SON, at=AT)
    assert "login-code" in text(client.get(f"/window/visit/{met.visit}/permissions"))
    page = client.post(f"/window/visit/{met.visit}/login-code")
    assert page.status_code == 200
    assert 'id="code">' in text(page)
    line = Line.objects.get(act="visit.login_code")
    assert (line.person, line.actor) == (met.agent, me.ref)


def test_without_the_service_the_counter_is_told(hire: Callable[..., Any], settings: Any) -> None:
    from tongban.config import wiring

    hire()
    settings.TONGBAN_REALNAME_ISSUER = "http://127.0.0.1:9/realname"
    wiring.forget()
    try:
        client, me = clerk(), staff.actor_of_login("li.wei", AT)
        met = serve.meet(me, SON, how="card", at=AT)
        answer = client.post(f"/window/visit/{met.visit}/login-code")
    finally:
        wiring.forget()
    assert answer.status_code == 422
    assert "实名认证服务没有响应" in text(answer)
