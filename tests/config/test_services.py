"""The processes of one machine: what ends is started again, what keeps ending is told."""

import os
import socket
import sys
from pathlib import Path

import pytest

from tongban.config import services
from tongban.config.services import NotStarted, Services, port_free


def test_what_ended_is_started_again_until_it_is_no_accident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Few, so that all of them end within the minute also where a process takes long to start.
    monkeypatch.setattr(services, "MENDED_A_MINUTE", 2)
    with Services(tmp_path) as house:
        house._start("short", [sys.executable, "-c", "print('bye', flush=True)"])
        for _ in range(services.MENDED_A_MINUTE):
            house.running["short"].wait(60)
            assert house.mend() == ("short",)
        house.running["short"].wait(60)
        with pytest.raises(NotStarted) as why:
            house.mend()
        assert "short keeps ending" in str(why.value) and "bye" in str(why.value)


def test_what_runs_is_left_alone_and_stopped_at_the_end(tmp_path: Path) -> None:
    with Services(tmp_path) as house:
        house._start("long", [sys.executable, "-c", "import time; time.sleep(60)"])
        process = house.running["long"]
        assert house.mend() == () and house.died() is None
    assert process.poll() is not None


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not port_free(port)
        with Services(tmp_path, port=port) as house, pytest.raises(NotStarted) as why:
            house.web()
    assert str(port) in str(why.value)


def test_departments_on_another_port_are_asked_there(tmp_path, monkeypatch):
    for name in ("TONGBAN_DEPARTMENTS_URL", "TONGBAN_CARD_READER_URL"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    Services(tmp_path, departments_port=8999).say_where_departments_are()
    assert os.environ["TONGBAN_DEPARTMENTS_URL"] == "http://127.0.0.1:8999"
    assert os.environ["TONGBAN_CARD_READER_URL"] == "http://127.0.0.1:8999/card-reader"
    # Configured ones stay where they are, and none are pretended beside them.
    real = Services(tmp_path, departments_port=8071)
    real.say_where_departments_are()
    assert os.environ["TONGBAN_DEPARTMENTS_URL"] == "http://127.0.0.1:8999"
    assert not real.pretended


def test_a_free_port_is_given_to_nobody_else_and_a_server_may_stand_on_it_again_and_again() -> None:
    ports = [services.free_port() for _ in range(50)]
    assert len(set(ports)) == 50 and all(port_free(port) for port in ports)
    port = ports[0]
    with socket.socket() as other, pytest.raises(OSError):
        # As somebody who wants it for himself, or for the near end of a connection.
        other.bind(("127.0.0.1", port))
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)):
            assert not port_free(port)
            server.accept()[0].close()
    assert port_free(port)
