"""The rulebook is tested without any framework: this folder alone is run without Django (see pytest.ini), which saves half of the time."""

from tests import depth

__all__ = ["depth"]
