"""Takes the README's screenshots from the running app: ``python docs/screenshots/take.py URL``.

It presses the demo's button, so it needs an app that may take its two or three minutes, and
Playwright with a Chromium (requirements-dev.txt). Prints how long the demo took.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

FOLDER = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
MINUTES = 60_000  # milliseconds


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """Save one picture, once the page has come to rest."""
    page.wait_for_timeout(700)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)


def main(url: str) -> None:
    """Walk through the demo."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        expect(page.locator("#run-demo")).to_be_visible(timeout=MINUTES)
        page.wait_for_timeout(4000)  # the Hub has been asked by now
        shoot(page, "start")
        started = time.monotonic()
        page.locator("#run-demo").click()
        expect(page.locator("#progress-stages li").first).to_be_visible(timeout=MINUTES)
        print(f"first sign of life after {time.monotonic() - started:.1f} s")
        expect(page.locator("#progress-stages .g-stage-running", has_text="scratch")).to_be_visible(timeout=5 * MINUTES)
        shoot(page, "progress", whole=True)
        expect(page.locator("#progress-summary .g-chip")).to_have_text("done", timeout=10 * MINUTES)
        print(f"demo done after {time.monotonic() - started:.1f} s")
        page.locator("#compare").click()
        expect(page.locator("#verdict")).to_be_visible(timeout=MINUTES)
        page.locator("#ask-text textarea").fill("这家店真不错，服务热情，菜也新鲜")
        page.locator("#ask").click()
        expect(page.locator("#answers article")).to_have_count(2, timeout=MINUTES)
        print(page.locator("#verdict").inner_text())
        shoot(page, "compare", whole=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7860")
