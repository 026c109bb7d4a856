"""Life events for whoever reads before signing in: found first, told as a guide with composed figures, and the elder mode."""

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conftest import AT
from tongban.plumbing import clock
from tongban.reads import event_guide
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def body(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_home_shows_events_as_tiles_by_topic(client: Client) -> None:
    text = body(client.get("/"))
    for code in ("birth", "retire", "death"):
        assert f'href="/events/{code}/"' in text


def test_what_happened_shows_the_event_before_its_items(client: Client) -> None:
    text = body(client.get("/items/", {"q": "孩子出生了"}))
    assert 0 < text.index('href="/events/birth/"') < text.index('href="/items/chusheng_dengji/"')
    text = body(client.get("/items/", {"q": "敬老卡"}))
    assert 'href="/items/jinglaoka/"' in text and "/events/elder_welfare/" not in text.partition("/items/jinglaoka/")[0]


def test_every_event_has_a_guide_that_says_all(client: Client) -> None:
    for code, event in catalog.life_events().items():
        answer = client.get(f"/events/{code}/")
        text = body(answer)
        assert answer.status_code == 200, code
        for words in (event.name.zh.partition("(")[0], "包括哪些事项", "要带什么", "到哪里办", "费用", "省了什么"):
            assert words in text, (code, words)
        assert ("到窗口办理" in text) is ("resident" not in event.channels), code


def test_figures_are_composed_and_never_worse_than_one_by_one() -> None:
    for code in catalog.life_events():
        guide = event_guide.guide(code, today=clock.city_date(AT))
        assert all(f.after <= f.before for f in guide.figures if f.name.en in ("Forms", "Fields", "Papers")), code


def test_an_event_that_is_not_there(client: Client) -> None:
    assert client.get("/events/nothing/").status_code == 404


def test_elder_mode_is_kept_and_has_a_telephone_and_a_voice_on_each_page(client: Client) -> None:
    client.post("/letters", {"size": "large", "next": "/"})
    for path in ("/", "/events/", "/events/birth/", "/items/", "/items/jinglaoka/", "/centers/", "/progress", "/v/"):
        text = body(client.get(path))
        assert 'href="tel:962200"' in text and "data-aloud" in text and "rs-large" in text, path
    client.post("/letters", {"size": "plain", "next": "/"})
    assert "data-aloud" not in body(client.get("/"))
