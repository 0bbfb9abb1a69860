"""Bad data in a real browser: what the doctor says of it, with rows, and the recipe that it suggests."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from tests.end_to_end.acts import choose, open_tab

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

expect.set_options(timeout=20_000)
GOOD = [(f"the soup no {number} was warm and fresh", "good") for number in range(20)]
BAD = [(f"the room no {number} was cold and dirty", "bad") for number in range(20)]
FILES = {
    "source": [(text.replace("no", "number"), label) for text, label in (*GOOD, *BAD)],
    "target": [*GOOD, *BAD, (GOOD[3][0].upper(), "good"), (BAD[2][0], "good")],  # repeated; with both labels
    "test": [*GOOD[:3], *[(f"another text no {number}", "good" if number % 2 else "bad") for number in range(9)]],
}


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path


def upload(page: Page, role: str, path: Path) -> None:
    page.locator(f"#upload-{role} input[type=file]").set_input_files(path)
    expect(page.locator(f"#upload-{role}-status")).to_contain_text(path.name)


def line(page: Page, check: str) -> Locator:
    return page.locator(f"#doctor-report [data-check={check}]")


def test_bad_data_are_told_with_their_rows_and_the_suggestion_is_taken(app: Any, page: Page, tmp_path: Path) -> None:
    page.goto(app.url)
    open_tab(page, "data")
    expect(page.locator("#doctor-report")).to_contain_text("Bring texts above")
    page.locator("#more-files button").first.click()
    for role, rows in FILES.items():
        upload(page, role, write(tmp_path / f"{role}.csv", rows))

    expect(line(page, "duplicates").filter(has_text="target.csv")).to_contain_text("Rows 42, 43")
    expect(line(page, "contradictions").filter(has_text="target.csv")).to_contain_text("Rows 24, 43")
    expect(line(page, "leakage").filter(has_text="target.csv")).to_contain_text("Rows 2, 3, 4")
    expect(line(page, "leakage").first).to_contain_text("Remove them from")
    passed = page.locator("#doctor-report details.g-quiet")
    expect(passed.locator("li").first).to_be_hidden()
    passed.locator("summary").press("Enter")
    expect(passed.locator("li").first).to_be_visible()
    expect(page.locator("#doctor-report")).to_contain_text("Your test file is frozen")
    page.locator("#doctor-report .g-folded summary").click()
    expect(page.get_by_role("img", name=re.compile("Target texts: labels")).first).to_be_visible()

    suggestion = page.locator("#suggestion")
    expect(suggestion).to_contain_text("target training texts")
    name = suggestion.locator("b").inner_text()
    page.locator("#take-suggestion").press("Enter")
    expect(page.locator("#preset input")).to_have_value(name)
    expect(suggestion).to_contain_text("is filled in")

    upload(page, "target", write(tmp_path / "clean.csv", [*GOOD[3:], *BAD]))  # another file, another report
    expect(line(page, "duplicates")).to_have_count(0)
    expect(line(page, "leakage")).to_have_count(0)
    expect(page.locator("#doctor-report")).to_contain_text("37")


def test_what_can_not_be_estimated_or_ranked_says_why(app: Any, page: Page) -> None:
    page.goto(app.url)
    open_tab(page, "data")
    page.locator("#estimate").click()
    expect(page.locator("#forecast")).to_contain_text("needs target texts")
    page.locator("#rank-sources").click()
    expect(page.locator("#ranking")).to_contain_text("there are no labels")


@pytest.mark.slow
def test_lists_that_are_looked_at_and_left_change_nothing(app: Any, page: Page, tmp_path: Path) -> None:
    page.goto(app.url)
    open_tab(page, "data")
    page.locator("#every-part button").first.click()
    choose(page, "#preset", "Same language, new domain")
    expect(page.locator("#preset-reason")).not_to_be_empty()
    page.locator("#more-options button").first.click()
    seed = page.locator("#field-seed input")
    seed.fill("7")
    seed.press("Tab")
    two = tmp_path / "two.csv"
    two.write_text("".join(["text,title,label\n", *(f"a b{n},t{n},x{n % 2}\n" for n in range(9))]), encoding="utf-8")
    upload(page, "source", two)
    column = page.locator("#field-source-text_column input")
    expect(column).to_have_value("text")
    column.click()
    page.get_by_role("option", name="title").first.dispatch_event("mousedown")
    expect(column).to_have_value("title")
    for looked_at in ("#task input", "#preset input"):
        page.locator(looked_at).click()
        expect(page.get_by_role("option").first).to_be_visible()
        page.locator(looked_at).press("Escape")
        page.locator(looked_at).blur()
    page.wait_for_timeout(2000)  # what is not to happen tells nothing
    expect(column).to_have_value("title")
    expect(seed).to_have_value("7")
