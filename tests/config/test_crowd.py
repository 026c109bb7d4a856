"""The crowd: everybody brings what the rulebook asks for, to centers all over the city, and the same seed is the same crowd."""

import datetime as dt

import msgspec
import pytest
from django.conf import settings

from tongban.channels.openapi.bodies import NewCase
from tongban.config.crowd import SCOPES, Crowd
from tongban.domain import receiving
from tongban.domain.handed_in import PaperIn
from tongban.domain.receiving import Intake, Known

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd(settings.CITY_FOLDER, 7, TODAY)


def test_whatever_is_brought_is_ready_to_be_received(crowd: Crowd) -> None:
    versions = {v.code: v for scope in crowd.by_scope.values() for v in scope}
    came = list(crowd.arrivals(200))
    assert {one.scope for one in came} == set(SCOPES) and len({one.center[:6] for one in came}) == 16
    assert len({one.item for one in came}) > 30
    for one in came:
        body = msgspec.json.decode(msgspec.json.encode(one.body), type=NewCase)
        assert body.applicant is not None and body.applicant.birth is not None
        told = {"name": body.applicant.name, "id_number": body.applicant.number, "sex": body.applicant.sex,
                "birth_date": body.applicant.birth.isoformat()}  # fmt: skip
        papers = tuple(PaperIn(p.material, p.form, p.grade) for p in body.papers)
        intake = Intake(answers=dict(body.answers), papers=papers, declarations=body.declarations)
        seen = receiving.assess(versions[one.item], crowd.city, Known(told), intake, one.center, TODAY)
        assert seen.ready, (one.item, seen.problems)


def test_the_same_seed_is_the_same_crowd() -> None:
    one, again, other = (list(Crowd(settings.CITY_FOLDER, seed, TODAY).arrivals(20)) for seed in (7, 7, 8))
    assert one == again and one != other


def test_a_correction_changes_every_point_that_was_asked(crowd: Crowd) -> None:
    for one in crowd.arrivals(40):
        points = [{"what": "field", "code": code} for code in one.fields] + [
            {"what": "paper", "code": code} for code in one.papers
        ]
        brought = crowd.correction(one, points)
        assert {p["material"] for p in brought["papers"]} == set(one.papers)
        assert set(brought["answers"]) == set(one.fields)
        assert all(value != one.body["answers"][code] for code, value in brought["answers"].items())
