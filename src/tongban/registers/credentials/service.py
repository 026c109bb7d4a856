"""Writers of the credentials register: what departments handed over, what the city issued, what was revoked. Plain SQL, one
statement each and no answer needed, so that inside a flow they travel together (plumbing/tx.py)."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.db import connection

from tongban.domain.ports import Licence, Value
from tongban.domain.refusals import NotFound
from tongban.plumbing.ids import new_id
from tongban.registers.credentials import rows
from tongban.registers.credentials.rows import Held

# What the city revoked stays revoked, also when the department's register has not heard of it yet.
_KEEP = (
    "insert into credentials_credential "
    "(holder, fetched_at, state, id, kind, number_blind, body, valid_until, source, as_of) "
    "select %s::uuid, %s::timestamptz, 'valid', * from "
    "unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::date[], %s::text[], %s::timestamptz[]) "
    "on conflict (holder, kind, number_blind) do update set body = excluded.body, valid_until = excluded.valid_until, "
    "source = excluded.source, as_of = excluded.as_of, fetched_at = excluded.fetched_at, state = 'valid' "
    "where excluded.as_of >= credentials_credential.as_of and credentials_credential.state not in ('revoked', 'stopped')"
)


def keep_fetched(
    holder: str, licences: Sequence[Licence], at: dt.datetime, *, asked: Sequence[str] = (), source: str = ""
) -> None:
    """Keep what a department handed over for a person. The newest answer stays, an older one changes nothing.

    ``asked`` are the kinds that ``source`` was asked for: what it gave before and does not give now is marked gone, so that
    a licence the department has withdrawn satisfies nothing any more.
    """
    _write(holder, [Held.of(str(uuid.UUID(holder)), one) for one in licences], at)
    if asked and source:
        given = [rows.number_index(one.kind, one.number) for one in licences]
        with connection.cursor() as cursor:
            cursor.execute(
                "update credentials_credential set state = 'gone', fetched_at = %s where holder = %s and source = %s "
                "and kind = any(%s) and state = 'valid' and as_of <= %s and not number_blind = any(%s::bytea[])",
                [at, holder, source, list(asked), at, given],
            )


def issue(
    holder: str, kind: str, number: str, *, issuer: str, issued: dt.date, valid_until: dt.date | None,
    fields: Mapping[str, Value], case: str, at: dt.datetime,
) -> None:  # fmt: skip
    """Keep a result the city issued; ``case`` is its public number, so that it can be traced. Issuing the same number to
    the same holder again is the same licence."""
    holder = str(uuid.UUID(holder))
    held = Held(kind, number, holder, issued, valid_until, "valid", "A", issuer, at, fields, f"case:{case}")
    _write(holder, [held], at)


def revoke(holder: str, kind: str, number: str, at: dt.datetime) -> None:
    """撤销: the licence satisfies nothing from now on and stays as a row; revoking twice is once. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select id, {rows.COLUMNS} from credentials_credential "
            "where holder = %s and kind = %s and number_blind = %s for update",
            [holder, kind, rows.number_index(kind, number)],
        )
        row = cursor.fetchone()
        if row is None:
            raise NotFound("credential.not_found", "没有找到这份证照", "No such licence", pointer="/number")
        held = msgspec.structs.replace(rows.open_held(*row[1:]), state="revoked")
        cursor.execute(
            "update credentials_credential set state = 'revoked', body = %s, fetched_at = %s where id = %s",
            [rows.seal_held(held), at, row[0]],
        )


def stop(holder: str, kind: str, at: dt.datetime, *, lifted: bool = False) -> int:
    """Freeze or end what a person holds of this kind: it satisfies nothing until it is ``lifted``. Returns how many."""
    before, after = ("stopped", "valid") if lifted else ("valid", "stopped")
    with connection.cursor() as cursor:
        cursor.execute(
            "update credentials_credential set state = %s, fetched_at = %s where holder = %s and kind = %s and state = %s",
            [after, at, holder, kind, before],
        )
        return int(cursor.rowcount)


def _write(holder: str, given: Iterable[Held], at: dt.datetime) -> None:
    newest: dict[tuple[str, bytes], Held] = {}
    for one in given:
        key = one.kind, rows.number_index(one.kind, one.number)
        before = newest.get(key)
        if before is None or _as_of(before) <= _as_of(one):
            newest[key] = one
    if not newest:
        return
    # In one order for all, so that two who keep the same licences of a person wait for and never block each other.
    found = sorted(newest.items(), key=lambda pair: pair[0])
    columns: list[list[object]] = [
        [new_id() for _ in found],
        [kind for (kind, _), _ in found],
        [blind for (_, blind), _ in found],
        [rows.seal_held(held) for _, held in found],
        [held.valid_until for _, held in found],
        [held.source for _, held in found],
        [held.as_of for _, held in found],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [holder, at, *columns])


def _as_of(held: Held) -> dt.datetime:
    if held.as_of is None:
        raise ValueError("a credential is kept with the moment its source said so")
    return held.as_of
