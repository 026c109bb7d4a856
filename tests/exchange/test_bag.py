"""A bag opens for one node alone, and only as it was packed: whatever anybody changes, cuts, swaps or signs anew is refused."""

import datetime as dt
import struct
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.ring import AT, enrolled
from tongban.exchange import bag, keys
from tongban.exchange.bag import Bag, BagRefused
from tongban.exchange.keys import SKEW, Keys
from tongban.plumbing import providers
from tongban.plumbing.providers import PROVIDERS

LETTERS = [b'{"letter":"facts","number":"1"}', b"", b"\xff\x00" * 40]
both = pytest.mark.parametrize("provider", list(PROVIDERS))


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Keys]]:
    return {p: enrolled(tmp_path_factory.mktemp(p), p, "a", "b", "c") for p in PROVIDERS}


def letters(texts: list[bytes] = LETTERS, **changes: Any) -> Bag:
    made = Bag("a", "b", "letters", 7, 6 + len(texts), 1, texts)
    return msgspec.structs.replace(made, **changes)


def refused(data: bytes, held: Keys, at: dt.datetime = AT) -> str:
    with pytest.raises(BagRefused) as caught:
        bag.unpack(data, held, at=at)
    return caught.value.code


@both
@given(texts=st.lists(st.binary(max_size=300), min_size=1, max_size=8), first=st.integers(1, 2**60))
def test_what_was_packed_is_unpacked(houses: Any, provider: str, texts: list[bytes], first: int) -> None:
    sent = letters(texts, first=first, last=first + len(texts) - 1, lane="files", schema=3)
    data = bag.pack(sent, houses[provider]["a"], at=AT)
    assert bag.unpack(data, houses[provider]["b"], at=AT) == sent
    head = bag.peek(data)
    assert (head.from_node, head.to_node, head.lane, head.first, head.schema) == ("a", "b", "files", first, 3)


@both
@settings(max_examples=150)
@given(place=st.integers(0, 2000), change=st.integers(1, 255))
def test_a_changed_byte_is_refused_wherever_it_is(houses: Any, provider: str, place: int, change: int) -> None:
    data = bytearray(bag.pack(letters(), houses[provider]["a"], at=AT))
    data[place % len(data)] ^= change
    assert refused(bytes(data), houses[provider]["b"])


def test_an_sm2_wrapped_key_serves_for_some_bags_and_no_nonce_twice(
    houses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "SERVES_BAGS", 3)
    house, sm2 = houses["sm2"], providers.SM2()
    monkeypatch.setitem(PROVIDERS, "sm2", sm2)
    packed = [bag.pack(letters(), house["a"], at=AT) for _ in range(7)]
    wrapped = [parts(data)[1] for data in packed]
    assert [wrapped.count(one) for one in dict.fromkeys(wrapped)] == [3, 3, 1]
    assert len({parts(data)[3][:12] for data in packed}) == 7
    assert [bag.unpack(data, house["b"], at=AT).letters for data in packed] == [LETTERS] * 7
    assert parts(bag.pack(letters(to_node="c"), house["a"], at=AT))[1] not in wrapped, "to each receiver its own"
    monkeypatch.setattr(providers, "SERVES_SECONDS", 0.0)
    assert parts(bag.pack(letters(), house["a"], at=AT))[1] not in wrapped
    # What was unwrapped once opens for nobody else.
    assert refused(packed[0], house["c"]) == "not_for_me"
    changed = bytes([wrapped[0][-1] ^ 1])
    with pytest.raises(providers.Unusable):
        sm2.unwrap(house["b"].own[bag.peek(packed[0]).sealed_for].seal, wrapped[0][:-1] + changed, b"")


@both
def test_a_bag_cut_short_or_with_more_behind_it_is_refused(houses: Any, provider: str) -> None:
    data = bag.pack(letters(), houses[provider]["a"], at=AT)
    for end in range(0, len(data), 3):
        assert refused(data[:end], houses[provider]["b"]) in ("format", "unsigned", "changed")
    assert refused(data + b"\0", houses[provider]["b"]) == "changed"


@given(data=st.binary(max_size=200))
def test_noise_is_no_bag(houses: Any, data: bytes) -> None:
    assert refused(data, houses["ed25519"]["b"]) == "format"
    assert refused(b"TBB1" + data, houses["ed25519"]["b"]) == "format"


@both
def test_no_other_node_opens_it(houses: Any, provider: str) -> None:
    data = bag.pack(letters(), houses[provider]["a"], at=AT)
    assert refused(data, houses[provider]["c"]) == "not_for_me"
    assert refused(data, houses[provider]["a"]) == "not_for_me"
    disguised = Keys(
        "b", houses[provider]["c"].own.values(), {n: r.values() for n, r in houses[provider]["c"].ring.items()}
    )
    assert refused(data, disguised) == "not_for_me"
    # Even with the number of the right key written over its own: the wrapped key was made for another.
    target, mine = bag.peek(data).sealed_for, next(iter(disguised.own.values()))
    disguised.own[target] = mine
    assert refused(data, disguised) == "changed"


