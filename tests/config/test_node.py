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
        until = time.monotonic() + 30
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
