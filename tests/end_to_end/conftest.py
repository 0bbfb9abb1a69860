"""The real app on a free port, and a headless browser to drive it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.engine.local import LocalEngine
from pipeline.runs import RunStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE = 90.0  # seconds; only a broken app needs them


@dataclass(frozen=True)
class App:
    """A running server."""

    url: str
    store: RunStore


def give_up(reason: str) -> None:
    """Skip where no browser can be had; where one is promised, fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium: the machine's own, else the one that Playwright keeps."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None) or playwright.chromium.executable_path
        if not Path(found).exists():
            give_up("No browser found: install chromium, or run `playwright install chromium`.")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh visitor's page."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    context.close()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[App]:
    """``python app.py`` as people start it, with a tiny model for its source."""
    with served(tmp_path_factory.mktemp("app") / "runs", tiny_model) as app:
        yield app


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[App]:
    """The same on a host with many visitors."""
    with served(tmp_path_factory.mktemp("shared") / "runs", tiny_model, GRAFT_SHARED="true") as app:
        yield app


@contextmanager
def served(runs: Path, source: Path, **settings: str) -> Iterator[App]:
    """A server for a while."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("SPACE_ID", "GRADIO_SERVER_NAME")},
        "GRAFT_DEFAULT_SOURCE": str(source),
        "GRAFT_MAX_UPLOAD_MB": "1",
        **settings,
    }
    log = runs.parent / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(port), "--runs-dir", str(runs)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    store = RunStore(runs)
    try:
        await_answer(url, server, log)
        yield App(url, store)
    finally:
        server.terminate()
        server.wait(timeout=30)
        engine = LocalEngine(store)
        for record in store.list():  # a test that failed may leave its worker behind
            engine.kill(record.id, record.pid)


def await_answer(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the page is served."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The app did not come up:\n{log.read_text(errors='replace')}")
