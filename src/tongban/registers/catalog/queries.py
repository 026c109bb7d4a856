"""Readers of the catalog. What is published never changes, so it is decoded once per process; whether a newer publication
exists is asked at most once a second, and whether an item is open is asked each time, because closing must bite at once."""

import datetime as dt
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import transaction

from tongban.domain import alone
from tongban.domain.calendar import Calendar
from tongban.domain.element import Element
from tongban.domain.item import Department, Item, ItemVersion
from tongban.domain.life_event import LifeEvent
from tongban.domain.material import CheckKind, CredentialKind, MaterialKind
from tongban.domain.place import Places
from tongban.domain.prepared import Prepared, Registry, prepare
from tongban.domain.refusals import NotFound
from tongban.plumbing import crypto
from tongban.plumbing.statements import ask
from tongban.registers.catalog import rows
from tongban.registers.catalog.models import ItemState, ItemVersionRow, PublicationRow
from tongban.registers.catalog.rows import Publication

_ASK_AGAIN = 1.0


class OpenState(msgspec.Struct, frozen=True):
    """Whether an item takes applications; since when and why not."""

    open: bool
    reason: str = ""
    since: dt.datetime | None = None


class _Edition:
    """One publication, decoded. Version bodies are decoded when first asked for."""

    def __init__(self, row: Any) -> None:
        self.publication = Publication(row.id, bytes(row.digest).hex(), row.published_at, row.by, row.note)
        body = rows.to_body(row.body)
        self.named = body.versions
        self.places = body.places.places()
        self.calendar = Calendar.of(body.calendar)
        self.departments = {one.code: one for one in body.departments}
        self.elements = {one.code: one for one in body.elements}
        self.materials = {one.code: one for one in body.materials}
        self.credential_kinds = {one.code: one for one in body.credentials}
        self.checks = {one.code: one for one in body.checks}
        self.items = {one.code: one for one in body.items}
        self.events = {one.code: one for one in body.events}
        self.dates: dict[str, list[tuple[dt.date, int]]] = {}
        for code, version, valid_from in ItemVersionRow.objects.values_list("code", "version", "valid_from"):
            if code in self.items:
                self.dates.setdefault(code, []).append((valid_from, version))
        for dated in self.dates.values():
            dated.sort()
        self.versions: dict[tuple[str, int], ItemVersion] = {}
        self.listings: dict[dt.date, tuple[ItemVersion, ...]] = {}
        self.prepared: dict[tuple[str, tuple[int, ...]], Prepared] = {}

    def number_on(self, code: str, on: dt.date) -> int:
        """The number of the version that is valid on a day; 0 when none is."""
        return max((n for valid_from, n in self.dates.get(code, ()) if valid_from <= on), default=0)

    def load(self, wanted: list[tuple[str, int]]) -> None:
        missing = [key for key in wanted if key not in self.versions]
        if not missing:
            return
        found = ItemVersionRow.objects.filter(code__in={code for code, _ in missing})
        for code, number, body in found.values_list("code", "version", "body"):
            self.versions[code, number] = rows.to_version(self.items[code], body)


_edition: _Edition | None = None
_asked = 0.0
_loading = threading.Lock()


def forget() -> None:
    """Ask for the newest publication at the next read."""
    global _asked
    _asked = 0.0


def forget_on_commit() -> None:
    """Make this process see a publication as soon as it is committed; others see it within a second."""
    transaction.on_commit(forget)


def newest() -> Publication | None:
    """The newest publication; None before the first."""
    try:
        return _now().publication
    except NotFound:
        return None


def current(code: str, on: dt.date) -> ItemVersion:
    """The version of an item that is valid on a day. Raises NotFound ``catalog.no_item``."""
    edition = _now()
    number = edition.number_on(code, on)
    if not number:
        raise _no_item(code)
    return _version(edition, code, number)


def version(code: str, number: int) -> ItemVersion:
    """A given version of an item, valid today or not. Raises NotFound ``catalog.no_item``."""
    edition = _now()
    if not any(n == number for _, n in edition.dates.get(code, ())):
        raise _no_item(code)
    return _version(edition, code, number)


def versions(code: str) -> tuple[tuple[int, dt.date], ...]:
    """All versions of an item as (number, valid from), oldest first; empty when there is no such item."""
    return tuple((number, valid_from) for valid_from, number in _now().dates.get(code, ()))


def listing(on: dt.date) -> tuple[ItemVersion, ...]:
    """Every item with a version valid on the day, in the order of the catalog; closed ones too (ask ``closed``)."""
    edition = _now()
    if on not in edition.listings:
        wanted = [(code, n) for code in edition.items if (n := edition.number_on(code, on))]
        edition.load(wanted)
        if len(edition.listings) > 40:
            edition.listings.clear()
        edition.listings[on] = tuple(edition.versions[key] for key in wanted)
    return edition.listings[on]


def state(code: str) -> OpenState:
    """Whether the item is open, since when and why. Never cached."""
    row = ItemState.objects.filter(code=code).first()
    return OpenState(True) if row is None else OpenState(row.open, row.reason, row.since)


