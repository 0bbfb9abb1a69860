"""A Hub of one's own: an HTTP server that answers what the libraries ask for a few tiny data sets."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote

COMMIT, CONVERTED = "c" * 40, "d" * 40
TOKEN = "hf_of_somebody"


def parquet(rows: list[dict[str, Any]], features: Any) -> bytes:
    """A Parquet file as the Hub has it, with its features."""
    import datasets

    held = io.BytesIO()
    datasets.Dataset.from_list(rows, features=features).to_parquet(held)
    return held.getvalue()


def reviews(count: int = 6) -> bytes:
    import datasets

    features = datasets.Features(
        {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["negative", "positive"])}
    )
    rows = [{"sentence": f"a text {number}", "label": number % 2} for number in range(count)]
    return parquet([*rows, {"sentence": "of unknown label", "label": -1}], features)


def words() -> bytes:
    import datasets

    tags = datasets.ClassLabel(names=["O", "B-PER", "I-PER"])
    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "tokens": datasets.List(datasets.Value("string")),
            "ner_tags": datasets.List(tags),
        }
    )
    rows = [{"id": str(number), "tokens": ["Ada", "saw", "Bob"], "ner_tags": [1, 0, 1]} for number in range(4)]
    return parquet(rows, features)


CARD = """---
license: mit
configs:
- config_name: plain
  data_files:
  - split: train
    path: plain/train.parquet
  - split: test
    path: plain/test.parquet
- config_name: more
  data_files:
  - split: train
    path: plain/test.parquet
