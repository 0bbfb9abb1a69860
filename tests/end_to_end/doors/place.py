"""A real server of many visitors, what on it is the victim's, and a neighbour that counts who connects to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from pipeline.settings import ON_A_SHARED_HOST
from ui.access import GUEST
from ui.api.endpoints import ENDPOINTS

MARK = "zq7-nobody-else's"
VICTIM, STRANGER = "v" * 32, "s" * 32
FREELY = {f"GRAFT_{name.upper()}": "off" for name in ON_A_SHARED_HOST}  # a refusal for haste would prove nothing


class Neighbour(ThreadingHTTPServer):
    """What only the server's own network can reach; counts who connects, and says what nobody should see."""

    class Handler(BaseHTTPRequestHandler):
        """Answers everybody."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(f"text,label\n{MARK},good\n".encode())

        do_POST = do_HEAD = do_GET  # noqa: N815 - as http.server calls them

        def log_message(self, *_: Any) -> None:
            pass

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.met = 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    def verify_request(self, *_: Any) -> bool:
        """Called once for each connection."""
        self.met += 1
        return True


@dataclass
class Place:
    """The server, and what on it is the victim's.

    Attributes:
        app: The server.
        run: Id of the victim's run.
        file: Name of the victim's upload.
        folder: The run's.
        upload: The upload's path.
        neighbour: Listens beside the server.
    """

    app: Any
    run: str
    file: str
    folder: Path
    upload: Path
    neighbour: Neighbour

    @property
    def paths(self) -> list[str]:
        """Files that hold what nobody else may see."""
        names = ("report.json", "spec.json", "state.json", "worker.log", "exports/transferred/fp32/model.onnx")
        root = self.app.store.root
        return [*(str(self.folder / name) for name in names), str(self.upload), str(root / ".account-secret")]

    @property
    def secrets(self) -> list[bytes]:
        """What must be in no answer."""
        return [MARK.encode(), (self.app.store.root / ".account-secret").read_bytes().strip()]

    def ask(self, name: str, /, **given: Any) -> httpx.Response:
        """Call an endpoint."""
        arguments = {argument.name: argument.default for argument in ENDPOINTS[name].arguments} | given
        return httpx.post(f"{self.app.url}/gradio_api/run/{name}", json={"data": [*arguments.values()]}, timeout=120)

    def stamp(self) -> dict[str, str]:
        """All that is the victim's, to see that nobody changed it."""
        files = [path for top in (self.folder, self.upload.parent) for path in top.rglob("*") if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def clean(place: Place, answer: httpx.Response, door: str) -> None:
    """Nothing that is the victim's is in an answer, and no traceback."""
    for secret in place.secrets:
        assert secret not in answer.content, door
        assert secret not in str(answer.headers).encode(), door
    assert b"Traceback" not in answer.content, door


def strangers(place: Place) -> list[str]:
    """Who a stranger can say that they are: themselves, nobody, a guest, the owner as the run's record has it."""
    owner = hashlib.sha256(VICTIM.encode()).hexdigest()
    return [STRANGER, "", f"{GUEST}x", f"{GUEST}{place.run}", GUEST, owner, f"{VICTIM} x", VICTIM[:-1], VICTIM.upper()]
