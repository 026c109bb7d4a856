"""Hands and eyes of somebody in front of a page: they begin when the page is there. Playwright waits for a button before it presses it,
and for nothing before it presses a key, runs a script or takes a picture; a person does not type into a page that is still coming, and
a test that does fails on the machine that is slower than ours. So tests reach for the keyboard only here (tests/building holds them to
it), and judge a page only when it is at rest."""

import itertools

from playwright.sync_api import Keyboard, Page, expect

# Read, and drawn twice since: only with the first drawing is the field focused that says ``autofocus``, and a key pressed before
# that is nobody's. Asked for anew in every drawing, so that a page that gives way to another is asked again.
THERE = """([quiet, asked]) => {
  const busy = document.readyState !== "complete" || (quiet && document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling"));
  const before = window.drawn?.asked === asked ? window.drawn.times : 0;
  window.drawn = {asked, times: busy ? 0 : before + 1};
  return window.drawn.times > 2;
}"""
ASKED = itertools.count()


def keys(page: Page) -> Keyboard:
    """The keyboard, once the page listens to it. Requests of a part of the page may be under way: nobody waits for those to type."""
    page.wait_for_load_state("load")
    page.wait_for_function(THERE, arg=[False, next(ASKED)])
    return page.keyboard


def at_rest(page: Page) -> Page:
    """The page, once it has come whole and no part of it is under way: what may be measured, judged and pictured."""
    page.wait_for_load_state("load")
    page.wait_for_function(THERE, arg=[True, next(ASKED)])
    return page


def sign_in(page: Page, server: object, login: str, password: str, to: str, lands: str | None = None) -> None:
    """A member of staff comes in by keys alone, as at the beginning of every day."""
    page.goto(f"{server}/login?next={to}")
    hand = keys(page)
    hand.type(login)
    hand.press("Tab")
    hand.type(password)
    expect(page.locator("#f-login")).to_have_value(login)
    hand.press("Enter")
    expect(page).to_have_url(f"{server}{lands or to}")
    at_rest(page)
