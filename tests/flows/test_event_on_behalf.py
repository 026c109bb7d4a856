"""Who acts for somebody else in a life event does so by a mandate that holds today and names the item: not to take back, not to answer,
not to read what the person said of another event."""

import datetime as dt

import pytest
from django.conf import settings

from tests.channels.resident.signed_in import arrived
from tests.flows import events
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tongban.domain.actor import Actor
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import arrive, compose, event_withdraw, permissions, serve
from tongban.reads import door
from tongban.reads import event as read
from tongban.registers.catalog import city

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
SOURCE = city.load(settings.CITY_FOLDER)
AT = events.when(SOURCE.event_situations, "birth")


def given(*items: str, kind: str = "written") -> str:
    """The son gives his mother a mandate; none named: for everything."""
    clerk = staff(PUTUO)
    met = serve.meet(clerk, SON, how="typed", agent=MOTHER, at=AT)
    until = None if kind == "guardian" else dt.date(2027, 12, 31)
    return serve.register_mandate(clerk, met.visit, kind=kind, items=items, until=until, paper="wt-1", at=AT)  # type: ignore[arg-type]


def taken_back(mandate: str) -> None:
    """The son ends it at a counter."""
    clerk = staff(PUTUO)
    permissions.end_mandate(clerk, serve.meet(clerk, SON, how="card", at=AT).visit, mandate, at=AT)


def acting(mandate: str) -> tuple[Actor, str]:
    """The mother signed in, acting for her son."""
    actor, here = arrived(MOTHER, AT)
    return actor, arrive.act_for(actor, here.visit, mandate, at=AT).visit


def born() -> str:
    """The son hands in his life event himself."""
    _, _, receipt, _ = events.submitted("birth", events.given(SOURCE.event_situations, "birth"), SON, AT)
    return receipt.number


def test_a_mandate_for_something_else_takes_back_nothing() -> None:
    actor, visit = acting(given("jinglaoka"))
    number = born()
    with pytest.raises(Refused) as refused:
        event_withdraw.withdraw(actor, number, visit=visit, at=AT, key="w")
    assert refused.value.code == "mandate.none"
    assert events.mother(number).stage == "open"


def test_a_mandate_taken_back_takes_back_nothing() -> None:
    ref = given()
    actor, visit = acting(ref)
    number = born()
    taken_back(ref)
    with pytest.raises(Refused) as refused:
        event_withdraw.withdraw(actor, number, visit=visit, at=AT, key="w")
    assert refused.value.code == "mandate.none"
    item = next(one.part.item for one in events.mother(number).parts if one.state in ("held", "waiting"))
    with pytest.raises(Refused) as refused:
        compose.amend(actor, visit, number, item, EventIntake(), at=AT, key="a")
    assert "mandate.none" in {p.code for p in refused.value.problems}


def test_who_gave_the_mandate_goes_on_alone_after_ending_it() -> None:
    ref = given()
    actor, visit = acting(ref)
    intake = events.given(SOURCE.event_situations, "birth")
    for turn in range(events.TIMES):
        try:
            number = compose.submit(actor, visit, "birth", intake, channel="resident", at=AT, key=f"s{turn}").number
            break
        except Refused as why:
            intake = events.mended(intake, why, AT.date())
    taken_back(ref)
    held = [one for one in events.mother(number).parts if one.state == "held"]
    assert held
    clerk = staff(PUTUO)
    alone, said = serve.meet(clerk, SON, how="card", at=AT), EventIntake()
    for _ in range(events.TIMES):
        try:
            compose.amend(clerk, alone.visit, number, held[0].part.item, said, at=AT, key="")
            break
        except Refused as why:
            assert "mandate.none" not in {p.code for p in why.problems}
            said = events.mended(said, why, AT.date(), grade="B", counter=False)
    one = events.mother(number).of(held[0].part.item)
    assert one.state == "open"
    assert events.child(one.number).agent == ""


def test_the_door_closes_when_the_mandate_is_taken_back() -> None:
    ref = given()
    actor, visit = acting(ref)
    assert door.standing(actor, visit, at=AT).whom == SON.name
    taken_back(ref)
    with pytest.raises(Refused) as refused:
        door.standing(actor, visit, at=AT)
    assert refused.value.code == "mandate.revoked"


def test_an_event_that_the_mandate_does_not_name_is_not_opened() -> None:
    mine, here = arrived(SON, AT)
    compose.save(mine, here.visit, "birth", EventIntake(answers={"phone": "13800000001"}), at=AT)
    actor, visit = acting(given("jinglaoka"))
    today = AT.date()
    assert read.drafts(actor, visit) == ()
    with pytest.raises(Refused) as refused:
        read.screen(actor, visit, "birth", EventIntake(), channel="resident", today=today)
    assert refused.value.code == "mandate.event"
    [draft] = read.drafts(mine, here.visit)
    with pytest.raises(Refused):
        compose.save(actor, visit, "birth", EventIntake(), draft=draft.id, rev=draft.rev, at=AT)


def test_who_acts_for_everything_sees_the_draft() -> None:
    mine, here = arrived(SON, AT)
    compose.save(mine, here.visit, "birth", EventIntake(answers={"phone": "13800000001"}), at=AT)
    actor, visit = acting(given())
    [draft] = read.drafts(actor, visit)
    assert draft.intake.answers == {"phone": "13800000001"}
    stranger, there = arrived(MOTHER, AT)
    assert read.drafts(stranger, there.visit) == ()
    with pytest.raises(NotFound):
        compose.save(stranger, there.visit, "birth", EventIntake(), draft=draft.id, rev=draft.rev, at=AT)
