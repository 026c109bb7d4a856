"""Signing in with the pretended real-name service, over real HTTP: three ways in, each once; what does not fit lets nobody in."""

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from tests.channels.resident.signed_in import arrived
from tests.counter import Counter
from tests.flows.people import SON
from tongban.config import wiring
from tongban.domain.ports import CounterCode, Purpose, Subject, Unavailable
from tongban.plumbing.audit.models import Line
from tongban.simulated.realname.accounts import PASSWORD, PIN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
BACK = "http://127.0.0.1:8000/sign-in/back"


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, trust_env=False) as made:
        yield made


def begin(client: Client, browser: httpx.Client, target: str = "/for-whom") -> tuple[str, str]:
    """To the sign-in page of the service; its address and the name of the request."""
    answer = client.get("/sign-in/go", {"next": target})
    assert answer.status_code == 302, answer.content.decode()
    url = answer.headers["Location"]
    page = browser.get(url)
    assert page.status_code == 200
    return f"http://{urlsplit(url).netloc}/realname", html.unescape(
        re.search(r'name="request" value="([^"]+)"', page.text)[1]
    )


def by_password(browser: httpx.Client, base: str, request: str) -> httpx.Response:
    step = browser.post(f"{base}/password", data={"request": request, "number": SON.number, "password": PASSWORD})
    assert step.status_code == 200, step.text
    code = re.search(r'id="said">(\d{6})<', browser.get(f"{base}/phone", params={"number": SON.number}).text)[1]
    return browser.post(f"{base}/code", data={"request": request, "number": SON.number, "code": code})


def come_back(client: Client, answer: httpx.Response):
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert answer.headers["Location"].startswith(BACK + "?")
    return client.get("/sign-in/back", {k: v[0] for k, v in parse_qs(parts.query).items()})


def test_password_and_code(client: Client, counter: Counter, browser: httpx.Client) -> None:
    base, request = begin(client, browser)
    granted = by_password(browser, base, request)
    answer = come_back(client, granted)
    assert answer.headers["Location"] == "/for-whom"
    assert SON.name in client.get("/for-whom").content.decode()
    line = Line.objects.get(act="door.sign_in")
    assert '"how":"pwd"' in line.detail.replace(" ", "")
    # The code of the address was for one use, and the way is forgotten.
    assert come_back(client, granted).status_code == 422


def test_the_card_needs_its_pin(client: Client, counter: Counter, browser: httpx.Client) -> None:
    counter.card(SON.name)
    base, request = begin(client, browser)
    assert browser.post(f"{base}/card", data={"request": request, "pin": "000000"}).status_code == 401
    come_back(client, browser.post(f"{base}/card", data={"request": request, "pin": PIN}))
    assert SON.name in client.get("/for-whom").content.decode()


def test_a_code_of_a_counter_works_once(client: Client, counter: Counter, browser: httpx.Client) -> None:
    made = wiring.real_name().counter_code(
        Subject(SON.number, SON.name), Purpose("visit:1", "", "开具登录码", "staff:1")
    )
    assert isinstance(made, CounterCode)
    base, request = begin(client, browser)
    typed = f"{made.code[:5].lower()} {made.code[5:]}"
    come_back(client, browser.post(f"{base}/counter", data={"request": request, "number": SON.number, "code": typed}))
    assert SON.name in client.get("/for-whom").content.decode()
    base, request = begin(Client(), browser)
    again = browser.post(f"{base}/counter", data={"request": request, "number": SON.number, "code": made.code})
    assert again.status_code == 401


def test_a_code_of_another_browser_opens_nothing(client: Client, counter: Counter, browser: httpx.Client) -> None:
    base, request = begin(client, browser)
    granted = by_password(browser, base, request)
    other = Client()
    begin(other, browser)
    assert come_back(other, granted).status_code == 422
    assert other.get("/for-whom").status_code == 302


def test_wrong_five_times_is_locked(client: Client, counter: Counter, browser: httpx.Client) -> None:
    base, request = begin(client, browser)
    somebody = {"request": request, "number": "310110197209300999", "password": "wrong"}
    assert [browser.post(f"{base}/password", data=somebody).status_code for _ in range(6)] == [401] * 5 + [429]


def test_the_service_refuses_others(client: Client, counter: Counter, browser: httpx.Client) -> None:
    answer = client.get("/sign-in/go")
    url = answer.headers["Location"]
    assert browser.get(url.replace("%2Fsign-in%2Fback", "%2Felsewhere")).status_code == 400
    assert browser.get(url.replace("code_challenge_method=S256", "code_challenge_method=plain")).status_code == 400
    assert (
        httpx.post(f"{counter.url}/realname/token", data={"code": "x"}, timeout=60, trust_env=False).status_code == 401
    )
    assert httpx.get(f"{counter.url}/realname/userinfo", timeout=60, trust_env=False).status_code == 401


def test_a_wrong_verifier_or_secret_gives_nobody(
    client: Client, counter: Counter, browser: httpx.Client, settings
) -> None:
    way = wiring.real_name().way(BACK)
    assert not isinstance(way, Unavailable)
    request = html.unescape(re.search(r'name="request" value="([^"]+)"', browser.get(way.url).text)[1])
    granted = by_password(browser, f"{counter.url}/realname", request)
    code = parse_qs(urlsplit(granted.headers["Location"]).query)["code"][0]
    settings.TONGBAN_REALNAME_SECRET = "guessed"
    wiring.real_name.cache_clear()
    assert isinstance(wiring.real_name().who(code, way, BACK), Unavailable)


def test_when_the_service_is_gone_the_page_says_so(client: Client, settings) -> None:
    settings.TONGBAN_REALNAME_ISSUER = "http://127.0.0.1:9/realname"
    wiring.forget()
    try:
        answer = client.get("/sign-in/go")
    finally:
        wiring.forget()
    assert answer.status_code == 422
    assert "实名认证服务没有响应" in answer.content.decode()


def test_the_helper_and_the_service_meet_the_same_person(
    client: Client, counter: Counter, browser: httpx.Client
) -> None:
    _, here = arrived(SON)
    base, request = begin(client, browser)
    come_back(client, by_password(browser, base, request))
    assert client.session["resident"]["person"] == here.applicant
