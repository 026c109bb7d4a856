"""Statements that travel together: the same answers as one by one, fewer round trips, and errors that are never lost."""

import datetime as dt
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from tongban.plumbing import statements
from tongban.plumbing.statements import ask, later, say, say_rows, together

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = dt.datetime(2026, 9, 1, 2, 0, 0, 123456, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("create table if not exists try_line (id int primary key, word text)")
        cursor.execute("truncate try_line")
    yield
    with connection.cursor() as cursor:
        cursor.execute("drop table try_line")


def words() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select id, word from try_line order by id")
        return cursor.fetchall()


@pytest.mark.parametrize("inside", [True, False])
def test_values_come_back_as_they_went(inside: bool) -> None:
    sql = (
        "select %s::text, %s::bytea, %s::int, %s::bool, %s::timestamptz, %s::date, %s::uuid, %s::text[], %s::uuid[], "
        "%s::int, '100%%'::text"
    )
    one = uuid.uuid4()
    sent = ["𠮷·'\"\\", b"\x00\xff", -7, True, MOMENT, dt.date(2026, 9, 1), one, ['a"b', "c\\d", "{x,y}"], [one], None]
    if inside:
        with transaction.atomic(), together():
            (row,) = ask(sql, sent)
    else:
        (row,) = ask(sql, sent)
    assert list(row) == [*sent, "100%"]


def test_what_was_said_is_there_after_the_flow_and_for_the_next_question() -> None:
    with transaction.atomic(), together():
        say("insert into try_line values (%s, %s)", [1, "one"])
        say_rows("insert into try_line (id, word)", [(i, str(i)) for i in range(2, 200)])
        assert ask("select count(*) from try_line") == [(199,)]
        say("insert into try_line values (%s, %s)", [200, "last"])
    assert len(words()) == 200 and words()[-1] == (200, "last")


def test_answers_may_be_fetched_in_any_order() -> None:
    with transaction.atomic(), together():
        first, second = later("select 1"), later("select 2 union all select 3")
        assert (second(), first(), second()) == ([(2,), (3,)], [(1,)], [(2,), (3,)])


def test_djangos_cursors_work_beside_it() -> None:
    with transaction.atomic(), together():
        say("insert into try_line values (%s, %s)", [1, "one"])
        unread = later("select word from try_line")
        with connection.cursor() as cursor:
            cursor.execute("insert into try_line values (2, 'two')")
            cursor.execute("select count(*) from try_line")
            assert cursor.fetchone() == (2,)
        say("insert into try_line values (%s, %s)", [3, "three"])
        assert unread() == [("one",)]
    assert [i for i, _ in words()] == [1, 2, 3]


def test_an_error_surfaces_at_the_next_answer_and_nothing_is_kept() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        say("insert into try_line values (%s, %s)", [1, "one"])
        say("insert into try_line values (%s, %s)", [1, "again"])
        ask("select 1")
        pytest.fail("the error was lost")
    assert words() == []


def test_an_error_of_the_last_statement_surfaces_at_the_end() -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        say("insert into try_line values (%s, %s)", [1, "one"])
        say("insert into try_line values (%s, %s)", [1, "again"])
    assert words() == []


def test_after_an_error_the_connection_serves_on() -> None:
    for _ in range(3):
        with pytest.raises(DatabaseError), transaction.atomic(), together():
            say("insert into try_line values (%s, %s)", [1, "one"])
            say("insert into no_such_table values (%s)", [1])
            later("select word from try_line where id = %s", [1])
            say("insert into try_line values (%s, %s)", [2, "two"])
        with transaction.atomic(), together():
            assert ask("select word from try_line where id = %s", [1]) == []
    assert words() == []


def test_what_goes_wrong_in_between_rolls_back() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), together():
        say("insert into try_line values (%s, %s)", [1, "one"])
        raise ZeroDivisionError
    assert words() == []


def test_a_text_with_nul_is_refused_instead_of_cut() -> None:
    with pytest.raises(DataError), transaction.atomic(), together():
        say("insert into try_line values (%s, %s)", [1, "o\x00ne"])
    assert words() == []


def test_what_was_deallocated_behind_our_back_is_prepared_again() -> None:
    with transaction.atomic(), together():
        ask("select word from try_line")
    with connection.cursor() as cursor:
        cursor.execute("deallocate all")
    with pytest.raises(DatabaseError), transaction.atomic(), together():
        ask("select word from try_line")
    with transaction.atomic(), together():
        assert ask("select word from try_line") == []


def test_a_dead_connection_is_an_error_and_not_a_commit() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), together():
        say("insert into try_line values (%s, %s)", [1, "one"])
        (pid,) = ask("select pg_backend_pid()")[0]
        with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [pid])
        say("insert into try_line values (%s, %s)", [2, "two"])
    connection.close()
    assert words() == []


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(TypeError), transaction.atomic(), together():
        say("select %s", [object()])


def test_much_at_once_blocks_nobody() -> None:
    """More than the buffers of both ends hold, in both directions."""
    with transaction.atomic(), together():
        answers = [later("select %s::text", ["x" * 100_000]) for _ in range(60)]
        assert all(a()[0][0] == "x" * 100_000 for a in answers)


def test_no_line_is_left_after_a_flow() -> None:
    with transaction.atomic(), together():
        assert statements._line.get() is not None
    assert statements._line.get() is None


def test_a_connection_that_the_server_ended_is_seen_without_asking() -> None:
    assert connection.is_usable()
    (pid,) = ask("select pg_backend_pid()")[0]
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert not connection.is_usable()
    connection.close()
    assert ask("select 1") == [(1,)] and connection.is_usable()
