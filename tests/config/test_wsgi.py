"""Whom the door believes about where a visitor comes from."""

import pytest

from tongban.config.wsgi import behind


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
