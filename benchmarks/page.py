"""What the page costs, from a real browser: ``python -m benchmarks.page``.

Three figures, printed as JSON. How long the first view takes beside a bare Gradio page on the same machine: from the
start of the server, and from opening the page in a fresh browser while the server stands; the two servers take turns.
How many bytes the page and the server exchange while somebody watches a run for a minute. How long a click in a
comparison takes until the answer is drawn. The run is the demo, so all of it takes some minutes; Playwright and a
Chromium are needed (requirements-dev.txt). With ``--url`` and ``--run`` the last figure alone, of a server that stands.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from benchmarks.servers import free_port, listening

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
MINUTE = 60_000  # milliseconds
BARE = (
    "import gradio as gr, sys\n"
    "with gr.Blocks(analytics_enabled=False) as page:\n    gr.Markdown('# Ready', elem_id='run-demo')\n"
    "page.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False)\n"
)
SEEN = "#run-demo"  # the first view is there when this is
CLICKS = 12
DESKTOP: Any = {"width": 1280, "height": 900}


@contextmanager
def served(command: Callable[[int], list[str]]) -> Iterator[tuple[str, float]]:
    """A server for a while: its address, and when it was started."""
    port, started = free_port(), time.monotonic()
    with listening([sys.executable, *command(port)], port):
        yield f"http://127.0.0.1:{port}", started


def graft(runs: Path) -> Callable[[int], list[str]]:
    """The command that serves this page."""
    return lambda port: ["app.py", "--port", str(port), "--runs-dir", str(runs)]


def bare(port: int) -> list[str]:
    """The command that serves a page of Gradio with nothing on it."""
    return ["-c", BARE, str(port)]


def first_view(browser: Browser, url: str, since: float | None = None) -> float:
    """Seconds until somebody new sees the page; since then, or since it is opened."""
    page = browser.new_page(viewport=DESKTOP)
    started = time.monotonic() if since is None else since
    page.goto(url, wait_until="commit")
    page.locator(SEEN).wait_for(timeout=2 * MINUTE)
    seconds = time.monotonic() - started
    page.wait_for_timeout(1000)  # for what is still on its way
    page.close()
    return seconds


def first_views(browser: Browser, runs: Path, rounds: int) -> dict[str, Any]:
    """Both pages by turns, each time from a server that has just been started."""
    took: dict[str, list[float]] = {f"{name} {since}": [] for name in ("graft", "bare") for since in ("start", "open")}
    for _ in range(rounds):
        for name, command in (("graft", graft(runs)), ("bare", bare)):
            with served(command) as (url, started):
                took[f"{name} start"].append(first_view(browser, url, started))
                took[f"{name} open"].append(first_view(browser, url))
    median = {key: round(statistics.median(values), 2) for key, values in took.items()}
    ratios = {since: round(median[f"graft {since}"] / median[f"bare {since}"], 2) for since in ("start", "open")}
    return {"seconds, medians": median, "graft / bare": ratios, "rounds": rounds}


class Traffic:
    """Bytes that a page and its server exchange, as the browser's debugging protocol counts them."""

    def __init__(self, page: Page) -> None:
        self.received, self.sent, self.requests = Counter[str](), Counter[str](), Counter[str]()
        self._names: dict[str, str] = {}
        session: CDPSession = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.dataReceived", self._came)
        session.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        request = event["request"]
        path = request["url"].split("?")[0].split("/gradio_api/")[-1].split("/assets/")[0]
        name = self._names[event["requestId"]] = "/".join(path.split("/")[:2])
        self.requests[name] += 1
        self.sent[name] += len(request.get("postData", ""))

    def _came(self, event: dict[str, Any]) -> None:
        """A stream of events is counted as it comes, too; what is compressed counts as it travels, if that is known."""
        self.received[self._names.get(event["requestId"], "earlier")] += (
            event["encodedDataLength"] or event["dataLength"]
        )

    def figures(self) -> dict[str, Any]:
        """All of it, and by what was asked for."""
        return {
            "received": self.received.total(),
            "sent": self.sent.total(),
            "requests": self.requests.total(),
            "by address": {
                name: [self.requests[name], self.received[name], self.sent[name]]
                for name in {*self.requests, *self.received}
            },
        }


def watched(page: Page, url: str, seconds: float = 60) -> dict[str, Any]:
    """The traffic of the demo's page while it is watched."""
    page.goto(url)
    page.locator(SEEN).click()
    expect(page.locator("#progress-curves svg").first).to_be_visible(timeout=5 * MINUTE)
    traffic = Traffic(page)
    page.wait_for_timeout(1000 * seconds)
    return traffic.figures()


def clicks(browser: Browser, url: str, run_id: str) -> dict[str, float]:
    """Seconds from a click to what it asks for: the tab, another filter, the next page of texts."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto(f"{url}/?run={run_id}")
    expect(page.locator("#progress-summary h2")).to_be_visible(timeout=MINUTE)
    position, took = page.locator("#example-position"), {}

    def timed(target: str, of: str) -> float:
        before, started = page.locator(of).inner_text(), time.monotonic()
        page.locator(target).first.click()
        expect(page.locator(of)).not_to_have_text(before, timeout=MINUTE, use_inner_text=True)
        return time.monotonic() - started

    started = time.monotonic()
    page.locator("#tab-compare-button:visible").first.click()
    expect(page.locator("#verdict")).to_be_visible(timeout=MINUTE)
    took["open Compare"] = time.monotonic() - started
    expect(position).to_contain_text("of")
    filters = ["#example-filter label:last-of-type", "#example-filter label:first-of-type"]
    took["filter"] = statistics.median(timed(filters[turn % 2], "#example-position") for turn in range(CLICKS))
    turns = ["Next", "Previous"]
    paging = [timed(f"#tab-compare button:text-is('{turns[t % 2]}')", "#example-position") for t in range(CLICKS)]
    took["page"] = statistics.median(paging)
    page.close()
    return {name: round(seconds, 3) for name, seconds in took.items()}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=5, help="starts of each server (default: %(default)s)")
    parser.add_argument("--url", help="a server that stands")
    parser.add_argument("--run", help="a finished run of that server")
    asked = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        if asked.url:
            print(json.dumps({"click, seconds": clicks(browser, asked.url, asked.run)}, indent=1))
            return
        print(
            json.dumps({"first view": first_views(browser, Path(folder) / "empty", asked.rounds)}, indent=1), flush=True
        )
        with served(graft(Path(folder) / "runs")) as (url, _):
            page = browser.new_page(viewport=DESKTOP)
            print(json.dumps({"a minute watched, bytes": watched(page, url)}, indent=1), flush=True)
            expect(page.locator("#progress-summary .g-chip")).to_have_text("done", timeout=15 * MINUTE)
            run_id = page.url.partition("run=")[2]
            page.close()
            print(json.dumps({"click, seconds": clicks(browser, url, run_id)}, indent=1))
        browser.close()


if __name__ == "__main__":
    main()
