"""Serving a person: visits that end, mandates with limits, consents for one visit, looks that are written down."""

import datetime as dt

import pytest
from django.db import connection

from tests.conftest import AT
from tests.flows.cases import INTAKES, later, received
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff
from tongban.domain.actor import Actor
from tongban.domain.fetching import Request
from tongban.domain.person import Identity
from tongban.domain.refusals import NotAllowed, NotFound, Refused
from tongban.flows import access, receive, serve
from tongban.flows.receive import Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
CHILD = Identity(kind="citizen", name="沈小宝", number="310110201906015818", birth=dt.date(2019, 6, 1), sex="male")


def try_with(clerk: Actor, at: dt.datetime = AT, **mandate: object) -> str:
    """The son brings the mother's 敬老卡 with this mandate; the code of the refusal, or the stage."""
    met = serve.meet(clerk, MOTHER, how="card", agent=SON, at=at)
    if mandate:
        given: dict = {"paper": "wt-1", "until": dt.date(2027, 12, 31)} | mandate
        serve.register_mandate(clerk, met.visit, at=at, **given)
    return receive_it(clerk, met.visit, at)


def receive_it(clerk: Actor, visit: str, at: dt.datetime, item: str = "jinglaoka") -> str:
    try:
        return receive.receive(clerk, Order(visit, item, INTAKES[item]), at=at, key=f"r:{visit}:{item}").stage
    except Refused as refused:
        return refused.code


def test_a_mandate_holds_for_its_items_and_its_time() -> None:
    clerk = staff(PUTUO)
    assert try_with(clerk) == "mandate.none"
    assert try_with(clerk, items=("dibao",)) == "mandate.none"
    assert try_with(clerk, items=("dibao", "jinglaoka"), until=dt.date(2026, 9, 10)) == "accepted"
    # The same mandate the week after: it has ended by then, and on its last day it still holds.
    met = serve.meet(clerk, MOTHER, how="card", agent=SON, at=later(9))
    assert receive_it(clerk, met.visit, later(9)) == "accepted"
    met = serve.meet(clerk, MOTHER, how="card", agent=SON, at=later(10))
    assert receive_it(clerk, met.visit, later(10)) == "mandate.none"


def test_a_mandate_of_one_person_is_none_for_another() -> None:
    clerk = staff(PUTUO)
    assert try_with(clerk, until=dt.date(2027, 12, 31)) == "accepted"
    other = Identity(kind="citizen", name="王小明", number="310101199003071230", birth=dt.date(1990, 3, 7), sex="male")
    met = serve.meet(clerk, MOTHER, how="card", agent=other, at=AT)
    assert receive_it(clerk, met.visit, AT) == "mandate.none"
    # And not the other way round.
    met = serve.meet(clerk, SON, how="card", agent=MOTHER, at=AT)
    assert receive_it(clerk, met.visit, AT) == "mandate.none"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"until": None, "paper": "wt"}, "mandate.open_end"),
        ({"until": dt.date(2026, 8, 31), "paper": "wt"}, "mandate.dates"),
        ({"until": dt.date(2027, 1, 1), "paper": ""}, "mandate.paper"),
    ],
)
def test_what_cannot_be_a_mandate_is_not_entered(given: dict, code: str) -> None:
    clerk = staff(PUTUO)
    met = serve.meet(clerk, MOTHER, how="card", agent=SON, at=AT)
    with pytest.raises(Refused) as why:
        serve.register_mandate(clerk, met.visit, at=AT, **given)
    assert why.value.code == code


def test_an_agent_is_somebody_else_and_a_child_needs_one() -> None:
    clerk = staff(PUTUO)
    with pytest.raises(Refused) as why:
        serve.meet(clerk, MOTHER, how="card", agent=MOTHER, at=AT)
    assert why.value.code == "visit.same_person"
    with pytest.raises(Refused):
        serve.meet(clerk, CHILD, how="card", at=AT)
    assert serve.meet(clerk, CHILD, how="card", agent=SON, at=AT).agent
    with pytest.raises(Refused) as why:
        alone = serve.meet(clerk, MOTHER, how="card", at=AT)
        serve.register_mandate(clerk, alone.visit, until=dt.date(2027, 1, 1), paper="wt", at=AT)
    assert why.value.code == "mandate.no_agent"


def test_nothing_is_opened_by_a_visit_that_is_over_or_not_mine() -> None:
    clerk, other = staff(PUTUO), staff(PUTUO, ref="staff:other")
    met = serve.meet(clerk, MOTHER, how="card", at=AT)
    assert access.person(clerk, reason="核对", visit_id=met.visit, at=AT).identity == MOTHER
    with pytest.raises(NotFound):
        access.person(other, reason="核对", visit_id=met.visit, at=AT)
    serve.close(clerk, met.visit, at=AT)
    acts = (
        lambda: access.person(clerk, reason="核对", visit_id=met.visit, at=AT),
        lambda: serve.consent(clerk, met.visit, "jinglaoka", [Request("gongan", ("id_card",), ())], at=AT),
        lambda: serve.keep_fetched(clerk, met.visit, "jinglaoka", [], {}, at=AT),
        lambda: serve.close(clerk, met.visit, at=AT),
        lambda: receive.save_draft(clerk, met.visit, "jinglaoka", INTAKES["jinglaoka"], at=AT),
        lambda: receive.receive(clerk, Order(met.visit, "jinglaoka", INTAKES["jinglaoka"]), at=AT, key="x"),
    )
    for act in acts:
        with pytest.raises(Refused) as why:
            act()
        assert why.value.code == "visit.closed"
    for bad in ("", "x", "018f0000-0000-7000-8000-000000000000", "1' or '1'='1"):
        with pytest.raises(NotFound):
            access.visit(clerk, bad)


