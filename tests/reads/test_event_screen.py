"""What a plan knows of a person, and the screen of a life event over it: with its reasons, for every event of the catalog alike."""

import datetime as dt
import re

import pytest
from django.test import Client

from tests.channels.resident.signed_in import arrived, sign_in
from tests.conftest import AT
from tests.flows.people import SON
from tongban.domain.event_intake import EventIntake
from tongban.domain.life_event import SELF
from tongban.domain.ports import Licence
from tongban.flows import serve
from tongban.plumbing import clock
from tongban.reads import event, known_of
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
TODAY = clock.city_date(AT)
OWN = re.compile(r'name="(key|draft|rev)" value="([^"]*)"')


@pytest.fixture(autouse=True)
def _now():
    with clock.fixed(AT):
        yield


def licence(kind: str, until: dt.date | None, **fields: object) -> Licence:
    return Licence(
        kind=kind, number=f"{kind}-1", fields=fields, issued=dt.date(2020, 1, 1), valid_until=until, as_of=AT, source="gongan",
        grade="A",
    )  # fmt: skip


def test_values_come_with_source_and_date_and_what_expired_is_no_licence() -> None:
    actor, here = arrived(SON)
    kept = [
        licence("hukou_book", dt.date(2030, 1, 1), hukou_kind="shanghai"),
        licence("id_card", TODAY - dt.timedelta(days=1)),
    ]
    serve.keep_fetched(actor, here.visit, "event:birth", kept, {"gongan": ["hukou_book", "id_card"]}, at=AT)
    known = known_of.known_of(here.applicant, today=TODAY)
    value = known.plan.values["hukou_kind"]
    assert (value.value, value.source, value.by, value.as_of) == ("shanghai", "credential", "hukou_book", TODAY)
    assert known.plan.people[SELF].credentials == ("hukou_book",)
    assert known.origins["hukou_kind"].source == "gongan"


def test_nothing_is_asked_about_others() -> None:
    """The child's items ask departments only for papers that are the parent's own."""
    prepared = catalog.prepared("birth", TODAY)
    items = [term.entry.item for term in prepared.items if term.entry.of != SELF]
    asked = {k for r in known_of.fetchable(prepared, items, ()) for k in (*r.kinds, *(f"check:{c}" for c in r.checks))}
    of_self = {
        way.credential or f"check:{way.check}"
        for term in prepared.items
        for paper in term.papers
        if paper.of == SELF
        for way in paper.ways
    }
    assert asked <= of_self


def test_the_screen_explains_itself() -> None:
    actor, here = arrived(SON)
    seen = event.screen(actor, here.visit, "birth", EventIntake(), channel="resident", today=TODAY)
    assert seen.question is not None and seen.question.why.zh
    assert all(i.because for i in seen.items if i.state in ("not_eligible", "blocked"))
    assert all(why.zh for group in seen.saved for _, _, why, _ in group.rows)
    assert {f.element.code for f in seen.settled} >= {"name", "id_number"}
    answered = EventIntake(answers={seen.question.element: "no such choice"})
    again = event.screen(actor, here.visit, "birth", answered, channel="resident", today=TODAY)
    assert any(p.pointer == f"/answers/{seen.question.element}" for p in again.problems)


def test_what_the_form_still_asks_leaves_no_item_out() -> None:
    actor, here = arrived(SON)
    said = EventIntake(answers={"hukou_kind": "shanghai", "child_birth_date": "2026-08-20", "sex": "male"})
    seen = event.screen(actor, here.visit, "birth", said, channel="resident", today=TODAY)
    assert "chusheng_dengji" in {i.code for i in seen.composed}
    assert any(p.pointer == "/answers/child_name" for p in seen.problems)


def test_every_event_works_from_its_data_alone(client: Client) -> None:
    """Each page of each event opens and takes what is sent, though nothing in the pages knows one of them."""
    sign_in(client, SON)
    for code, one in catalog.life_events().items():
        if "resident" not in one.channels:
            continue
        for step in ("start", "plan", "form", "papers", "check"):
            assert client.get(f"/events/{code}/{step}").status_code == 200, (code, step)
        own = dict(OWN.findall(client.get(f"/events/{code}/form").content.decode())[:3])
        sent = client.post(f"/events/{code}/form", {**own, "go": "later"})
        assert sent.status_code == 302 and sent["Location"] == f"/events/{code}/saved", code
        for _ in range(20):
            page = client.get(f"/events/{code}/questions")
            if page.status_code == 302:
                break
            text = page.content.decode()
            element = re.search(r'name="ask" value="(\w+)"', text)[1]  # type: ignore[index]
            own = dict(OWN.findall(text)[:3])
            client.post(f"/events/{code}/questions", {**own, "ask": element, "unsure": "1"})
        else:
            raise AssertionError(f"the questions of {code} do not end")
