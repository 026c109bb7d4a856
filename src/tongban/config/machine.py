"""A machine at the API of a node, as a kiosk or another system would be: it sends each act with a key, and sends it again with the
same key until it has an answer, so that whatever breaks in between, an act is done once. What it was told is remembered."""

import http.client
import json
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

PATIENCE = 180.0
"""Seconds that an act may take from its first send to its answer, restarts of everything included."""


class Silent(RuntimeError):
    """No answer within the patience of the machine."""


class Answer(msgspec.Struct, frozen=True):
    """What came back: status, body, milliseconds from the first send, how often it was sent again."""

    status: int
    body: Any
    ms: float
    again: int = 0

    @property
    def good(self) -> bool:
        """Done, or shown."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) and not self.good else ""


class Machine:
    """Speaks with one node. Every thread has a connection of its own."""

    def __init__(self, port: int, token: str, patience: float = PATIENCE) -> None:
        self.port, self.token, self.patience = port, token, patience
        self._held = threading.local()
        self.told: dict[str, Answer] = {}

    def look(self, path: str, **headers: str) -> Answer:
        """GET. Headers are written with _ for -."""
        return self._answered("GET", path, None, "", more={k.replace("_", "-"): v for k, v in headers.items()})

    def act(self, key: str, path: str, body: Any = None) -> Answer:
        """POST, once and for all: the same key is the same act."""
        answer = self.told[key] = self._answered("POST", path, {} if body is None else body, key)
        return answer

    def upload(self, key: str, name: str, media_type: str, data: bytes) -> Answer:
        """A scan; its handle is in the answer."""
        return self._answered("POST", "/files", data, key, media_type, {"File-Name": quote(name)})

    def _answered(
        self, method: str, path: str, body: Any, key: str, media_type: str = "application/json",
        more: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        begun, again = time.monotonic(), 0
        data = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        while True:
            own = {"Content-Type": media_type, "Idempotency-Key": key} if data is not None else {}
            status, said = self._send(method, path, data, own | dict(more or {}))
            if status and status < 500 and (status != 429 or _told_off(said)):
                return Answer(status, said, (time.monotonic() - begun) * 1000, again)
            if time.monotonic() - begun > self.patience:
                raise Silent(
                    f"{method} {path} {key}: no answer in {self.patience:.0f} s (last: {status} {str(said)[:200]})"
                )
            again += 1
            time.sleep(min(0.05 * again, 1.0))

    def _send(self, method: str, path: str, data: bytes | None, more: Mapping[str, str]) -> tuple[int, Any]:
        """Status and body; 0 when the connection broke or nobody was there."""
        line = getattr(self._held, "line", None)
        if line is None:
            line = self._held.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", **more}
        try:
            line.request(method, f"/api/v1{path}", data, headers)
            answer = line.getresponse()
            raw = answer.read()
            return answer.status, json.loads(raw or b"null")
        except (OSError, http.client.HTTPException, ValueError) as why:
            line.close()
            self._held.line = None
            return 0, str(why)


def _told_off(said: Any) -> bool:
    """Whether a 429 says to come back in minutes (too many numbers were asked for that are not here), which is an answer; a busy server
    is asked again."""
    return isinstance(said, dict) and str(said.get("code", "")).startswith("limit.")
