"""The page at /docs of the server of exported models, in a real browser: without network, and under its own policy."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from export.serving.server import assembled
from export.serving.settings import ServeSettings

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
KEY = "a-key-of-sixteen-letters"


@pytest.fixture
def address() -> Iterator[str]:
    """A server without a model, which refuses questions."""
    server = assembled({}, ServeSettings(port=0, api_keys=KEY))  # type: ignore[arg-type]  # as the environment has it
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_it_can_be_read_and_tried_without_network(page: Page, address: str) -> None:
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{address}/docs")
    listing = page.locator("section[data-path='v1/models'][data-method=GET]")
    listing.get_by_role("button").click()
    expect(listing.locator("output")).to_contain_text("401 after")
    page.get_by_label("Key").fill(KEY)
    listing.get_by_role("button").click()
    expect(listing.locator("output")).to_contain_text('"models": []')
    asking = page.locator("section[data-path$=predict]")
    asking.get_by_label("Example").select_option(label="pairs of texts")
    expect(asking.get_by_label("Body")).to_have_value(
        '{"pairs": [["A man plays the guitar.", "Somebody makes music."]]}'
    )
    asking.get_by_label("name").fill("<b>nobody</b>/..")
    asking.get_by_role("button").click()
    expect(asking.locator("output")).to_contain_text("404 after")
    expect(asking.locator("output")).to_contain_text("unknown_")
    assert asking.locator("b").count() == 0, "what is answered is text"
    assert {*asked} == {urlsplit(address).netloc}
    assert faults == []
