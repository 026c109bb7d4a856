"""The town of the exchange tests: a city node and three districts, with the catalog published and carried to all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import AT
from tests.exchange.town import Town
from tongban.domain.actor import SYSTEM
from tongban.flows import publish


@pytest.fixture
def town(db: None, compiled_city: Any, tmp_path: Path) -> Iterator[Town]:
    """A city node and three districts, with the catalog published at the city and carried to all."""
    town = Town(tmp_path)
    with town.at("city"):
        publish.publish(SYSTEM, compiled_city, at=AT, note="tests")
    town.carry()
    yield town
