"""Readers of the staff register: who acts, and whom an administrator may see. Deny by default: a token or a member that
is not sound yields no actor at all, and lists show only places where the asking actor manages staff."""

import datetime as dt
import hashlib
import time
import uuid

import msgspec
from django.db.models import Q

from tongban.domain.actor import Actor, Grant, below
from tongban.domain.refusals import NotFound
from tongban.domain.staffing import MANAGE
from tongban.plumbing.statements import ask
from tongban.registers.staff.models import Power, Staff, Token


class Held(msgspec.Struct, frozen=True):
    """A power as an administrator sees it."""

    id: uuid.UUID
    power: str
    place: str
    since: dt.datetime
    until: dt.datetime | None


class Member(msgspec.Struct, frozen=True):
    """A member of staff as an administrator sees them."""

    id: uuid.UUID
    login: str
    name: str
    center: str
    active: bool
    must_change_password: bool
    signed_in_at: dt.datetime | None
    powers: tuple[Held, ...] = ()


class Account(msgspec.Struct, frozen=True):
    """What a flow needs to know of a member before it writes."""

    id: uuid.UUID
    login: str
    name: str
    center: str
    active: bool
    password: str

    @property
    def ref(self) -> str:
        """The pseudonymous reference used as Actor.ref."""
        return f"staff:{self.id}"


class MachineToken(msgspec.Struct, frozen=True):
    """A token as an administrator sees it; the token itself is not kept."""

    id: uuid.UUID
    name: str
    place: str
    hint: str
    powers: tuple[Grant, ...]
    issued_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None


def token_digest(raw: str) -> bytes:
    """The SM3 digest under which a token is found. A token has 256 random bits, so no salt or slow hash is needed."""
    return hashlib.new("sm3", raw.encode()).digest()


def _running(at: dt.datetime) -> Q:
    return Q(valid_from__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at))


def actor_of(staff: Staff, at: dt.datetime) -> Actor:
    """The actor a signed-in member is at this moment, with the powers that run."""
    held = (
        Power.objects.filter(_running(at), staff_id=staff.id).order_by("power", "place").values_list("power", "place")
    )
    return Actor("staff", staff.ref, staff.name, staff.center, tuple(Grant(p, w) for p, w in held))


def actor_of_id(staff_id: uuid.UUID, at: dt.datetime) -> Actor | None:
    """The actor of an active member by id; None when there is none."""
    staff = Staff.objects.filter(id=staff_id, active=True).first()
    return actor_of(staff, at) if staff else None


def actor_of_token(raw: str, at: dt.datetime) -> Actor | None:
    """The machine that holds this token; None when it is unknown, ended or expired (the caller says no more than that).
    A token that is revoked opens nothing more after a second at most; in this process, at once."""
    if not raw.startswith("tb_") or not raw.isascii() or len(raw) > 100:
        return None
    digest, now = token_digest(raw), time.monotonic()
    held = _tokens.get(digest)
    if held is None or now - held.asked >= _ASK_AGAIN:
        found = ask(
            "select id, name, place, powers, expires_at from staff_token where digest = %s and revoked_at is null",
            [digest],
        )
        if not found:
            _tokens.pop(digest, None)
            return None
        token, name, place, powers, expires = found[0]
        grants = tuple(Grant(p, w) for p, w in powers)
        held = _Token(Actor("machine", f"machine:{token}", name, place, grants), expires, now)
        if len(_tokens) >= _MOST:
            _tokens.clear()
        _tokens[digest] = held
    return held.actor if held.expires > at else None


class _Token(msgspec.Struct, frozen=True):
    actor: Actor
    expires: dt.datetime
    asked: float


# A machine sends hundreds of requests a second: its token is asked for once in a second, so one that is revoked opens the
# doors of other processes for at most that long. Only sound tokens are kept, by digest.
_ASK_AGAIN, _MOST = 1.0, 10_000
_tokens: dict[bytes, _Token] = {}


def forget_tokens() -> None:
    """Ask for every token again at its next use."""
    _tokens.clear()


def _within(actor: Actor, column: str) -> Q:
    """Rows of the places where the actor manages staff; none for an actor who manages nowhere."""
    mine = Q(pk__in=[])
    for place in actor.places(MANAGE):
        mine |= Q(**{f"{column}__startswith": below(place)})
    return mine


def members(
    actor: Actor, *, search: str = "", place: str = "", after: str = "", limit: int = 50, inactive: bool = False
) -> list[Member]:
    """Members of the places the actor manages, by login, after the cursor ``after`` (a login); ``search`` is part of a
    login or name; ``place`` narrows to a district or center."""
    rows = Staff.objects.filter(_within(actor, "center"))
    if not inactive:
        rows = rows.filter(active=True)
    if word := search.strip()[:100]:
        rows = rows.filter(Q(login__icontains=word) | Q(name__icontains=word))
    if place:
        rows = rows.filter(center__startswith=below(place))
    if after:
        rows = rows.filter(login__gt=after)
    return [_member(row, ()) for row in rows.order_by("login")[: min(max(limit, 1), 200)]]


