"""The headline scenario in a real browser, and files that can't be used.

The tests share one demo run: while it trains, the uploads are tried, so that all of it stays
under a minute.
"""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from tests.end_to_end.acts import open_tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIRST_SIGN, PATIENCE = 5_000, 120_000  # milliseconds; the latter is for slow machines
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def demo(app: Any, browser: Browser) -> Iterator[str]:
    """Somebody presses the demo's button, sees it start, and closes the tab; gives the run's address."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(app.url)
    page.locator("#run-demo").click()
    expect(page.locator("#progress-stages li").first).to_be_visible(timeout=FIRST_SIGN)
    page.wait_for_url("**/?run=*")
    yield page.url
    context.close()


def percent(page: Page) -> float:
    bar = page.locator("#progress-summary [role=progressbar]")
    return float(bar.get_attribute("aria-valuenow") or 0)


def test_a_run_is_found_again_after_a_reload_and_goes_on(demo: str, app: Any, page: Page) -> None:
    page.goto(app.url)  # no link: the run at work opens by itself
    expect(page.locator("#progress-summary h2")).to_have_text("Demo: English to Chinese reviews")
    expect(page.locator("#progress-stages .g-stage-running")).to_be_visible()
    page.wait_for_function("document.querySelector('[role=progressbar]').ariaValueNow > 0")
    before = percent(page)
    page.reload()
    expect(page.locator("#progress-summary h2")).to_have_text("Demo: English to Chinese reviews")
    assert page.url == demo
    page.wait_for_function(f"document.querySelector('[role=progressbar]').ariaValueNow > {before}")
    expect(page.locator("#progress-curves svg").first).to_be_visible()


@pytest.mark.slow
def test_bad_files_are_told_beside_the_upload_and_change_nothing(
    demo: str, app: Any, page: Page, tmp_path: Path
) -> None:
    rows = [f"text number {number},{'good' if number % 2 else 'bad'}" for number in range(20)]
    files: dict[str, tuple[bytes, str]] = {
        "one.csv": ("\n".join(["text,label", *(row.replace("bad", "good") for row in rows)]).encode(), "only label"),
        "binary.csv": (bytes(range(256)) * 40, "not a text file"),
        "empty.csv": (b"", "empty"),
        "large.csv": (b"text,label\n" + b"x" * 1_200_000, "at most 1 MB"),
    }
    (tmp_path / "good.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    page.goto(app.url)
    expect(page.locator("#progress-summary h2")).to_be_visible()  # the demo's run has opened by itself
    open_tab(page, "data")
    upload = page.locator("#upload-source input[type=file]")
    upload.set_input_files(tmp_path / "good.csv")
    status = page.locator("#upload-source-status")
    expect(status).to_contain_text("good.csv: 20 rows")
    expect(status).to_contain_text("In use")
    for name, (content, words) in files.items():
        (tmp_path / name).write_bytes(content)
        upload.set_input_files(tmp_path / name)
        card = page.locator(".g-card", has=page.locator("#upload-source"))
        message = card.locator(".g-message.g-bad", has_text=name)
        expect(message).to_contain_text(words)
        if name != "large.csv":  # that one was not even sent
            expect(page.locator("#upload-source-message")).to_contain_text("good.csv stays in use")
    expect(page.locator("#conflicts")).to_contain_text("needs target texts")
    page.locator("#start-training").click()
    expect(page.locator(".toast-wrap")).to_contain_text("needs target texts")


def test_the_verdict_and_both_answers(demo: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo)
    expect(page.locator("#progress-summary .g-chip")).to_have_text("done", timeout=PATIENCE)
    page.locator("#compare").click()
    expect(page.locator("#verdict")).to_contain_text("On the 200 frozen test texts")
    expect(page.locator("#models tbody tr")).to_have_count(4)  # the classical model, too
    expect(page.locator("#confusions figure")).to_have_count(4)
    expect(page.locator("#details details")).to_have_count(3)

    page.locator("#ask-text textarea").fill("这家店真不错，服务很好")
    page.locator("#ask").click()
    expect(page.locator("#answers article")).to_have_count(2)
    source, transferred = page.locator("#answers article").all()
    expect(source).to_contain_text("source-only")
    expect(transferred).to_contain_text(re.compile(r"int8 ONNX, onnxruntime CPUExecutionProvider, [\d.]+ ms"))
    for answer in (source, transferred):
        expect(answer.locator(".g-answer-label")).to_have_text(re.compile("positive|negative"))
        expect(answer.locator(".g-bars li")).to_have_count(2)

    page.locator("#example-filter label", has_text="all").click()
    expect(page.locator("#example-position")).to_contain_text("200")  # of all, not of those that disagree
    expect(page.locator("#examples tbody tr")).to_have_count(10)
    text = page.locator("#examples .g-pick").nth(3)
    chosen = text.inner_text()
    text.click()
    expect(page.locator("#ask-text textarea")).to_have_value(chosen)
    assert [url for url in asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))] == []


def test_the_runs_folder_is_closed_to_the_browser(demo: str, app: Any) -> None:
    folder = app.store.folder(demo.split("run=")[1])
    for path in (folder / "spec.json", folder / "worker.log", app.store.root / ".browser-secret"):
        assert path.exists()
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{app.url}/gradio_api/file={path}")  # noqa: S310 - our own
        assert caught.value.code == 403
