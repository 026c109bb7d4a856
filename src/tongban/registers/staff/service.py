"""Writers of the staff register; only flows call them. Passwords arrive here already hashed and tokens are hashed here,
so that a copy of the tables lets nobody in."""

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence

from django.db import connection, transaction

from tongban.domain.actor import Grant
from tongban.plumbing.ids import new_id
from tongban.registers.staff.models import Power, Staff, Token
from tongban.registers.staff.queries import forget_tokens, token_digest

TOKEN_PREFIX = "tb_"


def create(*, login: str, name: str, center: str, password_hash: str, must_change: bool, at: dt.datetime) -> uuid.UUID:
    """Write a new member of staff without any power; return the id. The login must be free (unique)."""
    row = Staff(
        id=new_id(), login=login, name=name.strip(), center=center, created_at=at, must_change_password=must_change
    )
    row.password = password_hash
    row.save(force_insert=True)
    return row.id


def grant(
    staff_id: uuid.UUID, given: Grant, *, by: str, at: dt.datetime, until: dt.datetime | None = None
) -> uuid.UUID:
    """Write a power of a member and return its id. The same unrevoked power twice breaks the unique constraint."""
    row = Power(
        id=new_id(),
        staff_id=staff_id,
        power=given.power,
        place=given.place,
        valid_from=at,
        valid_until=until,
        granted_by=by,
    )
    row.save(force_insert=True)
    return row.id


def revoke(power_id: uuid.UUID, *, by: str, at: dt.datetime) -> bool:
    """End a power now; False when it had ended before."""
    # RETURNING, because inside a flow's pipeline the count of an UPDATE is not known without an answer.
    return _ended(
        "update staff_power set valid_until = %s, revoked_by = %s where id = %s and revoked_by = '' returning id",
        [at, by, power_id],
    )


def set_password(staff_id: uuid.UUID, password_hash: str, *, must_change: bool) -> None:
    """Write a new password hash; every session of the member ends with it (Django's session hash)."""
    Staff.objects.filter(id=staff_id).update(password=password_hash, must_change_password=must_change)


def signed_in(staff_id: uuid.UUID, *, at: dt.datetime) -> None:
    """Remember when a member last came in."""
    Staff.objects.filter(id=staff_id).update(signed_in_at=at)


def deactivate(staff_id: uuid.UUID, *, by: str, at: dt.datetime) -> None:
    """Close the door for a member: no sign-in, no session, and all powers end."""
    Staff.objects.filter(id=staff_id).update(active=False)
    Power.objects.filter(staff_id=staff_id, revoked_by="").update(valid_until=at, revoked_by=by)


def issue_token(
    *, name: str, place: str, powers: Sequence[Grant], by: str, at: dt.datetime, expires: dt.datetime
) -> tuple[uuid.UUID, str]:
    """Write a token of a machine; return its id and the raw token, which is shown once and never again."""
    raw = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = Token(
        id=new_id(), name=name.strip(), place=place, digest=token_digest(raw), hint=raw[:8],
        powers=[[g.power, g.place] for g in powers], issued_by=by, issued_at=at, expires_at=expires,
    )  # fmt: skip
    row.save(force_insert=True)
    return row.id, raw


def revoke_token(token_id: uuid.UUID, *, at: dt.datetime) -> bool:
    """End a token now; False when it had ended before."""
    # Now for whoever asks in this transaction, and again when others can see it.
    forget_tokens()
    transaction.on_commit(forget_tokens)
    return _ended(
        "update staff_token set revoked_at = %s where id = %s and revoked_at is null returning id", [at, token_id]
    )


def _ended(statement: str, values: list[object]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() is not None


def token_used(token_id: uuid.UUID, *, at: dt.datetime) -> None:
    """Remember that a token was used."""
    Token.objects.filter(id=token_id).update(last_used_at=at)
