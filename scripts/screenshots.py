"""Takes the pictures of the README from the running demo (`make demo` in another window), so that they show what is there:

    .venv/bin/python scripts/screenshots.py

It serves a synthetic resident at the counter like a clerk would, which leaves one more case in the demo. Needs the packages
of `make test`. Pictures over 300 kB are refused: they would make every clone heavier for ever."""

import argparse
import io
import os
import shutil
import sys
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
LOGIN, PASSWORD, RESIDENT = "putuo", "any-counter-1-trip", "沈桂芳"
MOST = 300_000
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def keep(page: Page, path: Path, *, whole: bool = False) -> None:
    """Save what the page shows as WebP, in the best quality that stays small."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole, animations="disabled"))).convert("RGB")
    for quality in (86, 78, 70, 60):
        held = io.BytesIO()
        picture.save(held, "WEBP", quality=quality, method=6)
        if held.tell() <= MOST:
            path.write_bytes(held.getvalue())
            print(f"{path}: {picture.width}×{picture.height}, {held.tell() // 1000} kB")
            return
    sys.exit(f"{path} would be larger than {MOST // 1000} kB: show less of the page")


def window(browser: Browser, url: str, language: str, path: Path) -> tuple[str, str]:
    """The counter just before receiving 敬老卡; then receive it, and return number and query code of the case."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, device_scale_factor=1.5, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_cookies([{"name": "lang", "value": language, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/login?next=/window/")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/window/")
    page.keyboard.press("F2")
    page.wait_for_selector("#q:focus")
    page.keyboard.type("jlk")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Enter")
    page.wait_for_selector("#consent button:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(".tb-fetched")
    bank = page.locator("input[name=card_bank]").first
    bank.check()
    bank.focus()
    # The one paper left may be declared at the counter.
    page.keyboard.press("1")
    page.get_by_text("可以收件" if language == "zh" else "Ready").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    page.evaluate("window.scrollTo(0, 0)")
    keep(page, path)
    page.keyboard.press("F9")
    page.wait_for_selector("#case-number")
    found = (page.inner_text("#case-number").strip(), page.inner_text("#query-code").strip())
    context.close()
    return found


def resident(browser: Browser, url: str, language: str, number: str, code: str, path: Path) -> None:
    """What the resident sees on a telephone with number and query code."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_cookies([{"name": "lang", "value": language, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/progress")
    page.fill("#f-number", number)
    page.fill("#f-code", code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/p/{number}")
    keep(page, path)
    context.close()


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description="Pictures of the running demo for the README")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--reader", default="http://127.0.0.1:8071/card-reader", help="the simulated card reader")
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    options = parser.parse_args()
    found = [os.environ.get("TONGBAN_CHROMIUM"), *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))]
    try:
        httpx.post(f"{options.reader}/insert", json={"name": RESIDENT}, trust_env=False).raise_for_status()
    except httpx.HTTPError as why:
        sys.exit(f"No card reader at {options.reader} ({why}). Next: run `make demo` in another window.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=next(filter(None, found), None), args=QUIET)
        number, code = window(browser, options.url, options.language, options.out / "window.webp")
        resident(browser, options.url, options.language, number, code, options.out / "resident.webp")
        browser.close()


if __name__ == "__main__":
    main()
