"""Windows of the browser for tests, opened and put away in one place (tests/building holds them to it). Chromium may forget to close a
page that is just taking in another one (crbug.com/536385539): it says yes, keeps the page, and whoever waits for the end waits for ever.
A test that ends with a form on its way meets that on a busy machine, so a window first leaves whatever is still coming, and is closed
when nothing is under way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page

# A page that was on its way arrives once; whoever gets in between more often than this sends itself somewhere by script.
TRIES = 5
INTERRUPTED = "interrupted by another navigation"


@contextmanager
def window(browser: Browser, **how: Any) -> Iterator[BrowserContext]:
    """A window of its own (cookies, size, language as ``how`` says), put away at the end whatever happened in it."""
    made = browser.new_context(**how)
    try:
        yield made
    finally:
        try:
            for page in made.pages:
                leave(page)
        finally:
            made.close()


def leave(page: Page) -> None:
    """Away from this page and from what it asked for. The empty page comes from nowhere, so nothing of it can be late."""
    for left in reversed(range(TRIES)):
        try:
            page.goto("about:blank")
            return
        except Error as error:
            if INTERRUPTED not in error.message or not left:
                raise
