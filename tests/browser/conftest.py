"""A real headless browser for tests: the system's Chromium, our pages from a live server, axe-core from the lock file."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import slow
from tests.browser.hand import at_rest
from tests.browser.windows import window
from tongban.config import static
from tongban.config.settings.base import ROOT

# Playwright runs a loop on this thread; the tests' own database calls are nevertheless ordinary ones.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--disable-default-apps",
]  # fmt: skip
# What the browser and htmx write when we refuse something: that is what many tests are about.
REFUSED = re.compile(r"status of 4|Status Error Code 4")
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# WCAG 2.2, 2.4.11, stricter: whatever takes the focus is seen whole, never under a bar that stays in its place.
UNDER_A_BAR = """() => {
  const place = [scrollX, scrollY], before = document.activeElement, found = [];
  document.documentElement.style.scrollBehavior = "auto";
  for (const one of document.querySelectorAll("main a[href], main button, main input, main select, main textarea, main summary")) {
    if (one.disabled || !one.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    one.focus();
    if (document.activeElement !== one) continue;
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || box.height > innerHeight / 2) continue;
    for (const y of [box.top + 2, box.bottom - 2]) {
      const over = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), y);
      if (!over || one.contains(over) || over.contains(one) || over.tagName === "LABEL") continue;
      let bar = over;
      while (bar && !["sticky", "fixed"].includes(getComputedStyle(bar).position)) bar = bar.parentElement;
      if (bar && !bar.contains(one)) found.push(`${one.tagName}#${one.id}.${one.className} under ${bar.className}`);
    }
  }
  if (before && before !== document.body) before.focus({preventScroll: true}); else document.activeElement.blur();
  scrollTo(place[0], place[1]);
  document.documentElement.style.removeProperty("scroll-behavior");
  return found;
}"""


@contextmanager
def whole(page: Page) -> Iterator[None]:
    """The window as high as the page: nothing lies under a bar only because of where the page happens to be scrolled.

    axe measures targets by what covers them at that moment, so the same page passed or failed with the height of a
    font. What a bar may hide from somebody who works the page is asked by ``UNDER_A_BAR`` in the window's real size.
    """
    size = page.viewport_size
    if size is None:
        yield
        return
    high = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], high)})
    try:
        yield
    finally:
        page.set_viewport_size(size)


def chromium() -> str | None:
    """The browser to use: TONGBAN_CHROMIUM, the system's, or None for Playwright's own."""
    found = [
        os.environ.get("TONGBAN_CHROMIUM"),
        shutil.which("chromium"),
        shutil.which("chromium-browser"),
        shutil.which("google-chrome"),
    ]
    return next((p for p in found if p), None)


# The machine may be busy with another test's server, and a long limit costs nothing when what is waited for comes.
expect.set_options(timeout=slow.PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole run: while Playwright's loop runs on this thread, no test of the mail room can run one of its own.
    static.gather()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        slow.down(running)
        yield running
        running.close()


@pytest.fixture(params=list(WIDTHS))
def width(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def context(browser: Browser, width: str) -> Iterator[BrowserContext]:
    wide, high = WIDTHS[width]
    with window(browser, viewport={"width": wide, "height": high}, locale="zh-CN", timezone_id="Asia/Shanghai") as made:
        yield made


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test on any script error or refused resource (CSP)."""
    made = context.new_page()
    wrong: list[str] = []
    made.on("pageerror", lambda e: wrong.append(f"script: {e}"))
    made.on("console", lambda m: wrong.append(m.text) if m.type == "error" and not REFUSED.search(m.text) else None)
    yield made
    assert wrong == []


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Run axe-core and return the violations as readable lines."""
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()

    def run(page: Page) -> list[str]:
        # Judged as it is seen: with its style sheets and letters there, not in the middle of being drawn.
        at_rest(page)
        page.evaluate("document.fonts.ready.then(() => true)")
        # evaluate goes around the page's own policy, which rightly refuses an injected script.
        page.evaluate(source)
        with whole(page):
            found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(AXE_TAGS)}}}).then(r => r.violations)")
        hidden = page.evaluate(UNDER_A_BAR)
        return [f"{v['id']}: {v['help']} at {[n['target'] for n in v['nodes'][:4]]}" for v in found] + [
            f"focus-not-obscured: the focused control lies under a bar at {hidden}" for _ in hidden[:1]
        ]

    return run


@pytest.fixture
def shot(width: str) -> Callable[[Page, str], None]:
    """Keep a picture when TONGBAN_SHOTS names a folder."""

    def take(page: Page, name: str) -> None:
        if folder := os.environ.get("TONGBAN_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            at_rest(page).screenshot(path=f"{folder}/{name}-{width}.png", full_page=True, caret="initial")

    return take


def no_sideways(page: Page) -> bool:
    """True when nothing makes the page scroll sideways."""
    return bool(at_rest(page).evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
