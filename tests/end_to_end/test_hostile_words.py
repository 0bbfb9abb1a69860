"""Scripts, handlers, links and markdown in texts, labels and names: words in a real browser, which never run."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if not os.environ.get("CI"):  # there it is promised, and the import below fails without it
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install -r requirements-dev.txt")

from playwright.sync_api import expect

from tests.end_to_end.acts import open_tab
from tests.end_to_end.conftest import App
from tests.end_to_end.made import finished

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Request

pytestmark = pytest.mark.slow
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
#: Short enough for a run's name; a script in the document, one in an attribute, and an address that is one.
NAME = '"><img src=/pwned onerror=__pwned=1><script>__pwned=2</script>'
WORDS = (
    f'{NAME}\'><svg/onload=__pwned=3><a href="javascript:__pwned=4">a link</a>'
    "<iframe srcdoc='<script>parent.__pwned=5</script>'></iframe>[another](javascript:__pwned=6) "
    "![picture](/pwned.png) **bold** `code` {{7*7}} ${7*7} &lt;b&gt;"
    "<style>body{display:none}</style></textarea></script><!--"
)
LABEL = "<b onmouseover=__pwned=7>label</b>"
#: Elements that only one of the words above would make.
MADE = (
    "img[src*=pwned], a[href^='javascript:'], [onload], [onerror], [onmouseover], iframe[srcdoc], "
    "b[onmouseover], a[href*=pwned]"
)
CHECK = f"""() => ({{
  ran: window.__pwned ?? null,
  made: [...document.querySelectorAll("{MADE}")].map(one => one.outerHTML.slice(0, 200)),
  scripts: [...document.scripts].filter(one => /^\\s*__pwned/.test(one.textContent)).length,
  hidden: getComputedStyle(document.body).display === 'none',
}})"""


class Watched:
    """A page, and whatever of the words came to life on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.alive: list[str] = []
        page.on("dialog", lambda dialog: (self.alive.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", self._asked)
        page.on("popup", lambda popup: self.alive.append(f"popup {popup.url}"))

    def _asked(self, request: Request) -> None:
        """Note what only an element made of the words would ask for."""
        if urlsplit(request.url).path.startswith("/pwned"):
            self.alive.append(f"request {request.url}")

    def lifeless(self) -> None:
        """Nothing has run, nothing was asked for, and no element was made of words."""
        found = self.page.evaluate(CHECK)
        assert found == {"ran": None, "made": [], "scripts": 0, "hidden": False}
        assert self.alive == []

    def seen(self, place: str, words: str) -> Locator:
        """A place in which the words stand as they were written."""
        found = self.page.locator(place)
        expect(found).to_contain_text(words, timeout=PATIENCE)
        self.lifeless()
        return found


@pytest.fixture
def watch(browser: Browser) -> Iterator[Callable[[], Watched]]:
    contexts = []

    def opened() -> Watched:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        return Watched(page)

    yield opened
    for context in contexts:
        context.close()


def test_the_words_would_come_to_life_where_they_are_not_escaped(watch: Callable[[], Watched], app: App) -> None:
    """Else the tests below would show nothing."""
    watched = watch()
    watched.page.goto(app.url)
    watched.lifeless()
    watched.page.evaluate(
        "words => { const made = document.createElement('div'); made.innerHTML = words; document.body.append(made); }",
        WORDS,
    )
    watched.page.wait_for_function("window.__pwned")
    assert watched.page.evaluate(CHECK)["made"]
    assert watched.alive


def test_a_run_of_hostile_words_is_only_words(watch: Callable[[], Watched], app: App, tmp_path: Path) -> None:
    run_id = finished(app, "", NAME, mark=WORDS)
    watched = watch()
    page = watched.page
    page.goto(app.url)
    watched.seen("#runs", NAME)
    page.goto(f"{app.url}/?run={run_id}")
    watched.seen("#progress-summary h2", NAME)
    watched.seen("#run-list", NAME)
    page.locator("#run-spec button").first.click()
    watched.seen("#run-spec", "onerror=__pwned=1")

    page.locator("#rename").click()
    page.locator("#new-name").locator("textarea, input").first.fill(f"2 {NAME}")
    page.locator("#save-name").click()
    watched.seen("#progress-summary h2", f"2 {NAME}")
    page.locator("#delete").click()
    watched.seen("#delete-question", f"2 {NAME}")
    page.locator("#delete-keep").click()
    page.locator("#share").click()
    shared = page.locator("#share-link pre")
    expect(shared).to_contain_text("?report=")
    link = shared.inner_text()
    page.locator("#unshare").scroll_into_view_if_needed()
    watched.lifeless()

    open_tab(page, "compare")
    compared(watched)
    for kind, ending in (("csv", "csv"), ("json", "json"), ("html", "html")):
        with page.expect_download() as coming:
            page.locator(f"#download-{kind}").click()
        name = coming.value.suggested_filename
        assert name.endswith(f".{ending}")
        assert not set(name) & set("<>\"'/\\=")
        coming.value.save_as(tmp_path / f"taken.{ending}")
    taken_away(watch(), tmp_path)

    open_tab(page, "export")
    watched.seen("#tab-export", WORDS)
    page.wait_for_timeout(500)
    watched.lifeless()

    guest = watch()
    guest.page.goto(link)
    compared(guest)


def compared(watched: Watched) -> None:
    """Verdict, models, details and texts of the Compare tab."""
    page = watched.page
    watched.seen("#verdict", WORDS)
    watched.seen("#models", WORDS)
    assert page.locator("#models tbody tr").count() == 2
    for fold in page.locator("[role=tabpanel]:visible button.label-wrap").all():
        if fold.is_visible() and "open" not in (fold.get_attribute("class") or ""):
            fold.click()
            page.wait_for_timeout(300)
            watched.lifeless()
    watched.seen("#examples", f"text good{WORDS}")
    for hoverable in page.locator("[title*='__pwned'], [data-tip*='__pwned']").all()[:5]:
        hoverable.hover()
        watched.lifeless()


def taken_away(watched: Watched, folder: Path) -> None:
    """The files that were downloaded: a table without formulas, and a report that is opened from the disk."""
    rows = list(csv.reader((folder / "taken.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert WORDS in rows[1][1]
    watched.page.goto((folder / "taken.html").as_uri())
    expect(watched.page.locator("body")).to_contain_text(NAME)
    watched.lifeless()


def test_files_of_hostile_words_are_only_words(watch: Callable[[], Watched], app: App, tmp_path: Path) -> None:
    files = {}
    for role, labels in (("source", (LABEL, "other")), ("target", (f"{LABEL}!", "another"))):
        files[role] = tmp_path / f"{role}<img src=pwned onerror=__pwned=8>.csv"
        with files[role].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "label", f"<i onclick=__pwned=9>{role}"])
            writer.writerows([f"{number} {WORDS}", labels[number % 2], NAME] for number in range(12))
    watched = watch()
    page = watched.page
    page.goto(app.url)
    open_tab(page, "data")
    for role, path in files.items():
        page.locator(f"#upload-{role} input[type=file]").set_input_files(str(path))
        card = page.locator(".g-card", has=page.locator(f"#upload-{role}-status"))
        expect(page.locator(f"#upload-{role}-status")).to_contain_text("12 rows")
        expect(card).to_contain_text(WORDS[:60])
        expect(card).to_contain_text(LABEL)
        watched.lifeless()
    expect(page.locator("#doctor-report, #doctor").first).to_be_attached()
    page.wait_for_timeout(2_000)  # mapping and doctor
    expect(page.locator("body")).to_contain_text(f"{LABEL}!")
    watched.lifeless()
    page.locator("#start-training").click()
    page.wait_for_timeout(2_000)  # an error that names the labels, or a run
    watched.lifeless()
    name = page.locator("#hub-source-dataset").locator("textarea, input").first
    if page.locator("#hub-source button").first.is_visible():
        page.locator("#hub-source button").first.click()
        if name.is_visible():
            name.fill(NAME)
            name.press("Enter")
            page.wait_for_timeout(1_500)
            watched.lifeless()


def test_answers_and_errors_of_hostile_words_are_only_words(watch: Callable[[], Watched], app: App) -> None:
    run_id = finished(app, "", "asked", mark=WORDS)
    watched = watch()
    page = watched.page
    page.goto(f"{app.url}/?run={run_id}{'&x=' + NAME}")
    expect(page.locator("#progress-summary h2")).to_have_text("asked")
    open_tab(page, "compare")
    page.locator("#ask-text").locator("textarea, input").first.fill(WORDS)
    page.locator("#ask").click()
    expect(page.locator("#answers")).not_to_be_empty()
    watched.lifeless()
    for wrong in (f"/?run={NAME}", f"/?report={NAME}", f"/{NAME}"):
        page.goto(f"{app.url}{wrong}")
        page.wait_for_timeout(1_000)
        watched.lifeless()
