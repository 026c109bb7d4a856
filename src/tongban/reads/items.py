"""The catalog for machines (事项): a page of items by cursor, one item with everything its version says, its versions, its form,
and which publication this is. The catalog is public: any actor may read it."""

import datetime as dt

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.element import Element
from tongban.domain.item import Department, Field, ItemVersion
from tongban.domain.material import MaterialKind
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.reads import paging
from tongban.registers.catalog import queries as catalog


class ItemLine(msgspec.Struct, frozen=True):
    """An item in a list. ``receivable``: some counter or kiosk takes it; ``open``: it is not closed at the moment."""

    code: str
    catalog_code: str
    name: Text
    department: str
    version: int
    valid_from: dt.date
    receivable: bool
    open: bool
    scope: str
    handling: str
    channels: tuple[str, ...]
    topics: tuple[str, ...]
    aliases: tuple[str, ...]


class ItemPage(msgspec.Struct, frozen=True):
    """A page of items in order of code; ``next`` is the cursor of the following page or empty."""

    rows: tuple[ItemLine, ...]
    next: str


class ItemSeen(msgspec.Struct, frozen=True):
    """A version of an item with what it names: its department, the joint ones, and its kinds of material."""

    version: ItemVersion
    open: bool
    department: Department
    joint: tuple[Department, ...]
    materials: dict[str, MaterialKind]


class VersionLine(msgspec.Struct, frozen=True):
    """A version of an item; ``current``: the one that is valid today."""

    version: int
    valid_from: dt.date
    current: bool


class Publication(msgspec.Struct, frozen=True):
    """What is published: ``digest`` is SM3 (hex) over the whole catalog, so two systems can compare what they go by."""

    id: str
    digest: str
    published_at: dt.datetime
    items: int


def page(
    actor: Actor, *, department: str = "", topic: str = "", receivable: bool | None = None, cursor: str = "", limit: int = 50,
    today: dt.date,
) -> ItemPage:  # fmt: skip
    """Items valid today, narrowed by department code, topic, or whether they are received at all."""
    if not 1 <= limit <= 200:
        raise Refused("page.limit", "每页1至200条", "1 to 200 rows a page", pointer="/limit")
    after = paging.unpack(cursor, tuple[str])[0] if cursor else ""
    closed = catalog.closed()
    chosen = sorted(
        (
            v
            for v in catalog.listing(today)
            if v.code > after
            and (not department or v.item.department == department)
            and (not topic or topic in v.item.topics)
            and (receivable is None or v.receivable == receivable)
        ),
        key=lambda v: v.code,
    )
    rows = tuple(_line(v, v.code not in closed) for v in chosen[:limit])
    return ItemPage(rows, paging.pack(rows[-1].code) if len(chosen) > limit else "")


def _line(v: ItemVersion, is_open: bool) -> ItemLine:
    return ItemLine(
        v.code, v.item.catalog_code, v.name, v.item.department, v.version, v.valid_from, v.receivable, is_open, v.scope,
        v.handling, v.channels, v.item.topics, v.item.aliases,
    )  # fmt: skip


def one(actor: Actor, code: str, *, version: int = 0, today: dt.date) -> ItemSeen:
    """An item in the version valid today, or in the one that is named. NotFound ``catalog.no_item``."""
    found = catalog.version(code, version) if version else catalog.current(code, today)
    departments, kinds = catalog.departments(), catalog.materials()
    return ItemSeen(
        found, catalog.is_open(code), departments[found.item.department], tuple(departments[d] for d in found.joint),
        {p.material: kinds[p.material] for p in found.papers if p.material in kinds},
    )  # fmt: skip


def versions(actor: Actor, code: str, *, today: dt.date) -> tuple[VersionLine, ...]:
    """All versions of an item, oldest first. NotFound ``catalog.no_item``."""
    now = catalog.current(code, today).version
    return tuple(VersionLine(number, valid_from, number == now) for number, valid_from in catalog.versions(code))


def form(
    actor: Actor, code: str, *, version: int = 0, today: dt.date
) -> tuple[ItemVersion, tuple[tuple[Field, Element], ...]]:
    """The questions of an item with their elements, in form order. NotFound ``catalog.no_item``."""
    found = one(actor, code, version=version, today=today).version
    elements = catalog.elements()
    return found, tuple((f, elements[f.element]) for f in found.fields)


def publication(actor: Actor) -> Publication | None:
    """The newest publication; None before the first."""
    newest = catalog.newest()
    if newest is None:
        return None
    return Publication(str(newest.id), newest.digest, newest.published_at, len(catalog.items()))