def is_open(code: str) -> bool:
    """Whether the item takes applications now. Never cached."""
    return not ask("select 1 from catalog_item_state where code = %s and not open", [code])


def closed() -> dict[str, OpenState]:
    """All closed items by code."""
    return {row.code: OpenState(False, row.reason, row.since) for row in ItemState.objects.filter(open=False)}


def items() -> dict[str, Item]:
    """The headers of all items by code."""
    return _now().items


def life_events() -> dict[str, LifeEvent]:
    """The life events by code, in the order of the catalog; those whose ``valid_from`` is still to come, too."""
    return _now().events


def event(code: str) -> LifeEvent | None:
    """A life event; or an item by itself as one (``item-<code>``, domain/alone.py), by its newest version."""
    return _event(_now(), code, dt.date.max)


def _event(edition: _Edition, code: str, on: dt.date) -> LifeEvent | None:
    item = code.removeprefix(alone.PREFIX)
    if item == code:
        return edition.events.get(code)
    number = edition.number_on(item, on)
    if not number:
        return None
    edition.load([(item, number)])
    return alone.event_of(edition.versions[item, number])


def prepared(code: str, on: dt.date) -> Prepared:
    """A life event made ready for composing with the versions of a day. Raises NotFound ``catalog.no_life_event``."""
    edition = _now()
    event = _event(edition, code, on)
    if event is None or event.valid_from > on:
        raise NotFound(
            "catalog.no_life_event",
            f"目录里没有“{code[:60]}”这件事(或还没有开始),请按名称重新查找",
            "There is no such life event, or it has not begun yet; look it up by name",
            event=code[:60],
        )
    numbers = tuple(edition.number_on(entry.item, on) for entry in event.items)
    if (code, numbers) not in edition.prepared:
        wanted = [(entry.item, n) for entry, n in zip(event.items, numbers, strict=True) if n]
        edition.load(wanted)
        registry = Registry(edition.elements, edition.materials, edition.credential_kinds, edition.checks)
        versions = {item: edition.versions[item, n] for item, n in wanted}
        edition.prepared[code, numbers] = prepare(event, versions, registry)
    return edition.prepared[code, numbers]


def elements() -> dict[str, Element]:
    """The registry of elements by code."""
    return _now().elements


def materials() -> dict[str, MaterialKind]:
    """The kinds of material by code."""
    return _now().materials


def departments() -> dict[str, Department]:
    """The departments by code."""
    return _now().departments


def credential_kinds() -> dict[str, CredentialKind]:
    """The kinds of credential by code."""
    return _now().credential_kinds


def checks() -> dict[str, CheckKind]:
    """What departments can be asked to confirm, by code."""
    return _now().checks


def places() -> Places:
    """The map of divisions and centers."""
    return _now().places


def calendar() -> Calendar:
    """The calendar of legal working days."""
    return _now().calendar


def _version(edition: _Edition, code: str, number: int) -> ItemVersion:
    edition.load([(code, number)])
    return edition.versions[code, number]


def _no_item(code: str) -> NotFound:
    return NotFound(
        "catalog.no_item",
        f"目录里没有事项“{code[:60]}”(或该日期没有生效的版本),请按名称重新查找",
        "There is no such item, or no version is valid on that day; look it up by name",
        item=code[:60],
    )


def _now() -> _Edition:
    """The newest edition. Threads that come while another loads wait for it, then share it."""
    global _edition, _asked
    if _edition is not None and time.monotonic() - _asked < _ASK_AGAIN:
        return _edition
    with _loading:
        if _edition is not None and time.monotonic() - _asked < _ASK_AGAIN:
            return _edition
        newest_id: uuid.UUID | None = (
            PublicationRow.objects.order_by("-published_at", "-id").values_list("id", flat=True).first()
        )
        if newest_id is None:
            _edition = None
            raise NotFound(
                "catalog.empty",
                "事项目录还没有发布,请先运行 tongban catalog publish",
                "No catalog is published yet; run tongban catalog publish",
            )
        if _edition is None or _edition.publication.id != newest_id:
            _edition = _Edition(PublicationRow.objects.get(id=newest_id))
        _asked = time.monotonic()
        return _edition


def damaged() -> Iterator[str]:
    """Go through what was published and name what no longer matches its digest (`tongban verify`)."""
    for body, digest, at in PublicationRow.objects.values_list("body", "digest", "published_at"):
        if crypto.digest(body.encode()) != bytes(digest):
            yield f"catalog: the publication of {at:%Y-%m-%d %H:%M:%S} was changed"
    found: dict[tuple[str, int], str] = {}
    columns = ItemVersionRow.objects.values_list("code", "version", "valid_from", "body", "digest")
    for code, number, valid_from, body, digest in columns:
        found[code, number] = bytes(digest).hex()
        if crypto.digest(body.encode()) != bytes(digest) or f'"valid_from":"{valid_from}"' not in body:
            yield f"catalog: {code} version {number} was changed"
    for code, number, hex_digest in _now().named:
        if found.get((code, number)) != hex_digest:
            yield f"catalog: {code} version {number} is not the one that was published"