---
"""


CSV = ("text,label\n" + "".join(f"line {number},{'good' if number % 2 else 'bad'}\n" for number in range(8))).encode()


@dataclass
class Repository:
    """A data set: its files by revision."""

    files: dict[str, dict[str, bytes]]
    gated: bool = False
    private: bool = False


@dataclass
class Hub:
    """Where it answers, what it holds, and what it was asked."""

    url: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    slowness: float = 0.0  # seconds before a file is sent
    redirects: dict[str, str] = field(default_factory=dict)  # path → where its answer leads


class Answers(BaseHTTPRequestHandler):
    """What the Hub says."""

    hub: ClassVar[Hub]

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}"))

    def _answer(self, body: Any = None) -> None:
        path = unquote(self.path.partition("?")[0])
        token = self.headers.get("authorization")
        self.hub.asked.append((self.command, path, token))
        parts = path.removeprefix("/api").removeprefix("/datasets/").split("/")
        if path in self.hub.redirects:
            self._send(302, {}, location=self.hub.redirects[path])
            return
        if path == "/api/models":  # whether there is a Hub
            self._send(200, [])
            return
        repository = self.hub.repositories.get("/".join(parts[:2]))
        name, rest = "/".join(parts[:2]), parts[2:]
        allowed = token == f"Bearer {TOKEN}"
        if repository is None or (repository.private and not allowed):
            self._send(401, {"error": "Repository not found"}, code="RepoNotFound")
        elif repository.gated and not allowed and (rest[:1] in (["resolve"], ["auth-check"])):
            self._send(401, {"error": "gated"}, code="GatedRepo")
        elif rest[:1] == ["auth-check"]:
            self._send(200, {})
        elif rest[:1] == ["resolve"]:
            time.sleep(self.hub.slowness * (self.command == "GET"))
            self._file(repository.files.get(rest[1], {}).get("/".join(rest[2:])))
        else:
            self._about(name, repository, rest, body)

    def _about(self, name: str, repository: Repository, rest: list[str], body: Any) -> None:
        kind, revision = [*rest, "", ""][:2]
        where = "/".join(rest[1:])
        commit = {"": COMMIT, "main": COMMIT, "refs/convert/parquet": CONVERTED}.get(
            where if kind == "revision" else revision, revision
        )
        files = repository.files.get(commit)
        if files is None:
            self._send(404, {"error": "Revision not found"}, code="RevisionNotFound")
        elif kind in ("", "revision"):
            licence = {"license": "mit"} if name == "tiny/reviews" else {}
            siblings = [{"rfilename": file} for file in files]
            gated = "auto" if repository.gated else False
            about = {"id": name, "sha": commit, "gated": gated, "private": repository.private, "tags": []}
            self._send(200, {**about, "siblings": siblings, "cardData": licence, "downloads": 0, "likes": 0})
        elif kind == "paths-info":
            found = [entry for path in body["paths"] for entry in entries(files, exactly=path)]
            self._send(200, found)
        elif kind == "tree":
            under = "/".join(rest[2:])
            recursive = "recursive=true" in self.path.lower()
            listed = entries(files, under=under, recursive=recursive)
            if under and not listed:
                self._send(404, {"error": "Entry not found"}, code="EntryNotFound")
            else:
                self._send(200, listed)
        else:
            self._send(404, {"error": f"what is {kind}?"})

    def _file(self, content: bytes | None) -> None:
        if content is None:
            self._send(404, {"error": "Entry not found"}, code="EntryNotFound")
            return
        start, end = 0, len(content)
        if wanted := self.headers.get("range"):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or end) + 1, end)
        self.send_response(206 if wanted else 200)
        self.send_header("content-length", str(end - start))
        self.send_header("etag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("x-repo-commit", COMMIT)
        self.send_header("accept-ranges", "bytes")
        if wanted:
            self.send_header("content-range", f"bytes {start}-{end - 1}/{len(content)}")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[start:end])

    def _send(self, status: int, document: Any, code: str = "", location: str = "") -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if code:
            self.send_header("x-error-code", code)
        if location:
            self.send_header("location", location)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def serving(made: Hub, answers: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    """Have a Hub answered for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (answers,), {"hub": made}))
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def answering() -> Iterator[Hub]:
    """The Hub, at work."""
    made = Hub()
    plain = {
        "README.md": CARD.encode(),
        "plain/train.parquet": reviews(),
        "plain/test.parquet": reviews(2),
    }
    made.repositories = {
        "tiny/reviews": Repository({COMMIT: plain}),
        "tiny/lines": Repository({COMMIT: {"train.csv": CSV}}),
        "tiny/secret": Repository({COMMIT: {"train.csv": CSV}}, private=True),
        "tiny/gated": Repository({COMMIT: {"train.csv": CSV}}, gated=True),
        "tiny/scripted": Repository(
            {
                COMMIT: {"scripted.py": b"print('no')"},
                CONVERTED: {".gitattributes": b"", "en/train/0000.parquet": words()},
            }
        ),
        "tiny/script": Repository({COMMIT: {"script.py": b"print('no')"}}),
        "tiny/empty": Repository({COMMIT: {"README.md": b"nothing here"}}),
    }

    with serving(made, Answers):
        yield made


def entries(files: dict[str, bytes], *, exactly: str = "", under: str = "", recursive: bool = True) -> list[Any]:
    """Files and folders as the Hub lists them."""

    def file(path: str) -> dict[str, Any]:
        oid = hashlib.sha256(files[path]).hexdigest()
        return {"type": "file", "path": path, "size": len(files[path]), "oid": oid}

    folders = {path.rpartition("/")[0] for path in files} - {""}
    if exactly:
        found = [file(exactly)] if exactly in files else []
        return found or [{"type": "directory", "path": exactly, "oid": "0"} for folder in folders if folder == exactly]
    prefix = f"{under}/" if under else ""
    inside = [path for path in files if path.startswith(prefix)]
    here = [path for path in inside if recursive or "/" not in path.removeprefix(prefix)]
    below = {path.removeprefix(prefix).split("/")[0] for path in inside if "/" in path.removeprefix(prefix)}
    return [*map(file, here), *({"type": "directory", "path": f"{prefix}{name}", "oid": "0"} for name in sorted(below))]
