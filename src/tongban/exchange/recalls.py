"""Restored nodes that asked for their facts since a backup, and how far they were served: a month of cases in one transaction would hold
up the mail of all others."""

import datetime as dt

import msgspec

from tongban.plumbing.statements import ask, say


class Recalling(msgspec.Struct, frozen=True):
    """A node, since when it asks, the last case that was written again, and how many were."""

    node: str
    since: dt.datetime
    after: str
    cases: int
    asked_at: dt.datetime | None = None


def begin(node: str, since: dt.datetime, asked_at: dt.datetime) -> None:
    """A node asks; one that asks again meanwhile is served from the beginning."""
    say(
        "insert into exchange_recall (node, since, after, cases, asked_at) values (%s, %s, '', 0, %s) "
        "on conflict (node) do update set since = least(exchange_recall.since, excluded.since), after = '', cases = 0, "
        "asked_at = excluded.asked_at",
        [node, since, asked_at],
    )


def waiting() -> list[str]:
    """The nodes that are not yet served."""
    return [node for (node,) in ask("select node from exchange_recall order by node")]


def next_of(node: str) -> Recalling | None:
    """How far a node is, locked; None when it is served, or somebody else serves it just now."""
    rows = ask(
        "select node, since, after, cases, asked_at from exchange_recall where node = %s for update skip locked", [node]
    )
    return Recalling(*rows[0]) if rows else None


def served(node: str, after: str, cases: int) -> None:
    """Written again up to this case."""
    say("update exchange_recall set after = %s, cases = %s where node = %s", [after, cases, node])


def done(node: str) -> None:
    """All was written again."""
    say("delete from exchange_recall where node = %s", [node])
