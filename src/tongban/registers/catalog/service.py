"""Writers of the catalog register; only flows call them."""

import datetime as dt

from django.db import connection

from tongban.domain.item import ItemVersion
from tongban.plumbing import crypto
from tongban.plumbing.ids import new_id
from tongban.registers.catalog import rows
from tongban.registers.catalog.city import City
from tongban.registers.catalog.models import ItemVersionRow, PublicationRow
from tongban.registers.catalog.rows import Publication

# Publishing is rare and looks at everything, so one publisher at a time for the whole city.
_PUBLISHER = 7_460_101


def lock() -> None:
    """Wait until no other publication is under way; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_PUBLISHER])


def published_digests() -> dict[tuple[str, int], bytes]:
    """The digest of every published version."""
    return {
        (code, version): bytes(digest)
        for code, version, digest in ItemVersionRow.objects.values_list("code", "version", "digest")
    }


def changed(city: City, published: dict[tuple[str, int], bytes]) -> list[ItemVersion]:
    """The versions of the city whose content differs from what is published under the same number."""
    return [v for v in city.versions if (old := published.get((v.code, v.version))) and old != _digest(v)]


def publish(city: City, published: dict[tuple[str, int], bytes], *, by: str, note: str, at: dt.datetime) -> Publication:
    """Write the publication and its new versions; the newest publication is returned as it is when nothing changed."""
    body = rows.city_body(city)
    digest = crypto.digest(body.encode())
    newest = PublicationRow.objects.order_by("-published_at", "-id").first()
    if newest is not None and bytes(newest.digest) == digest:
        return Publication(newest.id, digest.hex(), newest.published_at, newest.by, newest.note)
    row = PublicationRow.objects.create(id=new_id(), digest=digest, published_at=at, by=by, note=note, body=body)
    new = [v for v in city.versions if (v.code, v.version) not in published]
    ItemVersionRow.objects.bulk_create(
        ItemVersionRow(
            code=v.code, version=v.version, valid_from=v.valid_from, publication=row,
            digest=_digest(v), body=rows.version_body(v),
        )
        for v in new
    )  # fmt: skip
    return Publication(row.id, digest.hex(), at, by, note, tuple((v.code, v.version) for v in new))


def set_open(code: str, is_open: bool, *, reason: str, by: str, at: dt.datetime) -> None:
    """Open or close an item. A later word stays: by letter, an earlier one may come after it."""
    # One statement that needs no answer: a flow's pipeline does not know row counts, which the ORM's upsert asks for.
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into catalog_item_state (code, open, reason, since, by) values (%s, %s, %s, %s, %s) "
            "on conflict (code) do update set open = excluded.open, reason = excluded.reason, "
            "since = excluded.since, by = excluded.by where catalog_item_state.since <= excluded.since",
            [code, is_open, reason, at, by],
        )


def _digest(version: ItemVersion) -> bytes:
    return crypto.digest(rows.version_body(version).encode())
