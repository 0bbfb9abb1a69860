"""The page for everybody: axe on every tab in both themes and on a phone, and a walk with the keyboard alone."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if not os.environ.get("CI"):  # there it is promised, and the imports below fail without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")
    pytest.importorskip("axe_playwright_python", reason="axe is not installed: pip install -r requirements-dev.txt")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from export.speed.report import place_of, write_speed
from tests.end_to_end.acts import open_tab, visitor_of
from tests.end_to_end.made import worked
from tests.end_to_end.test_compare import finish
from tests.ui.records import make_speed
from ui.access import SHARE, Share

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 120_000  # milliseconds; only a slow machine needs them
LOOKS = [(theme, width) for theme in ("light", "dark") for width in (1280, 375)]
SERIOUS = ("serious", "critical")
pytestmark = pytest.mark.slow
PLAN = [
    {"name": "data", "title": "Read and split the texts", "cost": 1, "key": "a", "after": []},
    {"name": "source-only", "title": "Train on the source texts", "cost": 1, "key": "b", "after": ["data"]},
    {"name": "report", "title": "Compare", "cost": 1, "key": "c", "after": ["source-only"]},
]
#: What has the focus, whether it is seen, and whether one sees that it has the focus.
FOCUSED = """
() => {
  const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
  const ring = element => {
    const look = getComputedStyle(element);
    return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2;
  };
  return {
    id: at.closest('[id]')?.id ?? '', tag: at.tagName, html: at.outerHTML.slice(0, 200),
    seen: box.width > 0 && box.height > 0 && look.visibility === 'visible',
    marked: ring(at) || ring(at.closest('.wrap') ?? at),  // a list's input is marked around the box that holds it
  };
}
"""


@pytest.fixture
def visit(shared_app: Any, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the page as somebody new; what the page asks of other hosts is a failure."""
    contexts, foreign = [], []

    def opened(theme: str = "light", width: int = 1280, path: str = "/") -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        own = (shared_app.url, "data:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(own) else foreign.append(asked.url))
        page.goto(f"{shared_app.url}{path}")
        visitor_of(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == [], "a laptop without a network must do"


def finished(app: Any, page: Page, spec: Any) -> str:
    """A finished run of the page's visitor, with events, a report and an export; its report is shared by its own id."""
    visitor = visitor_of(page)
    run_id = finish(app.store, spec, "A finished run")
    write_speed(make_speed("a processor", "no memory"), place_of(app.store.export_folder(run_id, "transferred")))
    worked(app.store.events(run_id), PLAN)
    app.store.give(run_id, hashlib.sha256(visitor.encode()).hexdigest())
    share = Share(token=run_id, created=time.time())
    (app.store.folder(run_id) / SHARE).write_text(share.model_dump_json(), encoding="utf-8")
    return run_id


def look_into(page: Page, tab: str) -> None:
    open_tab(page, tab)
    page.wait_for_timeout(300)  # what is drawn when a tab is opened


def unfold(page: Page, *folds: str) -> None:
    """Open accordions of Gradio's, or all folded parts below an element."""
    for fold in folds:
        if fold.endswith("summary"):
            for summary in page.locator(fold).all():
                summary.click()
        else:
            page.locator(f"{fold} button").first.click()


def judge(page: Page, where: str) -> None:
    """No serious violation, and nothing that sticks out sideways."""
    found = Axe().run(page).response["violations"]
    told = [
        f"{where}: {violation['id']} ({violation['impact']}) {node['target']} {node['html'][:200]} {reason['message']}"
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
        for reason in [*node["any"], *node["all"], *node["none"]]
    ]
    assert not told, "\n".join(told)
    width, room = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert width <= room, f"{where} is {width} pixels wide; there is room for {room}"


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_tabs_without_a_run_are_for_everybody_and_say_what_to_do(
    visit: Callable[..., Page], theme: str, width: int
) -> None:
    page = visit(theme, width)
    expect(page.locator("#runs")).to_contain_text("No runs yet")
    judge(page, "start")
    for name, words in {
        "data": "Bring texts above",
        "progress": "Start",
        "compare": "finished",
        "export": "finished",
    }.items():
        look_into(page, name)
        judge(page, f"{name}, empty")
        shown = page.locator(f"#tab-{name} .g-empty:visible, #tab-{name} #doctor-report:visible").first
        expect(shown).to_contain_text(words)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_tabs_with_a_finished_run_are_for_everybody(
    shared_app: Any, tiny_spec: Any, visit: Callable[..., Page], theme: str, width: int
) -> None:
    page = visit(theme, width)
    run_id = finished(shared_app, page, tiny_spec)
    page.goto(f"{shared_app.url}/?run={run_id}")
    expect(page.locator("#progress-stages li")).to_have_count(len(PLAN))
    unfold(page, "#run-spec", "#progress-log")
    page.locator("#share").click()
    expect(page.locator("#share-link pre")).to_be_visible()
    judge(page, "progress")
    look_into(page, "compare")
    expect(page.locator("#verdict")).to_contain_text("Transfer helped")
    unfold(page, "#choose-models", "#fold-crossed", "#fold-calibration", "#fold-parts", "#details summary")
    page.locator("#ask-text textarea").fill("text good")
    page.locator("#ask").click()
    expect(page.locator("#answers article").first).to_be_visible()
    judge(page, "compare")
    look_into(page, "export")
    expect(page.locator("#variants")).to_contain_text("int8")
    expect(page.locator("#speeds svg circle").first).to_be_visible()
    judge(page, "export")
    guest = visit(theme, width, f"/?report={run_id}")
    expect(guest.locator("#models tbody tr").first).to_be_visible()
    judge(guest, "shared report")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_form_is_for_everybody(visit: Callable[..., Page], theme: str, width: int) -> None:
    page = visit(theme, width)
    look_into(page, "data")
    page.locator("#fill-samples").click()
    expect(page.locator("#upload-target-status")).to_contain_text("In use")
    expect(page.locator("#doctor-report .g-checkup")).to_be_visible()
    judge(page, "data, basic")
    unfold(page, "#more-files", "#every-part", "#more-options", "#doctor-report summary")
    expect(page.locator("#field-seed")).to_be_visible()
    judge(page, "data, advanced")


def step(page: Page, key: str = "Tab") -> dict[str, Any]:
    """Move on with the keyboard; where one arrives is seen and marked."""
    page.keyboard.press(key)
    at: dict[str, Any] = page.evaluate(FOCUSED)
    if at["tag"] == "BODY":  # behind the last control: the browser's own are next
        return at
    assert at["seen"], f"the focus is on something that is not seen: {at}"
    assert at["marked"], f"the focus can't be seen: {at}"
    return at


def walk(page: Page, goal: str, key: str = "Tab", most: int = 120) -> None:
    """Press a key until the goal has the focus."""
    for _ in range(most):
        step(page, key)
        if page.evaluate("goal => document.activeElement.matches(goal)", goal):
            return
    pytest.fail(f"{most} presses of {key} do not lead to {goal}")


def test_everything_can_be_done_with_the_keyboard_alone(
    shared_app: Any, tiny_spec: Any, visit: Callable[..., Page]
) -> None:
    page = visit()
    walk(page, "#run-demo")
    page.keyboard.press("Enter")
    expect(page.locator("#progress-stages li").first).to_be_visible()
    judge(page, "progress, at work")
    expect(page.locator("#cancel")).to_be_visible()
    page.locator("body").press("Home")
    walk(page, "#cancel")
    page.keyboard.press("Space")
    expect(page.locator("#progress-summary .g-chip")).to_have_text("cancelled", timeout=PATIENCE)

    run_id = finished(shared_app, page, tiny_spec)
    page.goto(f"{shared_app.url}/?run={run_id}")
    expect(page.locator("#progress-stages li")).to_have_count(len(PLAN))
    walk(page, "#tab-compare-button")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("Transfer helped")
    walk(page, "#choose-models button")
    page.keyboard.press("Enter")
    expect(page.locator("#own-models")).to_be_visible()
    page.keyboard.press("Enter")
    walk(page, "#example-filter input")
    before = page.locator("#example-position").inner_text()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#example-position")).not_to_have_text(before)
    walk(page, "#examples .g-pick")
    page.keyboard.press("Enter")
    expect(page.locator("#answers article").first).to_be_visible()
    walk(page, "#details summary")
    page.keyboard.press("Enter")
    expect(page.locator("#details details[open]")).to_have_count(1)

    walk(page, "#tab-data-button", "Shift+Tab")
    page.keyboard.press("Space")
    walk(page, "#preset input")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#preset input")).not_to_have_value("")
    walk(page, "[data-language=zh]", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


@pytest.mark.parametrize("tab", ["start", "data", "progress", "compare", "export"])
def test_no_tab_keeps_the_focus(visit: Callable[..., Page], tab: str) -> None:
    page = visit()
    look_into(page, tab)
    page.evaluate("document.activeElement.blur()")
    before, steps = None, 0
    while steps < 150:
        at = step(page)
        if at["tag"] == "BODY":
            break
        page.evaluate("document.activeElement.dataset.steps = +(document.activeElement.dataset.steps ?? 0) + 1")
        if page.evaluate("document.activeElement.dataset.steps") != "1":
            break  # once around
        assert at != before or at["tag"] == "INPUT", f"the focus does not leave {at}"
        before, steps = at, steps + 1
    assert 1 < steps < 150
