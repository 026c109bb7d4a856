"""Questions to the city about cases held elsewhere: asked, and answered within a second or so; pages wait for the answer
(exchange/queries.py)."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from tongban.plumbing.statements import say


def asked(question: uuid.UUID, at: dt.datetime) -> None:
    """Note a question."""
    say("insert into exchange_question (id, at, numbers) values (%s, %s, '[]')", [question, at])


def answered(question: uuid.UUID, numbers: Sequence[str], as_of: dt.datetime, at: dt.datetime) -> None:
    """Note the answer."""
    say(
        "update exchange_question set answered_at = %s, as_of = %s, numbers = %s where id = %s",
        [at, as_of, msgspec.json.encode(list(numbers)).decode(), question],
    )


def sweep(before: dt.datetime) -> None:
    """Forget old questions."""
    say("delete from exchange_question where at < %s", [before])
