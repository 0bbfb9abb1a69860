"""The speed of an export on the page: shown in both languages, and asked for with a click that no reload loses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from export.speed.report import place_of, write_speed
from pipeline.spec import RunSpec
from tests.end_to_end.acts import open_tab
from tests.end_to_end.test_compare import finish
from tests.ui.records import make_speed

if TYPE_CHECKING:
    from playwright.sync_api import Page


def open_exports(app: Any, page: Page, run_id: str) -> None:
    page.goto(f"{app.url}/?run={run_id}")
    expect(page.locator("#progress-summary h2")).to_be_visible()
    open_tab(page, "export")
    expect(page.locator("#variants")).to_contain_text("int8")


def test_what_was_measured_is_shown_with_a_picture_and_advice(app: Any, page: Page, tiny_spec: RunSpec) -> None:
    run_id = finish(app.store, tiny_spec, "Measured")
    open_exports(app, page, run_id)
    expect(page.locator("#speeds")).to_contain_text("Not measured yet")
    write_speed(make_speed("a processor", "no memory"), place_of(app.store.export_folder(run_id, "transferred")))
    open_exports(app, page, run_id)
    speeds = page.locator("#speeds")
    expect(speeds).to_contain_text("Take int8: it answers one text of 32 tokens in 2.0 ms.")
    expect(speeds.locator("svg circle")).to_have_count(3)
    expect(speeds.locator("tbody tr:visible")).to_have_count(3)  # the first shape; the others are folded
    speeds.locator("summary").nth(1).click()
    expect(speeds.locator("tbody tr:visible")).to_have_count(6)
    expect(speeds).to_contain_text("O2 could not be measured: no memory.")


@pytest.mark.slow
def test_measuring_is_the_runs_work_and_outlives_the_page(app: Any, page: Page, tiny_spec: RunSpec) -> None:
    run_id = finish(app.store, tiny_spec, "To be measured")
    open_exports(app, page, run_id)
    page.locator("#speed-compiled input").uncheck()
    page.locator("#field-speed-batches input, #field-speed-batches textarea").fill("1, 4")
    page.locator("#field-speed-lengths input, #field-speed-lengths textarea").fill("16")
    page.locator("#measure-speed").click()
    expect(page.locator("#tab-progress-button:visible").first).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.locator("#progress-stages")).to_contain_text("Compare the speed of transferred", timeout=60_000)
    (asked,) = app.store.spec(run_id).speed
    assert (asked.model, asked.compiled) == ("transferred", False)
    assert (asked.batches, asked.lengths) == ((1, 4), (16,))
    app.store.request_cancel(run_id)
    expect(page.locator("#progress-summary .g-chip")).to_have_text("cancelled", timeout=60_000)
