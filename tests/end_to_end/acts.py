"""What people do on the page, as every browser test does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def visitor_of(page: Page) -> str:
    """Who the page takes its browser for, once it knows."""
    page.wait_for_function("document.querySelector('#visitor textarea, #visitor input')?.value")
    return page.locator("#visitor").locator("textarea, input").first.input_value()


def open_tab(page: Page, name: str) -> None:
    """Open a tab by its id, and wait until it is the one that is told to be open."""
    from playwright.sync_api import expect

    tab = page.locator(f"#tab-{name}-button:visible").first
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")


def choose(page: Page, control: str, option: str) -> None:
    """Open a list and pick what contains some text.

    The option is told of the mouse where it is: Gradio places an open list once, beside its field, and what arrives
    from the server meanwhile may move the field, and the list with it, out of the window, where no click reaches it.
    """
    from playwright.sync_api import expect

    page.locator(f"{control} input").click()
    found = page.get_by_role("option", name=option).first
    expect(found).to_be_visible()
    found.dispatch_event("mousedown")
