"""Who a node is and whom it believes: files only their owner may touch, keys that say what they are, rotation without a gap."""

import datetime as dt
import json
from pathlib import Path

import pytest

from tests.exchange.ring import AT, enrolled
from tongban.exchange import keys
from tongban.plumbing.crypto import KeysRefused
from tongban.plumbing.providers import PROVIDERS

HOUR = dt.timedelta(hours=1)
both = pytest.mark.parametrize("provider", list(PROVIDERS))


@both
def test_a_node_signs_with_its_newest_valid_key(tmp_path: Path, provider: str) -> None:
    first = enrolled(tmp_path, provider, "a")["a"].signer(AT).public
    later = keys.make(tmp_path / "a.json", "a", provider, at=AT + HOUR)
    unlisted = keys.load(tmp_path / "a.json", tmp_path / "ring.json")
    assert unlisted.signer(AT + 2 * HOUR).public == first, "a key the others do not have yet must not be used"
    keys.enrol(tmp_path / "ring.json", later)
    held = keys.load(tmp_path / "a.json", tmp_path / "ring.json")
    assert (held.signer(AT).public, held.signer(AT + HOUR).public) == (first, later)
    keys.retire(tmp_path / "ring.json", "a", later.id, until=AT + 2 * HOUR)
    held = keys.load(tmp_path / "a.json", tmp_path / "ring.json")
    assert held.signer(AT + 3 * HOUR).public == first


def test_without_a_key_in_the_ring_nothing_is_signed(tmp_path: Path) -> None:
    enrolled(tmp_path, "ed25519", "b")
    keys.make(tmp_path / "a.json", "a", "ed25519", at=AT)
    with pytest.raises(KeysRefused, match="enrol"):
        keys.load(tmp_path / "a.json", tmp_path / "ring.json").signer(AT)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_private_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    enrolled(tmp_path, "ed25519", "a")
    (tmp_path / "a.json").chmod(mode)
    with pytest.raises(KeysRefused, match="0600"):
        keys.load(tmp_path / "a.json", tmp_path / "ring.json")


def test_a_ring_that_others_may_write_is_refused(tmp_path: Path) -> None:
    enrolled(tmp_path, "ed25519", "a")
    (tmp_path / "ring.json").chmod(0o666)
    with pytest.raises(KeysRefused, match="writable"):
        keys.load(tmp_path / "a.json", tmp_path / "ring.json")


@both
@pytest.mark.parametrize("field", ["id", "sign", "seal", "provider", "valid_from"])
def test_a_slip_in_the_ring_is_found_when_it_is_read(tmp_path: Path, provider: str, field: str) -> None:
    enrolled(tmp_path, provider, "a", "b")
    ring = json.loads((tmp_path / "ring.json").read_text())
    key = ring["nodes"]["b"][0]
    other = {"provider": "none", "valid_from": "2026-09-01T02:00:00"}
    key[field] = other.get(field) or ("00" + key[field][2:] if key[field][:2] != "00" else "11" + key[field][2:])
    (tmp_path / "ring.json").write_text(json.dumps(ring))
    with pytest.raises(KeysRefused):
        keys.load(tmp_path / "a.json", tmp_path / "ring.json")


def test_a_key_under_another_node_is_found(tmp_path: Path) -> None:
    enrolled(tmp_path, "ed25519", "a", "b")
    ring = json.loads((tmp_path / "ring.json").read_text())
    ring["nodes"]["a"].append(ring["nodes"]["b"][0])
    (tmp_path / "ring.json").write_text(json.dumps(ring))
    with pytest.raises(KeysRefused, match="not what its id says"):
        keys.load(tmp_path / "a.json", tmp_path / "ring.json")


@both
def test_halves_of_two_keys_are_found(tmp_path: Path, provider: str) -> None:
    enrolled(tmp_path, provider, "a", "b")
    mine, other = (json.loads((tmp_path / f"{n}.json").read_text()) for n in "ab")
    for half in ("sign", "seal"):
        mixed = {**mine, "keys": [{**mine["keys"][0], half: other["keys"][0][half]}]}
        (tmp_path / "a.json").write_text(json.dumps(mixed))
        with pytest.raises(KeysRefused, match="belong together"):
            keys.load(tmp_path / "a.json", tmp_path / "ring.json")


def test_refusals_show_no_key_material(tmp_path: Path) -> None:
    enrolled(tmp_path, "ed25519", "a")
    text = (tmp_path / "a.json").read_text()
    secret = json.loads(text)["keys"][0]["sign"]
    (tmp_path / "a.json").write_text(text.replace('"seal"', '"seel"'))
    with pytest.raises(KeysRefused) as refused:
        keys.load(tmp_path / "a.json", tmp_path / "ring.json")
    assert secret not in str(refused.value) and refused.value.__cause__ is None


def test_a_key_file_belongs_to_one_node(tmp_path: Path) -> None:
    keys.make(tmp_path / "a.json", "a", "ed25519", at=AT)
    with pytest.raises(KeysRefused, match="belongs to node a"):
        keys.make(tmp_path / "a.json", "b", "ed25519", at=AT)


def test_ours_are_read_again_after_a_rotation(tmp_path: Path, settings) -> None:
    settings.TONGBAN_NODE_KEY, settings.TONGBAN_RING = tmp_path / "a.json", tmp_path / "ring.json"
    with pytest.raises(KeysRefused, match="make a key"):
        keys.ours()
    enrolled(tmp_path, "ed25519", "a")
    first = keys.ours()
    assert keys.ours() is first
    keys.enrol(tmp_path / "ring.json", keys.make(tmp_path / "b.json", "b", "sm2", at=AT))
    assert "b" in keys.ours().ring
