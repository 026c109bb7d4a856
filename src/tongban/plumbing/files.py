"""The cabinet of papers: what was handed in lies here under the SM3 digest of its bytes, sealed in chunks, written whole or
not at all. A fact names a paper by that digest, so a paper that was changed afterwards is no longer the paper named.

Why the kept bytes are not always those handed in: a photo carries where it was taken and with which phone, which no item
asks for. Only that is removed (plumbing/uploads/picture.py); ``given`` keeps the digest of the original, so that a person
who still has the file can prove that this is what was handed in.
"""

import contextlib
import datetime as dt
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

import msgspec
from django.conf import settings

from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text
from tongban.plumbing import crypto, uploads

CHUNK = 256 * 1024
_MAGIC = b"TBF1"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Readable(Protocol):
    """Anything with ``read``: an upload, an open file."""

    def read(self, size: int = -1, /) -> bytes: ...


class Stored(msgspec.Struct, frozen=True):
    """A paper in the cabinet: digest (SM3, 64 hex) and size (bytes) of what is kept, ``given`` of what was handed in.

    ``name`` is fit for display only; ``pages`` is 0 where they cannot be counted.
    """

    digest: str
    size: int
    media_type: str
    pages: int
    name: str
    given: str


class Swept(msgspec.Struct, frozen=True):
    """What a sweep did: files looked at, removed, and the bytes that came free."""

    seen: int
    removed: int
    freed: int


def put(stream: Readable, name: str) -> Stored:
    """Check and keep an uploaded file. The same bytes twice are one file. Call it before the transaction that names it:
    a file nobody names is swept later, a named file that is missing could not be mended.

    Raises Refused: ``upload.too_big`` (settings.UPLOAD_LIMIT bytes) and the ``upload.*`` of plumbing/uploads.
    """
    limit = settings.UPLOAD_LIMIT
    data = stream.read(limit + 1)
    if len(data) > limit:
        advice = Text("请降低扫描分辨率或分成几个文件", "Scan at a lower resolution or split the file")
        raise Refused(
            "upload.too_big",
            f"文件超过 {limit // 1_000_000} MB,无法收取;{advice.zh}",
            f"The file is larger than {limit // 1_000_000} MB. {advice.en}",
            pointer="/file",
            advice=advice,
            limit=limit,
        )
    looked = uploads.look(data, name)
    given = crypto.digest(data).hex()
    kept = given if looked.data is data else crypto.digest(looked.data).hex()
    keep(looked.data, kept)
    return Stored(kept, len(looked.data), looked.media_type, looked.pages, uploads.display_name(name), given)


def keep(data: bytes, digest: str = "") -> str:
    """Keep bytes the house itself made (a receipt, a result) without judging them; returns the digest."""
    digest = digest or crypto.digest(data).hex()
    path = _path(digest)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _sweeper_away(fcntl.LOCK_SH):
        if path.exists() and path.stat().st_size == _sealed_size(len(data)):
            # Seen from now on as young, so that a sweep under way does not take it from the one who just put it.
            os.utime(path)
            return digest
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_MAGIC + len(data).to_bytes(8, "big"))
                for number, at in enumerate(range(0, max(len(data), 1), CHUNK)):
                    file.write(crypto.seal(data[at : at + CHUNK], context=_context(digest, number, len(data))))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            _to_disk(folder)
    return digest


def get(digest: str) -> Iterator[bytes]:
    """The bytes of a paper, in pieces. The caller has checked that the actor may see it. Raises NotFound ``file.missing``
    at once, and crypto.Tampered as soon as a piece is not what was kept.
    """
    path = _path(digest)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise _missing(digest) from None
    with file:
        head = file.read(12)
        size = int.from_bytes(head[4:], "big")
        if head[:4] != _MAGIC or path.stat().st_size != _sealed_size(size):
            raise crypto.Tampered(f"file {digest}: cut short or not ours")
    return _pieces(path, digest, size)


