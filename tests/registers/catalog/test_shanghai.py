"""The real city passes its own check, every situation included, and its versions survive the way through the database."""

from pathlib import Path

import msgspec
import pytest

from tongban.config.settings.base import CITY_FOLDER
from tongban.domain.item import eligibility, needed_papers, weigh_papers
from tongban.domain.material import Given, check
from tongban.domain.situation import evaluate
from tongban.domain.who import is_who
from tongban.registers.catalog import lint, rows, situations
from tongban.registers.catalog.city import Source, load
from tongban.registers.catalog.files import Note


@pytest.fixture(scope="module")
def shanghai() -> Source:
    return load(Path(CITY_FOLDER).resolve())


def errors(notes: list[Note]) -> list[str]:
    return [str(note) for note in notes if note.severity == "error"]


def test_the_files_and_promises_are_sound(shanghai: Source) -> None:
    assert errors(lint.check(shanghai)) == []


def test_every_situation_is_met(shanghai: Source) -> None:
    assert errors(situations.run(shanghai)) == []


def test_who_somebody_is_is_said_of_the_person_and_of_no_company(shanghai: Source) -> None:
    """What one has two of, or may have renewed, is not carried over in silence: the second company could never be named."""
    assert shanghai.city is not None
    said = {element.code for element in shanghai.city.elements if is_who(element)}
    assert said == {"name", "id_number", "id_type", "birth_date", "sex", "ethnic", "nationality"}


def test_every_version_is_stored_and_read_back_the_same(shanghai: Source) -> None:
    assert shanghai.city is not None
    for version in shanghai.city.versions:
        body = rows.version_body(version)
        assert rows.to_version(version.item, body) == version
        assert rows.version_body(rows.to_version(version.item, body)) == body
    body = rows.to_body(rows.city_body(shanghai.city))
    for name in ("places", "departments", "elements", "materials", "credentials", "calendar", "items"):
        assert getattr(body, name) == getattr(shanghai.city, name)


def test_nobody_known_is_never_refused_and_what_is_asked_is_on_the_form(shanghai: Source) -> None:
    """With no answers at all nothing can be false, except where an item asks whether something is known."""
    assert shanghai.city is not None
    today = shanghai.city.versions[0].valid_from
    kinds = {kind.code: kind for kind in shanghai.city.materials}
    for version in shanghai.city.versions:
        verdict = eligibility(version, {}, today)
        assert set(verdict.ask) <= {field.element for field in version.fields}
        for unmet in verdict.failing:
            assert any(leaf.test.op == "known" for leaf in evaluate(unmet.condition.test, {}, today).because)  # type: ignore[arg-type]
        states = check(weigh_papers(version, {}, today), kinds, Given(), today)
        assert {s.material for s in states if s.state != "not_needed"} == {
            p.need.material for p in needed_papers(version, {}, today)
        }
        msgspec.json.encode(verdict)


def test_departments_are_named_in_both_languages(shanghai: Source) -> None:
    assert shanghai.city is not None
    for department in shanghai.city.departments:
        assert department.name.en and department.short.en, department.code
