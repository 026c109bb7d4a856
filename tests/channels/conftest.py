"""The clock of these tests stands: what a page says of today must not change because midnight, or the end of a minute, came while a
test was looking. Whoever is about time passing sets it."""

from collections.abc import Iterator

import pytest

from tongban.plumbing import clock


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    with clock.fixed(clock.now()):
        yield
