"""Asking the departments from a counter: what comes satisfies papers and fills the form; a department that is slow, dead or
wrong costs the counter its budget at most, then paper is taken, and the screen says so."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.flows.people import MOTHER, PUTUO, SON, staff
from tests.patience import patient
from tongban.config import wiring
from tongban.domain.receiving import Intake
from tongban.flows import receive, serve
from tongban.plumbing import clock, outside
from tongban.registers.catalog import queries as catalog
from tongban.simulated.city import Behaviour, City
from tongban.simulated.residents import make
from tongban.simulated.service import Service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
# The departments answer with today's date, so these visits are today.
NOW = clock.now()
BUDGET = 3.0
# A slow department takes longer than any test waits for it.
NEVER = 120.0


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    made = Service(City(make(n=50)))
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield made
    made.close()


@pytest.fixture
def city(service: Service, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    patient(monkeypatch)
    settings.TONGBAN_DEPARTMENTS_URL = service.url
    wiring.forget()
    outside.forget()
    yield service.city
    for code in service.city.behaviours:
        service.city.behaviours[code] = Behaviour()
    wiring.forget()
    outside.forget()


def ask(item: str = "dibao", budget: float | None = None) -> tuple[serve.Fetched, serve.Met, float]:
    clerk = staff(PUTUO)
    met = serve.meet(clerk, MOTHER, how="card", agent=SON, at=NOW)
    begin = time.monotonic()
    return serve.gather(clerk, met.visit, item, at=NOW, budget=budget), met, time.monotonic() - begin


def missing(item: str, person: str) -> set[str]:
    on = NOW.date()
    found = receive.assess(catalog.current(item, on), person, Intake(), PUTUO, on)
    return {s.material for s in found.papers if s.state != "satisfied"}


def lines(act: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_line where act = %s", [act])
        return int(cursor.fetchone()[0])


def test_what_the_city_knows_is_not_asked_for_on_paper(city: City) -> None:
    before = missing("dibao", staff_meets())
    fetched, met, _ = ask()
    assert {"id_card", "hukou_book"} <= set(fetched.came) and fetched.unavailable == ()
    after = missing("dibao", met.applicant)
    assert {"id_card", "hukou_book"} <= before and not {"id_card", "hukou_book"} & after
    # One consent and one line of what was kept, whatever the number of departments.
    assert (lines("visit.consent"), lines("visit.fetched")) == (1, 1)
    # What is held and fresh is not asked for again: asking for less is a right.
    asked = dict(city.asked)
    again, _, _ = ask()
    assert "hukou_book" not in again.came and city.asked["gongan"] <= asked["gongan"] + 1


def staff_meets() -> str:
    return serve.meet(staff(PUTUO), MOTHER, how="card", agent=SON, at=NOW).applicant


def test_the_values_fill_the_form_with_their_source(city: City) -> None:
    _, met, _ = ask()
    from tongban.registers.people import queries as people

    known = people.known(met.applicant)
    assert (known["hukou_division"].value, known["hukou_division"].source, known["hukou_division"].grade) == (
        "310110009", "gongan", "A",
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["slow", "down", "wrong"])
def test_one_bad_department_costs_the_budget_and_its_papers_and_nothing_else(city: City, mode: str) -> None:
    city.behaviours["gongan"] = Behaviour(mode, seconds=NEVER)
    fetched, met, seconds = ask(budget=BUDGET if mode == "slow" else None)
    assert seconds < NEVER / 2
    assert len(fetched.unavailable) >= 1
    for name, why in fetched.unavailable:
        assert "公安" in name.zh and "纸质" in why.zh and why.en
    # The others answered, and what they gave is kept.
    assert any(k not in ("id_card", "hukou_book") for k in (*fetched.came, *fetched.not_there))
    assert {"id_card", "hukou_book"} <= missing("dibao", met.applicant)


@pytest.mark.parametrize("mode", ["slow", "down", "wrong"])
def test_all_departments_bad_at_once_cost_one_budget(city: City, mode: str) -> None:
    for code in city.behaviours:
        city.behaviours[code] = Behaviour(mode, seconds=NEVER)
    fetched, met, seconds = ask(budget=BUDGET if mode == "slow" else None)
    assert seconds < NEVER / 2 and fetched.came == ()
    assert fetched.unavailable and {"id_card", "hukou_book"} <= missing("dibao", met.applicant)
    # Nothing came, so nothing was kept; the consent was given all the same.
    assert (lines("visit.consent"), lines("visit.fetched")) == (1, 0)


@pytest.mark.parametrize(
    "kind", ["other_person", "unknown_field", "not_json", "types", "impossible_date", "cut_short", "huge"]
)
def test_a_wrong_answer_never_becomes_a_value(city: City, kind: str) -> None:
    from tongban.registers.people import queries as people

    for code in city.behaviours:
        city.behaviours[code] = Behaviour("wrong", kind=kind)
    fetched, met, _ = ask()
    known = people.known(met.applicant)
    assert {k.source for k in known.values()} <= {"card", "counter"}, (kind, known)
    assert fetched.came == () and fetched.unavailable


def test_a_department_that_keeps_failing_is_left_in_peace(city: City) -> None:
    city.behaviours["gongan"] = Behaviour("down")
    for _ in range(6):
        ask()
    asked = city.asked["gongan"]
    fetched, _, _ = ask()
    assert city.asked["gongan"] == asked
    assert any("公安" in name.zh for name, _ in fetched.unavailable)


def test_who_does_not_serve_this_person_asks_nothing(city: City) -> None:
    from tongban.domain.refusals import NotFound

    met = serve.meet(staff(PUTUO), MOTHER, how="card", at=NOW)
    asked = dict(city.asked)
    with pytest.raises(NotFound):
        serve.gather(staff(PUTUO, ref="staff:other"), met.visit, "dibao", at=NOW)
    assert city.asked == asked
