"""The safe: personal values are sealed with SM4-GCM before they reach a table or a disk, found again by a keyed
HMAC-SM3 index, and every sealed value is tied to its row and column, so that one moved elsewhere does not open."""

import hashlib
import hmac
import json
import os
import secrets
import stat
import threading
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

NONCE, TAG, BLIND = 12, 16, 16
OVERHEAD = 1 + NONCE + TAG
"""Bytes a sealed value is longer than the plain one: key id, nonce, tag."""
SIGNATURE = 32


class Tampered(Exception):
    """A sealed value does not open: it was changed, moved to another row or column, or sealed with a key not ours.

    The message names the context (table, row, column), never the value.
    """


class KeysRefused(Exception):
    """The key file is missing, readable by others, owned by somebody else or not understood."""


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    """``seal``: key id (1–255) to 16 bytes hex, the greatest id seals. ``blind`` and ``sign``: 32 bytes hex.

    The blind key has no ids: changing it means computing every index anew, which is another operation than rotation.
    ``person`` (32 bytes hex) is the one key that all nodes of a city share: from it follows the reference of a person, so
    that a case means the same person everywhere. A node alone needs none of its own.
    """

    seal: dict[str, str]
    blind: str
    sign: str
    person: str = ""


class Keyring:
    """The keys in use. Cipher contexts are made per value (they hold a nonce); the key objects and the keyed
    HMAC beginnings are made once and only copied, which is safe between threads."""

    def __init__(self, seal: dict[int, bytes], blind: bytes, sign: bytes, person: bytes = b"") -> None:
        if not seal or any(not 1 <= i <= 255 or len(k) != 16 for i, k in seal.items()):
            raise KeysRefused("a seal key needs an id from 1 to 255 and 16 bytes")
        if len(blind) != 32 or len(sign) != 32:
            raise KeysRefused("the blind and the sign key need 32 bytes each")
        self.ciphers = {i: algorithms.SM4(k) for i, k in seal.items()}
        self.newest = max(seal)
        self.signer = HMAC(sign, hashes.SM3())
        if person and len(person) != 32:
            raise KeysRefused("the person key needs 32 bytes")
        self.person = HMAC(person or _mac(HMAC(blind, hashes.SM3()), "person reference"), hashes.SM3())
        # One key for each field, so that equal values in two columns do not show that they are equal.
        self.blinder = lru_cache(maxsize=256)(lambda field: HMAC(_mac(HMAC(blind, hashes.SM3()), field), hashes.SM3()))

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the key file. Raises KeysRefused when others may read it or when it is not a key file."""
        raw = read_private(path)
        try:
            held = msgspec.json.decode(raw, type=_KeyFile)
            seal = {int(i): bytes.fromhex(k) for i, k in held.seal.items()}
            return cls(seal, bytes.fromhex(held.blind), bytes.fromhex(held.sign), bytes.fromhex(held.person))
        except (ValueError, msgspec.MsgspecError):
            # Neither the text nor its cause is shown: it would be key material in a log.
            raise KeysRefused(f"key file {path} is not understood; restore it from the backup") from None


def read_private(path: Path) -> bytes:
    """The text of a key file. Raises KeysRefused when it is missing, not a file, or anybody else may read it."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KeysRefused(f"key file {path}: {error.strerror}") from None
    with open(fd, "rb") as file:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or info.st_mode & 0o077:
            raise KeysRefused(f"key file {path} must be a file with mode 0600, not {stat.filemode(info.st_mode)}")
        if info.st_uid not in (0, os.geteuid()):
            raise KeysRefused(f"key file {path} belongs to another user ({info.st_uid})")
        return file.read(100_000)


def make_key_file(path: Path, person: str = "") -> None:
    """Make a first key file, unless there is one already. Two processes starting together end with the same one.

    ``person``: the city's person key (32 bytes hex), for a node that is not alone.
    """
    content: dict[str, object] = {
        "seal": {"1": secrets.token_hex(16)}, "blind": secrets.token_hex(32), "sign": secrets.token_hex(32),
    }  # fmt: skip
    if person:
        content["person"] = person
    make_file(path, content)


