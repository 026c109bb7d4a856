"""Whom a node believes and who it is: its own private keys (a file only it may read) and the ring, the list of all nodes' public
keys with the time each is valid.

The ring is a file that the city's operator hands to every node. Why not a letter: whoever may change the ring by letter can
become any node; a new key is a meeting of two people, twice a year.
"""

import datetime as dt
import json
import os
import secrets
import stat
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from django.conf import settings

from tongban.plumbing import crypto
from tongban.plumbing.crypto import KeysRefused
from tongban.plumbing.providers import PROVIDERS, Pair, Provider, Unusable

SKEW = dt.timedelta(minutes=15)
"""How far clocks may differ: a key is believed this long before and after its time, and used so only where there is no other."""


class Public(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A public key of a node as it stands in the ring. ``sign`` and ``seal`` are hex; the id follows from all of them."""

    id: str
    node: str
    provider: str
    sign: str
    seal: str
    valid_from: dt.datetime
    valid_until: dt.datetime | None = None

    def uses(self, at: dt.datetime) -> bool:
        """Whether it may be used now."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    def believed(self, at: dt.datetime) -> bool:
        """Whether what was made with it is believed now, by a clock that may differ."""
        return self.valid_from - SKEW <= at and (self.valid_until is None or at < self.valid_until + SKEW)


class _Private(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of our own: the public half, and the private halves in hex."""

    public: Public
    sign: str
    seal: str


class _KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    node: str
    keys: list[_Private]


class _RingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    nodes: dict[str, list[Public]]


class _Halves:
    __slots__ = ("private", "public")

    def __init__(self, public: str, private: str) -> None:
        self.public, self.private = bytes.fromhex(public), bytes.fromhex(private)


class Own:
    """A key of our own, ready for use."""

    __slots__ = ("provider", "public", "seal", "sign")

    def __init__(self, key: _Private) -> None:
        self.public = key.public
        self.provider: Provider = _provider(key.public)
        self.sign: Pair = _Halves(key.public.sign, key.sign)
        self.seal: Pair = _Halves(key.public.seal, key.seal)
        if not self.provider.fits(self.sign, self.seal):
            raise KeysRefused(f"key {key.public.id} of {key.public.node}: its halves do not belong together")


class Keys:
    """The keys of one node: its own, and the ring. Never changes; after a rotation another one is read."""

    def __init__(self, node: str, own: Iterable[Own], ring: Mapping[str, Iterable[Public]]) -> None:
        self.node = node
        self.own = {key.public.id: key for key in own}
        self.ring = {code: {key.id: key for key in keys} for code, keys in ring.items()}

    def signer(self, at: dt.datetime) -> Own:
        """Our newest key that the others believe now. Raises KeysRefused when the ring has none of ours."""
        newest = self.newest(self.node, at, among=self.own)
        if newest is None:
            raise KeysRefused(f"the ring holds no valid key of this node ({self.node}); enrol it")
        return self.own[newest.id]

    def newest(self, node: str, at: dt.datetime, among: Iterable[str] | None = None) -> Public | None:
        """The newest valid key of a node. By a clock that is slow the first key may not have begun; the others believe it."""
        keys = [key for key in self.ring.get(node, {}).values() if among is None or key.id in among]
        fit = [key for key in keys if key.uses(at)] or [key for key in keys if key.believed(at)]
        return max(fit, key=lambda key: (key.valid_from, key.id), default=None)

    def known(self, node: str, key_id: str) -> Public | None:
        """The key of this node with this id, valid or not."""
        return self.ring.get(node, {}).get(key_id)


def make(path: Path, node: str, provider: str, *, at: dt.datetime) -> Public:
    """Make a key for a node: a new private file, or one more key in it (the old ones still open what is under way).

    Valid from ``at`` on. It is of use once its public half, which is returned, is in every node's ring.
    """
    held = _private(path) if path.exists() else _KeyFile(node, [])
    if held.node != node:
        raise KeysRefused(f"key file {path} belongs to node {held.node}, not {node}")
    if provider not in PROVIDERS:
        raise KeysRefused(f"no such provider of keys: {provider}; there are {', '.join(PROVIDERS)}")
    sign, seal = PROVIDERS[provider].make()
    words = (node, provider, sign.public.hex(), seal.public.hex())
    public = Public(_fingerprint(*words), *words, valid_from=at)
    content = _KeyFile(node, [*held.keys, _Private(public, sign.private.hex(), seal.private.hex())])
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, content, 0o600)
    return public


def enrol(ring: Path, public: Public) -> None:
    """Put a public key into the ring file, or replace it there (another time of validity)."""
    held = _ring(ring) if ring.exists() else _RingFile({})
    others = [key for key in held.nodes.get(public.node, []) if key.id != public.id]
    ring.parent.mkdir(parents=True, exist_ok=True)
    _write(ring, _RingFile({**held.nodes, public.node: [*others, public]}), 0o644)


def retire(ring: Path, node: str, key_id: str, *, until: dt.datetime) -> None:
    """Let a key end. What was sealed or signed with it and comes later is refused, asked for again and sent anew with the
    next key, so ``until`` may be now; leaving a day for what is under way saves the second sending."""
    for public in _ring(ring).nodes.get(node, []):
        if public.id == key_id:
            enrol(ring, msgspec.structs.replace(public, valid_until=until))
            return
    raise KeysRefused(f"the ring holds no key {key_id} of {node}")


def load(private: Path, ring: Path) -> Keys:
    """Read both files. Raises KeysRefused: the private one readable by others, the ring writable by others, or not understood."""
    held, listed = _private(private), _ring(ring)
    for key in held.keys:
        _check(key.public, held.node, private)
    for node, keys in listed.nodes.items():
        for public in keys:
            _check(public, node, ring)
    try:
        return Keys(held.node, [Own(key) for key in held.keys], listed.nodes)
    except ValueError:
        raise KeysRefused(f"key file {private} is not understood; restore it from the backup") from None


_held: tuple[tuple[float, ...], Keys] | None = None
_used: Keys | None = None
_loading = threading.Lock()


def use(keys: Keys | None) -> None:
    """Use these keys from now on; None: those of the settings again (tests)."""
    global _used
    _used = keys


def ours() -> Keys:
    """The keys that the settings name. Read again when a file has changed, so a rotation needs no restart."""
    global _held
    if _used is not None:
        return _used
    private, ring = Path(settings.TONGBAN_NODE_KEY), Path(settings.TONGBAN_RING)
    marks = (*_mark(private), *_mark(ring))
    held = _held
    if held is None or held[0] != marks:
        with _loading:
            held = _held = (marks, load(private, ring))
    return held[1]


def _mark(path: Path) -> tuple[float, ...]:
    try:
        found = path.stat()
    except OSError:
        raise KeysRefused(f"no file {path}: make a key for this node and enrol it (docs/operations.md)") from None
    return found.st_mtime, float(found.st_ino), float(found.st_size)


def _private(path: Path) -> _KeyFile:
    raw = _read(path, 0o077, "be a file with mode 0600")
    try:
        return msgspec.json.decode(raw, type=_KeyFile)
    except (ValueError, msgspec.MsgspecError):
        # Neither the text nor its cause is shown: it would be key material in a log.
        raise KeysRefused(f"key file {path} is not understood; restore it from the backup") from None


def _ring(path: Path) -> _RingFile:
    raw = _read(path, 0o022, "not be writable by others")
    try:
        return msgspec.json.decode(raw, type=_RingFile)
    except (ValueError, msgspec.MsgspecError) as error:
        raise KeysRefused(f"ring {path} is not understood: {error}") from None


def _read(path: Path, forbidden: int, must: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KeysRefused(f"{path}: {error.strerror}") from None
    with open(fd, "rb") as file:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or info.st_mode & forbidden:
            raise KeysRefused(f"{path} must {must}, not {stat.filemode(info.st_mode)}")
        if info.st_uid not in (0, os.geteuid()):
            raise KeysRefused(f"{path} belongs to another user ({info.st_uid})")
        return file.read(1_000_000)


def _write(path: Path, content: msgspec.Struct, mode: int) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        json.dump(msgspec.to_builtins(content), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def _provider(public: Public) -> Provider:
    provider = PROVIDERS.get(public.provider)
    if provider is None:
        raise KeysRefused(f"key {public.id} of {public.node}: no such provider {public.provider}")
    return provider


def _check(public: Public, node: str, path: Path) -> None:
    """A key must stand under its own node and carry its own fingerprint, so that a slip of the editor is found here."""
    if public.node != node or public.id != _fingerprint(public.node, public.provider, public.sign, public.seal):
        raise KeysRefused(f"{path}: key {public.id} under {node} is not what its id says")
    if public.valid_from.tzinfo is None or (public.valid_until is not None and public.valid_until.tzinfo is None):
        raise KeysRefused(f"{path}: key {public.id} of {node} names a time without a zone")
    try:
        _provider(public).check(bytes.fromhex(public.sign), bytes.fromhex(public.seal))
    except (ValueError, Unusable):
        raise KeysRefused(f"{path}: key {public.id} of {node} is no {public.provider} key") from None


def _fingerprint(node: str, provider: str, sign: str, seal: str) -> str:
    return crypto.digest("\n".join((node, provider, sign, seal)).encode()).hex()[:16]
