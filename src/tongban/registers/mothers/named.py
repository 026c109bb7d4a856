"""Which files of the cabinet are named by life events: by the form of one that goes on, or by a draft that may still become one."""

from collections.abc import Iterator

import msgspec
from django.db import connection

from tongban.plumbing import crypto


class _File(msgspec.Struct, frozen=True):
    digest: str = ""


class _Paper(msgspec.Struct, frozen=True):
    paper: _File


class _Intake(msgspec.Struct, frozen=True):
    """The part of an intake that names files."""

    papers: tuple[_Paper, ...] = ()


class _Form(msgspec.Struct, frozen=True):
    intake: _Intake = _Intake()


def digests() -> set[str]:
    """All digests that drafts and forms of open life events name; each lies sealed, so each is opened (registers/cases/named.py says
    why no column names them). What a child took over is named by the child, and outlives the event."""
    named: set[str] = set()
    for plain in _opened("mothers_draft", "id::text", "used_by = ''", "mothers.draft", 0):
        named |= _named(msgspec.json.decode(plain, type=_Intake))
    for plain in _opened("mothers_form", "number || ' ' || digest", _OPEN, "mothers.form", 16):
        named |= _named(msgspec.json.decode(plain, type=_Form).intake)
    return named


def in_draft(body: bytes) -> set[str]:
    """The digests that an event draft names, opened."""
    return _named(msgspec.json.decode(body, type=_Intake))


_OPEN = "exists (select 1 from mothers_mother m where m.number = mothers_form.number and m.stage = 'open')"


def _named(intake: _Intake) -> set[str]:
    return {one.paper.digest for one in intake.papers if one.paper.digest}


def _opened(table: str, key: str, where: str, context: str, salt: int, size: int = 500) -> Iterator[bytes]:
    after = ""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"select {key}, body from {table} where {where} and {key} > %s order by {key} limit %s", [after, size]
            )
            page = cursor.fetchall()
        if not page:
            return
        for name, body in page:
            try:
                yield crypto.open_(body, f"{context}:{name.partition(' ')[0]}".encode())[salt:]
            except crypto.Tampered:
                # It can be loaded by nobody any more, so what it named is of no use; `verify` tells of it.
                continue
        after = page[-1][0]
