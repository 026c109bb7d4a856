"""A machine at the API: a busy server is asked again; who is told to come back in minutes has an answer."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tongban.config.machine import Machine

SAID: dict[str, list[tuple[int, object]]] = {}


class _Says(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        left = SAID[self.path]
        status, body = left.pop(0) if len(left) > 1 else left[0]
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to read."""


@pytest.fixture
def machine() -> Iterator[Machine]:
    server = HTTPServer(("127.0.0.1", 0), _Says)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Machine(server.server_port, "token", 5.0)
    server.shutdown()
    server.server_close()


def test_a_busy_server_is_asked_again(machine: Machine) -> None:
    SAID["/api/v1/busy"] = [(429, None), (503, None), (200, {"number": "1"})]
    seen = machine.look("/busy")
    assert (seen.status, seen.again) == (200, 2)


def test_who_is_told_to_come_back_later_is_answered(machine: Machine) -> None:
    SAID["/api/v1/often"] = [(429, {"code": "limit.query.address"}), (200, {})]
    seen = machine.look("/often")
    assert (seen.status, seen.again) == (429, 0)
