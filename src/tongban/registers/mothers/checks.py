"""Looks for damage in the mothers register (`tongban verify`): every chain is recomputed and folded, every column compared, every form
opened, and each child stands in the log that opened it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from tongban.domain import chain
from tongban.domain import mother as rule
from tongban.domain.chain import Entry
from tongban.domain.mother import Mother
from tongban.plumbing import crypto
from tongban.registers.mothers import queries

_BESIDE = ("event", "receiving", "applicant", "agent", "channel", "stage", "wake_on", "n", "here")


def damaged(gone: str = "") -> Iterator[str]:
    """Everything that is wrong with mother cases and event drafts. ``gone``: what is said of forms that are gone, at a node that was put
    back to an older backup."""
    for state, log in queries.logs():
        yield from _one(state, log, gone)
    yield from _drafts()


def children() -> Iterator[tuple[str, str]]:
    """Every child that a mother case of this node opened, with the mother case's applicant."""
    for state, _ in queries.logs():
        for number in () if queries.is_copy(state.number) else state.children.values():
            yield number, state.applicant


def _one(state: Mother, log: Sequence[Entry], gone: str) -> Iterator[str]:
    number = state.number
    if broken := chain.broken(log):
        yield broken if broken.startswith(number) else f"{number}: {broken}"
        return
    try:
        folded = rule.fold(number, ((rule.decode(e.body), e.n, e.hash) for e in log))
    except Exception as why:
        yield f"{number}: its log is no log of a life event ({type(why).__name__})"
        return
    if folded != state:
        yield f"{number}: the row is not the fold of its log"
        return
    yield from _columns(state)
    # What was typed lies where the event was received.
    if not queries.is_copy(number):
        yield from _forms(number, log, gone)


def _columns(state: Mother) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(_BESIDE)} from mothers_mother where number = %s", [state.number])
        found = dict(zip(_BESIDE, cursor.fetchone(), strict=True))
    here = found.pop("here")
    right: dict[str, Any] = {"wake_on": rule.wake_on(state) if here else None, "stage": state.stage, "n": state.n}
    right |= {name: getattr(state, name) for name in ("event", "receiving", "applicant", "agent", "channel")}
    wrong = [name for name in found if str(found[name] or "") != str(right[name] or "")]
    if wrong:
        yield f"{state.number}: a column of the row was changed: {wrong}"


def _forms(number: str, log: Sequence[Entry], gone: str) -> Iterator[str]:
    named = {digest for e in log if (digest := getattr(rule.decode(e.body), "form", ""))}
    for digest in sorted(named):
        try:
            if queries.form(number, digest) is None:
                yield f"{number}: a form that the log names is gone{gone}"
        except crypto.Tampered:
            yield f"{number}: the form beside the log was changed"
    with connection.cursor() as cursor:
        cursor.execute("select digest from mothers_form where number = %s", [number])
        if added := {digest for (digest,) in cursor.fetchall()} - named:
            yield f"{number}: {len(added)} forms are named by no fact"


def _drafts() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("select id, body from mothers_draft order by id")
        while page := cursor.fetchmany(1_000):
            for draft, body in page:
                try:
                    crypto.open_(body, f"mothers.draft:{draft}".encode())
                except crypto.Tampered:
                    yield f"event draft {draft}: was changed"


def kinds() -> Iterator[str]:
    """Facts whose column beside the body was changed; the body itself is in the chain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, n from mothers_fact where not starts_with(body, format(%s, kind)) order by number, n limit 1000",
            ['{"kind":"%s"'],
        )
        for number, n in cursor.fetchall():
            yield f"{number}: the kind of entry {n} was changed"
