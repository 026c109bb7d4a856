"""Powers are given within places, never to oneself; tokens and members that ended yield no actor."""

import datetime as dt
import uuid

import pytest
from django.contrib.auth.hashers import check_password

from tongban.domain.actor import CITY, POWERS, SYSTEM, Actor, Grant
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Refused
from tongban.domain.staffing import POWERS_IN_ENGLISH
from tongban.flows import staffing
from tongban.registers.staff import queries
from tongban.registers.staff.models import Power, Staff, Token

pytestmark = pytest.mark.django_db(transaction=True)

AT = dt.datetime(2026, 11, 20, 1, 0, tzinfo=dt.UTC)
PUTUO, YANGPU = "310107000", "310110000"
CENTER = "310107005"
PASSWORD = "木棉-river-2026"


def hire(login: str = "li.wei", center: str = CENTER) -> uuid.UUID:
    return staffing.hire(SYSTEM, login, "李伟", center, PASSWORD, at=AT)


def actor(staff_id: uuid.UUID, at: dt.datetime = AT) -> Actor:
    found = queries.actor_of_id(staff_id, at)
    assert found is not None
    return found


def test_hired_without_any_power_and_with_a_hashed_password() -> None:
    made = hire()
    row = Staff.objects.get(id=made)
    assert check_password(PASSWORD, row.password)
    assert PASSWORD not in row.password
    assert row.must_change_password
    assert made.version == 7
    assert actor(made).grants == ()
    assert not actor(made).may("case.receive", CENTER)


def test_a_login_is_taken_once_whatever_its_case() -> None:
    hire()
    with pytest.raises(Conflict) as refused:
        hire("LI.Wei")
    assert refused.value.problems[0].pointer == "/login"
    assert Staff.objects.count() == 1


