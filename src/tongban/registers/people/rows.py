"""Between the rows of the people register and the values of the rulebook: what is sealed, under which name of its place, and
by which index it is found again."""

import datetime as dt
import uuid
from typing import Any

import msgspec

from tongban.domain.acting import Related
from tongban.domain.consent import Consent, Mandate
from tongban.domain.person import Identity, index_key
from tongban.domain.ports import Grade, Value
from tongban.plumbing import crypto
from tongban.plumbing.ids import new_id


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one element: the value, who said so (department code, ``counter``, ``card``, ``self``), as of when,
    and how far it is trusted (A issued by the authority … D declared)."""

    value: Value
    source: str
    as_of: dt.datetime
    grade: Grade


class HeldMandate(Mandate, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A mandate of the register; ``ref`` names its row, ``relation`` is what was said that the two are to each other. It stays in
    this register: no letter carries it, because nobody decides by it."""

    ref: str = ""
    relation: Related = ""


class HeldConsent(Consent, frozen=True, forbid_unknown_fields=True):
    """A consent of the register; ``ref`` names its row."""

    ref: str = ""


def number_blind(identity: Identity) -> bytes | None:
    """The index of a number within its kind; None for someone without a number."""
    return number_index(identity.number) if identity.number else None


def number_index(number: str) -> bytes:
    """The index of a number, however it was typed."""
    return crypto.blind(index_key("number", number), field="people.number")


def reference(identity: Identity) -> uuid.UUID:
    """The reference of a person: from the number, so that all nodes of a city give the same one. Someone without a number
    is met anew each time."""
    if not identity.number:
        return new_id()
    return crypto.person_reference(f"{identity.kind}:{index_key('number', identity.number)}")


def name_index(name: str) -> bytes:
    """The index of a name, however it was typed. Raises Refused for what is no name."""
    return crypto.blind(index_key("name", name), field="people.name")


def _identity_place(person: object, kind: str) -> bytes:
    return f"people.person:{person}:identity:{kind}".encode()


def seal_identity(person: object, identity: Identity) -> bytes:
    """Seal an identity for this person's row; the kind of number is bound to it."""
    return crypto.seal(msgspec.msgpack.encode(identity), context=_identity_place(person, identity.kind))


def open_identity(person: object, kind: str, sealed: bytes) -> Identity:
    """Open the identity of a row. Raises crypto.Tampered when row, kind or value were changed."""
    return msgspec.msgpack.decode(crypto.open_(sealed, _identity_place(person, kind)), type=Identity)


def _datum_place(person: object, element: str, source: str, as_of: dt.datetime, grade: str) -> bytes:
    # Date and grade are bound to the value: making an old declaration look like a new licence is found, too.
    return f"people.datum:{person}:{element}:{source}:{as_of.astimezone(dt.UTC).isoformat()}:{grade}".encode()


def seal_known(person: object, element: str, known: Known) -> bytes:
    """Seal a known value for its row."""
    return crypto.seal(
        msgspec.msgpack.encode(known.value),
        context=_datum_place(person, element, known.source, known.as_of, known.grade),
    )


def open_known(person: object, element: str, source: str, sealed: bytes, as_of: dt.datetime, grade: Grade) -> Known:
    """Open a known value. Raises crypto.Tampered when value, element, source, date or grade were changed."""
    plain = crypto.open_(sealed, _datum_place(person, element, source, as_of, grade))
    return Known(msgspec.msgpack.decode(plain, type=Value), source, as_of, grade)


def _mandate_place(ref: object, agent: object, principal: str, revoked_on: dt.date | None) -> bytes:
    # The date of the end is bound in: a revoked mandate does not come to life by emptying a column.
    return f"people.mandate:{ref}:{agent}:{principal}:{revoked_on or ''}".encode()


def seal_mandate(ref: object, mandate: Mandate, relation: Related = "") -> bytes:
    """Seal a mandate for its row, with what the two said they are to each other."""
    place = _mandate_place(ref, mandate.agent, mandate.principal, mandate.revoked_on)
    held = HeldMandate(**_fields(mandate), relation=relation)
    return crypto.seal(msgspec.msgpack.encode(held), context=place)


def _fields(mandate: Mandate) -> dict[str, Any]:
    return {name: getattr(mandate, name) for name in Mandate.__struct_fields__}


def plain_mandate(held: HeldMandate) -> Mandate:
    """The mandate as the rulebook knows it, without the name of its row."""
    return Mandate(**_fields(held))


def open_mandate(ref: object, agent: object, principal: str, revoked_on: dt.date | None, body: bytes) -> HeldMandate:
    """Open a mandate. Raises crypto.Tampered when its parties, limits or end were changed."""
    plain = crypto.open_(body, _mandate_place(ref, agent, principal, revoked_on))
    return msgspec.structs.replace(msgspec.msgpack.decode(plain, type=HeldMandate), ref=str(ref))


def seal_center(person: object, center: str) -> bytes:
    """Seal the code of the center a person chose."""
    return crypto.seal(center.encode(), context=f"people.center:{person}".encode())


def open_center(person: object, body: bytes) -> str:
    """Open the code of a chosen center. Raises crypto.Tampered when it was changed or is another person's."""
    return crypto.open_(body, f"people.center:{person}".encode()).decode()
