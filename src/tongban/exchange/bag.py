"""The envelope: consecutive letters of one lane, compressed, sealed for the receiving node and signed by the sending one. One bag is
one message of the transport, so a signature that costs two milliseconds (SM2) is paid once for 256 letters.

    "TBB1" | length, header | length, wrapped key | length, signature | nonce, sealed body, tag

The header is in clear, for the transport and for the position of a restored node; it is additional data of the seal and part of
what is signed. Signed last, over all that stands in the bag: a bag whose signature somebody cuts off and replaces by his own
must also name him as the sender, and then the seal no longer fits.
"""

import datetime as dt
import os
import re
import struct
import zlib

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tongban.exchange.keys import Keys
from tongban.plumbing.providers import PROVIDERS, Unusable

LIMIT = 1_900_000
"""Bytes of a bag: below the largest message of the transport (2 MB), with room for its headers."""
OPENED_LIMIT = 8_000_000
"""Bytes a bag may become when it is opened. Not more than that is ever decompressed."""
LETTER_LIMIT = 1_800_000
"""Bytes of one letter: even when nothing can be compressed, a letter of this size fits into a bag by itself."""
LETTERS = 256
STATUS = "status"
"""The lane of messages about the lanes: one letter, numbered 0, never stored."""

_MAGIC, _VERSION = b"TBB", b"1"
_NONCE, _TAG = 12, 16
_CODE = re.compile(r"[a-z0-9]{1,32}", re.ASCII)


class BagRefused(Exception):
    """A bag that is not opened, or not made. ``code``: unsigned, foreign (unknown node or key), not_for_me, changed, format,
    expired_key, too_big. ``why`` names nodes, lanes and keys, never a person."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code, self.why = code, why


class Head(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What stands outside: the lane, the numbers of the first and the last letter, the version of the letters, the sender's key
    that signed and the receiver's key that opens."""

    from_node: str
    to_node: str
    lane: str
    first: int
    last: int
    schema: int
    signer: str
    sealed_for: str


class Bag(msgspec.Struct, frozen=True):
    """Letters number ``first`` to ``last`` of the lane from one node to another, each as its bytes."""

    from_node: str
    to_node: str
    lane: str
    first: int
    last: int
    schema: int
    letters: list[bytes]


_encode = msgspec.msgpack.encode
_head = msgspec.msgpack.Decoder(Head)
_body = msgspec.msgpack.Decoder(list[bytes])


def pack(bag: Bag, keys: Keys, *, at: dt.datetime) -> bytes:
    """Compress, seal for ``bag.to_node`` and sign with our newest key.

    Raises BagRefused: foreign or expired_key (the ring holds no valid key of the receiver), too_big, format; and
    KeysRefused when the ring holds no valid key of ours.
    """
    if bag.from_node != keys.node:
        raise BagRefused("foreign", f"{keys.node} does not sign for {bag.from_node}")
    if bag.to_node not in keys.ring:
        raise BagRefused("foreign", f"the ring does not know the node {bag.to_node}")
    receiver = keys.newest(bag.to_node, at)
    if receiver is None:
        raise BagRefused("expired_key", f"the ring holds no valid key of {bag.to_node}")
    plain = _encode(bag.letters)
    if len(plain) > OPENED_LIMIT:
        raise BagRefused("too_big", f"{len(plain)} bytes of letters, at most {OPENED_LIMIT}")
    signer = keys.signer(at)
    head = Head(
        bag.from_node, bag.to_node, bag.lane, bag.first, bag.last, bag.schema, signer.public.id, receiver.id
    )  # fmt: skip
    _check(head, len(bag.letters))
    front = _MAGIC + _VERSION + _part(_encode(head))
    wrapped, key = PROVIDERS[receiver.provider].wrap(bytes.fromhex(receiver.seal), front)
    front += _part(wrapped)
    nonce = os.urandom(_NONCE)
    box = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    box.authenticate_additional_data(front)
    sealed = b"".join((nonce, box.update(zlib.compress(plain, 1)), box.finalize(), box.tag))
    signature = signer.provider.sign(signer.sign, front + sealed)
    data = front + _part(signature) + sealed
    if len(data) > LIMIT:
        raise BagRefused("too_big", f"a bag of {len(data)} bytes, at most {LIMIT}")
    return data