@pytest.mark.parametrize(
    ("login", "name", "center", "pointers"),
    [
        ("a", "李伟", CENTER, ["/login"]),
        ("9abc", "李伟", CENTER, ["/login"]),
        ("li wei", "李伟", CENTER, ["/login"]),
        ("李伟", "李伟", CENTER, ["/login"]),
        ("li.wei", "", CENTER, ["/name"]),
        ("li.wei", "李" * 101, CENTER, ["/name"]),
        ("li.wei", "李\x00伟", CENTER, ["/name"]),
        ("li.wei", "李伟", "3101", ["/center"]),
        ("x", " ", "上海", ["/login", "/name", "/center"]),
    ],
)
def test_unsound_members_are_refused_with_a_pointer_each(
    login: str, name: str, center: str, pointers: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        staffing.hire(SYSTEM, login, name, center, PASSWORD, at=AT)
    assert [p.pointer for p in refused.value.problems] == pointers
    assert all(p.text.en for p in refused.value.problems)


@pytest.mark.parametrize("weak", ["short", "12345678901", "password123", "li.wei2026", "x" * 129])
def test_weak_passwords_are_refused_in_both_languages(weak: str) -> None:
    with pytest.raises(Refused) as refused:
        staffing.hire(SYSTEM, "li.wei", "李伟", CENTER, weak, at=AT)
    for problem in refused.value.problems:
        assert problem.pointer == "/password"
        assert problem.text.zh != problem.text.en
    assert not Staff.objects.exists()


def test_a_power_runs_in_its_place_from_its_start_until_its_end() -> None:
    made = hire()
    staffing.grant(SYSTEM, made, "case.receive", CENTER, at=AT, until=AT + dt.timedelta(days=1))
    assert actor(made).grants == (Grant("case.receive", CENTER),)
    assert not actor(made).may("case.receive", "310107006")
    assert actor(made, AT - dt.timedelta(seconds=1)).grants == ()
    assert actor(made, AT + dt.timedelta(days=1)).grants == ()
    # After its end it may be given again.
    later = AT + dt.timedelta(days=2)
    staffing.grant(SYSTEM, made, "case.receive", CENTER, at=later)
    assert actor(made, later).may("case.receive", CENTER)


def test_the_same_power_twice_is_a_conflict_and_revoking_twice_too() -> None:
    made = hire()
    power = staffing.grant(SYSTEM, made, "case.receive", CENTER, at=AT)
    with pytest.raises(Conflict):
        staffing.grant(SYSTEM, made, "case.receive", CENTER, at=AT)
    staffing.revoke_power(SYSTEM, power, at=AT)
    assert actor(made).grants == ()
    with pytest.raises(Conflict):
        staffing.revoke_power(SYSTEM, power, at=AT)
    assert Power.objects.count() == 1, "the row stays, for the audit trail"


def test_managers_give_only_within_their_place_and_never_to_themselves() -> None:
    boss, clerk, far = hire("boss"), hire("clerk"), hire("far", "310110001")
    staffing.grant(SYSTEM, boss, "staff.manage", "310107", at=AT)
    acting = actor(boss)
    staffing.grant(acting, clerk, "case.receive", CENTER, at=AT)
    for member, power, place in [
        (clerk, "case.receive", "310110001"),
        (clerk, "case.receive", CITY),
        (boss, "case.receive", CENTER),
    ]:
        with pytest.raises(NotAllowed):
            staffing.grant(acting, member, power, place, at=AT)
    with pytest.raises(NotFound):
        staffing.grant(acting, far, "case.receive", CENTER, at=AT)
    with pytest.raises(NotAllowed):
        staffing.hire(acting, "new.far", "王芳", "310110001", PASSWORD, at=AT)
    with pytest.raises(NotAllowed):
        staffing.hire(actor(clerk), "new", "王芳", CENTER, PASSWORD, at=AT)


@pytest.mark.parametrize(
    ("power", "place"), [("root", CENTER), ("case.receive", ""), ("case.receive", "31010700%"), ("case.receive", "31")]
)
def test_unknown_powers_and_places_are_refused(power: str, place: str) -> None:
    made = hire()
    with pytest.raises(Refused):
        staffing.grant(SYSTEM, made, power, place, at=AT)
    assert not Power.objects.exists()


def test_deactivated_members_yield_no_actor_and_cannot_get_powers() -> None:
    made = hire()
    staffing.grant(SYSTEM, made, "case.receive", CENTER, at=AT)
    staffing.deactivate(SYSTEM, made, at=AT, reason="离职")
    assert queries.actor_of_id(made, AT) is None
    assert queries.actor_of(Staff.objects.get(id=made), AT).grants == ()
    with pytest.raises(Conflict):
        staffing.grant(SYSTEM, made, "case.read", CENTER, at=AT)


def test_nobody_deactivates_themselves() -> None:
    boss = hire("boss")
    staffing.grant(SYSTEM, boss, "staff.manage", "310107", at=AT)
    with pytest.raises(Refused):
        staffing.deactivate(actor(boss), boss, at=AT)


def test_own_password_needs_the_old_one_and_a_new_one() -> None:
    made = hire()
    me = actor(made)
    for old, new, code in [("wrong", "其它-river-2027", "password.old"), (PASSWORD, PASSWORD, "password.same")]:
        with pytest.raises(Refused) as refused:
            staffing.change_password(me, old, new, at=AT)
        assert refused.value.code == code
    staffing.change_password(me, PASSWORD, "其它-river-2027", at=AT)
    row = Staff.objects.get(id=made)
    assert check_password("其它-river-2027", row.password)
    assert not row.must_change_password
    staffing.reset_password(SYSTEM, made, PASSWORD, at=AT)
    assert Staff.objects.get(id=made).must_change_password


def test_a_token_opens_until_it_ends_and_is_kept_only_as_a_digest() -> None:
    ends = AT + dt.timedelta(days=30)
    issued = staffing.issue_token(SYSTEM, "医院接口", CENTER, [("case.receive", CENTER)], expires=ends, at=AT)
    row = Token.objects.get()
    assert issued.raw.encode() not in bytes(row.digest)
    machine = queries.actor_of_token(issued.raw, AT)
    assert machine is not None
    assert (machine.kind, machine.ref, machine.center) == ("machine", f"machine:{issued.id}", CENTER)
    assert machine.may("case.receive", CENTER)
    assert not machine.may("case.handle", CENTER)
    assert queries.actor_of_token(issued.raw, ends) is None
    for wrong in ["", "tb_", issued.raw[:-1], issued.raw + "x", "tb_" + "é" * 10, "tb_" + "a" * 5000, row.hint]:
        assert queries.actor_of_token(wrong, AT) is None
    staffing.revoke_token(SYSTEM, issued.id, at=AT)
    assert queries.actor_of_token(issued.raw, AT) is None
    with pytest.raises(Conflict):
        staffing.revoke_token(SYSTEM, issued.id, at=AT)


@pytest.mark.parametrize("days", [0, -1, 400])
def test_tokens_end_within_a_year(days: int) -> None:
    with pytest.raises(Refused):
        staffing.issue_token(
            SYSTEM, "接口", CENTER, [("case.read", CENTER)], expires=AT + dt.timedelta(days=days), at=AT
        )


def test_a_manager_cannot_make_a_token_stronger_than_their_place() -> None:
    boss = hire("boss")
    staffing.grant(SYSTEM, boss, "staff.manage", CENTER, at=AT)
    with pytest.raises(NotAllowed):
        staffing.issue_token(
            actor(boss), "接口", CENTER, [("case.read", CITY)], expires=AT + dt.timedelta(days=9), at=AT
        )
    with pytest.raises(NotAllowed):
        staffing.issue_token(
            actor(boss), "接口", CITY, [("case.read", CENTER)], expires=AT + dt.timedelta(days=9), at=AT
        )


def test_lists_show_only_the_places_one_manages() -> None:
    boss = hire("boss")
    hire("clerk")
    hire("far", "310110001")
    assert queries.members(actor(boss)) == []
    staffing.grant(SYSTEM, boss, "staff.manage", "310107", at=AT)
    seen = [m.login for m in queries.members(actor(boss))]
    assert seen == ["boss", "clerk"]
    assert [m.login for m in queries.members(actor(boss), search="CLE")] == ["clerk"]
    assert [m.login for m in queries.members(actor(boss), after="boss", limit=1)] == ["clerk"]
    assert queries.members(actor(boss), search="%") == []
    staffing.issue_token(SYSTEM, "远", "310110001", [], expires=AT + dt.timedelta(days=9), at=AT)
    assert queries.tokens(actor(boss)) == []
    far = Staff.objects.get(login="far").id
    with pytest.raises(NotFound):
        queries.member(actor(boss), far, AT)
    assert queries.member(actor(far), far, AT).login == "far"


def test_powers_have_names_in_both_languages() -> None:
    assert set(POWERS_IN_ENGLISH) == set(POWERS)


def test_every_act_leaves_one_audit_line_without_names() -> None:
    from django.db import connection

    made = hire()
    staffing.grant(SYSTEM, made, "case.receive", CENTER, at=AT)
    staffing.sign_in(actor(made), at=AT)
    with connection.cursor() as cursor:
        cursor.execute("select act, actor, detail from audit_line order by id")
        lines = cursor.fetchall()
    assert [line[0] for line in lines] == ["staff.hire", "staff.grant", "staff.sign_in"]
    assert lines[2][1] == f"staff:{made}"
    assert "李伟" not in repr(lines)
    assert PASSWORD not in repr(lines)


def test_a_power_below_a_district_never_covers_more_than_it() -> None:
    # 310110 ends in 0, so codes below it can end in four zeros like the code of a city.
    grant = Grant("staff.manage", "310110000")
    assert grant.covers("310110000")
    assert not any(grant.covers(place) for place in (CITY, "310107", "310107005", "310110", "310110009"))
    assert Grant("staff.manage", CITY).covers("310107005")


def test_who_manages_a_district_cannot_give_the_city_away() -> None:
    boss, friend, far = hire("boss", "310110009"), hire("friend", "310110009"), hire("far", CENTER)
    staffing.grant(SYSTEM, boss, "staff.manage", "310110", at=AT)
    staffing.grant(actor(boss), friend, "staff.manage", "310110000", at=AT)
    with pytest.raises(NotFound):
        staffing.grant(actor(friend), far, "audit.read", CENTER, at=AT)
    assert [m.login for m in queries.members(actor(friend))] == []
    assert [m.login for m in queries.members(actor(boss), place="310110000")] == []


def test_nobody_takes_over_the_account_of_a_mightier_member() -> None:
    manager, mighty = hire("manager"), hire("mighty")
    staffing.grant(SYSTEM, manager, "staff.manage", CENTER, at=AT)
    held = staffing.grant(SYSTEM, mighty, "audit.read", CITY, at=AT)
    before = Staff.objects.get(id=mighty).password
    for act in (
        lambda: staffing.reset_password(actor(manager), mighty, PASSWORD + "x", at=AT),
        lambda: staffing.deactivate(actor(manager), mighty, at=AT),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "staff.mightier"
    assert Staff.objects.get(id=mighty).password == before
    staffing.revoke_power(SYSTEM, held, at=AT)
    staffing.reset_password(actor(manager), mighty, PASSWORD + "x", at=AT)


@pytest.mark.parametrize(
    "power", ["case.read/gongan", "enquiry.answer/", "enquiry.answer/a/b", "enquiry.answer/" + "a" * 45]
)
def test_only_answering_names_a_department(power: str) -> None:
    with pytest.raises(Refused) as refused:
        staffing.grant(SYSTEM, hire(), power, CITY, at=AT)
    assert refused.value.code == "staff.power"
