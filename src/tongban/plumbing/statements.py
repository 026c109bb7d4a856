"""Statements of a flow that travel together: what needs no answer waits in the line until somebody asks, so an acceptance
costs three round trips instead of a dozen, and every statement is planned once per connection.

The obvious alternative is psycopg's own pipeline mode; it stands on the same libpq functions, but costs three times the
processor time for each statement (43 against 14 microseconds, twelve inserts a transaction), because every statement goes to
the server by itself there. The price: an error of a `say` surfaces at the next answer or at the end of the flow, so code in
a flow must not catch database errors. Django's cursors work beside it: the line is brought to rest before each of their
statements. Outside a flow every statement is a line of its own.
"""

import datetime as dt
import itertools
import select
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from psycopg import pq
from psycopg.adapt import Transformer

Row = tuple[Any, ...]
Answer = Callable[[], list[Row]]


def say(sql: str, values: Sequence[object] = ()) -> None:
    """Execute a statement whose answer nobody needs. ``%s`` marks a value; its type follows from its place in the SQL."""
    if line := _line.get():
        line.send(sql, values)
    else:
        _alone(sql, values)


def say_rows(sql: str, rows: Sequence[Sequence[object]], then: str = "") -> None:
    """Insert several rows: ``sql`` is the statement up to its VALUES, ``then`` what follows them."""
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        say(_insert(sql, len(some[0]), len(some), then), [value for row in some for value in row])


def ask(sql: str, values: Sequence[object] = ()) -> list[Row]:
    """Execute a statement and return its rows; all that was said before goes along."""
    return later(sql, values)()


def later(sql: str, values: Sequence[object] = ()) -> Answer:
    """Ask now and fetch the rows when the answer is called: several questions then share one round trip."""
    if line := _line.get():
        asked = _Asked()
        line.send(sql, values, asked)
        return lambda: line.rows(asked)
    found = _alone(sql, values).rows or []
    return lambda: found


def _alone(sql: str, values: Sequence[object]) -> "_Asked":
    """One statement outside a flow."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    line, asked = Line(connection.connection, commit=False), _Asked()
    with connection.wrap_database_errors:
        line.send(sql, values, asked)
        line.finish()
    return asked


@contextmanager
def together() -> Iterator[None]:
    """A line for the transaction that Django has just opened: commits it with its last statements, unless a test's
    transaction lies around it. On an error everything is left to Django's rollback."""
    line = Line(connection.connection, commit=len(connection.savepoint_ids) == 0)
    token = _line.set(line)
    try:
        with connection.execute_wrapper(line.beside), connection.wrap_database_errors:
            try:
                yield
            except BaseException:
                line.abandon()
                raise
            line.finish()
    finally:
        _line.reset(token)


_line: ContextVar["Line | None"] = ContextVar("line", default=None)


class _Asked:
    """A question under way; ``rows`` is None until the answer is here."""

    __slots__ = ("rows",)
    rows: list[Row] | None

    def __init__(self) -> None:
        self.rows = None


class _Prepare:
    """A statement being prepared: it counts as prepared when the server has said so."""

    __slots__ = ("name",)

    def __init__(self, name: bytes) -> None:
        self.name = name


# What each connection has prepared. A connection that is gone takes its statements along.
_prepared: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()
_TUPLES, _OK, _FATAL, _ABORTED, _SYNC = (
    pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK, pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED,
    pq.ExecStatus.PIPELINE_SYNC,
)  # fmt: skip


