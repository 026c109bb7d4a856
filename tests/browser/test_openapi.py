"""The documentation of the API in a real browser: our own files only, nothing that the policy refuses, readable on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_documentation_can_be_read(live_server: object, page: Page, axe: Callable, shot: Callable) -> None:
    page.goto(f"{live_server}/api/v1/docs")  # type: ignore[str-bytes-safe]
    expect(page.get_by_role("heading", level=1)).to_contain_text("全市通办接口")
    operation = page.locator("#op-receive_case")
    operation.locator("summary").click()
    expect(operation).to_contain_text("Idempotency-Key")
    expect(operation).to_contain_text("409")
    shot(page, "api-docs")
    operation.get_by_role("link", name="NewCase").click()
    expect(page).to_have_url(re.compile("#type-NewCase$"))
    page.locator("#type-NewCase summary").click()
    expect(page.locator("#type-NewCase")).to_contain_text("applicant")
    shot(page, "api-docs-type")
    assert no_sideways(page)
    assert axe(page) == []
