"""Looks for damage in the cases register (`tongban verify`): what lies beside the log must open, match its digest and be named
by the log, and what the log names must be there."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from django.db import connection

from tongban.domain import facts
from tongban.domain.chain import Entry
from tongban.domain.facts import PaperMark
from tongban.plumbing import crypto

_Logs = Mapping[str, Sequence[Entry]]


def beside(logs: _Logs, gone: Callable[[str], str] = lambda number: "") -> Iterator[str]:
    """Check what lies beside these logs (number -> entries): sealed answers and notes, and the papers. ``gone``: what is to be said
    of a case of which something is gone, when there may be a harmless reason."""
    yield from _sealed(logs, gone)
    yield from _papers(logs)


def _sealed(logs: _Logs, gone: Callable[[str], str]) -> Iterator[str]:
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        # Answers and notes go with the pen: a node that has a copy only need not have them.
        cursor.execute("select number from cases_case where here and number = any(%s)", [list(logs)])
        held = {number for (number,) in cursor.fetchall()}
        cursor.execute("select number, digest, kind, body from cases_sealed where number = any(%s)", [list(logs)])
        for number, digest, kind, body in cursor.fetchall():
            found.setdefault(number, set()).add(digest)
            try:
                whole = crypto.digest(crypto.open_(body, f"cases.{kind}:{number}".encode())).hex() == digest
            except crypto.Tampered:
                whole = False
            if not whole:
                yield f"{number}: what lies beside the log ({kind}) was changed"
    for number, log in logs.items():
        named = {digest for e in log for digest in facts.beside(e.fact)}
        if number in held and (lost := named - found.get(number, set())):
            yield f"{number}: {len(lost)} of the sealed values that the log names are gone{gone(number)}"
        if added := found.get(number, set()) - named:
            yield f"{number}: {len(added)} sealed values are named by no fact"


def _papers(logs: _Logs) -> Iterator[str]:
    held: dict[str, list[tuple[int, PaperMark]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, n, material, how, grade, digest from cases_paper where number = any(%s) "
            "order by number, n, place",
            [list(logs)],
        )
        for number, n, material, how, grade, digest in cursor.fetchall():
            held.setdefault(number, []).append((n, PaperMark(material, how, grade, digest)))
    for number, log in logs.items():
        named = [(e.n, mark) for e in log for mark in _marks(e.fact)]
        if held.get(number, []) != named:
            yield f"{number}: the papers are not those that the log names"


def _marks(fact: facts.Body) -> tuple[PaperMark, ...]:
    marks: tuple[PaperMark, ...] = getattr(fact, "papers", ())
    return marks


def kinds() -> Iterator[str]:
    """Facts whose column beside the body was changed; the body itself is in the chain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, n from cases_fact where not starts_with(body, format(%s, kind)) order by number, n limit 1000",
            ['{"kind":"%s"'],
        )
        for number, n in cursor.fetchall():
            yield f"{number}: the kind of entry {n} was changed"


def code_mark(number: str, query_code: str) -> str:
    """A keyed mark of a query code, for the sealed audit line of the receipt: the code itself is written nowhere but in its row,
    and in no log, because who knows it may follow the case."""
    return crypto.sign(f"cases.query_code:{number}:{query_code}".encode())[:12].hex()


class _Received(msgspec.Struct):
    """The part of the receipt's audit line that marks the query code (lines of older releases have none)."""

    code: str = ""


def codes() -> Iterator[str]:
    """Query codes that are not those handed out. Only the node that received a case can tell; copies elsewhere are not seen."""
    after = ""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                'select c.number, c.query_code, l.detail from cases_case c join audit_line l on l."case" = c.number '
                "and l.act = 'case.receive' where c.number > %s order by c.number limit 2000",
                [after],
            )
            page = cursor.fetchall()
            if not page:
                return
            for number, query_code, detail in page:
                said = msgspec.json.decode(detail or "{}", type=_Received).code
                if said and said != code_mark(number, query_code):
                    yield f"{number}: the query code is not the one handed out"
            after = page[-1][0]


def drafts() -> Iterator[str]:
    """Check that every draft opens."""
    after = "00000000-0000-0000-0000-000000000000"
    with connection.cursor() as cursor:
        while True:
            cursor.execute("select id, body from cases_draft where id > %s order by id limit 1000", [after])
            page = cursor.fetchall()
            if not page:
                return
            for draft, body in page:
                try:
                    crypto.open_(body, f"cases.draft:{draft}".encode())
                except crypto.Tampered:
                    yield f"draft {draft}: was changed"
            after = page[-1][0]


def lost() -> Iterator[str]:
    """Numbers that the audit trail saw received and the register no longer has."""
    with connection.cursor() as cursor:
        cursor.execute(
            'select l."case" from audit_line l where l.act = %s and l."case" <> %s '
            'and not exists (select 1 from cases_case c where c.number = l."case") limit 1000',
            ["case.receive", ""],
        )
        for (number,) in cursor.fetchall():
            yield f"{number}: was received, and is gone"
