"""What all letters between nodes are made of: a tag, parts, moments that a clock can show, files that travel by themselves."""

import datetime as dt

import msgspec

FIRST, LAST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def must_be_moment(at: dt.datetime) -> None:
    """ValueError for a moment without a zone, or that no clock shows."""
    # What a database keeps and a program then cannot read back (a year before Christ) would spoil every page that lists it;
    # a moment without a zone is another one on each machine.
    if at.tzinfo is None or not FIRST <= at < LAST:
        raise ValueError("a moment that is none")


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="letter"):
    """What all letters share: a tag."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a letter."""


class FileHere(Part, frozen=True):
    """A file that belongs to a letter and travels by itself: SM3 digest (hex) and size in bytes."""

    digest: str
    size: int
