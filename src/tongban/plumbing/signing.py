"""The pen with which the city signs what it gives out (e-credentials), so that anybody who has its public key can check it without
asking: by the same providers as letters, national SM2 or Ed25519. What only the city itself must recognise is marked with the
keyed hash of crypto.py instead, which is shorter and faster.
"""

import base64
import binascii
import threading
from pathlib import Path

import msgspec
from django.conf import settings

from tongban.plumbing import crypto
from tongban.plumbing.crypto import KeysRefused
from tongban.plumbing.providers import PROVIDERS

DEFAULT = "sm2"


class PublicKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The half that everybody may have. ``id`` follows from the rest; ``key`` is hex (SM2: x and y; Ed25519: raw)."""

    id: str
    provider: str
    key: str


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    public: PublicKey
    private: str

    @property
    def pair(self) -> "_Pair":
        return _Pair(bytes.fromhex(self.public.key), bytes.fromhex(self.private))


class _Pair:
    __slots__ = ("private", "public")

    def __init__(self, public: bytes, private: bytes) -> None:
        self.public, self.private = public, private


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``keys``: the last one signs; what the earlier ones signed is still believed."""

    keys: list[_Key]


_held: dict[str, _File] = {}
_loading = threading.Lock()


def make(path: Path, provider: str = DEFAULT) -> None:
    """Make a first key file, unless there is one already."""
    sign, _ = PROVIDERS[provider].make()
    public = PublicKey(_id(provider, sign.public.hex()), provider, sign.public.hex())
    crypto.make_file(path, msgspec.to_builtins(_File([_Key(public, sign.private.hex())])))


def published() -> tuple[PublicKey, ...]:
    """The public keys, the one that signs now last. Raises KeysRefused."""
    return tuple(key.public for key in _file().keys)


def sign(material: bytes) -> str:
    """A signature over the material as it can stand in an address. SM2 signs with a random number: the same material, another
    signature. Raises KeysRefused."""
    key = _file().keys[-1]
    signature = PROVIDERS[key.public.provider].sign(key.pair, material)
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")


def signed(material: bytes, signature: str) -> bool:
    """Whether the city signed exactly this material, with the key of today or an earlier one."""
    if "=" in signature:  # written without padding; one signature is written one way
        return False
    try:
        raw = base64.b64decode(signature + "=" * (-len(signature) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return False
    return any(
        PROVIDERS[key.public.provider].signed(bytes.fromhex(key.public.key), material, raw) for key in _file().keys
    )


def forget() -> None:
    """Read the key file again at the next need (in tests, and after a key was added)."""
    _held.clear()


def _file() -> _File:
    path = Path(settings.TONGBAN_SIGNING_KEY)
    found = _held.get(str(path))
    if found is None:
        with _loading:
            if not path.exists() and settings.TONGBAN_MAKE_KEYS:
                make(path)
            found = _held[str(path)] = _read(path)
    return found


def _read(path: Path) -> _File:
    try:
        found = msgspec.json.decode(crypto.read_private(path), type=_File)
    except (ValueError, msgspec.MsgspecError):
        # Neither the text nor its cause is shown: it would be key material in a log.
        raise KeysRefused(f"key file {path} is not understood; restore it from the backup") from None
    if not found.keys or any(
        key.public.provider not in PROVIDERS or key.public.id != _id(key.public.provider, key.public.key)
        for key in found.keys
    ):
        raise KeysRefused(f"key file {path} names a key that is not what its id says")
    return found


def _id(provider: str, key: str) -> str:
    return crypto.digest(f"{provider}\n{key}".encode()).hex()[:16]
