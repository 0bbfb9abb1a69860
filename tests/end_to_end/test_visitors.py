"""Two visitors of one host in a real browser: each keeps their own runs, and a link shows one report alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from tests.end_to_end.acts import choose, open_tab, visitor_of
from tests.end_to_end.made import finished

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 120_000  # milliseconds; only a slow machine needs them for all the controls of the form
expect.set_options(timeout=40_000)  # a page that did not come up opens itself once more after some seconds


@pytest.fixture
def visit(shared_app: Any, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the page for a new visitor."""
    contexts = []

    def opened(path: str = "/", width: int = 1280) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{shared_app.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def test_two_visitors_keep_their_runs_apart(shared_app: Any, visit: Callable[..., Page]) -> None:
    mine, theirs = visit(), visit()
    assert visitor_of(mine) != visitor_of(theirs)
    first = finished(shared_app, visitor_of(mine), "Mine alone")
    finished(shared_app, visitor_of(theirs), "Theirs alone")
    for page, own, other in ((mine, "Mine alone", "Theirs alone"), (theirs, "Theirs alone", "Mine alone")):
        expect(page.locator("#runs")).to_contain_text(own)
        open_tab(page, "progress")
        expect(page.locator("#run-list")).to_contain_text(own)
        expect(page.locator("#progress-summary h2")).to_have_text(own)
        assert other not in page.content()
    theirs.goto(f"{shared_app.url}/?run={first}")  # an id alone opens nothing
    expect(theirs.locator("#runs")).to_contain_text("Theirs alone")
    for tab in ("progress", "compare", "export"):
        open_tab(theirs, tab)
        theirs.wait_for_timeout(500)
        assert "Mine alone" not in theirs.content()


def test_a_run_is_renamed_told_apart_and_deleted_and_a_reload_keeps_it_all(
    shared_app: Any, visit: Callable[..., Page]
) -> None:
    page = visit()
    for name in ("One", "Two"):
        run_id = finished(shared_app, visitor_of(page), name)
    page.goto(f"{shared_app.url}/?run={run_id}")
    expect(page.locator("#progress-summary h2")).to_have_text("Two")
    expect(page.locator("#progress-stages li")).to_have_count(4)
    expect(page.locator("#progress-stages svg path").first).to_be_attached()
    page.locator("#measure label", has_text="Learning rate").click()
    expect(page.locator("#progress-curves figcaption")).to_contain_text("5.00e-03")

    page.locator("#rename").click()
    page.locator("#new-name").locator("textarea, input").first.fill("Second <b>")
    page.locator("#save-name").click()
    expect(page.locator("#progress-summary h2")).to_have_text("Second <b>")
    expect(page.locator("#save-name")).to_be_hidden()
    page.reload()
    expect(page.locator("#progress-summary h2")).to_have_text("Second <b>")

    page.locator("#differences button").first.click()
    choose(page, "#other-run", "One")
    expect(page.locator("#difference-table")).to_contain_text("asked to do the same")
    page.locator("#run-spec button").first.click()
    expect(page.locator("#run-spec")).to_contain_text("python -m pipeline run spec.json")
    expect(page.locator("#run-spec pre").last).not_to_contain_text(str(shared_app.store.root.parent))

    page.locator("#delete").click()
    expect(page.locator("#delete-question")).to_contain_text("Delete “Second <b>”?")
    page.locator("#delete-keep").click()
    expect(page.locator("#delete-question")).to_be_hidden()
    page.locator("#delete").click()
    page.locator("#delete-really").click()
    expect(page.locator("#progress-summary h2")).to_have_text("One")
    expect(page.locator("#run-list")).not_to_contain_text("Second")
    page.locator("#delete").click()
    page.locator("#delete-really").click()
    expect(page.locator("#progress-summary")).to_contain_text("No run is open")
    page.reload()
    open_tab(page, "progress")
    expect(page.locator("#progress-summary")).to_contain_text("No run is open")
    assert not list(shared_app.store.list(hashlib.sha256(visitor_of(page).encode()).hexdigest()))


def test_a_link_shows_the_report_and_nothing_else(shared_app: Any, visit: Callable[..., Page]) -> None:
    owner = visit()
    run_id = finished(shared_app, visitor_of(owner), "Shared")
    finished(shared_app, visitor_of(owner), "Kept back")
    owner.goto(f"{shared_app.url}/?run={run_id}")
    owner.locator("#share").click()
    address = owner.locator("#share-link pre")
    expect(address).to_contain_text(f"{shared_app.url}/?report=")
    link = address.inner_text().removeprefix(shared_app.url)
    assert run_id not in link

    guest = visit(link)
    expect(guest.locator("#guest-notice")).to_contain_text("somebody shared with you")
    expect(guest.locator("#verdict")).to_contain_text("On the 2 frozen test texts")
    expect(guest.locator("#models tbody tr")).to_have_count(2)
    for hidden in ("button[role=tab]", "#progress-summary", "#run-list", "#start-training", "#ask", "#compare-run"):
        expect(guest.locator(hidden).first).to_be_hidden()
    for kept_back in ("Kept back", "a line of the log"):
        assert kept_back not in guest.content()
    assert guest.url == f"{shared_app.url}{link}"  # and no id of a run
    guest.reload()
    expect(guest.locator("#models tbody tr")).to_have_count(2)
    guest.locator("#guest-notice a").click()
    expect(guest.locator("#runs")).to_contain_text("No runs yet")

    owner.locator("#unshare").click()
    expect(owner.locator("#share-link")).to_contain_text("leads nowhere")
    lost = visit(link)
    expect(lost.locator("#guest-notice")).to_contain_text("leads to no report")
    expect(lost.locator("#verdict")).to_be_hidden()


@pytest.mark.slow
def test_a_run_is_edited_as_new_on_a_phone(shared_app: Any, visit: Callable[..., Page]) -> None:
    page = visit(width=375)
    run_id = finished(shared_app, visitor_of(page), "From a phone")
    page.goto(f"{shared_app.url}/?run={run_id}")
    expect(page.locator("#progress-stages li")).to_have_count(4)
    expect(page.locator("#progress-stages svg")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.locator("#edit-as-new").click()
    expect(page.locator("#edited-from")).to_contain_text("Filled in from the run “From a phone”", timeout=PATIENCE)
    expect(page.locator("#upload-target-status")).to_contain_text("reviews.zh.train.csv: 100 rows")
    page.locator("#every-part > button").click()
    expect(page.locator("#field-recipe-source_training-epochs input")).to_have_value("4")
    page.locator("#write-spec").click()
    expect(page.locator("#form-spec")).to_contain_text('"name": "From a phone"')
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
