"""The safe: what is sealed opens only in its place, with our keys, unchanged."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import cost
from tongban.plumbing import crypto

PLACE = b"people.person:0198c9c2-0000-7000-8000-000000000001:name"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings):
    settings.TONGBAN_KEY_FILE = tmp_path / "keys.json"
    settings.TONGBAN_MAKE_KEYS = True
    crypto.use(None)
    yield settings.TONGBAN_KEY_FILE
    crypto.use(None)


def fixed(number: int = 1, byte: bytes = b"k") -> crypto.Keyring:
    return crypto.Keyring({number: byte * 16}, b"b" * 32, b"s" * 32)


@pytest.fixture(scope="module")
def ring():
    return fixed()


def test_sm3_is_the_national_hash():
    # GB/T 32905-2016, appendix A.1 and A.2.
    assert crypto.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert crypto.digest(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_the_digest_does_not_depend_on_who_computes_it(monkeypatch):
    monkeypatch.setattr(crypto.hashlib, "algorithms_available", set())
    running = crypto.digester(b"ab")
    running.update(b"c")
    assert running.hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@given(plain=st.binary(max_size=2000), context=st.binary(max_size=100))
def test_what_is_sealed_opens(ring, plain, context):
    crypto.use(ring)
    sealed = crypto.seal(plain, context=context)
    assert len(sealed) == len(plain) + crypto.OVERHEAD
    assert crypto.open_(sealed, context) == plain
    assert crypto.open_(memoryview(sealed), context) == plain


@given(plain=st.binary(max_size=60), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_changed_bit_anywhere_is_found(ring, plain, at, bit):
    crypto.use(ring)
    sealed = bytearray(crypto.seal(plain, context=PLACE))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(crypto.Tampered):
        crypto.open_(bytes(sealed), PLACE)


@given(one=st.binary(max_size=60), other=st.binary(max_size=60))
def test_a_value_moved_to_another_row_does_not_open(ring, one, other):
    crypto.use(ring)
    sealed = crypto.seal(b"value", context=one)
    if one == other:
        assert crypto.open_(sealed, other) == b"value"
    else:
        with pytest.raises(crypto.Tampered):
            crypto.open_(sealed, other)


@given(text=st.text(max_size=100))
def test_every_character_survives(ring, text):
    crypto.use(ring)
    assert crypto.open_text(crypto.seal_text(text, context=PLACE), PLACE) == text


def test_characters_of_the_extensions_survive_and_do_not_show():
    name = "𠮷𫟼𬬭𰻞·阿卜杜拉"
    sealed = crypto.seal_text(name, context=PLACE)
    assert crypto.open_text(sealed, PLACE) == name
    assert name.encode() not in sealed and sealed != crypto.seal_text(name, context=PLACE)


@pytest.mark.parametrize("cut", [0, 1, 12, 28])
def test_a_short_value_is_tampered(cut):
    with pytest.raises(crypto.Tampered, match="people"):
        crypto.open_(crypto.seal(b"", context=PLACE)[:cut], PLACE)


def test_a_key_not_ours_does_not_open():
    crypto.use(fixed(byte=b"x"))
    sealed = crypto.seal(b"value", context=PLACE)
    crypto.use(fixed())
    with pytest.raises(crypto.Tampered) as caught:
        crypto.open_(sealed, PLACE)
    assert "value" not in str(caught.value).replace("sealed value", "")


def test_rotation_seals_with_the_newest_and_opens_all(keys):
    old = crypto.seal(b"old", context=PLACE)
    before = crypto.keyring()
    assert crypto.rotate(keys) == 2
    new = crypto.seal(b"new", context=PLACE)
    assert (crypto.key_of(old), crypto.key_of(new)) == (1, 2)
    assert crypto.open_(old, PLACE) == b"old"
    # A process that started before the rotation reads the file once more.
    crypto.use(before)
    assert crypto.open_(new, PLACE) == b"new"
    assert oct(os.stat(keys).st_mode & 0o777) == "0o600"
    assert crypto.blind("x", field="f") == (crypto.use(before), crypto.blind("x", field="f"))[1]


def test_an_unknown_key_id_is_tampered(keys):
    crypto.keyring()
    sealed = bytes([9]) + crypto.seal(b"value", context=PLACE)[1:]
    with pytest.raises(crypto.Tampered, match="key 9"):
        crypto.open_(sealed, PLACE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_file_that_others_may_read_is_refused(keys, mode):
    crypto.make_key_file(keys)
    keys.chmod(mode)
    with pytest.raises(crypto.KeysRefused, match="0600"):
        crypto.seal(b"", context=PLACE)


def test_keys_are_never_made_up_in_a_deployment(keys, settings):
    settings.TONGBAN_MAKE_KEYS = False
    with pytest.raises(crypto.KeysRefused):
        crypto.seal(b"", context=PLACE)
    assert not keys.exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "not json secretsecret",
        json.dumps({"seal": {}, "blind": "00" * 32, "sign": "00" * 32}),
        json.dumps({"seal": {"0": "00" * 16}, "blind": "00" * 32, "sign": "00" * 32}),
        json.dumps({"seal": {"256": "00" * 16}, "blind": "00" * 32, "sign": "00" * 32}),
        json.dumps({"seal": {"1": "00" * 15}, "blind": "00" * 32, "sign": "00" * 32}),
        json.dumps({"seal": {"1": "secretsecretsecretsecretsecretse"}, "blind": "00" * 32, "sign": "00" * 32}),
        json.dumps({"seal": {"1": "00" * 16}, "blind": "00" * 16, "sign": "00" * 32}),
        json.dumps({"seal": {"1": "00" * 16}, "blind": "00" * 32, "sign": "00" * 32, "more": 1}),
    ],
)
def test_a_key_file_that_is_not_one_is_refused_without_showing_it(keys, content):
    keys.write_text(content)
    keys.chmod(0o600)
    with pytest.raises(crypto.KeysRefused) as caught:
        crypto.keyring()
    assert "secretsecret" not in str(caught.value)


def test_processes_that_start_together_make_one_key_file(keys):
    code = (
        "import sys; from pathlib import Path; from tongban.plumbing import crypto;"
        "p = Path(sys.argv[1]); crypto.make_key_file(p); print(p.read_text())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(keys)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    seen = {p.communicate()[0] for p in running}
    assert len(seen) == 1 and "blind" in seen.pop()
    assert [p.name for p in keys.parent.iterdir()] == ["keys.json"]


def test_the_blind_index_is_equal_for_equal_values_of_one_field_only():
    number = "310101199003071230"
    assert crypto.blind(number, field="people.number") == crypto.blind(number, field="people.number")
    assert crypto.blind(number, field="people.number") != crypto.blind(number, field="credentials.number")
    assert len(crypto.blind(number, field="people.number")) == crypto.BLIND
    seen = crypto.blind(number, field="people.number")
    crypto.use(crypto.Keyring({1: b"k" * 16}, b"c" * 32, b"s" * 32))
    assert crypto.blind(number, field="people.number") != seen


def test_threads_may_share_the_keys():
    wrong: list[Exception] = []

    def work(number: int) -> None:
        try:
            for i in range(300):
                text = f"{number}-{i}"
                context = b"t:%d" % number
                assert crypto.open_text(crypto.seal_text(text, context=context), context) == text
                assert crypto.blind(text, field=f"f{i % 3}") == crypto.blind(text, field=f"f{i % 3}")
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong


def test_signed_codes():
    code = crypto.sign(b"receipt:310110001260301000001")
    assert crypto.signed(b"receipt:310110001260301000001", code)
    assert crypto.signed(b"receipt:310110001260301000001", code[:10])
    assert not crypto.signed(b"receipt:310110001260301000001", code[:9])
    assert not crypto.signed(b"receipt:310110001260301000002", code[:10])
    assert not crypto.signed(b"receipt:310110001260301000001", b"")
    assert not crypto.signed(b"receipt:310110001260301000001", code + b"\0")


def test_the_safe_is_fast_enough_for_a_counter(capsys):
    value = "上海市杨浦区平凉路某弄某号某室".encode()
    # An acceptance writes about 40 fields: a bound far above what is measured, to catch a mistake, not a slow machine.
    with cost.at_most(1):
        for _ in range(2_000):
            crypto.open_(crypto.seal(value, context=PLACE), PLACE)