def make_file(path: Path, content: dict[str, Any]) -> None:
    """Write a private file (mode 0600) unless there is one already: of two processes starting together one is first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, content)
    try:
        # A link either brings the whole file or fails: nobody ever reads half a key, and the first one stays.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def person_key(path: Path) -> str:
    """The person key (hex) of a key file, to be given to another node of the city; empty when it has none."""
    Keyring.load(path)
    return str(json.loads(path.read_text()).get("person", ""))


def rotate(path: Path) -> int:
    """Add a seal key; it seals from now on, the old ones still open. Returns its id.

    One key may seal about 2^32 values with random nonces; a city writing 400 million fields a year rotates yearly.
    """
    held = json.loads(path.read_text())
    number = max(map(int, held["seal"])) + 1
    held["seal"][str(number)] = secrets.token_hex(16)
    Keyring.load(path)
    os.replace(_draft(path, held), path)
    use(None)
    return number


def _draft(path: Path, content: dict[str, Any]) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


_keys: Keyring | None = None
_loading = threading.Lock()


def use(keys: Keyring | None) -> None:
    """Use these keys from now on; None reads the key file again at the next need (after a rotation, and in tests)."""
    global _keys
    _keys = keys


def keyring() -> Keyring:
    """The keys of ``settings.TONGBAN_KEY_FILE``, read once; made only where settings say so. Raises KeysRefused."""
    global _keys
    if _keys is None:
        with _loading:
            if _keys is None:
                path = Path(settings.TONGBAN_KEY_FILE)
                if not path.exists() and settings.TONGBAN_MAKE_KEYS:
                    make_key_file(path)
                _keys = Keyring.load(path)
    return _keys


def seal(plain: bytes, *, context: bytes) -> bytes:
    """Seal a value for one place. ``context`` names it, e.g. ``b"people.person:<uuid>:name"``; opening needs the same.

    Returns key id (1 byte), nonce (12), ciphertext, tag (16).
    """
    keys = _keys or keyring()
    nonce = os.urandom(NONCE)
    box = Cipher(keys.ciphers[keys.newest], modes.GCM(nonce)).encryptor()
    box.authenticate_additional_data(context)
    body = box.update(plain) + box.finalize()
    return b"%c%b%b%b" % (keys.newest, nonce, body, box.tag)


def open_(sealed: bytes | memoryview, context: bytes) -> bytes:
    """Open a sealed value of this place. Raises Tampered when it was changed, moved, or sealed with another key."""
    sealed = bytes(sealed)
    if len(sealed) < OVERHEAD:
        raise Tampered(f"{_name(context)}: too short to be a sealed value")
    cipher = (_keys or keyring()).ciphers.get(sealed[0]) or _after_rotation(sealed[0], context)
    box = Cipher(cipher, modes.GCM(sealed[1 : 1 + NONCE], sealed[-TAG:])).decryptor()
    box.authenticate_additional_data(context)
    try:
        return box.update(sealed[1 + NONCE : -TAG]) + box.finalize()
    except InvalidTag:
        raise Tampered(f"{_name(context)}: changed, moved from another place, or sealed with a key not ours") from None


def _after_rotation(number: int, context: bytes) -> algorithms.SM4:
    """Another process may have rotated: look into the file once more before calling it tampered."""
    path = Path(settings.TONGBAN_KEY_FILE)
    fresh = Keyring.load(path) if path.exists() else None
    if fresh is None or number not in fresh.ciphers:
        raise Tampered(f"{_name(context)}: sealed with key {number}, which is not in the key file")
    use(fresh)
    return fresh.ciphers[number]


def _name(context: bytes) -> str:
    return context.decode("utf-8", "backslashreplace")


def seal_text(plain: str, *, context: bytes) -> bytes:
    """Seal a text as UTF-8."""
    return seal(plain.encode(), context=context)


def open_text(sealed: bytes | memoryview, context: bytes) -> str:
    """Open a sealed text. Raises Tampered."""
    return open_(sealed, context).decode()


def key_of(sealed: bytes) -> int:
    """The id of the key that sealed this value; resealing after a rotation looks for old ones."""
    return sealed[0]


def blind(value: str, *, field: str) -> bytes:
    """The look-up index of a value: 16 bytes of HMAC-SM3 under a key of its field. The caller normalises the value.

    Equal values of one field have equal indexes; without the key nothing can be tried against the table.
    """
    mac = (_keys or keyring()).blinder(field).copy()
    mac.update(value.encode())
    return mac.finalize()[:BLIND]


def person_reference(number: str) -> uuid.UUID:
    """The reference of the person with this number (with its kind before it): the same on every node that has the city's
    person key, and telling nothing to who has not. A UUID of version 8 (RFC 9562)."""
    value = int.from_bytes(_mac(keyring().person.copy(), number)[:16], "big")
    return uuid.UUID(int=value & ~(0xF << 76 | 0b11 << 62) | 0x8 << 76 | 0b10 << 62)


def sign(material: bytes) -> bytes:
    """HMAC-SM3 (32 bytes) over the material of a code on a paper, such as the QR that leads to the verify page."""
    mac = (_keys or keyring()).signer.copy()
    mac.update(material)
    return mac.finalize()


def signed(material: bytes, signature: bytes, *, at_least: int = 10) -> bool:
    """Whether ``signature`` (the first ``at_least`` bytes or more of it) is ours; takes equal time for every answer."""
    if not at_least <= len(signature) <= SIGNATURE:
        return False
    return hmac.compare_digest(sign(material)[: len(signature)], signature)


def _mac(keyed: HMAC, text: str) -> bytes:
    keyed.update(text.encode())
    return keyed.finalize()


class _Digest:
    """SM3 by the cryptography package, for Pythons whose OpenSSL was built without it."""

    def __init__(self) -> None:
        self.hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes | memoryview) -> None:
        self.hash.update(data)

    def digest(self) -> bytes:
        return self.hash.copy().finalize()

    def hexdigest(self) -> str:
        return self.digest().hex()


def digester(data: bytes = b"") -> Any:
    """A running SM3 with ``update``, ``digest`` and ``hexdigest``, for bytes that come in pieces."""
    running = hashlib.new("sm3") if "sm3" in hashlib.algorithms_available else _Digest()
    running.update(data)
    return running


def digest(data: bytes) -> bytes:
    """SM3 (GB/T 32905), 32 bytes."""
    running: bytes = digester(data).digest()
    return running
