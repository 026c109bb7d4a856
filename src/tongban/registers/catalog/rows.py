"""Between catalog rows and domain values. Bodies are JSON written with defaults left out, so a field that the program
learns later does not change the digest of what is published; defaults of the domain's structs are part of the format."""

import datetime as dt
import uuid
from functools import cache
from typing import Any

import msgspec

from tongban.domain.calendar import Year
from tongban.domain.element import Element
from tongban.domain.item import Department, Item, ItemVersion
from tongban.domain.life_event import LifeEvent
from tongban.domain.material import CheckKind, CredentialKind, MaterialKind
from tongban.plumbing import crypto
from tongban.registers.catalog.city import City, PlacesRow


class Publication(msgspec.Struct, frozen=True):
    """A publication: ``digest`` is SM3 (hex); ``new`` names the versions that came with it, as (item code, number)."""

    id: uuid.UUID
    digest: str
    published_at: dt.datetime
    by: str
    note: str = ""
    new: tuple[tuple[str, int], ...] = ()


class Body(msgspec.Struct, frozen=True):
    """What a publication holds: all of a City but the versions, which it names by digest (hex)."""

    places: PlacesRow
    departments: tuple[Department, ...] = ()
    elements: tuple[Element, ...] = ()
    materials: tuple[MaterialKind, ...] = ()
    credentials: tuple[CredentialKind, ...] = ()
    calendar: tuple[Year, ...] = ()
    items: tuple[Item, ...] = ()
    versions: tuple[tuple[str, int, str], ...] = ()
    events: tuple[LifeEvent, ...] = ()
    checks: tuple[CheckKind, ...] = ()


_encode = msgspec.json.Encoder(order="deterministic").encode
_version = msgspec.json.Decoder(ItemVersion)
_body = msgspec.json.Decoder(Body)


def version_body(version: ItemVersion) -> str:
    """The JSON of a version without its item header."""
    fields = _plain(version)
    del fields["item"]
    return _encode(fields).decode()


def to_version(item: Item, body: str) -> ItemVersion:
    """The version under today's header of its item."""
    return _version.decode(b'{"item":' + _encode(item) + b"," + body.encode()[1:])


def city_body(city: City) -> str:
    """The JSON of a publication."""
    versions = tuple((v.code, v.version, crypto.digest(version_body(v).encode()).hex()) for v in city.versions)
    return _encode(
        _plain(Body(
            city.places, city.departments, city.elements, city.materials, city.credentials, city.calendar, city.items,
            tuple(sorted(versions)), city.events, city.checks,
        ))
    ).decode()  # fmt: skip


def _plain(value: Any) -> Any:
    """Structs as dicts without what equals the default. msgspec's own omit_defaults compares by identity, so it writes
    equal values in two ways; a digest needs one."""
    if isinstance(value, msgspec.Struct):
        fields = ((f, getattr(value, f.name)) for f in _fields(type(value)))
        return {f.encode_name: _plain(v) for f, v in fields if f.required or v != _default(f)}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _default(field: msgspec.structs.FieldInfo) -> Any:
    # An empty mapping is a default that is made, not kept.
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    # Asked once for each kind: it reads all annotations anew each time, which took nine tenths of a publication.
    return msgspec.structs.fields(kind)


def to_body(body: str) -> Body:
    """A publication's content."""
    return _body.decode(body)
