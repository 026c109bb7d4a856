"""The elder mode reads a page aloud: whoever cannot read it hears all of it, also what was put in its place after a refusal."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_life_event import walk
from tests.browser.walk import listen
from tests.counter import counter, pretended_city

__all__ = ["counter", "pretended_city"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shanghai", "counter"),
]


@pytest.fixture
def width() -> str:
    return "phone"


def test_what_was_refused_is_heard_as_well(page: Page, live_server: Any) -> None:
    here = walk(page, live_server, "death", mode="-elder")
    here.go("form")
    assert "公民身故" in listen(page)
    page.locator("[name=phone]").fill("12")
    page.get_by_role("button", name="下一步").click()
    refused = page.locator("#main .tb-error:visible").first
    expect(refused).to_be_visible()
    # The page was put in place by htmx, and its button with it.
    assert refused.inner_text().strip() in listen(page)


def test_a_second_press_stops_the_voice(page: Page, live_server: Any) -> None:
    here = walk(page, live_server, "death", mode="-elder")
    page.add_init_script("speechSynthesis.speak = (words) => { window.spoken.push([words.lang, words.text]); };")
    here.go("form")
    button = page.locator("[data-aloud]")
    button.click()
    expect(button).to_have_text("停下来")
    expect(page.locator(".is-read")).to_have_count(1)
    button.click()
    expect(button).to_have_text("读给我听")
    expect(page.locator(".is-read")).to_have_count(0)
    assert page.evaluate("window.spoken.length") == 1


def test_without_the_elder_mode_there_is_no_voice(page: Page, live_server: Any) -> None:
    here = walk(page, live_server, "death")
    here.go("form")
    expect(page.locator("#event-form")).to_be_visible()
    expect(page.locator("[data-aloud]")).to_have_count(0)
