"""Which door a request takes, and whom the doors believe about where a visitor comes from."""

import io
from typing import Any

import msgspec
import pytest

from tongban.config.wsgi import application, behind


def _asked(path: str, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    asked = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    answer = application(asked | environ, lambda status, headers: told.extend((status, dict(headers))))
    return told[0], told[1], b"".join(answer)


@pytest.mark.django_db(transaction=True)
def test_a_machine_gets_no_session_and_no_page_and_its_refusals_as_problems() -> None:
    for path in ("/api/v1/cases", "/api/v1/no-such-thing"):
        status, headers, body = _asked(path, HTTP_AUTHORIZATION="Bearer tb_nobody")
        assert status[0] == "4" and headers["Content-Type"] == "application/problem+json"
        assert headers["X-Content-Type-Options"] == "nosniff" and "Set-Cookie" not in headers
        assert msgspec.json.decode(body)["errors"]


@pytest.mark.django_db(transaction=True)
def test_a_token_opens_no_other_door() -> None:
    status, headers, _ = _asked("/window/", HTTP_AUTHORIZATION="Bearer tb_nobody")
    assert status[0] == "3" and "/login" in headers["Location"]
    assert headers["X-Frame-Options"] == "DENY"


def _seen(proxies: str, peer: str, forwarded: str) -> str:
    def door(environ, respond):
        return [environ["REMOTE_ADDR"].encode()]

    return b"".join(behind(door, proxies)({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}, None)).decode()


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ("", "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/24, 10.0.1.1", "10.0.1.1", "203.0.113.9, 10.0.0.7", "203.0.113.9"),
        # Whoever is no proxy of ours may write what they like.
        ("10.0.0.1", "198.51.100.4", "203.0.113.9", "198.51.100.4"),
        # A visitor who sends the header himself: the nearest address that is no proxy counts.
        ("10.0.0.1", "10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_our_proxies_are_believed(proxies, peer, forwarded, expected):
    assert _seen(proxies, peer, forwarded) == expected


def test_nobody_may_believe_everybody():
    with pytest.raises(ValueError, match="TONGBAN_PROXIES"):
        behind(lambda environ, respond: [], "*")
