"""Two ways to sign a bag and to give it a fresh key that only the receiving node finds: national SM2, and Ed25519 with X25519.

A key carries the name of its provider, so the nodes of a city may change from one to the other on different days; a bag
cannot choose, because what a key is follows from the ring and never from what the bag says of itself. A node has two pairs,
one to sign and one to be sealed for: a pair that does both would let a signature be asked for that opens a bag.
"""

import os
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import gmssl_pyx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 16
"""Bytes of the key that seals bags (SM4)."""
SERVES_SECONDS, SERVES_BAGS = 600.0, 500
"""How long, and for how many bags, one SM2-wrapped key serves."""
REMEMBERED = 256
"""Unwrapped keys that are remembered: a few of each node that writes to us."""


class Unusable(Exception):
    """Bytes that are no key, or a wrapped key that does not open with this one."""


class Pair(Protocol):
    """A private key with its public half."""

    public: bytes
    private: bytes


class _Pair:
    __slots__ = ("private", "public")

    def __init__(self, public: bytes, private: bytes) -> None:
        self.public, self.private = public, private


class Provider(Protocol):
    """What a bag needs of a family of keys. Keys are bytes; nothing here knows nodes or files."""

    def make(self) -> tuple[Pair, Pair]:
        """A pair to sign with and a pair to be sealed for."""

    def check(self, sign: bytes, seal: bytes) -> None:
        """Raise Unusable when these are not public keys."""

    def fits(self, sign: Pair, seal: Pair) -> bool:
        """Whether each private half belongs to its public one."""

    def sign(self, pair: Pair, message: bytes) -> bytes:
        """Sign a message."""

    def signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the holder of this key signed exactly this message."""

    def wrap(self, public: bytes, context: bytes) -> tuple[bytes, bytes]:
        """A fresh key, and what lets the holder of the private half find it: (wrapped, key)."""

    def unwrap(self, pair: Pair, wrapped: bytes, context: bytes) -> bytes:
        """The key again. Raises Unusable."""


class Curve25519:
    """Ed25519 signatures; the bag's key from an ephemeral X25519 agreement through HKDF, bound to both keys and the header."""

    def make(self) -> tuple[Pair, Pair]:
        sign, seal = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
        return (
            _Pair(sign.public_key().public_bytes_raw(), sign.private_bytes_raw()),
            _Pair(seal.public_key().public_bytes_raw(), seal.private_bytes_raw()),
        )

    def check(self, sign: bytes, seal: bytes) -> None:
        _usable(lambda: Ed25519PublicKey.from_public_bytes(sign))
        _usable(lambda: X25519PublicKey.from_public_bytes(seal))

    def fits(self, sign: Pair, seal: Pair) -> bool:
        try:
            signer = Ed25519PrivateKey.from_private_bytes(sign.private).public_key()
            sealer = X25519PrivateKey.from_private_bytes(seal.private).public_key()
        except ValueError:
            return False
        return signer.public_bytes_raw() == sign.public and sealer.public_bytes_raw() == seal.public

    def sign(self, pair: Pair, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(pair.private).sign(message)

    def signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def wrap(self, public: bytes, context: bytes) -> tuple[bytes, bytes]:
        once = X25519PrivateKey.generate()
        wrapped = once.public_key().public_bytes_raw()
        shared = _usable(lambda: once.exchange(X25519PublicKey.from_public_bytes(public)))
        return wrapped, _derive(shared, wrapped + public + context)

    def unwrap(self, pair: Pair, wrapped: bytes, context: bytes) -> bytes:
        private = X25519PrivateKey.from_private_bytes(pair.private)
        shared = _usable(lambda: private.exchange(X25519PublicKey.from_public_bytes(wrapped)))
        return _derive(shared, wrapped + pair.public + context)


class SM2:
    """SM2 with SM3 (GB/T 32918), by GmSSL: a random key encrypted for the receiver. What the header says is bound by the bag's
    own seal, whose additional data it is, and by the signature.

    A wrapped key serves for some hundred bags to the same receiver, each with a nonce of its own: to wrap and to unwrap costs as
    much as to verify (half a millisecond each, and GmSSL lets no other thread work meanwhile)."""

    def __init__(self) -> None:
        # Of each receiver's key: what was wrapped, the key, when that was, for how many bags it served. Replaced as a whole, so
        # threads may meet here: at worst both wrap.
        self._wrapped: dict[bytes, tuple[bytes, bytes, float, int]] = {}
        self._unwrapped: dict[bytes, bytes] = {}

    def make(self) -> tuple[Pair, Pair]:
        return _Pair(*gmssl_pyx.sm2_key_generate()), _Pair(*gmssl_pyx.sm2_key_generate())

    def check(self, sign: bytes, seal: bytes) -> None:
        for public in (sign, seal):
            if len(public) != 64:
                raise Unusable("an SM2 public key has 64 bytes")
            _usable(lambda public=public: gmssl_pyx.normalize_sm2_public_key(public))  # type: ignore[misc]

    def fits(self, sign: Pair, seal: Pair) -> bool:
        probe = os.urandom(KEY)
        try:
            good: bool = gmssl_pyx.sm2_verify(sign.public, probe, self.sign(sign, probe))
            return good and gmssl_pyx.sm2_decrypt(seal.private, gmssl_pyx.sm2_encrypt(seal.public, probe)) == probe
        except (ValueError, gmssl_pyx.GmsslInnerError):
            return False

    def sign(self, pair: Pair, message: bytes) -> bytes:
        signature: bytes = gmssl_pyx.sm2_sign(pair.private, pair.public, message)
        return signature

    def signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            good: bool = gmssl_pyx.sm2_verify(public, message, signature)
        except (ValueError, gmssl_pyx.GmsslInnerError):
            return False
        return good

    def wrap(self, public: bytes, context: bytes) -> tuple[bytes, bytes]:
        now, held = time.monotonic(), self._wrapped.get(public)
        if held is not None and now - held[2] < SERVES_SECONDS and held[3] < SERVES_BAGS:
            wrapped, key, since, many = held
        else:
            key, since, many = os.urandom(KEY), now, 0
            wrapped = _usable(lambda: gmssl_pyx.sm2_encrypt(public, key))
        self._wrapped[public] = (wrapped, key, since, many + 1)
        return wrapped, key

    def unwrap(self, pair: Pair, wrapped: bytes, context: bytes) -> bytes:
        # Also by our own key: what was wrapped for one that is gone must not open.
        place = pair.private + wrapped
        if (known := self._unwrapped.get(place)) is not None:
            return known
        key: bytes = _usable(lambda: gmssl_pyx.sm2_decrypt(pair.private, wrapped))
        if len(key) != KEY:
            raise Unusable("the wrapped key has another length")
        if len(self._unwrapped) >= REMEMBERED:
            self._unwrapped.clear()
        self._unwrapped[place] = key
        return key


PROVIDERS: dict[str, Provider] = {"ed25519": Curve25519(), "sm2": SM2()}

T = TypeVar("T")


def _usable(work: Callable[[], T]) -> T:
    try:
        return work()
    except (ValueError, gmssl_pyx.GmsslInnerError):
        raise Unusable("not a key of this kind, or not wrapped for it") from None


def _derive(shared: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY, salt=None, info=b"tongban bag 1" + info).derive(shared)