def test_serving_needs_the_power_at_this_counter() -> None:
    for who in (staff(PUTUO, "case.read"), staff(YANGPU)):
        with pytest.raises(NotAllowed):
            serve.meet(who, MOTHER, how="card", center=PUTUO, at=AT)


def test_a_look_names_its_reason_and_is_written_down_even_when_nothing_is_done() -> None:
    clerk = staff(PUTUO)
    number = received("jinglaoka").number
    person = access.case(clerk, number).case.applicant
    for reason in ("", "   "):
        with pytest.raises(Refused) as why:
            access.person(clerk, reason=reason, number=number, at=AT)
        assert why.value.code == "look.reason_needed"
    with pytest.raises(NotAllowed):
        access.person(clerk, reason="好奇", at=AT)
    with pytest.raises(NotAllowed):
        access.person(staff(PUTUO, "case.read"), reason="核对", number=number, at=AT)
    with pytest.raises(NotFound):
        access.person(staff("310115004"), reason="核对", number=number, at=AT)
    with pytest.raises(NotFound):
        access.person(clerk, reason="核对", number=number, person_id="018f0000-0000-7000-8000-000000000000", at=AT)
    seen = access.person(clerk, reason="核对电话", number=number, at=AT)
    assert seen.identity.name == "沈桂芳" and seen.known["id_number"].value == MOTHER.number
    with connection.cursor() as cursor:
        cursor.execute("select actor, person, reason from audit_line where act = 'look.person'")
        assert cursor.fetchall() == [(clerk.ref, person, "核对电话")]


def test_the_known_values_of_a_card_are_grade_a_and_typed_ones_are_not() -> None:
    clerk = staff(PUTUO)
    card = serve.meet(clerk, MOTHER, how="card", at=AT)
    typed = serve.meet(clerk, SON, how="typed", at=AT)
    a = access.person(clerk, reason="核对", visit_id=card.visit, at=AT).known["name"]
    b = access.person(clerk, reason="核对", visit_id=typed.visit, at=AT).known["name"]
    assert ((a.source, a.grade), (b.source, b.grade)) == (("card", "A"), ("counter", "B"))


def test_the_number_of_another_name_is_not_taken_over_by_typing() -> None:
    clerk = staff(PUTUO)
    serve.meet(clerk, MOTHER, how="card", at=AT)
    import msgspec

    wrong = msgspec.structs.replace(MOTHER, name="沈桂芬")
    with pytest.raises(Refused) as why:
        serve.meet(clerk, wrong, how="typed", at=AT)
    assert why.value.code == "person.name_differs"
    assert serve.meet(clerk, wrong, how="card", at=AT).applicant


def test_the_same_key_meets_once() -> None:
    clerk = staff(PUTUO)
    first = serve.meet(clerk, MOTHER, how="card", at=AT, key="m")
    assert serve.meet(clerk, MOTHER, how="card", at=later(0, minutes=5), key="m") == first
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from counters_visit")
        assert cursor.fetchone() == (1,)


def test_drafts_belong_to_their_person_and_survive_a_closed_item() -> None:
    from tests.flows.cases import city_lead
    from tongban.flows.publish import close_item, reopen_item

    clerk = staff(PUTUO)
    met = serve.meet(clerk, MOTHER, how="card", at=AT)
    draft = receive.save_draft(clerk, met.visit, "jinglaoka", INTAKES["jinglaoka"], at=AT)
    close_item(city_lead(), "jinglaoka", reason="系统升级", at=AT)
    assert receive_it(clerk, met.visit, AT) == "item.closed"
    # What was typed is still kept, from the tab that was open.
    kept = receive.save_draft(clerk, met.visit, "jinglaoka", INTAKES["jinglaoka"], draft=draft.id, rev=draft.rev, at=AT)
    assert kept.rev == draft.rev + 1
    reopen_item(city_lead(), "jinglaoka", reason="升级完成", at=AT)
    order = Order(met.visit, "jinglaoka", INTAKES["jinglaoka"], draft=draft.id)
    assert receive.receive(clerk, order, at=AT, key="again").stage == "accepted"
    other = serve.meet(clerk, SON, how="card", at=AT)
    with pytest.raises(NotFound):
        receive.save_draft(clerk, other.visit, "jinglaoka", INTAKES["jinglaoka"], draft=draft.id, rev=2, at=AT)
    for nonsense in ("x", "018f"):
        with pytest.raises(NotFound):
            receive.save_draft(clerk, other.visit, "jinglaoka", INTAKES["jinglaoka"], draft=nonsense, at=AT)
        with pytest.raises(NotFound):
            bad = Order(met.visit, "jinglaoka", INTAKES["jinglaoka"], draft=nonsense)
            receive.receive(clerk, bad, at=AT, key=nonsense)
