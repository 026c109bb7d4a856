"""What the plumbing itself remembers and need not remember for ever: answers of acts already done, and sessions that have ended.
Each call removes at most so many rows and says how many, so that no transaction of the night grows long."""

import datetime as dt

from django.db import connection


def answers(before: dt.datetime, most: int) -> int:
    """Forget acts done before a moment: a resend that late is another act."""
    return _forget("plumbing_done_act", "at", before, most)


def sessions(before: dt.datetime, most: int) -> int:
    """Forget sessions that ended before a moment."""
    return _forget("django_session", "expire_date", before, most)


def _forget(table: str, column: str, before: dt.datetime, most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"delete from {table} where ctid = any(array(select ctid from {table} where {column} < %s limit %s))",
            [before, most],
        )
        return int(cursor.rowcount)
