"""How the city takes on its staff: hire, grant and revoke powers, passwords, tokens of machines, the door itself.

None of these takes an idempotency key: a key is remembered with a print of its input, and a print of a password must not
be kept. Sent twice, each is refused by its own rule (the login is taken, the power is already held).
"""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tongban.domain import staffing
from tongban.domain.actor import POWERS, Actor, Grant
from tongban.domain.refusals import Conflict, NotFound, Problem, Refused
from tongban.domain.text import Text
from tongban.plumbing import tx
from tongban.plumbing.tx import flow
from tongban.registers.staff import queries, service
from tongban.registers.staff.queries import Account

# Our own words: Django's Chinese ones are not complete.
_WEAK = {
    "password_too_short": Text("密码太短,至少 10 位", "The password is too short; it needs at least 10 characters"),
    "password_too_similar": Text("密码不能包含登录名或姓名", "A password must not contain the login or the name"),
    "password_too_common": Text("这个密码太常见,容易被猜到", "This password is too common and easily guessed"),
    "password_entirely_numeric": Text("密码不能全是数字", "A password cannot be all digits"),
}


class Issued(msgspec.Struct, frozen=True):
    """A new token: ``raw`` is shown once to the one who asked."""

    id: uuid.UUID
    raw: str


def _sound_password(password: str, staff: Account, pointer: str = "/password") -> str:
    """The hash of a password that meets the rules of the settings; Refused with one problem per rule otherwise."""
    if len(password) > 128:
        raise Refused(
            "password.long", "密码不能超过 128 个字符", "A password has at most 128 characters", pointer=pointer
        )
    if staff.login in password.lower() or (len(staff.name) > 1 and staff.name in password):
        alike = _WEAK["password_too_similar"]
        raise Refused("password.password_too_similar", alike.zh, alike.en, pointer=pointer)
    try:
        validate_password(password)
    except ValidationError as why:
        problems = tuple(
            Problem(
                f"password.{e.code}", _WEAK.get(str(e.code), Text("".join(e.messages), "".join(e.messages))), pointer
            )
            for e in why.error_list
        )
        raise Refused("password.weak", problems[0].text.zh, problems[0].text.en, problems=problems) from None
    return make_password(password)


def _managed(actor: Actor, staff_id: uuid.UUID) -> Account:
    row = queries.account(staff_id)
    if row is None or not actor.may(staffing.MANAGE, row.center):
        raise queries.no_such_member()
    return row


@flow("staff.hire")
def hire(
    actor: Actor, login: str, name: str, center: str, password: str, *, at: dt.datetime, must_change: bool = True
) -> uuid.UUID:
    """Take on a member of staff, without powers, with a first password that must be changed; return the id."""
    login = login.strip().lower()
    staffing.check_new(login, name, center)
    actor.must(staffing.MANAGE, center)
    if queries.login_taken(login):
        raise Conflict(
            "staff.login_taken", f"登录名 {login} 已被使用,请换一个", f"The login {login} is taken", pointer="/login"
        )
    hashed = _sound_password(password, Account(uuid.UUID(int=0), login, name, center, True, ""))
    made = service.create(login=login, name=name, center=center, password_hash=hashed, must_change=must_change, at=at)
    tx.current().about(place=center, staff=str(made))
    return made


@flow("staff.grant")
def grant(
    actor: Actor, staff_id: uuid.UUID, power: str, place: str, *, at: dt.datetime, until: dt.datetime | None = None
) -> uuid.UUID:
    """Give a member a power within a place; return the id of the grant."""
    given = staffing.check_grant(power, place)
    row = _managed(actor, staff_id)
    staffing.may_give(actor, given, row.ref)
    if until is not None and until <= at:
        raise Refused("staff.until", "截止时间须在将来", "The end must be in the future", pointer="/until")
    if not row.active:
        raise Conflict("staff.inactive", "该人员已停用,不能授权", "This member is no longer active", pointer="/power")
    held = queries.unrevoked(staff_id, given)
    if held is not None and (held.until is None or held.until > at):
        raise Conflict(
            "staff.held", f"已有“{POWERS[power]}”({place})权限", "This power is already held there", pointer="/power"
        )
    if held is not None:
        service.revoke(held.id, by="system:expired", at=held.until or at)
    made = service.grant(staff_id, given, by=actor.ref, at=at, until=until)
    tx.current().about(place=place, staff=str(staff_id), power=power, grant=str(made))
    return made


