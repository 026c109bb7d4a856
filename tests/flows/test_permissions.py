"""What a person allowed is ended by the one who stands at the counter: from now on, once, with a line in the trail."""

import datetime as dt

import pytest

from tests.conftest import AT
from tests.flows.cases import INTAKES, later
from tests.flows.people import MOTHER, PUTUO, SON, staff
from tongban.domain.consent import allows, covers
from tongban.domain.fetching import Request
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import access, permissions, receive, serve
from tongban.flows.receive import Order
from tongban.plumbing.clock import city_date
from tongban.reads.permissions import allowed
from tongban.registers.people import queries as people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]
CLERK = staff(PUTUO)
LATER = later(1)


def mandated(kind: str = "written") -> tuple[serve.Met, str]:
    met = serve.meet(CLERK, MOTHER, how="card", agent=SON, at=AT)
    until = None if kind == "guardian" else dt.date(2027, 12, 31)
    return met, serve.register_mandate(CLERK, met.visit, kind=kind, until=until, paper="wt-1", at=AT)  # type: ignore[arg-type]


def test_who_gave_a_mandate_takes_it_back_and_the_agent_is_refused_from_that_day() -> None:
    _, ref = mandated()
    herself = serve.meet(CLERK, MOTHER, how="card", at=LATER).visit
    assert permissions.end_mandate(CLERK, herself, ref, at=LATER, key="k").since == city_date(LATER)
    held = people.mandate(ref)
    assert held is not None
    covers(held, "jinglaoka", city_date(AT))
    with pytest.raises(Refused) as why:
        covers(held, "jinglaoka", city_date(LATER))
    assert why.value.code == "mandate.revoked"
    again = serve.meet(CLERK, MOTHER, how="card", agent=SON, at=LATER).visit
    with pytest.raises(Refused) as no:
        receive.receive(CLERK, Order(again, "jinglaoka", INTAKES["jinglaoka"]), at=LATER, key="r")
    assert no.value.code == "mandate.none"


def test_ended_twice_the_first_day_counts() -> None:
    met, ref = mandated()
    first = permissions.end_mandate(CLERK, met.visit, ref, at=AT, key="k")
    assert permissions.end_mandate(CLERK, met.visit, ref, at=LATER, key="k") == first, "a resend"
    herself = serve.meet(CLERK, MOTHER, how="card", at=LATER).visit
    assert permissions.end_mandate(CLERK, herself, ref, at=LATER).since == city_date(AT), "another act, the same end"


def test_an_agent_sees_and_ends_only_what_lies_between_them_and_the_applicant() -> None:
    met, ref = mandated()
    other = serve.meet(CLERK, MOTHER, how="card", at=AT).visit
    (mine,) = allowed(CLERK, met.visit, at=AT).mandates
    assert (mine.ref, mine.given, mine.other, mine.holds) == (ref, True, "沈*国", True)
    # The son alone, with matters of his own: he sees that he acts for her, and may lay it down.
    himself = serve.meet(CLERK, SON, how="card", at=AT).visit
    (held,) = allowed(CLERK, himself, at=AT).mandates
    assert (held.given, held.other) == (False, "沈*芳")
    stranger = serve.meet(CLERK, SON, how="card", agent=MOTHER, at=AT).visit
    assert allowed(CLERK, stranger, at=AT).mandates == ()
    with pytest.raises(NotFound):
        permissions.end_mandate(CLERK, stranger, ref, at=AT)
    with pytest.raises(NotFound):
        permissions.end_mandate(CLERK, other, "nonsense", at=AT)
    permissions.end_mandate(CLERK, himself, ref, at=AT)
    assert [m.holds for m in allowed(CLERK, other, at=AT).mandates] == [False]


def test_a_guardianship_ends_by_a_document_and_a_supervisor() -> None:
    met, ref = mandated("guardian")
    for actor, document in ((CLERK, ""), (CLERK, "(2026)沪0107民特1号")):
        with pytest.raises(Refused) as why:
            permissions.end_mandate(actor, met.visit, ref, document, at=AT)
        assert why.value.code == "mandate.guardian"
    lead = staff(PUTUO, "case.receive", "case.supervise")
    with pytest.raises(Refused):
        permissions.end_mandate(lead, met.visit, ref, at=AT)
    assert permissions.end_mandate(lead, met.visit, ref, "(2026)沪0107民特1号", at=AT).since == city_date(AT)


def test_a_withdrawn_consent_covers_no_further_question() -> None:
    visit = serve.meet(CLERK, MOTHER, how="card", at=AT).visit
    ref = serve.consent(CLERK, visit, "dibao", [Request("gongan", ("id_card",), ("identity",))], at=AT)
    (line,) = allowed(CLERK, visit, at=AT).consents
    assert (line.ref, line.holds, [k.zh for k in line.kinds]) == (ref, True, ["身份信息核对", "居民身份证"])
    moment = AT + dt.timedelta(minutes=5)
    permissions.withdraw_consent(CLERK, visit, ref, at=moment, key="k")
    assert permissions.withdraw_consent(CLERK, visit, ref, at=LATER).at == moment
    person = access.visit(CLERK, visit).applicant
    (held,) = people.consents_of(person)
    allows(held, "id_card", AT, person=person, purpose="item:dibao", about=f"visit:{visit}")
    with pytest.raises(Refused) as why:
        allows(held, "id_card", moment, person=person, purpose="item:dibao", about=f"visit:{visit}")
    assert why.value.code == "consent.withdrawn"
    assert not allowed(CLERK, visit, at=moment).consents[0].holds


def test_an_agent_withdraws_the_consents_they_gave_and_no_others() -> None:
    visit = serve.meet(CLERK, MOTHER, how="card", at=AT).visit
    hers = serve.consent(CLERK, visit, "dibao", [Request("gongan", ("id_card",), ())], at=AT)
    met, _ = mandated()
    his = serve.consent(CLERK, met.visit, "dibao", [Request("gongan", ("id_card",), ())], at=AT)
    assert [c.ref for c in allowed(CLERK, met.visit, at=AT).consents] == [his]
    with pytest.raises(NotFound):
        permissions.withdraw_consent(CLERK, met.visit, hers, at=AT)
    assert {c.ref for c in allowed(CLERK, visit, at=AT).consents} == {hers, his}
    permissions.withdraw_consent(CLERK, visit, his, at=AT)


def test_another_clerk_ends_nothing() -> None:
    met, ref = mandated()
    with pytest.raises(NotFound):
        permissions.end_mandate(staff(PUTUO, ref="staff:other"), met.visit, ref, at=AT)
    serve.close(CLERK, met.visit, at=AT)
    with pytest.raises(Refused):
        permissions.end_mandate(CLERK, met.visit, ref, at=AT)
