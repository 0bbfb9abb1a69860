"""The whole way in a Chinese browser: a run that is stopped and goes on, its comparison, its export."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from tests.end_to_end.acts import open_tab
from tests.end_to_end.test_languages import english

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 120_000  # milliseconds; only a slow machine needs them
expect.set_options(timeout=20_000)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(app: Any, browser: Browser) -> Iterator[Page]:
    """The page of somebody who has pressed the demo's button; the tests go on from each other."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.goto(app.url)
    page.locator("#run-demo").click()
    page.wait_for_url("**/?run=*")
    yield page
    context.close()


def test_a_run_is_watched_stopped_and_goes_on(demo: Page) -> None:
    state = demo.locator("#progress-summary .g-chip")
    expect(demo.locator("#progress-stages .g-stage-running")).to_be_visible()
    expect(demo.locator("#progress-summary h2")).to_have_text("演示：英文评论到中文评论")
    demo.locator("#cancel").click()
    expect(state).to_have_text("已取消", timeout=PATIENCE)
    assert english(demo) == []
    demo.locator("#resume").click()
    expect(state).to_have_text("已完成", timeout=PATIENCE)
    expect(demo.locator("#progress-curves svg").first).to_be_visible()
    assert english(demo) == []


def test_models_are_compared_and_asked(demo: Page) -> None:
    demo.locator("#compare").click()
    expect(demo.locator("#verdict")).to_contain_text("条固定测试文本")
    expect(demo.locator("#models tbody tr")).to_have_count(4)
    demo.locator("#ask-text textarea").fill("这家店真不错，服务很好")
    demo.locator("#ask").click()
    expect(demo.locator("#answers article")).to_have_count(2)
    expect(demo.locator("#answers")).to_contain_text("毫秒")
    demo.locator("#example-filter label").last.click()
    expect(demo.locator("#example-position")).to_contain_text("200")
    with demo.expect_download() as saved:
        demo.locator("#download-html").click()
    assert 'lang="zh-CN"' in saved.value.path().read_text(encoding="utf-8")
    assert english(demo) == []


def test_an_export_is_looked_at_and_taken_away(demo: Page) -> None:
    open_tab(demo, "export")
    expect(demo.locator("#variants table").first).to_be_visible()
    expect(demo.locator("#tab-export")).to_contain_text("curl")
    assert english(demo) == []
