"""The counter of the window tests."""

from tests.counter import counter, hire, pretended_city

__all__ = ["counter", "hire", "pretended_city"]
