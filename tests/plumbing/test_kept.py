"""Append-only tables are never emptied by TRUNCATE, which row triggers do not see; only a database for tests is."""

import uuid
from collections.abc import Iterator
from importlib import import_module

import psycopg
import pytest
from django.db import connection

REFUSE = import_module("tongban.plumbing.migrations.0004_refuse_truncate").REFUSE_TRUNCATE
ROOMS = [
    import_module(f"tongban.{room}.migrations.{name}")
    for room, name in (
        ("plumbing.audit", "0003_never_emptied"),
        ("registers.cases", "0005_never_emptied"),
        ("registers.catalog", "0004_never_emptied"),
        ("registers.mothers", "0002_never_emptied"),
    )
]
TABLES = [table for room in ROOMS for table in room.TABLES]


@pytest.fixture
def in_use(db: None) -> Iterator[psycopg.Connection]:
    """A database that is not called test_…, with the tables that matter (their columns do not) and their triggers."""
    name = f"kept_{uuid.uuid4().hex[:12]}"
    where = {k: v for k, v in connection.get_connection_params().items() if k in ("host", "port", "user", "password")}
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as server:
        server.execute(f"create database {name}")
        try:
            with psycopg.connect(**where, dbname=name, autocommit=True) as own:
                own.execute(REFUSE)
                for room in ROOMS:
                    for table in room.TABLES:
                        own.execute(f"create table {table} (id int primary key)")
                        own.execute(f"insert into {table} values (1)")
                        own.execute(room.KEEP.format(table))
                yield own
        finally:
            server.execute(f"drop database {name} with (force)")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_in_use_is_not_emptied(in_use: psycopg.Connection, table: str) -> None:
    in_use.execute("create table other (id int)")
    for say in (f"truncate {table}", f"truncate {table} cascade", f"truncate other, {table}", f"truncate only {table}"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            in_use.execute(say)
    assert in_use.execute(f"select count(*) from {table}").fetchone() == (1,)


@pytest.mark.django_db
def test_whatever_refuses_changes_of_rows_refuses_to_be_emptied() -> None:
    """A guard: the next append-only table must not forget the second trigger. Bits of tgtype: 1 row, 8 delete, 32 truncate."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, bool_or(t.tgtype & 1 = 1 and t.tgtype & 8 = 8), bool_or(t.tgtype & 32 = 32) "
            "from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid "
            "where not t.tgisinternal and (p.proname like '%%append_only' or p.proname = 'refuse_truncate') group by 1"
        )
        found = {name: (rows, whole) for name, rows, whole in cursor.fetchall()}
    assert set(found) == set(TABLES)
    assert all(both == (True, True) for both in found.values()), found
