"""What every test may stand on: a real PostgreSQL, the real city published, departments that a test chooses."""

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests import depth
from tongban.config import embedded

__all__ = ["depth"]

AT = dt.datetime(2026, 9, 1, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the test's PostgreSQL, now that somebody asks for it: a run without a database does not pay for one."""
    if not os.environ.get("DATABASE_URL"):
        embedded.start(settings.TEST_VAR / "pg", safe=False)


@pytest.fixture(scope="session")
def compiled_city() -> Any:
    """cities/shanghai compiled once for the whole run."""
    from tongban.registers.catalog import city

    return city.load(settings.CITY_FOLDER)


@pytest.fixture
def shanghai(compiled_city: Any) -> Iterator[None]:
    """The city of Shanghai, published into the test's database."""
    from tongban.domain.actor import SYSTEM
    from tongban.flows.publish import publish
    from tongban.registers.catalog import queries

    queries.forget()
    # The queue's tables are not Django's, so the flush after a test with real commits leaves them full.
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")
    publish(SYSTEM, compiled_city, at=AT, note="tests")
    queries.forget()
    yield
    queries.forget()
