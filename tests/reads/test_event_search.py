"""Life events found by what people say happened; ``pytest -s`` shows the recall. Asking for one item still finds that item."""

from pathlib import Path

import pytest
import yaml

from tests.conftest import AT
from tongban.plumbing import clock
from tongban.reads import finder, leaflet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
HERE = Path(__file__).parent
QUESTIONS = yaml.safe_load((HERE / "event_questions.yaml").read_text(encoding="utf-8"))
TODAY = clock.city_date(AT)


@pytest.mark.parametrize("part", ["asked", "unseen"])
def test_what_happened_leads_to_the_event(part: str) -> None:
    first = third = 0
    late = []
    for question in QUESTIONS[part]:
        events = [hit.code for hit in finder.find_events(question["ask"], today=TODAY)]
        first += bool(set(events[:1]) & set(question["event"]))
        third += (right := bool(set(events[:3]) & set(question["event"])))
        if not right:
            late.append((question["ask"], events))
    asked = len(QUESTIONS[part])
    print(f"{part}: {asked} questions, recall @1 {first / asked:.3f}, @3 {third / asked:.3f}")
    assert third / asked >= 0.85 and first / asked >= 0.75, late


def test_every_event_is_found_first_by_its_name_and_its_everyday_names() -> None:
    from tongban.registers.catalog import queries as catalog

    for event in catalog.life_events().values():
        for said in (event.name.zh, *event.aliases):
            assert event.code in [hit.code for hit in finder.find_events(said, today=TODAY)], (event.code, said)


def test_the_event_stands_before_the_items_it_is_made_of() -> None:
    for said in ("孩子出生了", "我要退休了", "家里老人去世了"):
        events, _ = leaflet.everything(said, today=TODAY)
        assert events and events[0].score + 12 >= 50, said


def test_who_asks_for_one_item_gets_the_item_first() -> None:
    events, items = leaflet.everything("敬老卡", today=TODAY)
    assert items[0].code == "jinglaoka"
    assert not finder.events_first(events, items[0].score)


def test_nothing_is_meant_by_nothing() -> None:
    for said in ("", "qqqqq", "zqxwvk"):
        assert finder.find_events(said, today=TODAY) == ()