def parts(data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    _, front, wrapped, signature, sealed = bag._parse(data)
    return front, wrapped, signature, sealed


def joined(front: bytes, signature: bytes, sealed: bytes) -> bytes:
    return front + struct.pack(">H", len(signature)) + signature + sealed


@both
def test_an_unsigned_bag_is_refused(houses: Any, provider: str) -> None:
    front, _, _, sealed = parts(bag.pack(letters(), houses[provider]["a"], at=AT))
    assert refused(joined(front, b"", sealed), houses[provider]["b"]) == "unsigned"


@both
def test_nobody_signs_what_another_sealed(houses: Any, provider: str) -> None:
    """c takes a bag of a, names itself as the sender and signs: the seal holds the first sender's name."""
    house = houses[provider]
    front, wrapped, _, sealed = parts(bag.pack(letters(), house["a"], at=AT))
    thief = house["c"].signer(AT)
    head = msgspec.structs.replace(bag.peek(joined(front, b"", sealed)), from_node="c", signer=thief.public.id)
    encoded = msgspec.msgpack.encode(head)
    front = b"TBB1" + struct.pack(">H", len(encoded)) + encoded + struct.pack(">H", len(wrapped)) + wrapped
    data = joined(front, thief.provider.sign(thief.sign, front + sealed), sealed)
    assert refused(data, house["b"]) == "changed"


@both
def test_its_sender_knows_its_own_bag_again(houses: Any, provider: str) -> None:
    """A restored node learns from its last bag how far it was: so the bag must be its own, but its key may be an old one."""
    house = houses[provider]
    data = bag.pack(letters(), house["a"], at=AT)
    assert bag.signed(data, house["a"]) == bag.peek(data)
    front, _, signature, sealed = parts(data)
    for wrong in (
        joined(front, b"", sealed),
        joined(front, signature, sealed[:-1]),
        data.replace(b"letters", b"lettres"),
    ):
        with pytest.raises(BagRefused, match="changed"):
            bag.signed(wrong, house["a"])


@both
def test_a_node_does_not_speak_for_another(houses: Any, provider: str) -> None:
    house = houses[provider]
    with pytest.raises(BagRefused, match="foreign"):
        bag.pack(letters(), house["c"], at=AT)
    ring = {node: list(held.values()) for node, held in house["c"].ring.items()}
    liar = Keys("a", house["c"].own.values(), {**ring, "a": ring["c"]})
    assert refused(bag.pack(letters(), liar, at=AT), house["b"]) == "foreign"


def test_a_node_the_ring_does_not_know_gets_nothing(houses: Any) -> None:
    with pytest.raises(BagRefused, match="foreign"):
        bag.pack(letters(to_node="z"), houses["sm2"]["a"], at=AT)


def test_an_old_key_is_believed_as_long_as_clocks_may_differ(tmp_path: Path) -> None:
    enrolled(tmp_path, "ed25519", "a", "b")
    ring = tmp_path / "ring.json"
    key = keys.load(tmp_path / "a.json", ring).signer(AT).public
    data = bag.pack(letters(), keys.load(tmp_path / "a.json", ring), at=AT)
    end = AT + dt.timedelta(days=1)
    keys.retire(ring, "a", key.id, until=end)
    held = keys.load(tmp_path / "b.json", ring)
    second = dt.timedelta(seconds=1)
    for at in (AT - SKEW, end, end + SKEW - second):
        assert bag.unpack(data, held, at=at).letters == LETTERS
    for at in (AT - SKEW - second, end + SKEW):
        assert refused(data, held, at) == "expired_key"


def test_for_a_receiver_without_a_valid_key_nothing_is_packed(tmp_path: Path) -> None:
    enrolled(tmp_path, "ed25519", "a", "b")
    ring = tmp_path / "ring.json"
    keys.retire(ring, "b", keys.load(tmp_path / "b.json", ring).signer(AT).public.id, until=AT)
    with pytest.raises(BagRefused, match="expired_key"):
        bag.pack(letters(), keys.load(tmp_path / "a.json", ring), at=AT + SKEW)


def test_a_node_whose_clock_is_slow_writes_and_reads_from_the_first_day(tmp_path: Path) -> None:
    """By its clock neither its own key nor the others' have begun."""
    house = enrolled(tmp_path, "sm2", "a", "b")
    slow = AT - SKEW
    assert bag.unpack(bag.pack(letters(), house["a"], at=slow), house["b"], at=AT) == letters()
    back = letters(from_node="b", to_node="a")
    assert bag.unpack(bag.pack(back, house["b"], at=AT), house["a"], at=slow) == back


def test_nodes_change_the_provider_on_different_days(tmp_path: Path) -> None:
    enrolled(tmp_path, "ed25519", "a", "b")
    keys.enrol(tmp_path / "ring.json", keys.make(tmp_path / "b.json", "b", "sm2", at=AT + SKEW))
    a, b = (keys.load(tmp_path / f"{n}.json", tmp_path / "ring.json") for n in "ab")
    for at in (AT, AT + SKEW):
        assert bag.unpack(bag.pack(letters(), a, at=at), b, at=at) == letters()
        back = letters(from_node="b", to_node="a")
        assert bag.unpack(bag.pack(back, b, at=at), a, at=at) == back


@pytest.mark.parametrize(
    "wrong",
    [
        {"last": 8}, {"last": 10}, {"first": 0, "last": 2}, {"first": 9, "last": 7}, {"lane": "status"},
        {"lane": "Letters"}, {"lane": "mail.b"}, {"letters": []},
    ],
)  # fmt: skip
def test_numbers_that_do_not_fit_the_letters_are_refused_on_both_sides(
    houses: Any, wrong: Any, monkeypatch: Any
) -> None:
    house = houses["ed25519"]
    odd = letters(**wrong)
    if wrong.get("lane") not in ("Letters", "mail.b"):
        with pytest.raises(BagRefused, match="format"):
            bag.pack(odd, house["a"], at=AT)
    with monkeypatch.context() as careless:
        careless.setattr(bag, "_check", lambda head, count: None)
        data = bag.pack(odd, house["a"], at=AT)
    assert refused(data, house["b"]) == "format"


def test_a_status_is_one_letter_without_a_number(houses: Any) -> None:
    sent = letters([b"{}"], lane=bag.STATUS, first=0, last=0)
    assert bag.unpack(bag.pack(sent, houses["sm2"]["a"], at=AT), houses["sm2"]["b"], at=AT) == sent


def forged(house: Any, body: bytes) -> bytes:
    """A bag whose body is anything, properly sealed and signed: what a node gone bad can make."""
    front, wrapped, _, sealed = parts(bag.pack(letters([b""]), house["a"], at=AT))
    own = next(iter(house["b"].own.values()))
    key = own.provider.unwrap(own.seal, wrapped, front[: -len(wrapped) - 2])
    box = Cipher(algorithms.SM4(key), modes.GCM(sealed[:12])).encryptor()
    box.authenticate_additional_data(front)
    sealed = sealed[:12] + box.update(body) + box.finalize() + box.tag
    signer = house["a"].signer(AT)
    return joined(front, signer.provider.sign(signer.sign, front + sealed), sealed)


def test_a_bomb_is_refused_before_it_grows(houses: Any) -> None:
    house = houses["ed25519"]
    packed = zlib.compressobj()
    bomb = b"".join(packed.compress(bytes(1_000_000)) for _ in range(500)) + packed.flush()
    assert len(bomb) < 600_000
    assert refused(forged(house, bomb), house["b"]) == "too_big"
    for body in (
        b"",
        b"noise",
        zlib.compress(b"\x91"),
        zlib.compress(b"\x91\xa1a"),
        zlib.compress(b"\x91\xc4\x00") + b"x",
    ):
        assert refused(forged(house, body), house["b"]) == "format"
    assert bag.unpack(forged(house, zlib.compress(b"\x91\xc4\x00")), house["b"], at=AT).letters == [b""]


def test_the_largest_letter_travels_and_a_larger_bag_does_not(houses: Any) -> None:
    import random

    house, noise = houses["ed25519"], random.Random(1).randbytes(bag.LETTER_LIMIT)
    assert bag.unpack(bag.pack(letters([noise]), house["a"], at=AT), house["b"], at=AT).letters == [noise]
    with pytest.raises(BagRefused, match="too_big"):
        bag.pack(letters([noise, noise]), house["a"], at=AT)
    with pytest.raises(BagRefused, match="too_big"):
        bag.pack(letters([bytes(bag.OPENED_LIMIT)]), house["a"], at=AT)
    assert refused(bytes(bag.LIMIT + 1), house["b"]) == "too_big"


def test_refusals_name_no_content(houses: Any) -> None:
    house = houses["ed25519"]
    with pytest.raises(BagRefused) as caught:
        bag.unpack(forged(house, zlib.compress(b"\x91\xa6secret")), house["b"], at=AT)
    assert "secret" not in str(caught.value) and caught.value.__cause__ is None