@flow("staff.revoke")
def revoke_power(actor: Actor, power_id: uuid.UUID, *, at: dt.datetime, reason: str = "") -> None:
    """End a power at once. Whoever manages staff in its place may end it, their own too."""
    found = queries.held_power(power_id)
    if found is None or not actor.may(staffing.MANAGE, found[1].place):
        raise NotFound("staff.no_power", "没有这项授权,或不在您的管理范围内", "No such grant within your places")
    if not service.revoke(power_id, by=actor.ref, at=at):
        raise Conflict("staff.power_ended", "这项授权已经结束", "This grant has already ended")
    tx.current().about(
        place=found[1].place, reason=reason, staff=str(found[0]), power=found[1].power, grant=str(power_id)
    )


@flow("staff.reset_password")
def reset_password(actor: Actor, staff_id: uuid.UUID, password: str, *, at: dt.datetime) -> None:
    """Give a member a first password again; all their sessions end and they must change it."""
    row = _managed(actor, staff_id)
    staffing.may_close(actor, queries.powers_of(staff_id, at))
    service.set_password(staff_id, _sound_password(password, row), must_change=True)
    tx.current().about(place=row.center, staff=str(staff_id))


@flow("staff.change_password")
def change_password(actor: Actor, old: str, new: str, *, at: dt.datetime) -> None:
    """A member changes their own password, knowing the old one."""
    row = queries.account(actor.ref.removeprefix("staff:")) if actor.kind == "staff" else None
    if row is None:
        raise queries.no_such_member()
    if not check_password(old, row.password):
        raise Refused("password.old", "当前密码不正确", "The present password is not right", pointer="/old")
    if old == new:
        raise Refused("password.same", "新密码不能与当前密码相同", "The new password must differ", pointer="/new")
    service.set_password(row.id, _sound_password(new, row, "/new"), must_change=False)
    tx.current().about(place=row.center, staff=str(row.id))


@flow("staff.deactivate")
def deactivate(actor: Actor, staff_id: uuid.UUID, *, at: dt.datetime, reason: str = "") -> None:
    """Close the door for a member: sessions and powers end now. Nobody shuts themselves out."""
    row = _managed(actor, staff_id)
    if row.ref == actor.ref:
        raise Refused("staff.self_deactivate", "不能停用自己的账户", "Nobody deactivates themselves")
    staffing.may_close(actor, queries.powers_of(staff_id, at))
    service.deactivate(staff_id, by=actor.ref, at=at)
    tx.current().about(place=row.center, reason=reason, staff=str(staff_id))


@flow("staff.issue_token")
def issue_token(
    actor: Actor, name: str, place: str, powers: Sequence[tuple[str, str]], *, expires: dt.datetime, at: dt.datetime
) -> Issued:
    """Issue a token for a machine of ``place`` with (power, place) pairs the actor manages; the raw token shows once."""
    staffing.check_token(name, expires, at)
    grants: list[Grant] = [staffing.check_grant(p, w) for p, w in powers]
    staffing.check_grant(staffing.MANAGE, place)
    actor.must(staffing.MANAGE, place)
    for given in grants:
        staffing.may_give(actor, given, "")
    if queries.token_named(name, place, at):
        # Two keys of one name could not be told apart when one must be ended; and a form sent twice makes one token.
        raise Conflict(
            "token.name_taken",
            "这里已有同名的有效令牌,请换一个名称或先撤销原来的",
            "A running token of this name exists here; choose another name or end the old one first",
            pointer="/name",
        )
    made, raw = service.issue_token(name=name, place=place, powers=grants, by=actor.ref, at=at, expires=expires)
    tx.current().about(place=place, token=str(made), powers=[f"{g.power}@{g.place}" for g in grants])
    return Issued(made, raw)


@flow("staff.revoke_token")
def revoke_token(actor: Actor, token_id: uuid.UUID, *, at: dt.datetime, reason: str = "") -> None:
    """End a token at once."""
    place = queries.place_of_token(token_id)
    if place is None or not actor.may(staffing.MANAGE, place):
        raise NotFound("token.unknown", "没有这个令牌,或不在您的管理范围内", "No such token within your places")
    if not service.revoke_token(token_id, at=at):
        raise Conflict("token.ended", "这个令牌已经失效", "This token has already ended")
    tx.current().about(place=place, reason=reason, token=str(token_id))


@flow("staff.sign_in")
def sign_in(actor: Actor, *, at: dt.datetime) -> None:
    """Leave the line that a member came in (the password was checked by the door)."""
    service.signed_in(uuid.UUID(actor.ref.removeprefix("staff:")), at=at)


@flow("staff.sign_out")
def sign_out(actor: Actor, *, at: dt.datetime) -> None:
    """Leave the line that a member went out."""
