"""The pretended city with its real-name service, for who signs in."""

from tests.counter import counter, pretended_city

__all__ = ["counter", "pretended_city"]