class Line:
    """libpq's pipeline mode over the connection of one transaction. Begins with the first statement."""

    def __init__(self, conn: psycopg.Connection[Any], *, commit: bool) -> None:
        self.conn, self.pg, self.commit = conn, conn.pgconn, commit
        self.prepared = _prepared.setdefault(conn, set())
        self.load = Transformer(conn)
        self.queue: deque[_Asked | _Prepare | None] = deque()
        self.running = self.unsent = False
        self.noted = connection.queries_logged
        self.broken: psycopg.Error | None = None

    def send(self, sql: str, values: Sequence[object], asked: _Asked | None = None) -> None:
        """Put a statement into the line; it leaves with the next answer that is needed."""
        if not self.running:
            self._start()
        if self.noted:
            connection.queries_log.append({"sql": sql, "time": "0"})
        name, native = _native(sql)
        if name not in self.prepared:
            self.prepared.add(name)
            self.pg.send_prepare(name, native)
            self.queue.append(_Prepare(name))
        # Every value passes here: a loop in C is worth its brevity.
        words = [_WORDS[type(v)](v) for v in values]
        formats = [type(v) in _BINARY for v in values]
        self.pg.send_query_prepared(name, words, formats, 1)
        self.queue.append(asked)
        self.unsent = True

    def rows(self, asked: _Asked) -> list[Row]:
        """The rows of a question, waiting for them if need be."""
        if asked.rows is None:
            if self.unsent:
                self.pg.send_flush_request()
                self._flush()
            while asked.rows is None:
                if self.broken is not None:
                    raise self.broken
                self._take()
        return asked.rows

    def beside(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's execute_wrapper: its cursors speak outside the pipeline mode."""
        self._rest()
        return execute(sql, params, many, context)

    def finish(self) -> None:
        """Send what is left, commit, and wait for all answers. Raises the first error."""
        if self.running and self.commit:
            self.pg.send_query_params(b"COMMIT", None)
            self.queue.append(None)
        self._rest()

    def abandon(self) -> None:
        """Bring the connection to rest after an error, so that Django can roll back."""
        if not self.running:
            return
        with suppress(psycopg.Error):
            self._rest()

    def _start(self) -> None:
        begin = not self.conn.autocommit and self.pg.transaction_status == pq.TransactionStatus.IDLE
        self.pg.enter_pipeline_mode()
        self.running = True
        if begin:
            self.pg.send_query_params(b"BEGIN", None)
            self.queue.append(None)

    def _rest(self) -> None:
        if not self.running:
            return
        self.running = False
        self.pg.pipeline_sync()
        self._flush()
        while self.queue:
            self._take()
        while (result := self._next()) is None or result.status != _SYNC:
            pass
        self.pg.exit_pipeline_mode()
        if self.broken is not None:
            broken, self.broken = self.broken, None
            raise broken

    def _take(self) -> None:
        """Take the answer to the oldest statement of the line."""
        waiting, result = self.queue.popleft(), self._next()
        while (more := self._next()) is not None:
            result = more
        assert result is not None
        if result.status in (_TUPLES, _OK):
            if type(waiting) is _Asked:
                self.load.set_pgresult(result)
                waiting.rows = self.load.load_rows(0, result.ntuples, tuple)
            return
        if type(waiting) is _Prepare:
            self.prepared.discard(waiting.name)
        if self.broken is None:
            self.broken = psycopg.errors.error_from_result(result)
            if isinstance(self.broken, psycopg.errors.InvalidSqlStatementName):
                # Somebody deallocated them behind our back: the next try prepares anew.
                self.prepared.clear()

    def _next(self) -> Any:
        pg = self.pg
        while pg.is_busy():
            _wait(pg.socket, select.POLLIN)
            pg.consume_input()
        return pg.get_result()

    def _flush(self) -> None:
        # The server may be waiting for us to read before it reads on.
        self.unsent = False
        while self.pg.flush():
            if _wait(self.pg.socket, select.POLLIN | select.POLLOUT) & select.POLLIN:
                self.pg.consume_input()


def _wait(fd: int, what: int) -> int:
    """Wait without holding up other threads."""
    poll = select.poll()
    poll.register(fd, what)
    return poll.poll()[0][1]


# Each count of rows is a statement of its own to be prepared; more rows than this travel as several statements.
_ROWS = 64


@lru_cache(maxsize=256)
def _insert(sql: str, width: int, rows: int, then: str) -> str:
    row = f"({', '.join(['%s'] * width)})"
    return f"{sql} values {', '.join([row] * rows)} {then}"


@lru_cache(maxsize=2048)
def _native(sql: str) -> tuple[bytes, bytes]:
    """The name and the text of a statement with PostgreSQL's own marks ($1 …)."""
    parts = sql.split("%s")
    text = "".join(f"{part}${i}" for i, part in enumerate(parts[:-1], 1)) + parts[-1]
    return b"tb%x" % next(_numbers), text.replace("%%", "%").encode()


_numbers = itertools.count()
_BINARY = (bytes, memoryview)


def _text(value: str) -> bytes:
    said = value.encode()
    if 0 in said:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return said


def _array(values: Sequence[object]) -> bytes:
    words = []
    for value in values:
        word = _WORDS[type(value)](value)
        if word is None:
            words.append(b"NULL")
        elif type(value) in _BINARY:
            words.append(b'"\\\\x' + word.hex().encode() + b'"')
        else:
            words.append(b'"' + word.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')
    return b"{" + b",".join(words) + b"}"


class _Words(dict[type, Callable[[Any], bytes | None]]):
    def __missing__(self, kind: type) -> Callable[[Any], bytes | None]:
        raise TypeError(f"{kind.__name__} cannot be sent to the database")


# How PostgreSQL reads a value of each type; bytes stay what they are.
_WORDS = _Words(
    {
        type(None): lambda v: None,
        str: _text,
        bytes: bytes,
        memoryview: bytes,
        bool: lambda v: b"t" if v else b"f",
        int: lambda v: b"%d" % v,
        dt.datetime: lambda v: v.isoformat().encode(),
        dt.date: lambda v: v.isoformat().encode(),
        uuid.UUID: lambda v: str(v).encode(),
        list: _array,
        tuple: _array,
    }
)
