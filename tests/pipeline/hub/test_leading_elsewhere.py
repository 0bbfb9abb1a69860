"""Data sets that lead elsewhere: by their card to other servers and this machine's files, by redirects, by pickles."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.hub import COMMIT, CSV, Repository

ROOT = Path(__file__).resolve().parents[3]
DRIVER = """
import json, sys
from pathlib import Path
from pipeline.errors import GraftError
from pipeline.hub.command import apart
from pipeline.hub.records import Wanted
from pipeline.settings import Settings

folder, found = Path(sys.argv[1]), {}
with apart():
    from pipeline.hub.fetching import fetch
    for name in sys.argv[2:]:
        try:
            found[name] = fetch(Wanted.of(f"led/{name}"), folder / name, Settings()).rows
        except GraftError as error:
            found[name] = str(error)
print(json.dumps(found))
"""
CARD = """---
configs:
- config_name: default
  data_files:
  - split: train
    path: {path}
---
"""
#: Name → what the card says that its file is; the neighbour's address and a folder of this machine are filled in.
CARDS = {
    "url": "{url}/data.csv",
    "cached-url": "simplecache::{url}/data.csv",
    "zip-at-url": "zip://data.csv::{url}/data.zip",
    "path": "{folder}/victim.csv",
    "pattern": "{folder}/v*.csv",
    "file": "file://{folder}/victim.csv",
    "zip-here": "zip://victim.csv::{folder}/victim.zip",
    "zip-here-file": "zip://victim.csv::file://{folder}/victim.zip",
    "cached-path": "simplecache::{folder}/victim.csv",
    "cached-file": "filecache::file://{folder}/victim.csv",
    "folder": "dir://victim.csv::file://{folder}",
    "upwards": "../../../../../../../../{folder}/victim.csv",
    "metadata": "http://169.254.169.254/latest/meta-data",
}


class Pickled:
    def __reduce__(self) -> Any:
        return (os.system, ("touch pwned",))


def packed() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("train.csv", CSV)
    return held.getvalue()


@pytest.fixture(scope="module")
def led(hub: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[str]]:
    """What became of each data set, and who came to the neighbour."""
    came: list[str] = []

    class Neighbour(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            came.append(self.path)
            self.send_response(200)
            self.send_header("content-length", str(len(CSV)))
            self.end_headers()
            self.wfile.write(CSV if self.command == "GET" else b"")

        do_HEAD = do_GET  # noqa: N815 - as http.server calls it

    folder = tmp_path_factory.mktemp("machine")
    (folder / "victim.csv").write_bytes(CSV)
    with zipfile.ZipFile(folder / "victim.zip", "w") as archive:
        archive.writestr("victim.csv", CSV)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Neighbour)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    made = {
        name: {"README.md": CARD.format(path=json.dumps(path.format(url=url, folder=folder))).encode()}
        for name, path in CARDS.items()
    }
    made["packed"] = {"data.zip": packed()}
    made["redirected"] = {"train.csv": CSV}
    made["pickled"] = {"train.pkl": pickle.dumps(Pickled())}
    hub.redirects[f"/datasets/led/redirected/resolve/{COMMIT}/train.csv"] = f"{url}/redirected"
    for name, files in made.items():
        hub.repositories[f"led/{name}"] = Repository({COMMIT: files})
    own = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
    environment = {
        **own,
        "HF_ENDPOINT": hub.url,
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(tmp_path_factory.mktemp("home")),
    }
    line = [sys.executable, "-c", DRIVER, str(tmp_path_factory.mktemp("files")), *made]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), came


@pytest.mark.parametrize("name", CARDS)
def test_a_card_that_names_other_files_is_refused(name: str, led: tuple[dict[str, Any], list[str]]) -> None:
    found = led[0][name]
    assert "files that are not on the Hub" in found or "has no files with texts" in found


def test_a_redirect_to_a_neighbour_is_refused(led: tuple[dict[str, Any], list[str]]) -> None:
    assert "leads to an address of this server's own network" in led[0]["redirected"]


def test_nobody_came_to_the_neighbour(led: tuple[dict[str, Any], list[str]]) -> None:
    assert led[1] == []


def test_a_pickle_is_no_file_with_texts(led: tuple[dict[str, Any], list[str]]) -> None:
    assert "has no files with texts" in led[0]["pickled"]
    assert not (ROOT / "pwned").exists()


def test_what_is_packed_on_the_hub_is_read(led: tuple[dict[str, Any], list[str]]) -> None:
    assert led[0]["packed"] == 8


def test_nothing_that_a_visitor_sends_alters_where_the_hub_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint comes from the host's environment, which a fetch is given as it is."""
    from pipeline.hub.asking import environment
    from pipeline.settings import Settings

    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example")
    for token in (None, "hf_x\nHF_ENDPOINT=http://127.0.0.1"):
        assert environment(Settings(shared=True), token)["HF_ENDPOINT"] == "https://hub.example"
    monkeypatch.delenv("HF_ENDPOINT")
    assert "HF_ENDPOINT" not in environment(Settings(shared=True), None)
