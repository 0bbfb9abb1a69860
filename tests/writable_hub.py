"""A Hub of one's own that can also be written to: data sets are made, committed to, squashed and made public."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from tests.hub import COMMIT, TOKEN, Answers, Hub, Repository, serving


class Writing(Answers):
    """What the Hub says to whoever may write."""

    def do_POST(self) -> None:  # noqa: N802 - the server's word
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = unquote(self.path.partition("?")[0])
        parts = path.removeprefix("/api").removeprefix("/datasets/").split("/")
        kind = parts[2] if len(parts) > 2 else path
        if self.hub.slowness < 0:  # out of order
            self._send(503, {"error": f"Unavailable to {self.headers.get('authorization')}"})
        elif path != "/api/repos/create" and kind not in ("preupload", "commit", "super-squash"):
            self._answer(json.loads(content or b"{}"))
        else:
            self.hub.asked.append(("POST", path, self.headers.get("authorization")))
            assert self.headers.get("authorization") == f"Bearer {TOKEN}"
            getattr(self, "_" + kind.rpartition("/")[2].replace("-", "_"))("/".join(parts[:2]), content)

    def _create(self, _: str, content: bytes) -> None:
        asked = json.loads(content)
        name = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else f"me/{asked['name']}"
        self.hub.repositories[name] = Repository({COMMIT: {}}, private=bool(asked.get("private")))
        self._send(200, {"url": f"{self.hub.url}/datasets/{name}", "name": name})

    def _preupload(self, _: str, content: bytes) -> None:
        files = [{"path": file["path"], "uploadMode": "regular"} for file in json.loads(content)["files"]]
        self._send(200, {"files": [{**file, "shouldIgnore": False} for file in files]})

    def _commit(self, name: str, content: bytes) -> None:
        files = self.hub.repositories[name].files[COMMIT]
        for line in map(json.loads, content.splitlines()):
            value: dict[str, Any] = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "deletedFile":
                del files[value["path"]]
            elif line["key"] == "deletedFolder":
                for path in [path for path in files if path.startswith(value["path"])]:
                    del files[path]
        self._send(200, {"commitOid": COMMIT, "commitUrl": f"https://huggingface.co/datasets/{name}/commit/{COMMIT}"})

    def _super_squash(self, name: str, _: bytes) -> None:
        self._send(200, {"commitId": COMMIT})


@contextmanager
def writable() -> Iterator[Hub]:
    """An empty Hub, at work."""
    made = Hub()
    with serving(made, Writing):
        yield made
