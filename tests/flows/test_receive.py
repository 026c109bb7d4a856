"""Receiving at a counter, against the real catalog and a real database."""

import datetime as dt
import json

import msgspec
import pytest

from tests.conftest import AT
from tests.flows.people import MOTHER, PUTUO, SON, YANGPU, staff, with_mandate
from tongban.domain.facts import Point
from tongban.domain.person import Identity
from tongban.domain.receiving import Intake, PaperIn
from tongban.domain.refusals import Conflict, NotFound, Refused
from tongban.flows import access, handle, receive, serve
from tongban.flows.receive import Order
from tongban.reads import progress, worklist
from tongban.registers.cases import queries as case_queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]

JINGLAOKA = {
    "ethnic": "汉族", "phone": "13800138000", "hukou_kind": "shanghai", "hukou_division": YANGPU,
    "hukou_address": "四平路1号", "residence_division": "310112101", "residence_address": "莘庄镇1号", "card_bank": "icbc",
}  # fmt: skip


def jinglaoka(visit: str, **more: object) -> Order:
    intake = Intake(answers=JINGLAOKA | more, papers=(PaperIn("id_card"),), declarations=("tax_statement",))
    return Order(visit, "jinglaoka", intake)


def test_a_direct_item_is_accepted_at_the_counter_and_can_be_followed() -> None:
    clerk = staff(PUTUO)
    met = with_mandate(clerk, AT)
    receipt = receive.receive(clerk, jinglaoka(met.visit), at=AT, key="k1")
    assert len(receipt.number) == 22 and receipt.number.startswith(PUTUO)
    assert (receipt.stage, receipt.handling, receipt.due_kind) == ("accepted", PUTUO, "decide")
    seen = progress.by_code(receipt.number, receipt.query_code, today=AT.date())
    assert [s.kind for s in seen.steps] == ["opened", "accepted"]
    assert seen.promise is not None and seen.promise.promised == receipt.due_on
    rows = worklist.worklist(clerk, today=AT.date()).rows
    assert [r.number for r in rows] == [receipt.number]


def test_the_same_key_is_the_same_case() -> None:
    clerk = staff(PUTUO)
    met = with_mandate(clerk, AT)
    order = jinglaoka(met.visit)
    first = receive.receive(clerk, order, at=AT, key="k1")
    assert receive.receive(clerk, order, at=AT, key="k1") == first
    with pytest.raises(Conflict) as why:
        receive.receive(clerk, jinglaoka(met.visit, phone="13900139000"), at=AT, key="k1")
    assert why.value.code == "key.reused"
    assert len(worklist.worklist(clerk, today=AT.date()).rows) == 1


def test_everything_missing_is_told_at_once_with_pointers() -> None:
    clerk = staff(PUTUO)
    met = with_mandate(clerk, AT)
    with pytest.raises(Refused) as why:
        receive.receive(
            clerk, Order(met.visit, "jinglaoka", Intake(answers={"phone": "1380013800", "nonsense": 1})), at=AT, key="k"
        )
    pointers = {p.pointer for p in why.value.problems}
    assert {"/answers/phone", "/answers/nonsense", "/answers/card_bank", "/papers/id_card"} <= pointers


def test_without_a_mandate_nobody_acts_for_another() -> None:
    clerk = staff(PUTUO)
    met = serve.meet(clerk, MOTHER, how="card", agent=SON, at=AT)
    with pytest.raises(Refused) as why:
        receive.receive(clerk, jinglaoka(met.visit), at=AT, key="k")
    assert why.value.code == "mandate.none"


def test_another_clerk_cannot_use_my_visit_and_strangers_see_nothing() -> None:
    clerk, other = staff(PUTUO), staff(PUTUO, ref="staff:other")
    met = with_mandate(clerk, AT)
    with pytest.raises(NotFound):
        receive.receive(other, jinglaoka(met.visit), at=AT, key="k")
    receipt = receive.receive(clerk, jinglaoka(met.visit), at=AT, key="k")
    with pytest.raises(NotFound):
        progress.of_case(staff("310115004"), receipt.number, today=AT.date())
    with pytest.raises(NotFound):
        progress.by_code(receipt.number, "AAAAAA", today=AT.date())


def test_nobody_handles_what_another_center_holds() -> None:
    clerk = staff(PUTUO)
    met = with_mandate(clerk, AT)
    receipt = receive.receive(clerk, jinglaoka(met.visit), at=AT, key="k")
    with pytest.raises(NotFound):
        handle.decide(staff(YANGPU), receipt.number, True, at=AT)
    done = handle.decide(clerk, receipt.number, True, at=AT)
    assert done.stage == "decided"
    assert access.case(clerk, receipt.number).case.results == ("jinglaoka",)