def member(actor: Actor, staff_id: uuid.UUID, at: dt.datetime) -> Member:
    """One member with running powers, if the actor manages their place (or is that member); NotFound otherwise."""
    row = Staff.objects.filter(id=staff_id).first()
    if row is None or not (actor.may(MANAGE, row.center) or actor.ref == row.ref):
        raise no_such_member()
    held = Power.objects.filter(_running(at), staff_id=row.id).order_by("power", "place")
    return _member(row, tuple(Held(p.id, p.power, p.place, p.valid_from, p.valid_until) for p in held))


def tokens(actor: Actor) -> list[MachineToken]:
    """The tokens of the places the actor manages, newest first, ended ones too."""
    rows = Token.objects.filter(_within(actor, "place")).order_by("-issued_at")[:200]
    return [
        MachineToken(
            t.id, t.name, t.place, t.hint, tuple(Grant(p, w) for p, w in t.powers), t.issued_at, t.expires_at,
            t.last_used_at, t.revoked_at,
        )
        for t in rows
    ]  # fmt: skip


def account(staff_id: uuid.UUID | str) -> Account | None:
    """A member for a flow; the flow asks the powers."""
    row = Staff.objects.filter(id=staff_id).first()
    return Account(row.id, row.login, row.name, row.center, row.active, row.password) if row else None


def login_taken(login: str) -> bool:
    """True when a member, active or not, has this login."""
    return Staff.objects.filter(login=login).exists()


def powers_of(staff_id: uuid.UUID, at: dt.datetime) -> tuple[Grant, ...]:
    """The powers of a member that run or will run."""
    rows = Power.objects.filter(Q(valid_until=None) | Q(valid_until__gt=at), staff_id=staff_id, revoked_by="")
    return tuple(Grant(p, w) for p, w in rows.values_list("power", "place"))


def unrevoked(staff_id: uuid.UUID, given: Grant) -> Held | None:
    """The unrevoked row of a power of a member in exactly this place; it may have run out."""
    row = Power.objects.filter(staff_id=staff_id, power=given.power, place=given.place, revoked_by="").first()
    return Held(row.id, row.power, row.place, row.valid_from, row.valid_until) if row else None


def held_power(power_id: uuid.UUID) -> tuple[uuid.UUID, Grant] | None:
    """Whose power this is and what it allows; None when there is none."""
    row = Power.objects.filter(id=power_id).first()
    return (row.staff_id, Grant(row.power, row.place)) if row else None


def place_of_token(token_id: uuid.UUID) -> str | None:
    """The place a token was issued for; None when there is none."""
    return Token.objects.filter(id=token_id).values_list("place", flat=True).first()


def token_named(name: str, place: str, at: dt.datetime) -> bool:
    """True when a running token of this name was issued for this place."""
    return Token.objects.filter(name=name.strip(), place=place, revoked_at=None, expires_at__gt=at).exists()


def refs_called(text: str, limit: int = 20) -> list[str]:
    """Actor references of members whose login or name is exactly this, and of machines' tokens of this name."""
    word = text.strip()[:100]
    staff = Staff.objects.filter(Q(login=word.lower()) | Q(name=word)).values_list("id", flat=True)[:limit]
    tokens = Token.objects.filter(name=word).values_list("id", flat=True)[:limit]
    return [f"staff:{i}" for i in staff] + [f"machine:{i}" for i in tokens]


def names_of(refs: set[str]) -> dict[str, str]:
    """Display names for actor references (``staff:<uuid>``, ``machine:<uuid>``), for pages that show who did what."""
    ids: dict[str, list[str]] = {"staff": [], "machine": []}
    for ref in refs:
        kind, _, tail = ref.partition(":")
        if kind in ids and len(tail) == 36:
            ids[kind].append(tail)
    found = {f"staff:{i}": n for i, n in Staff.objects.filter(id__in=ids["staff"]).values_list("id", "name")}
    return found | {f"machine:{i}": n for i, n in Token.objects.filter(id__in=ids["machine"]).values_list("id", "name")}


def no_such_member() -> NotFound:
    """The refusal for a member that is not there or may not be known."""
    return NotFound(
        "staff.unknown", "没有这位工作人员,或不在您的管理范围内", "No such member of staff within your places"
    )


def _member(row: Staff, held: tuple[Held, ...]) -> Member:
    return Member(row.id, row.login, row.name, row.center, row.active, row.must_change_password, row.signed_in_at, held)


def actor_of_login(login: str, at: dt.datetime) -> Actor | None:
    """The actor of an active member by login; None when there is none. For commands: a person signs in instead."""
    staff = Staff.objects.filter(login=login, active=True).first()
    return actor_of(staff, at) if staff else None
