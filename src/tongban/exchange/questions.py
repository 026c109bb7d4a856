"""Questions to the city about cases held elsewhere: asked, and answered within a second or so; pages wait here for the answer."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from tongban.plumbing.statements import ask, say


class Answered(msgspec.Struct, frozen=True):
    """The numbers of the cases found (their copies are here), and the moment for which that is true."""

    numbers: tuple[str, ...]
    as_of: dt.datetime


def asked(question: uuid.UUID, at: dt.datetime) -> None:
    """Note a question."""
    say("insert into exchange_question (id, at, numbers) values (%s, %s, '[]')", [question, at])


def answered(question: uuid.UUID, numbers: Sequence[str], as_of: dt.datetime, at: dt.datetime) -> None:
    """Note the answer."""
    say(
        "update exchange_question set answered_at = %s, as_of = %s, numbers = %s where id = %s",
        [at, as_of, msgspec.json.encode(list(numbers)).decode(), question],
    )


def answer(question: str) -> Answered | None:
    """The answer; None while there is none."""
    rows = ask(
        "select numbers::text, as_of from exchange_question where id = %s and answered_at is not null",
        [uuid.UUID(question)],
    )
    return Answered(tuple(msgspec.json.decode(rows[0][0])), rows[0][1]) if rows else None


def sweep(before: dt.datetime) -> None:
    """Forget old questions."""
    say("delete from exchange_question where at < %s", [before])
