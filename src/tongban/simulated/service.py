"""Serves the pretended city over HTTP/1.1: ``/<department>/…`` in each one's own words, ``/card-reader/…`` the device,
``/realname/…`` the service that residents sign in with, ``/control/…`` (loopback only) to make a department slow, dead or wrong and to see what it was told."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from tongban.simulated.card_reader import Reader
from tongban.simulated.city import DEPARTMENTS, Answers, Bad, Behaviour, City
from tongban.simulated.departments import gongan, minzheng, renshe, weijian, yibao
from tongban.simulated.realname.accounts import Accounts
from tongban.simulated.realname.answers import RealName, Reply
from tongban.simulated.wrong import spoil

BODY_LIMIT = 65_536
ANSWERS: dict[str, Answers] = {
    "gongan": gongan.ANSWERS,
    "minzheng": minzheng.ANSWERS,
    "renshe": renshe.ANSWERS,
    "yibao": yibao.ANSWERS,
    "weijian": weijian.ANSWERS,
}


class Service(ThreadingHTTPServer):
    """The HTTP server; ``port`` 0 takes a free one. ``close()`` frees those who wait in slow answers."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, city: City, host: str = "127.0.0.1", port: int = 0) -> None:
        self.city, self.reader, self.closing = city, Reader(city), threading.Event()
        self.realname = RealName(Accounts(city, self.reader))
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """The address to give to settings.TONGBAN_DEPARTMENTS_URL."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def close(self) -> None:
        """Stop serving and let go of the port."""
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: a client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Service

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        if (path := self._realname()) is not None:
            query = self.path.partition("?")[2]
            return self._reply(
                self.server.realname.get(self._origin(), path, query, self.headers.get("Authorization", ""))
            )
        return self._handle(None)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_LIMIT:
            self.close_connection = True
            return self._send(413, {"error": "a body of at most 64 kB with its length is expected"})
        if (path := self._realname()) is not None:
            given = self.rfile.read(int(length))
            return self._reply(
                self.server.realname.post(self._origin(), path, given, self.headers.get("Authorization", ""))
            )
        # A page in a browser cannot send this type to another address without being asked first.
        if self.headers.get_content_type() != "application/json":
            self.close_connection = True
            return self._send(415, {"error": "application/json is expected"})
        raw = self.rfile.read(int(length))
        try:
            return self._handle(json.loads(raw or b"{}"))
        except (ValueError, RecursionError):
            return self._send(400, {"error": "not JSON"})

    def _handle(self, body: Any) -> None:
        room, _, tail = self.path.partition("?")[0].strip("/").partition("/")
        tail = f"/{tail}"
        try:
            if room in ANSWERS and body is not None:
                return self._department(room, tail, body)
            if room == "card-reader":
                return self._card_reader(tail, body)
            if room == "control":
                return self._control(tail.strip("/"), body)
        except Bad as bad:
            return self._send(400, {"error": str(bad)})
        return self._send(404, {"error": "there is nothing here"})

    def _realname(self) -> str | None:
        """The path within the real-name service, which speaks to browsers; None for everybody else's."""
        path = self.path.partition("?")[0]
        return path.removeprefix("/realname") if path.startswith("/realname/") else None

    def _origin(self) -> str:
        return f"http://{self.headers.get('Host', '')}"

    def _reply(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self._headers_buffer.append(b"\r\n" + reply.body)  # type: ignore[attr-defined]
        self.flush_headers()

    def _department(self, code: str, path: str, body: Any) -> None:
        city, behaviour = self.server.city, self.server.city.behaviours[code]
        turn = city.turn(code)
        if behaviour.mode == "down":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        if behaviour.mode == "slow":
            self.server.closing.wait(behaviour.seconds)
        answer = ANSWERS[code].get(path)
        if answer is None:
            return self._send(404, {"error": "there is nothing here"})
        said = answer(city, body)
        if behaviour.mode == "wrong":
            return self._write(200, spoil(said, body, behaviour.kind, turn))
        return self._send(200, said)

    def _card_reader(self, path: str, body: Any) -> None:
        if path == "/insert" and body is not None:
            return self._send(200, self.server.reader.insert(body))
        if path == "/read" and body is None:
            return self._send(200, self.server.reader.read())
        return self._send(404, {"error": "there is nothing here"})

    def _control(self, code: str, body: Any) -> None:
        city = self.server.city
        if self.client_address[0] not in ("127.0.0.1", "::1"):
            return self._send(403, {"error": "only from this machine"})
        if code not in DEPARTMENTS:
            return self._send(404, {"error": f"one of {', '.join(DEPARTMENTS)}"})
        if body is not None:
            try:
                city.behaviours[code] = msgspec.convert(body, Behaviour)
            except (msgspec.ValidationError, ValueError) as error:
                raise Bad(str(error)) from error
        with city.lock:
            told = list(city.told[code].values())[-100:]
            asked = city.asked[code]
        return self._send(200, {"behaviour": msgspec.to_builtins(city.behaviours[code]), "asked": asked, "told": told})

    def _send(self, status: int, body: Any) -> None:
        self._write(status, json.dumps(body, ensure_ascii=False).encode())

    def _write(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        # Head and body in one write: two would wait for each other's acknowledgement.
        self._headers_buffer.append(b"\r\n" + body)  # type: ignore[attr-defined]
        self.flush_headers()
