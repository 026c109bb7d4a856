"""Keeps drafts for registers that have any, each in a table of its own: sealed under its id, replaced only by who has seen the newest
revision, used once. Two registers kept them by the same statements, word for word; a mistake mended in one stayed in the other."""

import datetime as dt
import uuid
from collections.abc import Mapping

import msgspec
from django.db import connection

from tongban.plumbing import crypto


class Stood(msgspec.Struct, frozen=True):
    """How a draft stands: the number it became, the node it moved to (both may be empty), and how often it moved."""

    used_by: str
    gone_to: str
    moves: int


class Forgotten(msgspec.Struct, frozen=True):
    """A draft that was removed: whose, whether it lay here and was not handed in, and how often it had moved."""

    id: uuid.UUID
    applicant: str
    lay_here: bool
    moves: int


class Drafts:
    """The drafts of one table (``<register>_draft``), which has besides its own columns: id, applicant, center, by, rev, body,
    updated_at, used_by, gone_to (the node it moved to; empty: it lies here), moves (how often it moved)."""

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
                    "where id = %s and rev = %s and used_by = '' and gone_to = '' returning rev",
                    [sealed, by, center, at, draft, rev],
                )
            return cursor.fetchone() is not None

    def opened(self, draft: uuid.UUID, body: bytes) -> bytes:
        """What was saved."""
        return crypto.open_(body, self._context(draft))

    def use(self, draft: uuid.UUID, number: str, applicant: str) -> Stood | None:
        """The draft became a case of the same person, unless it did before or lies elsewhere; another person's draft stays as it is.
        Returns how it stood before (None: there is none of this person): the row stays locked, so of two tabs that send one draft the
        second sees the first."""
        stood = self.stands(draft, applicant)
        if stood is not None and not stood.used_by and not stood.gone_to:
            with connection.cursor() as cursor:
                cursor.execute(f"update {self.table} set used_by = %s where id = %s", [number, draft])
        return stood

    def stands(self, draft: uuid.UUID, applicant: str) -> Stood | None:
        """How a draft of this person stands here, locked; None when there is none."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"select used_by, gone_to, moves from {self.table} where id = %s and applicant = %s for update",
                [draft, applicant],
            )
            row = cursor.fetchone()
        return Stood(*row) if row else None

    def gone(self, draft: uuid.UUID, to: str, moves: int) -> None:
        """It lies at another node from now on. The row stays until it is forgotten, because letters name its scans."""
        with connection.cursor() as cursor:
            cursor.execute(f"update {self.table} set gone_to = %s, moves = %s where id = %s", [to, moves, draft])

    def come(
        self, draft: uuid.UUID, own: Mapping[str, object], *, rev: int, moves: int, body: bytes, at: dt.datetime
    ) -> None:
        """It came from another node, with all columns of its ``own`` (center and who saved it among them) and when it was saved."""
        values = {
            "id": draft, **own, "rev": rev, "moves": moves, "updated_at": at, "used_by": "", "gone_to": "",
            "body": crypto.seal(body, context=self._context(draft)),
        }  # fmt: skip
        anew = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
        with connection.cursor() as cursor:
            cursor.execute(
                f"insert into {self.table} ({', '.join(values)}) values ({', '.join(['%s'] * len(values))}) "
                f"on conflict (id) do update set {anew} where {self.table}.applicant = excluded.applicant "
                f"and {self.table}.used_by = '' and {self.table}.moves < excluded.moves",
                list(values.values()),
            )

    def forget(self, before: dt.datetime, most: int) -> list[Forgotten]:
        """Remove at most ``most`` drafts that nobody touched since a moment, handed in or not; returns them."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"delete from {self.table} where id = any(array(select id from {self.table} where updated_at < %s "
                "order by updated_at limit %s for update skip locked)) returning id, applicant, used_by, gone_to, moves",
                [before, most],
            )
            return [Forgotten(r[0], str(r[1]), not (r[2] or r[3]), r[4]) for r in cursor.fetchall()]

    def _context(self, draft: uuid.UUID) -> bytes:
        return f"{self.register}.draft:{draft}".encode()
