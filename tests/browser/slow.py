"""A slow machine on demand: with ``TONGBAN_SLOW=6`` every page computes six times slower and every answer of the server waits a moment,
another one each time. A test that reads before it has waited passes on a quick machine for years and fails on a busy one for once; here
it fails at the desk. Off, nothing of this exists.

    TONGBAN_SLOW=6 python -m pytest tests/browser
"""

import os
import random
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

RATE = float(os.environ.get("TONGBAN_SLOW") or 0)
# Seconds that an answer waits at most, for each step of the rate; files of the page itself (scripts, styles) wait a tenth of it.
WAITS = 0.08
# Milliseconds that a test waits for what must come.
PATIENCE = 30_000 * max(1.0, RATE)


def late(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Middleware: the answer leaves later than it could, half of the time before the work and half after it."""

    def act(request: Any) -> Any:
        most = WAITS * RATE * (0.1 if request.path.startswith(settings.STATIC_URL) else 1) / 2
        time.sleep(random.uniform(0, most))
        answered = answer(request)
        time.sleep(random.uniform(0, most))
        return answered

    return act


def down(browser: Browser) -> None:
    """Every page that this browser will open is slow, if that was asked for."""
    if not RATE:
        return
    opened = browser.new_context

    def new_context(**how: Any) -> BrowserContext:
        context = opened(**how)
        context.set_default_timeout(PATIENCE)
        context.on("page", hold)
        return context

    browser.new_context = new_context  # type: ignore[method-assign]


def hold(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": RATE})


if RATE:
    settings.MIDDLEWARE = ["tests.browser.slow.late", *settings.MIDDLEWARE]
