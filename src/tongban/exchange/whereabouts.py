"""Where drafts lie, as the city knows it of all and another node of those it was told of: written here, read by queries.py. No word of
what a draft says is in it."""

import datetime as dt
import uuid
from collections.abc import Sequence

from tongban.domain.draft import Lies
from tongban.exchange.draft_letters import DraftHere, DraftLies
from tongban.plumbing.statements import ask, say, say_rows

_COLUMNS = "id, person, kind, code, center, saved_at, node, moves, number, heard_at"


def known(draft: uuid.UUID) -> tuple[str, Lies] | None:
    """Whose a draft is and where it was last said to lie, locked; None when nothing was heard of it."""
    rows = ask("select person, node, moves, number from exchange_draft where id = %s for update", [draft])
    return (str(rows[0][0]), Lies(*rows[0][1:])) if rows else None


def note(told: DraftLies, at: dt.datetime) -> None:
    """Note where a draft lies; what was wanted stays wanted."""
    say_rows(
        f"insert into exchange_draft ({_COLUMNS})",
        [
            (
                uuid.UUID(told.draft), told.person, told.kind, told.code, told.center, told.at, told.node, told.moves, told.case, at,
            )
        ],
        "on conflict (id) do update set center = excluded.center, saved_at = excluded.saved_at, node = excluded.node, "
        "moves = excluded.moves, number = excluded.number, heard_at = excluded.heard_at",
    )  # fmt: skip


def answered(person: str, drafts: Sequence[DraftHere], at: dt.datetime) -> None:
    """Note what the city says of a person's drafts: these and no others, but for what is on its way here."""
    say(
        "delete from exchange_draft where person = %s and wanted_at is null and id <> all(%s)",
        [person, [uuid.UUID(one.draft) for one in drafts]],
    )
    say_rows(
        f"insert into exchange_draft ({_COLUMNS})",
        [
            (uuid.UUID(one.draft), person, one.kind, one.code, one.center, one.at, one.node, one.moves, "", at)
            for one in drafts
        ],
        "on conflict (id) do update set center = excluded.center, saved_at = excluded.saved_at, node = excluded.node, "
        "moves = excluded.moves, number = excluded.number, heard_at = excluded.heard_at "
        "where exchange_draft.person = excluded.person",
    )


def wanted(draft: uuid.UUID, person: str, kind: str, node: str, moves: int, at: dt.datetime) -> None:
    """It was asked for from here."""
    say_rows(
        f"insert into exchange_draft ({_COLUMNS}, wanted_at)",
        [(draft, person, kind, "", "", at, node, moves, "", at, at)],
        "on conflict (id) do update set wanted_at = excluded.wanted_at",
    )


def is_wanted(draft: uuid.UUID, person: str) -> bool:
    """Whether it was asked for from here, for this person, and has not come."""
    return bool(
        ask(
            "select 1 from exchange_draft where id = %s and person = %s and wanted_at is not null for update",
            [draft, person],
        )
    )


def forget(drafts: Sequence[uuid.UUID]) -> None:
    """These lie here now, or nowhere any more."""
    say("delete from exchange_draft where id = any(%s)", [list(drafts)])


def sweep(heard: dt.datetime, wanted: dt.datetime) -> None:
    """At a node that is not the city: forget what was said of persons served before ``heard``, and what was asked for before ``wanted``
    and never came."""
    say(
        "delete from exchange_draft where heard_at < %s and (wanted_at is null or wanted_at < %s)",
        [heard, wanted],
    )


def sweep_old(saved: dt.datetime) -> None:
    """At the city: forget drafts that were last saved so long ago that their nodes have forgotten them, too."""
    say("delete from exchange_draft where saved_at < %s", [saved])
