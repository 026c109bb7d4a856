"""The pen of the city: what it signs anybody with the public key believes, and nothing else; an earlier key is still believed."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tongban.plumbing import signing
from tongban.plumbing.crypto import KeysRefused


@pytest.fixture
def pen(tmp_path: Path, settings: Any) -> Any:
    signing.forget()
    settings.TONGBAN_SIGNING_KEY = tmp_path / "signing-key.json"
    yield settings.TONGBAN_SIGNING_KEY
    signing.forget()


@pytest.mark.parametrize("provider", ["sm2", "ed25519"])
def test_what_was_signed_is_believed_and_nothing_else(pen: Path, provider: str) -> None:
    signing.make(pen, provider)
    mark = signing.sign(b"this")
    assert 80 <= len(mark) <= 140 and signing.published()[0].provider == provider
    assert signing.signed(b"this", mark)
    assert not signing.signed(b"that", mark)
    for wrong in ("", "A", mark[:-4], mark[:-4] + "AAAA", "字" + mark, mark + "=" * 9):
        assert not signing.signed(b"this", wrong)


def test_the_key_is_made_once_and_only_its_owner_reads_it(pen: Path) -> None:
    first = signing.published()
    signing.make(pen)
    signing.forget()
    assert signing.published() == first and pen.stat().st_mode & 0o777 == 0o600
    pen.chmod(0o644)
    signing.forget()
    with pytest.raises(KeysRefused, match="0600"):
        signing.published()


def test_an_earlier_key_is_still_believed_and_the_last_one_signs(pen: Path, tmp_path: Path) -> None:
    signing.make(pen)
    before = signing.sign(b"this")
    signing.make(tmp_path / "next.json", "ed25519")
    files = [msgspec.json.decode(path.read_bytes()) for path in (pen, tmp_path / "next.json")]
    pen.write_bytes(msgspec.json.encode({"keys": [*files[0]["keys"], *files[1]["keys"]]}))
    signing.forget()
    assert signing.signed(b"this", before) and signing.published()[-1].provider == "ed25519"
    assert signing.signed(b"this", signing.sign(b"this"))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'{"keys": []}',
        b'{"keys": [{"public": {"id": "0", "provider": "sm2", "key": "00"}, "private": "00"}]}',
    ],
)
def test_a_file_that_is_no_key_is_refused_without_showing_it(pen: Path, text: bytes) -> None:
    pen.write_bytes(text)
    pen.chmod(0o600)
    with pytest.raises(KeysRefused) as refused:
        signing.sign(b"this")
    assert text.decode() not in str(refused.value) or not text


def test_a_node_that_makes_no_keys_says_so(pen: Path, settings: Any) -> None:
    settings.TONGBAN_MAKE_KEYS = False
    with pytest.raises(KeysRefused):
        signing.published()
