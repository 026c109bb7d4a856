"""The staff as those who manage them see it (人员与权限): members and machines of their places, with powers in words and places
by name. Everything is limited to the places where the actor manages staff."""

import datetime as dt
import uuid
from typing import Literal

import msgspec

from tongban.domain.actor import CITY, POWERS, Actor, Grant
from tongban.domain.staffing import MANAGE, POWERS_IN_ENGLISH
from tongban.domain.text import Text
from tongban.reads import who
from tongban.registers.catalog import queries as catalog
from tongban.registers.staff import queries
from tongban.registers.staff.queries import MachineToken, Member

PAGE, ENQUIRY = 50, "enquiry.answer"
TokenState = Literal["running", "ended", "expired"]


class MemberRow(msgspec.Struct, frozen=True):
    """One line of the list of members."""

    id: uuid.UUID
    login: str
    name: str
    place: Text
    active: bool
    must_change: bool
    signed_in_at: dt.datetime | None


class Members(msgspec.Struct, frozen=True):
    """A page of members; ``next`` is the cursor of the following page or empty."""

    rows: tuple[MemberRow, ...]
    next: str


class HeldRow(msgspec.Struct, frozen=True):
    """A power of a member in words; ``mine`` says that the actor may end it."""

    id: uuid.UUID
    power: Text
    place: Text
    since: dt.datetime
    until: dt.datetime | None
    mine: bool


class MemberPage(msgspec.Struct, frozen=True):
    """One member with running powers; ``self`` says that it is the actor, who grants nothing to themselves."""

    member: MemberRow
    powers: tuple[HeldRow, ...]
    myself: bool


class TokenRow(msgspec.Struct, frozen=True):
    """A machine's token. ``hint`` is its first characters."""

    id: uuid.UUID
    name: str
    place: Text
    hint: str
    powers: tuple[tuple[Text, Text], ...]
    issued_at: dt.datetime
    expires_at: dt.datetime
    used_at: dt.datetime | None
    state: TokenState


class PlaceGroup(msgspec.Struct, frozen=True):
    """Places to choose from: a district (or the city) and what lies in it."""

    name: Text
    places: tuple[tuple[str, Text], ...]


def members(actor: Actor, *, search: str = "", place: str = "", after: str = "", inactive: bool = False) -> Members:
    """Members of the places the actor manages, by login."""
    actor.must(MANAGE)
    found = queries.members(actor, search=search, place=place, after=after, limit=PAGE + 1, inactive=inactive)
    return Members(tuple(_row(m) for m in found[:PAGE]), found[PAGE - 1].login if len(found) > PAGE else "")


def member(actor: Actor, staff_id: uuid.UUID, *, at: dt.datetime) -> MemberPage:
    """One member. NotFound ``staff.unknown`` outside the actor's places."""
    actor.must(MANAGE)
    found = queries.member(actor, staff_id, at)
    powers = tuple(
        HeldRow(h.id, power(h.power), who.place(h.place), h.since, h.until, actor.may(MANAGE, h.place))
        for h in found.powers
    )
    return MemberPage(_row(found), powers, actor.ref == f"staff:{found.id}")


def tokens(actor: Actor, *, at: dt.datetime) -> tuple[TokenRow, ...]:
    """Tokens of the places the actor manages, newest first, ended ones too."""
    actor.must(MANAGE)
    return tuple(_token(t, at) for t in queries.tokens(actor))


def places(actor: Actor, *, centers_only: bool = False) -> tuple[PlaceGroup, ...]:
    """The places the actor manages, to choose one: the city, districts, centers; grouped by district."""
    actor.must(MANAGE)
    known, groups = catalog.places(), []
    if actor.may(MANAGE, CITY) and not centers_only:
        groups.append(PlaceGroup(who.WHOLE_CITY, ((CITY, who.WHOLE_CITY),)))
    for district in sorted((d for d in known.divisions.values() if d.level == "district"), key=lambda d: d.code):
        inside = [(d.code, d.name) for d in known.centers_in(district.code) if actor.may(MANAGE, d.code)]
        if actor.may(MANAGE, district.code):
            inside.insert(0, (district.code, Text(f"{district.name.zh}(全区)", f"{district.name.en} (whole district)")))
        if inside:
            groups.append(PlaceGroup(district.name, tuple(inside)))
    return tuple(groups)


def powers() -> tuple[tuple[str, Text], ...]:
    """Every power that can be granted, with its words; to answer enquiries is granted for one department at a time."""
    codes = (
        code if code != ENQUIRY else f"{code}/{department}"
        for code in POWERS
        for department in (catalog.departments() if code == ENQUIRY else ("",))
    )
    return tuple((code, power(code)) for code in codes)


def power(code: str) -> Text:
    """A power in words; of an enquiry's power with the department it answers for."""
    base, _, owner = code.partition("/")
    said = Text(POWERS.get(base, base).partition("(")[0], POWERS_IN_ENGLISH.get(base, base))
    if not owner:
        return said
    department = catalog.departments().get(owner)
    name = department.name if department else Text(owner, owner)
    return Text(f"{said.zh}:{name.zh}", f"{said.en}: {name.en}")


def _row(m: Member) -> MemberRow:
    return MemberRow(m.id, m.login, m.name, who.place(m.center), m.active, m.must_change_password, m.signed_in_at)


def _token(t: MachineToken, at: dt.datetime) -> TokenRow:
    state: TokenState = "ended" if t.revoked_at else "expired" if t.expires_at <= at else "running"
    given = tuple((power(g.power), who.place(g.place)) for g in _sorted(t.powers))
    return TokenRow(t.id, t.name, who.place(t.place), t.hint, given, t.issued_at, t.expires_at, t.last_used_at, state)


def _sorted(grants: tuple[Grant, ...]) -> list[Grant]:
    order = {code: i for i, code in enumerate(POWERS)}
    return sorted(grants, key=lambda g: (order.get(g.power.partition("/")[0], 99), g.place))
