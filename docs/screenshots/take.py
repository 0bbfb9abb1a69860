"""Takes the screenshots from the running app: ``python docs/screenshots/take.py URL [RUN]``.

Every tab, in light, in dark, on a phone and in Chinese. It presses the demo's button, so it needs an app that may take
its two or three minutes, and Playwright with a Chromium (requirements-dev.txt); for the Chinese also a font, such as
fonts-noto-cjk. Prints how long the demo took. With the id of a finished run of the demo it shows that one instead.
"""

from __future__ import annotations

import io
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

FOLDER = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
MINUTES = 60_000  # milliseconds
#: Ending of the pictures' names → the browser that they are taken in.
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}
PHONE = {"viewport": {"width": 375, "height": 812}, "device_scale_factor": 2}
LOOKS: dict[str, dict[str, Any]] = {
    "": DESKTOP,
    "-dark": {**DESKTOP, "color_scheme": "dark"},
    "-phone": {**DESKTOP, **PHONE},
    "-zh": {**DESKTOP, "locale": "zh-CN"},
}
TALLEST = {1280: 2300, 375: 1700}  # pixels of a page; what is below is not shown
COLOURS = 256  # of a picture's palette; the page has few, and small files are quick to load


@contextmanager
def looking(browser: Browser, look: str, address: str) -> Iterator[Page]:
    """The page in one of the looks, for a while."""
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    page.set_default_timeout(MINUTES)
    page.goto(address)
    page.wait_for_function("document.querySelector('#visitor textarea, #visitor input')?.value")
    page.wait_for_timeout(3500)  # the Hub has been asked by now
    yield page
    context.close()


def shoot(page: Page, name: str) -> None:
    """Save one picture, once the page has come to rest."""
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(900)
    width = page.viewport_size["width"]  # type: ignore[index]
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[width])
    taken = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        FOLDER / f"{name}.png", optimize=True
    )


def open_tab(page: Page, name: str) -> None:
    """Change to a tab."""
    page.locator(f"#tab-{name}-button:visible").first.click()
    page.wait_for_timeout(900)


def run_demo(browser: Browser, url: str) -> str:
    """Press the button, take pictures of the run at work, and wait for its end; gives its id."""
    with looking(browser, "", url) as page:
        shoot(page, "start")
        started = time.monotonic()
        page.locator("#run-demo").click()
        expect(page.locator("#progress-stages li").first).to_be_visible()
        print(f"first sign of life after {time.monotonic() - started:.1f} s")
        expect(page.locator("#progress-stages .g-stage-running", has_text="scratch")).to_be_visible(timeout=9 * MINUTES)
        run_id = page.url.partition("run=")[2]
        for look in LOOKS:
            with looking(browser, look, page.url) as other:
                shoot(other, f"progress{look}")
        expect(page.locator("#progress-summary .g-chip")).to_have_text("done", timeout=10 * MINUTES)
        print(f"demo done after {time.monotonic() - started:.1f} s")
    return run_id


def take(browser: Browser, url: str, run_id: str, look: str) -> None:
    """The other tabs in one look."""
    with looking(browser, look, f"{url}/?run={run_id}") as page:
        if not (FOLDER / f"progress{look}.png").exists():
            shoot(page, f"progress{look}")
        open_tab(page, "start")
        shoot(page, f"start{look}")
        open_tab(page, "compare")
        expect(page.locator("#verdict")).to_be_visible()
        page.locator("#ask-text textarea").fill("这家店真不错，服务热情，菜也新鲜")
        page.locator("#ask").click()
        expect(page.locator("#answers article").nth(1)).to_be_visible()
        shoot(page, f"compare{look}")
        open_tab(page, "export")
        expect(page.locator("#variants table").first).to_be_visible()
        shoot(page, f"export{look}")
        open_tab(page, "data")
        page.locator("#fill-samples").click()
        expect(page.locator("#doctor-report .g-checkup")).to_be_visible()
        page.wait_for_timeout(2500)  # and what follows from it
        shoot(page, f"data{look}")


def main(url: str, run_id: str = "") -> None:
    """Take all of them."""
    expect.set_options(timeout=MINUTES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for old in FOLDER.glob("*.png"):
            old.unlink()
        run_id = run_id or run_demo(browser, url)
        for look in LOOKS:
            take(browser, url, run_id, look)
        browser.close()
    print(f"{sum(picture.stat().st_size for picture in FOLDER.glob('*.png')) / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["http://127.0.0.1:7860"]))
