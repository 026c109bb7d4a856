"""Every item that a resident may begin online is submitted by itself and decided, from its definition alone."""

import msgspec
import pytest
from django.conf import settings

from tests.channels.resident.signed_in import arrived
from tests.flows import events
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tests.flows.test_receive import answers_of
from tongban.domain import alone
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import compose, serve
from tongban.plumbing.clock import city_date
from tongban.registers.catalog import city, queries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
AT = events.AT
TODAY = city_date(AT)
ONLINE = sorted({v.code for v in SOURCE.city.versions if alone.may_start(v) and v.valid_from <= TODAY})
# One that asks who the applicant is.
ITEM = "gongshang_rending"
SAID = {row.given.item: row.given.answers for row, _ in SOURCE.situations if row.expect.eligible is not False}


def _run(item: str, **typed: str) -> tuple[str, str]:
    """Brings one item to its end and says its number; or why not, when its conditions do not hold for this resident."""
    said = EventIntake(answers=msgspec.to_builtins(SAID.get(item, {})), center=PUTUO)
    who = events.fitting(said)
    said = msgspec.structs.replace(said, answers=said.answers | typed)
    try:
        _, _, receipt, intake = events.submitted(alone.code_of(item), said, who, AT)
    except Refused as refused:
        return refused.code, ""
    assert [part.item for part in receipt.parts] == [item]
    met = serve.meet(staff(PUTUO), who, how="card", at=AT)

    def answer(part: str) -> None:
        given = intake
        for _ in range(events.TIMES):
            try:
                compose.amend(staff(PUTUO), met.visit, receipt.number, part, given, at=AT, key="")
                return
            except Refused as refused:
                given = events.mended(given, refused, TODAY, grade="B", counter=False)

    mother, _ = events.to_the_end(receipt.number, answer, AT)
    assert mother.stage == "gathered"
    assert mother.parts[0].outcome in ("granted", "granted_follow")
    return "", mother.parts[0].number


def test_items_by_themselves_run_to_their_end() -> None:
    outcomes = {item: _run(item)[0] for item in ONLINE}
    ended = [item for item, why in outcomes.items() if not why]
    # The rest is for somebody else: another age, another household. They are told so, and nothing else goes wrong.
    assert set(outcomes.values()) <= {"", "event.nothing"}, outcomes
    assert len(ended) > len(ONLINE) / 2, outcomes


def test_nobody_applies_for_an_item_as_somebody_else() -> None:
    """The form of one item at home: a name, a number and a birth date that are posted all the same go nowhere."""
    own = {"name": SON.name, "id_number": SON.number, "birth_date": "1972-09-30", "sex": "male"}
    _, number = _run(ITEM, name="王五", id_number=MOTHER.number, birth_date="1900-01-01", sex="female")
    kept = answers_of(number)
    assert own.items() <= kept.items()


def test_what_is_received_at_counters_only_is_not_begun_online() -> None:
    window = next(v for v in SOURCE.city.versions if v.receivable and "resident" not in v.channels)
    actor, here = arrived(SON, AT)
    with pytest.raises(Refused, match=r"event\.other_door"):
        compose.submit(
            actor, here.visit, alone.code_of(window.code), EventIntake(center=PUTUO), channel="resident", at=AT, key="k"
        )
    with pytest.raises(NotFound):
        queries.prepared("item-nothing", TODAY)