def test_a_result_becomes_a_credential_and_ends_when_it_is_revoked() -> None:
    from tongban.flows import deliver
    from tongban.registers.credentials import queries as credentials

    clerk = staff(PUTUO, "case.receive", "case.handle", "case.read", "case.supervise")
    met = with_mandate(clerk, AT)
    receipt = receive.receive(clerk, jinglaoka(met.visit), at=AT, key="k")
    handle.decide(clerk, receipt.number, True, at=AT)
    deliver.deliver(clerk, receipt.number, "counter", "agent", at=AT)
    (held,) = credentials.for_person(met.applicant, ["jinglaoka"])
    assert held.number.startswith("1.2.156.3005.2.") and held.fields["card_bank"] == "icbc"
    handle.revoke(clerk, receipt.number, "行政许可法第六十九条", "发放有误", at=AT)
    assert credentials.for_person(met.applicant, ["jinglaoka"]) == ()


def test_a_draft_becomes_one_case_however_many_tabs_send_it() -> None:
    import msgspec

    clerk = staff(PUTUO)
    met = with_mandate(clerk, AT)
    order = jinglaoka(met.visit)
    draft = receive.save_draft(clerk, met.visit, "jinglaoka", order.intake, at=AT)
    order = msgspec.structs.replace(order, draft=draft.id)
    first = receive.receive(clerk, order, at=AT, key="tab-1")
    with pytest.raises(Conflict) as why:
        receive.receive(clerk, order, at=AT, key="tab-2")
    assert (why.value.code, why.value.facts["number"]) == ("draft.used", first.number)
    assert len(worklist.worklist(clerk, today=AT.date()).rows) == 1


def test_an_agent_without_a_mandate_cannot_withdraw() -> None:
    import datetime as dt

    clerk = staff(PUTUO, "case.receive", "case.read")
    receipt = receive.receive(clerk, jinglaoka(with_mandate(clerk, AT).visit), at=AT, key="k")
    stranger = Identity(
        kind="citizen", name="王小明", number="310101199003071230", birth=dt.date(1990, 3, 7), sex="male"
    )
    met = serve.meet(clerk, MOTHER, how="typed", agent=stranger, at=AT)
    with pytest.raises(Refused) as why:
        handle.withdraw(clerk, receipt.number, visit=met.visit, at=AT)
    assert why.value.code == "mandate.none"
    again = with_mandate(clerk, AT)
    assert handle.withdraw(clerk, receipt.number, visit=again.visit, at=AT).stage == "withdrawn"


def answers_of(number: str) -> dict[str, object]:
    found = case_queries.get(number)
    assert found is not None
    return dict(json.loads(case_queries.beside(number, found.case.answers) or b"{}"))


def test_nobody_becomes_another_by_what_is_posted() -> None:
    """The card was read: another name, number or date of birth in the form does not go into the case, and makes nobody eligible."""
    clerk = staff(PUTUO)
    met = with_mandate(clerk, AT)
    forged = {"name": "王五", "id_number": SON.number, "birth_date": "1900-01-01", "sex": "male"}
    receipt = receive.receive(clerk, jinglaoka(met.visit, **forged), at=AT, key="k")
    kept = answers_of(receipt.number)
    assert (kept["name"], kept["id_number"], kept["birth_date"]) == (MOTHER.name, MOTHER.number, "1948-03-12")
    assert kept["ethnic"] == "汉族", "of which nobody but the person has said anything"
    young = serve.meet(clerk, SON, how="card", at=AT)
    with pytest.raises(Refused) as why:
        receive.receive(clerk, jinglaoka(young.visit, birth_date="1940-01-01"), at=AT, key="young")
    assert "item.not_eligible" in {p.code for p in why.value.problems}


def test_a_name_that_changed_is_put_right_by_reading_the_card_anew() -> None:
    clerk = staff(PUTUO)
    serve.meet(clerk, MOTHER, how="card", at=AT)
    renamed = msgspec.structs.replace(MOTHER, name="沈桂芬")
    met = serve.meet(clerk, renamed, how="card", at=AT + dt.timedelta(hours=1))
    receipt = receive.receive(clerk, jinglaoka(met.visit), at=AT + dt.timedelta(hours=1), key="k")
    assert answers_of(receipt.number)["name"] == "沈桂芬"


def test_a_correction_makes_nobody_another() -> None:
    clerk = staff(PUTUO)
    met = with_mandate(clerk, AT)
    receipt = receive.receive(clerk, jinglaoka(met.visit), at=AT, key="k")
    handle.ask_correction(clerk, receipt.number, [Point("field", "phone", "wrong")], at=AT)
    mended = {"phone": "13900139000", "name": "王五", "birth_date": "1900-01-01"}
    handle.receive_correction(clerk, receipt.number, mended, [], visit=met.visit, at=AT, key="mend")
    kept = answers_of(receipt.number)
    assert (kept["phone"], kept["name"], kept["birth_date"]) == ("13900139000", MOTHER.name, "1948-03-12")
