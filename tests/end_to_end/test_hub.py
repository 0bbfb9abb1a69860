"""A data set of the Hub by name, in a real browser, from a Hub that answers on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.acts import open_tab
from tests.end_to_end.conftest import served
from tests.hub import CSV, Hub, Repository, answering

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 90_000


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A Hub of one's own, with an example of the page."""
    with answering() as made:
        made.repositories["stanfordnlp/sst2"] = Repository({"c" * 40: {"train.csv": CSV}})
        yield made


@pytest.fixture(scope="module")
def hub_app(hub: Hub, tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[Any]:
    """The app, which reaches it."""
    folder = tmp_path_factory.mktemp("hub")
    with served(folder / "runs", tiny_model, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0") as app:
        yield app


@pytest.mark.slow
def test_a_data_set_is_picked_misnamed_and_named(hub_app: Any, page: Page) -> None:
    page.goto(hub_app.url)
    open_tab(page, "data")
    page.locator("#hub-source button").first.click()
    example = page.locator("#hub-source-examples button", has_text="SST-2")
    expect(example).to_be_visible(timeout=PATIENCE)
    example.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#upload-source-status")).to_contain_text("sst2-train.jsonl: 8 rows", timeout=PATIENCE)

    name = page.locator("#hub-source-dataset").locator("textarea, input").first
    name.fill("tiny/nothing")
    name.press("Enter")
    expect(page.locator("#upload-source-message")).to_contain_text("The Hub has no data set", timeout=PATIENCE)
    name.fill("tiny/lines")
    page.locator("#hub-source-bring").click()
    expect(page.locator("#upload-source-status")).to_contain_text("lines-train.jsonl: 8 rows", timeout=PATIENCE)
    expect(page.locator("#upload-source-status")).to_contain_text("In use")
    expect(page.locator("#upload-source-status")).to_contain_text("From tiny/lines (default, train)")
    expect(page.locator("#hub-source-news")).to_contain_text("8 rows were brought here.")


def test_without_a_hub_a_file_is_asked_for(app: Any, page: Page) -> None:
    page.goto(app.url)
    open_tab(page, "data")
    page.locator("#hub-target button").first.click()
    expect(page.locator("#hub-target")).to_contain_text("Upload the texts as a file.", timeout=PATIENCE)
    expect(page.locator("#hub-target-bring")).to_be_hidden()
