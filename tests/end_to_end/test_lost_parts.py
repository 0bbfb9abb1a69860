"""A page of which a part is lost on the way comes up all the same, for it opens itself once more, and no more often."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

PART = "**/assets/Textbox-*.js"  # of Gradio's page; without it the tabs stand there already, and nothing is answered
VISIT = "performance.getEntriesByType('navigation')[0].type"


@pytest.mark.parametrize("lose", [lambda lost: lost.abort("connectionreset"), lambda lost: None], ids=["cut", "stuck"])
def test_a_part_that_was_lost_is_asked_for_again(app: Any, page: Page, lose: Callable[[Route], None]) -> None:
    missing = losing(page, lose, visits=1)
    page.goto(app.url, wait_until="commit")
    expect(page.locator("#runs")).to_contain_text("No runs yet", timeout=60_000)
    assert page.evaluate(VISIT) == "reload"
    assert missing


def test_a_page_does_not_open_itself_without_end(app: Any, page: Page) -> None:
    visits: list[str] = []
    page.on("framenavigated", lambda frame: visits.append(frame.url))
    missing = losing(page, lambda lost: lost.abort("connectionreset"), visits=9)
    page.goto(app.url, wait_until="commit")
    page.wait_for_function(f"{VISIT} === 'reload' && document.querySelector('main.contain')")
    page.wait_for_timeout(12_000)  # longer than a page stands still before it is opened again
    assert len(visits) == 2
    assert missing


def losing(page: Page, lose: Callable[[Route], None], *, visits: int) -> list[str]:
    """Lose a part of the page on its first visits; what was lost."""
    opened: list[str] = []
    missing: list[str] = []
    page.on("request", lambda asked: opened.append(asked.url) if asked.is_navigation_request() else None)

    def answer(part: Route) -> None:
        if len(opened) > visits:
            part.continue_()
            return
        missing.append(part.request.url)
        lose(part)

    page.route(PART, answer)
    return missing
