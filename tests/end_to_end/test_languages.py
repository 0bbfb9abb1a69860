"""The page in Chinese and in English in a real browser: what it speaks at first, and switching it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from tests.end_to_end.acts import choose, open_tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect.set_options(timeout=20_000)
TABS = {
    "start": ("开始", "Start"),
    "data": ("您的数据", "Your data"),
    "progress": ("进度", "Progress"),
    "compare": ("比较", "Compare"),
    "export": ("导出", "Export"),
}
#: Two words of English in a row are a sentence, or the beginning of one; these are names.
SENTENCE = re.compile(r"[A-Za-z]{2,}[ ,.]+[A-Za-z]{2,}")
NAMES = re.compile(
    r"Hugging Face Hub|Hub ID|JSON Lines|BERT base|AdaBoost SAMME|MiniLM L6|int8 ONNX|model\.safetensors|config\.json"
    r"|torch\.compile|onnxruntime CPUExecutionProvider|[\w.-]+\.(?:csv|tsv|txt|json)"
)
#: What is seen and heard: texts, labels, hints, lists; but not what people wrote into their files, and not the footer
#: and the hidden inputs, which Gradio names in English alone; and not code.
SEEN = """
() => {
  const theirs = '.g-preview, .g-bars, .g-file, .g-refused, .g-languages, footer, input[type=file], pre, script, style';
  const said = [];
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest(theirs)) continue;
    for (const name of ['aria-label', 'placeholder', 'title']) said.push(element.getAttribute(name) ?? '');
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent);
  }
  return said.map(text => text.trim()).filter(Boolean);
}
"""


@pytest.fixture
def visit(app: Any, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens the page in a browser of some language."""
    contexts = []

    def opened(locale: str) -> Page:
        contexts.append(browser.new_context(locale=locale, viewport={"width": 1280, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(app.url)
        expect(page.locator("#runs .g-heading")).to_be_visible()
        return page

    yield opened
    for context in contexts:
        context.close()


def english(page: Page) -> list[str]:
    """Texts on the page, seen or not, with more English in them than names."""
    return sorted({text for text in page.evaluate(SEEN) if SENTENCE.search(NAMES.sub("", text))})


def test_a_chinese_browser_finds_everything_in_chinese(visit: Callable[[str], Page]) -> None:
    page = visit("zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert english(page) == []
    for name, (chinese, _) in TABS.items():
        expect(page.locator(f"#tab-{name}-button:visible").first).to_have_text(chinese)
        open_tab(page, name)
        page.wait_for_timeout(500)  # for what comes from the server
        assert english(page) == [], name
    open_tab(page, "data")
    expect(page.locator("#upload-source")).to_contain_text("点击上传")  # Gradio's own words
    page.locator("#fill-samples").click()
    expect(page.locator("#upload-target-status")).to_contain_text("使用中")
    for folded in ("#more-files", "#every-part", "#more-options"):
        page.locator(f"{folded} button").first.click()
    expect(page.locator("#field-seed")).to_be_visible()
    page.locator("#preset input").click()
    expect(page.get_by_role("option").first).to_contain_text("没有目标标签")
    assert english(page) == []


def test_what_goes_wrong_is_told_in_chinese(visit: Callable[[str], Page], tmp_path: Path) -> None:
    page = visit("zh-CN")
    open_tab(page, "data")
    (tmp_path / "large.csv").write_bytes(b"text,label\n" + b"x" * 1_200_000)
    page.locator("#upload-source input[type=file]").set_input_files(tmp_path / "large.csv")
    expect(page.locator(".g-refused")).to_have_text(
        "large.csv 有 1.2 MB，最多可上传 1 MB。 请拆分文件，或只保留需要的行和列。"
    )
    page.locator("#fill-samples").click()
    expect(page.locator("#upload-target-status")).to_contain_text("使用中")
    page.locator("#every-part > button").click()
    epochs = page.locator("#field-recipe-fine_tuning-epochs input")
    epochs.fill("0")
    epochs.blur()
    page.locator("#start-training").click()
    expect(page.locator(".toast-wrap")).to_contain_text("轮数：必须大于 0")
    assert english(page) == []


def test_the_language_is_switched_and_kept(visit: Callable[[str], Page]) -> None:
    page = visit("zh-CN")
    open_tab(page, "compare")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for name, (_, told) in TABS.items():
        expect(page.locator(f"#tab-{name}-button:visible").first).to_have_text(told)
    expect(page.locator("#tab-compare-button:visible").first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#verdict")).to_contain_text("No finished run yet")
    open_tab(page, "data")
    expect(page.locator("#upload-source")).to_contain_text("Click to Upload")
    page.locator("#fill-samples").click()
    expect(page.locator("#upload-target-status")).to_contain_text("In use")
    page.reload()
    expect(page.locator("#runs")).to_contain_text("Your runs")

    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#runs")).to_contain_text("您的运行")
    assert english(page) == []


def test_what_was_filled_in_comes_along_when_the_language_is_switched(visit: Callable[[str], Page]) -> None:
    page = visit("en-US")
    open_tab(page, "data")
    page.locator("#fill-samples").click()
    expect(page.locator("#upload-target-status")).to_contain_text("In use")
    choose(page, "#preset", "Same language, new domain")
    expect(page.locator("#preset-reason")).to_contain_text("unfreeze")
    page.locator("#every-part > button").click()
    epochs = page.locator("#field-recipe-fine_tuning-epochs input")
    epochs.fill("7")
    epochs.blur()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#tab-data-button:visible").first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#upload-target-status")).to_contain_text("使用中")
    expect(page.locator("#preset input")).to_have_value("语言相同，领域不同")
    expect(page.locator("#recipe-summary")).to_contain_text("ULMFiT")
    page.locator("#every-part > button").click()
    expect(page.locator("#field-recipe-fine_tuning-epochs input")).to_have_value("7")
    assert english(page) == []


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("de-DE", "en"), ("zh-TW", "zh-CN")])
def test_other_browsers_get_the_nearest_language(visit: Callable[[str], Page], locale: str, language: str) -> None:
    page = visit(locale)
    expect(page.locator("html")).to_have_attribute("lang", language)
    open_tab(page, "data")
    told = {"en": "Click to Upload", "zh-CN": "点击上传"}[language]
    expect(page.locator("#upload-source")).to_contain_text(told)
