"""Files on their way in: pieces wait here, sealed, until the file is whole; dossiers say which files they wait for."""

import datetime as dt

from tongban.exchange.letters import Piece
from tongban.plumbing import crypto, files
from tongban.plumbing.statements import ask, say


def await_file(number: str, digest: str, size: int, at: dt.datetime) -> None:
    """The case names a file that is still under way."""
    say(
        "insert into exchange_awaited_file (number, digest, size, at) values (%s, %s, %s, %s) on conflict do nothing",
        [number, digest, size, at],
    )


def piece(one: Piece, at: dt.datetime) -> bytes | None:
    """Keep a piece; the whole file when it was the last one that was missing (the pieces are then forgotten)."""
    say(
        "insert into exchange_piece (digest, place, of, size, at, body) values (%s, %s, %s, %s, %s, %s) "
        "on conflict do nothing",
        [one.digest, one.place, one.of, one.size, at, crypto.seal(one.data, context=_place(one.digest, one.place))],
    )
    (row,) = ask("select count(*) from exchange_piece where digest = %s", [one.digest])
    if row[0] < one.of:
        return None
    rows = ask("delete from exchange_piece where digest = %s returning place, body", [one.digest])
    return b"".join(crypto.open_(body, _place(one.digest, place)) for place, body in sorted(rows))


def _place(digest: str, place: int) -> bytes:
    return f"exchange.piece:{digest}:{place}".encode()


def file_is_here(digest: str) -> None:
    """Nobody waits for this file any more."""
    say("delete from exchange_awaited_file where digest = %s", [digest])


def tidy() -> None:
    """Stop waiting for files that are here. The dossier that names a file and its last piece come by two lanes: when both are
    applied in the same moment, neither sees the other. A lock by digest would let two bags wait for each other instead."""
    for (digest,) in ask("select distinct digest from exchange_awaited_file limit 1000"):
        if files.exists(digest):
            file_is_here(digest)


def awaited(number: str) -> tuple[str, ...]:
    """The files of a case that are still under way, by digest."""
    return tuple(row[0] for row in ask("select digest from exchange_awaited_file where number = %s", [number]))