def _pieces(path: Path, digest: str, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(12)
        for number in range(max(1, -(-size // CHUNK))):
            yield crypto.open_(file.read(CHUNK + crypto.OVERHEAD), _context(digest, number, size))


def size_of(digest: str) -> int:
    """How many bytes the paper has. Raises NotFound ``file.missing``."""
    try:
        with _path(digest).open("rb") as file:
            return int.from_bytes(file.read(12)[4:], "big")
    except FileNotFoundError:
        raise _missing(digest) from None


def count(size: int) -> int:
    """In how many pieces a paper of this size lies in the cabinet, and travels."""
    return max(1, -(-size // CHUNK))


def piece(digest: str, place: int) -> bytes:
    """One piece of a paper (place from 0). Raises NotFound ``file.missing``, crypto.Tampered."""
    size = size_of(digest)
    with _path(digest).open("rb") as file:
        file.seek(12 + place * (CHUNK + crypto.OVERHEAD))
        return crypto.open_(file.read(CHUNK + crypto.OVERHEAD), _context(digest, place, size))


def read(digest: str) -> bytes:
    """The whole paper (at most settings.UPLOAD_LIMIT bytes, or what the house made). Raises as ``get``."""
    return b"".join(get(digest))


def hold(digest: str) -> bool:
    """Whoever is about to name a paper that was put a while ago says so first: it counts as young again, so that the sweep leaves
    it to its new name. False when it is gone already and must be handed in again."""
    path = _path(digest)
    with _sweeper_away(fcntl.LOCK_SH):
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
    return True


def exists(digest: str) -> bool:
    """Whether the paper is in the cabinet."""
    return _path(digest).exists()


def damaged() -> Iterator[str]:
    """Go through the whole cabinet and name every paper that does not open or is not what its name says."""
    for path in _all():
        try:
            running = crypto.digester()
            for piece in get(path.name):
                running.update(piece)
            if running.hexdigest() != path.name:
                yield path.name
        except (crypto.Tampered, OSError):
            yield path.name


def sweep(older_than: dt.datetime, referenced: Callable[[list[str]], Iterable[str]]) -> Swept:
    """Remove papers nobody names. ``referenced`` is given up to 500 digests and returns those that are named anywhere;
    ``older_than`` should lie a day back or more, beyond the longest time between a put (or ``hold``) and its transaction.
    """
    seen = removed = freed = 0
    limit, names = older_than.timestamp(), _all(drafts=True)
    while batch := list(islice(names, 500)):
        seen += len(batch)
        old = [path for path in batch if _age(path) < limit]
        named = set(referenced([path.name for path in old if not path.name.startswith(".")])) if old else set()
        for path in old:
            if path.name in named:
                continue
            with _sweeper_away(fcntl.LOCK_EX):
                # Once more, with everybody else waiting: it may have been put again meanwhile.
                if _age(path) < limit:
                    size = path.stat().st_size
                    path.unlink(missing_ok=True)
                    removed, freed = removed + 1, freed + size
    return Swept(seen, removed, freed)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _all(*, drafts: bool = False) -> Iterator[Path]:
    for path in Path(settings.TONGBAN_FILES).glob("??/??/*"):
        if _DIGEST.fullmatch(path.name) or (drafts and path.name.startswith(".")):
            yield path


def _path(digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise _missing(digest[:64])
    return Path(settings.TONGBAN_FILES) / digest[:2] / digest[2:4] / digest


def _context(digest: str, number: int, size: int) -> bytes:
    # With the size in every piece, neither a piece left out at the end nor one added goes unseen.
    return f"file:{digest}:{number}:{size}".encode()


def _sealed_size(size: int) -> int:
    return 12 + size + max(1, -(-size // CHUNK)) * crypto.OVERHEAD


@contextlib.contextmanager
def _sweeper_away(mode: int) -> Iterator[None]:
    """Many may put at a time (LOCK_SH); while one file is removed (LOCK_EX) nobody puts."""
    fd = os.open(Path(settings.TONGBAN_FILES) / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, mode)
        yield
    finally:
        os.close(fd)


def _to_disk(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _missing(digest: str) -> NotFound:
    return NotFound("file.missing", "文件不存在,请联系管理员", "There is no such file", digest=digest)
