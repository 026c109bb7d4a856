"""A window is put away though something is still on its way to it, whatever got in between."""

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser.windows import INTERRUPTED, TRIES, leave, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_on_its_way_is_left_before_the_window_closes(browser: Browser, live_server: object) -> None:
    was: list[str] = []
    with window(browser) as made:
        page = made.new_page()
        page.goto(f"{live_server}/login")
        made.route("**/held", lambda route: None)
        with page.expect_request("**/held"):
            page.evaluate("() => { location.href = '/held' }")
        page.on("framenavigated", lambda frame: was.append(frame.url))
        page.on("close", lambda closed: was.append("closed"))
    assert was == ["about:blank", "closed"]


def test_a_page_that_guards_what_was_typed_is_left_all_the_same(browser: Browser, live_server: object) -> None:
    was: list[str] = []
    with window(browser) as made:
        page = made.new_page()
        page.goto(f"{live_server}/shared/components/")
        page.evaluate("document.querySelector('main form').removeAttribute('data-unguarded')")
        page.locator("#f-answers-note").press_sequentially("写了很多")
        page.on("framenavigated", lambda frame: was.append(frame.url))
    assert was == ["about:blank"]


class Restless(Page):
    """Somebody else gets in between so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def goto(self, url: str, **_: object) -> None:
        self.times -= 1
        if self.times >= 0:
            raise Error(f'Page.goto: Navigation to "{url}" is {INTERRUPTED} to "/p"')


def test_an_interruption_is_not_the_end() -> None:
    leave(Restless(TRIES - 1))
    with pytest.raises(Error, match=INTERRUPTED):
        leave(Restless(TRIES))
