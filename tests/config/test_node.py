"""One node's processes: what they are told, when the web may open, and that a database that ended is started again."""

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tongban.config import embedded
from tongban.config.node import NodeHouse
from tongban.config.services import NotStarted


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tongban-node-"))
    # The unprivileged database user must be able to pass the folder when the tests run as root.
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_a_node_is_told_nothing_that_is_another_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TONGBAN_KEY_FILE", "TONGBAN_NODE_KEY", "TONGBAN_FILES", "TONGBAN_VAR"):
        monkeypatch.setenv(name, "somebody else's")
    monkeypatch.setenv("TONGBAN_NATS_URL", "nats://127.0.0.1:1")
    told = NodeHouse(tmp_path, "yangpu", port=1, told={"TONGBAN_LAYOUT": "city"}).environ()
    assert "somebody else's" not in told.values()
    assert (told["TONGBAN_NODE"], told["TONGBAN_LAYOUT"], told["TONGBAN_VAR"]) == ("yangpu", "city", str(tmp_path))
    # What joins it to the others it does get, and the rest of the machine's environment.
    assert told["TONGBAN_NATS_URL"] == "nats://127.0.0.1:1" and told["PATH"] == os.environ["PATH"]


def test_the_web_waits_until_the_mail_room_has_caught_up(tmp_path: Path) -> None:
    house = NodeHouse(tmp_path, "yangpu", port=1)
    assert house.mail_state() == (False, "the mail room has not spoken yet")
    room = tmp_path / "mail-room.json"
    room.write_text(json.dumps({"pid": 1, "caught_up": False, "why": "older than it was"}))
    waiting = house.waits(seconds=0.3)
    assert next(waiting) == "older than it was"
    with pytest.raises(NotStarted, match="older than it was"):
        next(waiting)
    room.write_text(json.dumps({"pid": 1, "caught_up": True, "why": ""}))
    assert list(house.waits(seconds=0.3)) == []
    # A node that has nobody to write to waits for nobody.
    room.unlink()
    assert NodeHouse(tmp_path, "city", port=1, alone=True).mail_state() == (True, "")


def test_a_database_that_was_killed_is_started_again_and_stopped_at_the_end(folder: Path) -> None:
    with NodeHouse(folder, "city", port=1, alone=True, small=True) as house:
        house.database()
        assert embedded.alive(house.data) and house.mend() == ()
        os.kill(int((house.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        until = time.monotonic() + 120
        while not house.mend():
            assert time.monotonic() < until, "not mended"
            time.sleep(0.05)
        assert embedded.running(house.data)
        # As small as it was, and as durable as any.
        import psycopg

        with psycopg.connect(house.environment["DATABASE_URL"]) as asked:
            said = dict(asked.execute("select name, setting from pg_settings").fetchall())
        assert (said["fsync"], said["synchronous_commit"], said["full_page_writes"]) == ("on", "on", "on")
        assert (said["max_connections"], said["track_commit_timestamp"]) == ("40", "on")
    assert not embedded.alive(house.data)


def test_nodes_of_a_city_share_the_one_key_of_persons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from tongban.config.commands.node import node
    from tongban.exchange import keys
    from tongban.plumbing import crypto

    for name in ("TONGBAN_VAR", "TONGBAN_LAYOUT", "TONGBAN_NODES", "TONGBAN_KEY_FILE", "TONGBAN_NODE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TONGBAN_RING", str(tmp_path / "ring.json"))

    def make(name: str, *more: str) -> None:
        done = CliRunner().invoke(node, ["keys", name, "--var", str(tmp_path / name), "--enrol", *more])
        assert done.exit_code == 0, done.output

    make("city")
    make("putuo", "--like", str(tmp_path / "city" / "keys.json"))
    person = crypto.person_key(tmp_path / "city" / "keys.json")
    assert len(person) == 64 and crypto.person_key(tmp_path / "putuo" / "keys.json") == person
    # All else is each node's own, and each believes the other.
    texts = [(tmp_path / n / "keys.json").read_text() for n in ("city", "putuo")]
    assert texts[0] != texts[1]
    held = keys.load(tmp_path / "putuo" / "node-key.json", tmp_path / "ring.json")
    assert held.node == "putuo" and set(held.ring) == {"city", "putuo"}
    # A node of nowhere gets no key; another person key is never put under persons already met.
    nowhere = CliRunner().invoke(node, ["keys", "paris", "--var", str(tmp_path / "paris")])
    assert nowhere.exit_code == 1 and "paris is not in layout city" in nowhere.output
    make("yangpu")
    other = CliRunner().invoke(
        node, ["keys", "putuo", "--var", str(tmp_path / "putuo"), "--like", str(tmp_path / "yangpu" / "keys.json")]
    )
    assert other.exit_code == 1 and "another person key" in other.output