def unpack(data: bytes, keys: Keys, *, at: dt.datetime) -> Bag:
    """Verify and open a bag for our node. Raises BagRefused; nothing is decrypted before the signature is known to be good."""
    head, front, wrapped, signature, sealed = _parse(data)
    if head.to_node != keys.node:
        raise BagRefused("not_for_me", f"for {head.to_node}; this is {keys.node}")
    sender = keys.known(head.from_node, head.signer)
    if sender is None:
        raise BagRefused("foreign", f"the ring holds no key {head.signer} of {head.from_node}")
    if not signature:
        raise BagRefused("unsigned", f"from {head.from_node}")
    if not PROVIDERS[sender.provider].signed(bytes.fromhex(sender.sign), front + sealed, signature):
        raise BagRefused("changed", f"the signature of {head.from_node} does not fit")
    if not sender.believed(at):
        raise BagRefused("expired_key", f"key {sender.id} of {head.from_node} is not valid now")
    own = keys.own.get(head.sealed_for)
    if own is None:
        raise BagRefused("not_for_me", f"sealed for key {head.sealed_for}, which this node does not have")
    try:
        key = own.provider.unwrap(own.seal, wrapped, front[: -len(wrapped) - 2])
        box = Cipher(algorithms.SM4(key), modes.GCM(sealed[:_NONCE], sealed[-_TAG:])).decryptor()
        box.authenticate_additional_data(front)
        plain = box.update(sealed[_NONCE:-_TAG]) + box.finalize()
    except (Unusable, InvalidTag):
        raise BagRefused("changed", f"the seal of {head.from_node} does not open") from None
    letters = _opened(plain)
    _check(head, len(letters))
    return Bag(head.from_node, head.to_node, head.lane, head.first, head.last, head.schema, letters)


def signed(data: bytes, keys: Keys) -> Head:
    """The header of a bag that need not be for us, when a node of the ring signed it, at whatever time. Raises BagRefused."""
    head, front, _, signature, sealed = _parse(data)
    sender = keys.known(head.from_node, head.signer)
    if sender is None:
        raise BagRefused("foreign", f"the ring holds no key {head.signer} of {head.from_node}")
    if not PROVIDERS[sender.provider].signed(bytes.fromhex(sender.sign), front + sealed, signature):
        raise BagRefused("changed", f"the signature of {head.from_node} does not fit")
    return head


def peek(data: bytes) -> Head:
    """What the bag says of itself, unverified. Raises BagRefused format or too_big."""
    return _parse(data)[0]


def _parse(data: bytes) -> tuple[Head, bytes, bytes, bytes, bytes]:
    """(header, all before the signature, wrapped key, signature, sealed body)."""
    if len(data) > LIMIT:
        raise BagRefused("too_big", f"a bag of {len(data)} bytes, at most {LIMIT}")
    if data[:3] != _MAGIC:
        raise BagRefused("format", "not a bag")
    if data[3:4] != _VERSION:
        raise BagRefused("format", f"a bag of version {data[3:4]!r}; this program knows {_VERSION!r}")
    header, place = _take(data, 4)
    wrapped, front = _take(data, place)
    signature, place = _take(data, front)
    if len(data) < place + _NONCE + _TAG:
        raise BagRefused("format", "cut short")
    try:
        head = _head.decode(header)
    except (ValueError, msgspec.MsgspecError):
        raise BagRefused("format", "the header is not understood") from None
    if not all(_CODE.fullmatch(word) for word in (head.from_node, head.to_node, head.lane)):
        raise BagRefused("format", "the header names no node or lane")
    return head, data[:front], wrapped, signature, data[place:]


def _part(part: bytes) -> bytes:
    return struct.pack(">H", len(part)) + part


def _take(data: bytes, place: int) -> tuple[bytes, int]:
    begin = place + 2
    end = begin + int.from_bytes(data[place:begin], "big")
    if len(data) < end:
        raise BagRefused("format", "cut short")
    return data[begin:end], end


def _check(head: Head, letters: int) -> None:
    """The numbers must fit the letters: a bag that says 1–256 and holds 255 would leave a hole that nobody ever sees."""
    if head.lane == STATUS:
        good = head.first == head.last == 0 and letters == 1
    else:
        good = 0 < head.first <= head.last and head.last - head.first + 1 == letters <= LETTERS
    if not good:
        raise BagRefused("format", f"{letters} letters numbered {head.first} to {head.last} in lane {head.lane}")


def _opened(body: bytes) -> list[bytes]:
    """Decompress, but never more than the limit: a small bag may claim to hold gigabytes."""
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(body, OPENED_LIMIT + 1)
        if len(plain) > OPENED_LIMIT:
            raise BagRefused("too_big", f"becomes more than {OPENED_LIMIT} bytes")
        if not stream.eof or stream.unused_data:
            raise BagRefused("format", "the body is cut short or too long")
        return _body.decode(plain)
    except (zlib.error, ValueError, msgspec.MsgspecError):
        raise BagRefused("format", "the body is not understood") from None
