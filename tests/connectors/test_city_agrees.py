"""Connectors speak the city's words: every element, choice, credential kind and place they use is in cities/shanghai."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.connectors.people import subject
from tongban import connectors
from tongban.config import wiring
from tongban.connectors.gongan.mapping import KINDS as GONGAN
from tongban.connectors.weijian.mapping import KINDS as WEIJIAN
from tongban.domain.ports import Checked, Given
from tongban.registers.catalog import lint
from tongban.simulated.city import DEPARTMENTS
from tongban.simulated.residents import make, places


def rows(name: str, key: str) -> dict[str, dict]:
    text = (Path(settings.CITY_FOLDER) / f"{name}.yaml").read_text(encoding="utf-8")
    return {row["code"]: row for row in yaml.load(text, yaml.CSafeLoader)[key]}


@pytest.fixture(scope="module")
def elements():
    return rows("elements", "elements")


def test_every_list_of_connectors_names_the_same_ones():
    """The lint stands on a lower floor than the wiring and cannot ask it, so each keeps a list."""
    assert set(wiring.CONNECTORS) == lint._CONNECTORS - {wiring.PAPER} == set(DEPARTMENTS)
    assert {p.parent.name for p in Path(connectors.__file__).parent.glob("*/mapping.py")} == set(wiring.CONNECTORS)


def test_kinds_are_issued_by_their_department_under_these_directory_codes():
    kinds = rows("credentials", "credentials")
    for department, (offered, _) in wiring.offers().items():
        for kind in offered:
            assert kinds[kind]["issuer"] == department, kind
    for kind, code in {**GONGAN, **WEIJIAN}.items():
        assert kinds[kind]["type_code"] == code, kind


def test_fields_are_elements_and_choices_of_the_registry(elements, settings, city_url, purpose):
    settings.TONGBAN_DEPARTMENTS_URL = city_url
    wiring.forget()
    seen = set()
    for resident in make(n=60):
        for department, (kinds, checks) in wiring.offers().items():
            port = wiring.department(department)
            answers = [port.licences(subject(resident), kinds, purpose)] if kinds else []
            answers += [port.check(subject(resident), what, {}, purpose) for what in checks]
            for answer in answers:
                found = answer.items if isinstance(answer, Given) else [answer] if isinstance(answer, Checked) else []
                for fields in (one.fields for one in found):
                    for code, value in fields.items():
                        seen.add(code)
                        element = elements[code]
                        if element["type"] == "choice":
                            assert value in {choice["code"] for choice in element["choices"]}, (code, value)
                        if element["type"] == "boolean":
                            assert isinstance(value, bool)
                        if element.get("max_length"):
                            assert len(value) <= element["max_length"], (code, value)
    wiring.forget()
    assert len(seen) >= 25


def test_the_pretended_streets_are_the_citys():
    known = rows("places", "divisions")
    for place in places():
        name = known[place.code]["name"]
        assert (name if isinstance(name, str) else name["zh"]) == place.name
