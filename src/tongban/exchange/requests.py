"""Acts asked of other nodes and by other nodes: what was asked from here and its outcome, and what came and waits to be done."""

import datetime as dt
import uuid

import msgspec

from tongban.exchange.letters import Outcome, Request
from tongban.plumbing import crypto
from tongban.plumbing.statements import ask, say


def asked(request: Request, node: str, by: str, center: str, at: dt.datetime) -> None:
    """Note an act that is asked of another node."""
    say(
        "insert into exchange_request (id, number, act, item, to_node, by, center, at, state, code, text) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, 'waiting', '', '{}')",
        [uuid.UUID(request.id), request.number, request.act, part_of(request), node, by, center, at],
    )


def part_of(request: Request) -> str:
    """The item of the part of a life event that an act is about; empty for one on a case."""
    return str(request.arguments.get("item", ""))


def answered(outcome: Outcome, at: dt.datetime) -> None:
    """Note what became of it; the first answer stays."""
    text = msgspec.json.encode(outcome.text).decode()
    say(
        "update exchange_request set state = %s, code = %s, text = %s, answered_at = %s where id = %s and number = %s "
        "and state = 'waiting'",
        ["done" if outcome.done else "refused", outcome.code, text, at, uuid.UUID(outcome.request), outcome.number],
    )


def came(request: Request, sender: str, at: dt.datetime) -> None:
    """Keep an act that was asked of us until it is done."""
    uid = uuid.UUID(request.id)
    body = crypto.seal(msgspec.json.encode(request), context=_place(uid))
    say(
        "insert into exchange_came (id, from_node, at, body) values (%s, %s, %s, %s) on conflict do nothing",
        [uid, sender, at, body],
    )


def to_do(most: int) -> list[Request]:
    """The oldest acts that wait to be done."""
    rows = ask("select id, body from exchange_came order by at, id limit %s", [most])
    return [msgspec.json.decode(crypto.open_(body, _place(uid)), type=Request) for uid, body in rows]


def done(request: str) -> None:
    """It is done, or refused, or sent on."""
    say("delete from exchange_came where id = %s", [uuid.UUID(request)])


def sweep(before: dt.datetime, most: int) -> int:
    """Forget what was asked and answered long ago; what still waits for its answer stays. Returns how many."""
    return len(
        ask(
            "delete from exchange_request where id in (select id from exchange_request where answered_at < %s limit %s) "
            "returning id",
            [before, most],
        )
    )


def _place(uid: uuid.UUID) -> bytes:
    return b"exchange.came:" + uid.hex.encode()
