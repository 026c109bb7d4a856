"""Keeps drafts for registers that have any, each in a table of its own: sealed under its id, replaced only by who has seen the newest
revision, used once. Two registers kept them by the same statements, word for word; a mistake mended in one stayed in the other."""

import datetime as dt
import uuid
from collections.abc import Mapping

from django.db import connection

from tongban.plumbing import crypto


class Drafts:
    """The drafts of one table (``<register>_draft``), which has besides its own columns: id, applicant, center, by, rev, body,
    updated_at, used_by."""

    def __init__(self, register: str) -> None:
        # The names come from the program, never from outside.
        self.table, self.register = f"{register}_draft", register

    def save(
        self, draft: uuid.UUID, own: Mapping[str, object], *, center: str, by: str, rev: int, body: bytes, at: dt.datetime
    ) -> bool:  # fmt: skip
        """Insert (rev 0) with the columns of its ``own``, or replace the draft that had ``rev``; False when another device saved in
        between."""
        sealed = crypto.seal(body, context=self._context(draft))
        with connection.cursor() as cursor:
            if rev == 0:
                values = {
                    "id": draft,
                    **own,
                    "center": center,
                    "by": by,
                    "rev": 1,
                    "body": sealed,
                    "updated_at": at,
                    "used_by": "",
                }
                cursor.execute(
                    f"insert into {self.table} ({', '.join(values)}) values ({', '.join(['%s'] * len(values))}) "
                    "on conflict (id) do nothing returning rev",
                    list(values.values()),
                )
            else:
                cursor.execute(
                    f"update {self.table} set rev = rev + 1, body = %s, by = %s, center = %s, updated_at = %s "
                    "where id = %s and rev = %s and used_by = '' returning rev",
                    [sealed, by, center, at, draft, rev],
                )
            return cursor.fetchone() is not None

    def opened(self, draft: uuid.UUID, body: bytes) -> bytes:
        """What was saved."""
        return crypto.open_(body, self._context(draft))

    def use(self, draft: uuid.UUID, number: str, applicant: str) -> str:
        """The draft became a case of the same person; another person's draft stays as it is. Returns the number that it became before,
        or empty: the row stays locked, so of two tabs that send one draft the second sees the first."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"select used_by from {self.table} where id = %s and applicant = %s for update", [draft, applicant]
            )
            row = cursor.fetchone()
            if row is None or row[0]:
                return str(row[0]) if row else ""
            cursor.execute(f"update {self.table} set used_by = %s where id = %s", [number, draft])
        return ""

    def forget(self, before: dt.datetime, most: int) -> int:
        """Remove at most ``most`` drafts that nobody touched since a moment, handed in or not; returns how many."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"delete from {self.table} where id = any(array(select id from {self.table} where updated_at < %s "
                "order by updated_at limit %s for update skip locked))",
                [before, most],
            )
            return int(cursor.rowcount)

    def _context(self, draft: uuid.UUID) -> bytes:
        return f"{self.register}.draft:{draft}".encode()
