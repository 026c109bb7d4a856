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


def piece(sender: str, one: Piece, at: dt.datetime) -> bytes | None:
    """Keep a piece; the whole file when it was the last one that was missing (the pieces are then forgotten). Each sender's pieces are
    kept apart: a false one of another node does not spoil the file."""
    say(
        "insert into exchange_piece (from_node, digest, place, size, at, body) values (%s, %s, %s, %s, %s, %s) "
        "on conflict do nothing",
        [sender, one.digest, one.place, one.size, at, crypto.seal(one.data, context=_place(one.digest, one.place))],
    )
    (row,) = ask("select count(*) from exchange_piece where from_node = %s and digest = %s", [sender, one.digest])
    if row[0] < one.of:
        return None
    rows = ask(
        "delete from exchange_piece where from_node = %s and digest = %s returning place, body", [sender, one.digest]
    )
    return b"".join(crypto.open_(body, _place(one.digest, place)) for place, body in sorted(rows))


def sweep(before: dt.datetime) -> None:
    """Forget pieces of files that never became whole."""
    say("delete from exchange_piece where at < %s", [before])


def _place(digest: str, place: int) -> bytes:
    return f"exchange.piece:{digest}:{place}".encode()


def file_is_here(digest: str) -> None:
    """Nobody waits for this file any more."""
    say("delete from exchange_awaited_file where digest = %s", [digest])


def come() -> list[str]:
    """Files that somebody waits for although they are here. The dossier that names a file and its last piece come by two lanes: when
    both are applied in the same moment, neither sees the other. A lock by digest would let two bags wait for each other instead."""
    return [
        digest
        for (digest,) in ask("select distinct digest from exchange_awaited_file limit 1000")
        if files.exists(digest)
    ]


def waiting_for(digest: str) -> tuple[str, ...]:
    """The cases that wait for a file."""
    return tuple(row[0] for row in ask("select number from exchange_awaited_file where digest = %s", [digest]))


def under_way(number: str) -> dict[str, int]:
    """The files of a case that are still under way to us: digest -> size."""
    return dict(ask("select digest, size from exchange_awaited_file where number = %s", [number]))


def awaited(number: str) -> tuple[str, ...]:
    """The files of a case that are still under way, by digest."""
    return tuple(row[0] for row in ask("select digest from exchange_awaited_file where number = %s", [number]))
