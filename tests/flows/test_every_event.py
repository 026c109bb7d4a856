"""Every life event of the catalog that may be begun online is submitted by a synthetic resident and runs to its end: each child is
decided by the department whose it is, each starts when what it needs is there. No event is named here."""

from typing import Any

import pytest
from django.conf import settings

from tests.flows import events
from tests.flows.people import PUTUO, staff
from tongban.domain.refusals import Refused
from tongban.flows import compose, serve
from tongban.plumbing.clock import city_date
from tongban.registers.catalog import city, queries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
ONLINE = sorted(event.code for event in SOURCE.city.events if "resident" in event.channels)


@pytest.mark.parametrize("event", ONLINE)
def test_an_event_runs_to_its_end(event: str) -> None:
    intake, at = events.given(SOURCE.event_situations, event), events.when(SOURCE.event_situations, event)
    who = events.fitting(intake)
    _, _, receipt, intake = events.submitted(event, intake, who, at)
    assert receipt.parts
    met = serve.meet(staff(PUTUO), who, how="card", at=at)

    def answer(item: str) -> None:
        """The person comes to a counter with what this part still lacks."""
        said = intake
        for _ in range(events.TIMES):
            try:
                compose.amend(staff(PUTUO), met.visit, receipt.number, item, said, at=at, key="")
                return
            except Refused as refused:
                said = events.mended(said, refused, city_date(at), grade="B", counter=False)
        raise AssertionError(item)

    mother, order = events.to_the_end(receipt.number, answer, at)
    assert mother.stage == "gathered"
    assert {one.part.item for one in mother.parts} == {part.item for part in receipt.parts} == set(order)
    assert all(one.outcome in ("granted", "granted_follow") and one.resulted for one in mother.parts)
    _in_order(event, mother, order)
    for one in mother.parts:
        case = events.child(one.number)
        assert case.number.startswith(f"{receipt.number}-") and case.applicant == mother.applicant
        assert case.receiving == mother.receiving and case.handling != mother.receiving


def _in_order(event: str, mother: Any, order: list[str]) -> None:
    prepared = queries.prepared(event, mother.opened_on)
    for term in prepared.items:
        for after in term.entry.after:
            if {after.item, term.entry.item} <= set(order):
                assert order.index(after.item) < order.index(term.entry.item)
