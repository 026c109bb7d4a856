"""Which files of the cabinet are named: by a case, or by a draft that may still become one. What nobody names may go."""

from collections.abc import Sequence

import msgspec
from django.db import connection

from tongban.plumbing import crypto


class _Paper(msgspec.Struct):
    digest: str = ""


class _Draft(msgspec.Struct):
    """The part of a draft's body that names files."""

    papers: tuple[_Paper, ...] = ()


def by_cases(digests: Sequence[str]) -> set[str]:
    """Those of these digests that a case names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct digest from cases_paper where digest <> '' and digest = any(%s)", [list(digests)]
        )
        return {row[0] for row in cursor.fetchall()}


def by_drafts(size: int = 1000) -> set[str]:
    """All digests that drafts name. They lie sealed in the drafts, so each is opened: a column beside them would tell which
    persons brought the same paper. Drafts do not live long (flows/forget.py), which bounds the work."""
    named: set[str] = set()
    after = "00000000-0000-0000-0000-000000000000"
    while True:
        with connection.cursor() as cursor:
            cursor.execute("select id, body from cases_draft where id > %s order by id limit %s", [after, size])
            page = cursor.fetchall()
        if not page:
            return named
        for draft, body in page:
            try:
                found = msgspec.json.decode(crypto.open_(body, f"cases.draft:{draft}".encode()), type=_Draft)
            except crypto.Tampered:
                # It cannot be loaded again by anybody, so what it named is of no use; `verify` tells of it.
                continue
            named |= {paper.digest for paper in found.papers if paper.digest}
        after = page[-1][0]


def in_draft(body: bytes) -> set[str]:
    """The digests that a draft names, opened."""
    return {one.digest for one in msgspec.json.decode(body, type=_Draft).papers if one.digest}
