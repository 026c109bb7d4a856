"""A publication as it travels between nodes: the stored bytes and nothing else, in parts that fit into a letter, so that every
node computes the same digest over the same text."""

import datetime as dt
import uuid
from collections.abc import Iterator

import msgspec

from tongban.plumbing import crypto
from tongban.plumbing.statements import ask, say_rows
from tongban.registers.catalog.rows import Publication

PART = 600_000
"""About so many bytes a part has; the body of the publication goes with the last one."""

VersionRow = tuple[str, int, dt.date, str, str]


class Part(msgspec.Struct, frozen=True):
    """Some versions as (code, number, valid from, digest in hex, body); ``body`` of the publication with the last part only."""

    body: str
    versions: tuple[VersionRow, ...]


def parts(publication: uuid.UUID) -> Iterator[Part]:
    """A publication of this node, in parts."""
    ((body,),) = ask("select body from catalog_publication where id = %s", [publication])
    rows = ask(
        "select code, version, valid_from, encode(digest, 'hex'), body from catalog_item_version "
        "where publication_id = %s order by code, version",
        [publication],
    )
    some: list[VersionRow] = []
    size = 0
    for row in rows:
        if some and size + len(row[4]) > PART:
            yield Part("", tuple(some))
            some, size = [], 0
        some.append(row)
        size += len(row[4])
    yield Part("", tuple(some))
    yield Part(body, ())


def all_of_them() -> list[Publication]:
    """Every publication of this node, oldest first: a node that has none needs the versions of all."""
    rows = ask(
        "select id, encode(digest, 'hex'), published_at, by, note from catalog_publication order by published_at, id"
    )
    return [Publication(*row) for row in rows]


def states() -> list[tuple[str, bool, str, dt.datetime, str]]:
    """Items that were closed or opened again: code, open, reason, since, by."""
    return ask("select code, open, reason, since, by from catalog_item_state order by code")


def keep(publication: str, digest: str, published_at: dt.datetime, by: str, note: str, part: Part) -> str:
    """Keep a part that came by letter. Versions wait under their publication until the body is here; returns what is wrong
    with them, empty when nothing is."""
    for code, number, _, hex_digest, body in part.versions:
        if crypto.digest(body.encode()).hex() != hex_digest:
            return f"{code} version {number} does not have the digest that comes with it"
    if part.body and crypto.digest(part.body.encode()).hex() != digest:
        return "the publication does not have the digest that comes with it"
    uid = uuid.UUID(publication)
    say_rows(
        "insert into catalog_arriving (publication_id, code, version, valid_from, digest, body)",
        [(uid, c, n, d, bytes.fromhex(h), b) for c, n, d, h, b in part.versions],
        "on conflict do nothing",
    )
    if part.body:
        say_rows(
            "insert into catalog_publication (id, digest, published_at, by, note, body)",
            [(uid, bytes.fromhex(digest), published_at, by, note, part.body)],
            "on conflict do nothing",
        )
        ask(
            "with moved as (delete from catalog_arriving where publication_id = %s "
            "returning publication_id, code, version, valid_from, digest, body) "
            "insert into catalog_item_version (publication_id, code, version, valid_from, digest, body) "
            "select publication_id, code, version, valid_from, digest, body from moved "
            "on conflict (code, version) do nothing returning code",
            [uid],
        )
    return ""
