"""Whatever is sent, the API answers as its document says and never breaks: schemathesis makes sound and unsound requests from the
document and sends them to the WSGI application with a token that may do everything, about a case and a visit that exist."""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.channels.openapi.world import AT_ONCE, BROUGHT, MOTHER
from tests.flows.people import PUTUO
from tongban.config.wsgi import application
from tongban.domain.actor import CITY, POWERS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shanghai")]

# More for a long look: TONGBAN_FUZZ=200 uv run pytest tests/channels/openapi/test_fuzz.py
EACH = int(os.environ.get("TONGBAN_FUZZ", "10"))
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip
GENTLY = settings(
    max_examples=EACH, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def world(machine: Any) -> Iterator[dict[str, str]]:
    """A token with every power, and things that exist: a case, a visit, a draft."""
    m = machine(CITY, *POWERS)
    number = m.post("/cases", AT_ONCE | {"center": PUTUO}).json()["number"]
    visit = m.post("/visits", {"applicant": MOTHER, "how": "card", "center": PUTUO}).json()["visit"]
    draft = m.post(f"/visits/{visit}/drafts", BROUGHT).json()["id"]
    # From here on requests must not close the connection of the test (Django's own client sees to that by itself).
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield {"token": m.raw, "number": number, "visit": visit, "draft": draft, "code": "jinglaoka"}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_api_keeps_to_its_document(world: dict[str, str]) -> None:
    """More than half of the requests are about what exists, so that they reach the rules."""
    api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    chance = random.Random(1)
    headers = {"Authorization": f"Bearer {world['token']}"}
    sent, wrong = 0, []

    def about_what_exists(case: Any) -> None:
        for name in case.path_parameters or {}:
            if name in world and not (name == "code" and "centers" in case.path) and chance.random() < 0.6:
                case.path_parameters[name] = world[name]

    for found in api.get_all_operations():
        operation = found.ok()

        @GENTLY
        @given(case=operation.as_strategy())
        def keeps(case: Any) -> None:
            nonlocal sent
            about_what_exists(case)
            sent += 1
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)

        try:
            keeps()
        except BaseException as why:
            wrong.append(f"{operation.label}\n{_words(why)}")
    assert not wrong, "\n\n".join(wrong)
    assert sent > 250


def _words(why: BaseException) -> str:
    parts = getattr(why, "exceptions", None)
    return "\n".join(map(_words, parts)) if parts else f"{type(why).__name__}: {why}"
