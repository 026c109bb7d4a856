"""The published catalog as those who keep it see it (事项目录): which publication is in force and by whom, those before it, and
every item with its version and whether it takes applications."""

import datetime as dt
import uuid

import msgspec
from django.db import connection

from tongban.domain.actor import Actor
from tongban.domain.item import ItemVersion
from tongban.domain.text import Text
from tongban.reads import finder
from tongban.reads.everyday import fold
from tongban.reads.who import SYSTEM_NAME
from tongban.registers.catalog import queries as catalog
from tongban.registers.catalog.queries import OpenState
from tongban.registers.staff import queries as staff

POWER = "catalog.publish"
HISTORY = 20


class Edition(msgspec.Struct, frozen=True):
    """One publication. ``digest`` is SM3 over its content (hex); ``versions`` how many item versions came with it."""

    id: uuid.UUID
    digest: str
    at: dt.datetime
    by: Text
    note: str
    versions: int


class ItemRow(msgspec.Struct, frozen=True):
    """One item of the catalog in force. ``next`` is the day on which a newer version begins, if one is waiting."""

    code: str
    name: Text
    department: Text
    version: int
    valid_from: dt.date
    next: dt.date | None
    scope: Text
    receivable: bool
    open: bool
    reason: str
    since: dt.datetime | None


class Published(msgspec.Struct, frozen=True):
    """The catalog in force: its publication (None: nothing published), those before, counts, and the items asked for."""

    edition: Edition | None
    before: tuple[Edition, ...]
    items: tuple[ItemRow, ...]
    total: int
    receivable: int
    closed: int


_EDITIONS = """
select p.id, p.digest, p.published_at, p.by, p.note,
       (select count(*) from catalog_item_version v where v.publication_id = p.id)
from catalog_publication p order by p.published_at desc, p.id desc limit %s
"""


def published(actor: Actor, *, search: str = "", only: str = "", today: dt.date) -> Published:
    """The catalog in force. ``search`` is part of a name, everyday name or department; ``only`` is closed, receivable or guide."""
    actor.must(POWER)
    editions = _editions()
    if not editions:
        return Published(None, (), (), 0, 0, 0)
    shut = catalog.closed()
    rows = [_row(v, shut.get(v.code, OpenState(True)), today) for v in catalog.listing(today)]
    words = fold(search)[:60]
    aliases = {code: item.aliases for code, item in catalog.items().items()}
    asked = tuple(r for r in rows if _chosen(r, only) and (not words or _called(r, aliases[r.code], words)))
    return Published(
        editions[0],
        tuple(editions[1:]),
        asked,
        len(rows),
        sum(r.receivable for r in rows),
        sum(not r.open for r in rows),
    )


def item(actor: Actor, code: str, *, today: dt.date) -> ItemRow:
    """One item. NotFound ``catalog.no_item``."""
    actor.must(POWER)
    return _row(catalog.current(code, today), catalog.state(code), today)


def _row(version: ItemVersion, state: OpenState, today: dt.date) -> ItemRow:
    later = [day for _, day in catalog.versions(version.code) if day > today]
    return ItemRow(
        version.code, version.name, catalog.departments()[version.item.department].name, version.version,
        version.valid_from, min(later, default=None), finder.scope_words(version), version.receivable, state.open,
        state.reason, state.since,
    )  # fmt: skip


def _editions() -> list[Edition]:
    with connection.cursor() as cursor:
        cursor.execute(_EDITIONS, [HISTORY])
        found = cursor.fetchall()
    names = staff.names_of({r[3] for r in found})
    return [
        Edition(r[0], bytes(r[1]).hex(), r[2], Text(names[r[3]]) if r[3] in names else SYSTEM_NAME, r[4], r[5])
        for r in found
    ]


def _chosen(row: ItemRow, only: str) -> bool:
    return {"closed": not row.open, "receivable": row.receivable, "guide": not row.receivable}.get(only, True)


def _called(row: ItemRow, aliases: tuple[str, ...], words: str) -> bool:
    return any(words in fold(name) for name in (row.name.zh, row.name.en, row.department.zh, *aliases))
