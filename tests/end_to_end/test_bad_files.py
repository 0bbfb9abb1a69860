"""Every kind of bad file in a real browser: it is told with a remedy, beside the upload or by the doctor."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from pipeline.doctor.checks import CHECKS
from tests.end_to_end.acts import choose, open_tab
from tests.pipeline.doctor.test_checks import CASES as OF_CHECKS
from tests.pipeline.doctor.test_checks import GOOD, Case, target
from ui.text.spec import task as task_name

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 60_000  # milliseconds; only a slow machine needs them
#: What the readers refuse besides what the doctor's own tests bring; the page says so beside the upload.
REFUSED = [
    Case("encoding", target(bytes(range(256)) * 9, "binary.csv"), "fail", (), "not a text file"),
    Case("encoding", target(b"", "empty.csv"), "fail", (), "is empty"),
    Case("format", target("text,label\n", "header.csv"), "fail", (), "no rows under its header"),
    Case("format", target('text,label\n"the soup,positive\n', "quotes.csv"), "fail", (), "quotation marks"),
    Case("format", target("text,text\na b,c d\n", "twice.csv"), "fail", (), "more than one column"),
    Case("format", target("text,,label\na b,c,d\n", "nameless.csv"), "fail", (), "has no name"),
    Case("format", target('["a", "b"]\n', "array.json"), "fail", (), "not an object"),
    Case("format", target('"a"\n"b"\n', "strings.jsonl"), "fail", (), "not an object"),
    Case("balance", target(GOOD.replace("negative", "positive"), "one.csv"), "fail", (), "only label"),
]
#: Labels that the page finds no likely match for, as it does where they only have other words.
UNMATCHED = "text,label\n" + "".join(f"{text},{label}\n" for text, label in zip("abcd", ["x1", "x2"] * 2, strict=True))
#: One of each check; the doctor's own tests have more, and those that need an option set first (length).
OF_EACH = {case.check: case for case in reversed(OF_CHECKS) if not case.options and case.level != "pass"}
OF_EACH["mapping"] = Case("mapping", {"source": ("source.csv", GOOD), **target(UNMATCHED)}, "fail", (2, 3, 4, 5), "x1")
CASES = [*REFUSED, *OF_EACH.values()]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def form(app: Any, browser: Browser) -> Iterator[Page]:
    """The page of a person who tries one file after another."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(app.url)
    open_tab(page, "data")
    page.locator("#more-files button").first.click()
    yield page
    context.close()


def test_every_check_of_the_doctor_is_tried() -> None:
    assert {case.check for case in CASES} | {"length"} == set(CHECKS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}-{case.says}")
def test_a_bad_file_is_told_with_its_rows_and_a_remedy(case: Case, form: Page, tmp_path: Path) -> None:
    page = form
    for remove in page.locator(".g-card:visible button", has_text=re.compile("^Remove$")).all()[::-1]:
        if remove.is_visible():  # what the test before has brought
            remove.click()
            expect(remove).to_be_hidden(timeout=PATIENCE)
    task = task_name(case.task)
    if page.locator("#task input").input_value() != task:
        before = page.locator("#task-hint").inner_text()
        choose(page, "#task", task)
        expect(page.locator("#task-hint")).not_to_have_text(before, use_inner_text=True, timeout=PATIENCE)
    for role, (name, content) in case.files.items():
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        page.locator(f"#upload-{role} input[type=file]").set_input_files(path)
        card = page.locator(".g-card", has=page.locator(f"#upload-{role}"))
        expect(card.locator(".g-message, .g-file", has_text=name).first).to_be_visible(timeout=PATIENCE)
    beside = page.locator(".g-card .g-message.g-bad")
    found = page.locator(f"#doctor-report .g-{case.level}[data-check={case.check}]")
    told = beside.or_(found).filter(has_text=case.says).filter(visible=True)
    expect(told.first).to_be_visible(timeout=PATIENCE)
    if case.check != "tokens":  # the page's own model is not the one that the rows were found with
        for row in case.rows:
            expect(told.filter(has_text=re.compile(rf"\b{row}\b")).first).to_be_visible()
    sentences = re.findall(r"[.!?][”)]*(?=\s|$)", told.first.inner_text())
    assert len(sentences) >= 2, "one of what is wrong, another of what to do"
    for trace in ("Traceback", ".py", "Error("):
        assert trace not in page.locator("#tab-data").inner_text()
    expect(page.locator(".toast-wrap")).not_to_contain_text("number")
