"""Long tables turn their pages in the browser, by mouse and by keyboard, and stand whole in a saved report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

import ui
from ui.views.html import PAGE_ROWS, table

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HERE = Path(ui.__file__).parent
ROWS = 2 * PAGE_ROWS + 3


def drawn(page: Page, *, scripted: bool = True) -> Locator:
    """A table of some pages, as the page or a saved report has it; its rows."""
    page.set_content(table(["row"], [[f"row {number}"] for number in range(1, ROWS + 1)]))
    page.add_style_tag(content=(HERE / "style.css").read_text(encoding="utf-8"))
    if scripted:
        page.add_script_tag(content=(HERE / "pager.js").read_text(encoding="utf-8"))
    return page.locator("tbody tr:visible")


def test_pages_turn_and_stop_at_both_ends(page: Page) -> None:
    rows, position = drawn(page), page.locator(".g-position")
    back, on = (page.get_by_role("button", name=name) for name in ("Previous", "Next"))
    expect(rows).to_have_count(PAGE_ROWS)
    expect(position).to_have_text(f"1–{PAGE_ROWS} of {ROWS}")
    expect(back).to_be_disabled()
    back.click(force=True)
    expect(rows.first).to_have_text("row 1")
    on.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(ROWS - 2 * PAGE_ROWS)
    expect(position).to_have_text(f"{2 * PAGE_ROWS + 1}–{ROWS} of {ROWS}")
    expect(on).to_be_disabled()
    expect(on).to_be_focused()
    page.keyboard.press("Enter")
    back.click()
    expect(rows.first).to_have_text(f"row {PAGE_ROWS + 1}")
    expect(on).to_be_enabled()


def test_without_scripts_all_rows_are_shown(page: Page) -> None:
    expect(drawn(page, scripted=False)).to_have_count(ROWS)
    expect(page.locator(".g-turns")).to_be_hidden()
