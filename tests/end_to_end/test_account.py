"""A Space on which people sign in, in a real browser: what was filled in comes along, there and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from tests.end_to_end.acts import open_tab
from tests.end_to_end.conftest import App, served

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

expect.set_options(timeout=20_000)
SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "somebody/graft",
    "OAUTH_CLIENT_ID": "id",
    "OAUTH_CLIENT_SECRET": "secret",
    "OAUTH_SCOPES": "openid",
    "OPENID_PROVIDER_URL": "http://127.0.0.1:9",
}


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[App]:
    """The app as a Space starts it that lets people sign in."""
    with served(tmp_path_factory.mktemp("space") / "runs", tiny_model, **SPACE) as app:
        yield app


@pytest.mark.slow
def test_what_was_filled_in_comes_along_when_somebody_signs_in(space: App, page: Page) -> None:
    asked: list[str] = []

    def hub(route: Route) -> None:
        """The Hub sends people back to the page, as it does whether they signed in or thought better of it."""
        asked.append(route.request.url)
        route.fulfill(status=302, headers={"location": space.url})

    page.route("**/login/huggingface*", hub)
    page.goto(space.url)
    expect(page.locator("#sign-in")).to_have_text("Sign in with Hugging Face")
    open_tab(page, "data")
    page.locator("#fill-samples").click()
    expect(page.locator("#upload-target-status")).to_contain_text("In use")
    page.locator("#every-part > button").click()
    epochs = page.locator("#field-recipe-fine_tuning-epochs input")
    epochs.fill("7")
    epochs.blur()
    with page.expect_navigation():
        page.locator("#sign-in").click()
    expect(page.locator("#tab-data-button:visible").first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#upload-target-status")).to_contain_text("In use")
    assert len(asked) == 1
    page.locator("#every-part > button").click()
    expect(epochs).to_have_value("7")
