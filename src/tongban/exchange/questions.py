"""Questions to the city about cases held elsewhere: asked, and answered within a second or so; pages wait for the answer
(exchange/queries.py)."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from tongban.plumbing.statements import ask, say


def asked(question: uuid.UUID, at: dt.datetime, person: str = "") -> None:
    """Note a question; ``person``: it is about what one person has under way."""
    say(
        "insert into exchange_question (id, at, numbers, person) values (%s, %s, '[]', %s)",
        [question, at, person or None],
    )


def of_person(question: uuid.UUID) -> str:
    """The person a question of ours was about; empty for one about a number, or that is forgotten."""
    rows = ask("select person::text from exchange_question where id = %s and person is not null", [question])
    return rows[0][0] if rows else ""


def answered(question: uuid.UUID, numbers: Sequence[str], as_of: dt.datetime, at: dt.datetime) -> None:
    """Note the answer."""
    say(
        "update exchange_question set answered_at = %s, as_of = %s, numbers = %s where id = %s",
        [at, as_of, msgspec.json.encode(list(numbers)).decode(), question],
    )


def sweep(before: dt.datetime) -> None:
    """Forget old questions."""
    say("delete from exchange_question where at < %s", [before])
