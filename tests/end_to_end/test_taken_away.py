"""What is exported, taken away as a zip file: the served variant, or the one that is chosen."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from export.package import write_checksums
from pipeline.spec import RunSpec
from tests.end_to_end.acts import choose, open_tab
from tests.end_to_end.test_compare import finish

if TYPE_CHECKING:
    from playwright.sync_api import Page


def taken(page: Page) -> str:
    """Name of the zip that is made and saved; that of the folder in it is the same."""
    page.locator("#prepare-zip").click()
    expect(page.locator("#download")).to_be_visible()
    with page.expect_download() as saved:
        page.locator("#download").click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        (folder,) = {name.partition("/")[0] for name in archive.namelist()}
    assert saved.value.suggested_filename == f"{folder}.zip"
    return folder


def test_the_served_variant_is_taken_and_any_other(app: Any, page: Page, tiny_spec: RunSpec) -> None:
    run_id = finish(app.store, tiny_spec, "Exported")
    for name in ("fp32", "int8"):
        write_checksums(app.store.export_folder(run_id, "transferred") / name)
    page.goto(f"{app.url}/?run={run_id}")
    expect(page.locator("#progress-summary h2")).to_be_visible()
    open_tab(page, "export")
    expect(page.locator("#export-variant input")).to_have_value("int8")
    assert taken(page) == f"{run_id}-transferred-int8"
    choose(page, "#export-variant", "fp32")
    expect(page.locator("#download")).to_be_hidden()
    expect(page.locator("#tab-export pre").first).to_contain_text("/fp32")
    assert taken(page) == f"{run_id}-transferred-fp32"
