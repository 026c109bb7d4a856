"""The edges of a submission, whatever door it came by: who somebody is cannot be typed over, names that the event does not know are told,
and what a clerk saw stays seen while nobody can make up that it was."""

from typing import Any

import pytest
from django.conf import settings

from tests.channels.resident.signed_in import arrived
from tests.flows import events
from tests.flows.people import SON
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.handed_in import PaperIn
from tongban.domain.refusals import Refused
from tongban.flows import compose
from tongban.plumbing.clock import city_date
from tongban.registers.catalog import city
from tongban.registers.catalog import queries as catalog

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")
TODAY = city_date(AT)


def given(**changes: Any) -> EventIntake:
    return events.given(SOURCE.event_situations, "birth", **changes)


def refused_at_home(said: EventIntake, draft: str = "") -> Refused:
    actor, here = arrived(SON, AT)
    with pytest.raises(Refused) as told:
        compose.submit(actor, here.visit, "birth", said, draft=draft, channel="resident", at=AT, key="")
    return told.value


@pytest.mark.parametrize("where", ["declarations", "follow", "at_counter"])
@pytest.mark.parametrize("name", ["no_such_paper", "child.no_such_paper", "stranger.id_card", "/", "dibao_form"])
def test_a_paper_that_the_event_does_not_know_is_told(where: str, name: str) -> None:
    told = refused_at_home(given(**{where: (name,)}))
    assert [(p.code, p.pointer) for p in told.problems] == [("paper.not_asked", f"/papers/{name}")]
    assert told.problems[0].advice is not None


def test_a_paper_that_the_event_does_not_know_is_not_taken_in_either() -> None:
    told = refused_at_home(given(papers=(EventPaper(PaperIn("dibao_form", "original", "C"), "child"),)))
    assert [(p.code, p.pointer) for p in told.problems] == [("paper.not_asked", "/papers/child.dibao_form")]


def test_a_paper_that_only_another_answer_asks_for_is_kept_and_ignored() -> None:
    """All names that the event can ask for, whatever this plan wants of them."""
    terms = catalog.prepared("birth", TODAY).items
    every = tuple({p.material if p.of == "self" else f"{p.of}.{p.material}" for term in terms for p in term.papers})
    said = given(declarations=every, follow=every, at_counter=every)
    _, _, receipt, _ = events.submitted("birth", said, SON, AT)
    assert receipt.parts


def test_a_name_that_the_event_does_not_know_is_told_when_it_is_amended() -> None:
    _, _, receipt, _ = events.submitted("birth", given(), SON, AT)
    item = next(one.item for one in receipt.parts if one.state in ("held", "waiting"))
    actor, here = arrived(SON, AT)
    with pytest.raises(Refused) as told:
        compose.amend(
            actor, here.visit, receipt.number, item, EventIntake(at_counter=("no_such_paper",)), at=AT, key=""
        )
    assert [(p.code, p.pointer) for p in told.value.problems] == [("paper.not_asked", "/papers/no_such_paper")]
