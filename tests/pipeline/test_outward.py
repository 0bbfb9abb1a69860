"""Connections to one's own network, refused while something is fetched: which they are, and that libraries obey."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.outward import InwardError, named_by_host, outside, outward_only

ROOT = Path(__file__).resolve().parents[2]
COMMIT = "c" * 40


class Neighbour(BaseHTTPRequestHandler):
    """What only this machine reaches; it remembers who came."""

    came: list[str]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.came.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_POST = do_GET  # noqa: N815 - as http.server calls them


class ModelHub(Neighbour):
    """A Hub with one model, whose weights it sends elsewhere for."""

    elsewhere = ""

    def do_GET(self) -> None:
        self.came.append(self.path)
        if self.path.startswith("/api/models/"):
            content = b'{"id": "tiny/model", "sha": "%s", "siblings": [{"rfilename": "model.safetensors"}]}'
            self._send(200, content % COMMIT.encode())
        else:
            self._send(
                302, b"", location=self.elsewhere, **{"x-repo-commit": COMMIT, "etag": '"e"', "x-linked-size": "9"}
            )

    do_HEAD = do_GET  # noqa: N815 - as http.server calls it

    def _send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


@pytest.fixture
def listening() -> Iterator[Any]:
    """Starts servers on this machine; gives address and handler."""
    servers = []

    def started(kind: type[Neighbour], **fields: str) -> tuple[str, Any]:
        handler = type("Handler", (kind,), {"came": [], **fields})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", handler

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("host", ["18.244.0.1", "2600:1f18::1", "::ffff:18.244.0.1", "64:ff9b::12f4:1"])
def test_the_public_network_is_outside(host: str) -> None:
    assert outside(host)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "10.0.0.1", "172.16.3.4", "192.168.1.1",  # noqa: S104
        "169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00::1", "fd00:ec2::254", "100.64.0.1", "100.100.100.200",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "192.0.0.192",
        "255.255.255.255", "224.0.0.1", "ff02::1", "240.0.0.1", "localhost", "metadata.google.internal", "",
    ],
)  # fmt: skip
def test_what_only_this_network_reaches_is_not(host: str) -> None:
    assert not outside(host)


def test_a_neighbour_is_reached_before_and_after_and_not_while_something_is_fetched(listening: Any) -> None:
    url, neighbour = listening(Neighbour)
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    socket.create_connection(address).close()
    with outward_only():
        with outward_only(), pytest.raises(InwardError, match="an address of this network"):
            socket.create_connection(address)
        with socket.socket() as one, pytest.raises(InwardError):
            one.connect_ex(address)
    socket.create_connection(address).close()
    assert neighbour.came == []


def test_what_the_host_names_is_reached(listening: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, _ = listening(Neighbour)
    other, _ = listening(Neighbour)
    monkeypatch.setenv("HF_ENDPOINT", url)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    port, another = (int(each.rpartition(":")[2]) for each in (url, other))
    assert [*named_by_host()] == [("127.0.0.1", port)]
    with outward_only():
        socket.create_connection(("127.0.0.1", port)).close()
        with pytest.raises(InwardError):  # the same machine, another port
            socket.create_connection(("127.0.0.1", another))
    monkeypatch.setenv("https_proxy", other)
    with outward_only():
        socket.create_connection(("127.0.0.1", another)).close()


def test_libraries_are_refused_wherever_they_are_led(listening: Any) -> None:
    import asyncio

    import aiohttp
    import httpx
    import requests

    url, neighbour = listening(Neighbour)

    async def asked() -> None:
        async with aiohttp.ClientSession() as session:
            await session.get(url)

    def in_a_thread() -> None:  # in this one a browser's loop may be at work
        with ThreadPoolExecutor(1) as threads:
            threads.submit(asyncio.run, asked()).result()

    calls = [lambda: requests.get(url, timeout=5), lambda: httpx.get(url), in_a_thread]
    with outward_only():
        for call in calls:
            with pytest.raises(InwardError):
                call()
    assert neighbour.came == []


SCRIPT = """
from pipeline.errors import SourceError
from pipeline.sources import resolve
from pipeline.spec import HubSource
try:
    resolve(HubSource(repo_id="tiny/model"))
except SourceError as error:
    print(error)
import huggingface_hub.constants
print(huggingface_hub.constants.HF_HUB_DISABLE_XET)
"""


def test_a_model_that_leads_to_a_neighbour_is_refused(listening: Any, tmp_path: Path) -> None:
    secret, neighbour = listening(Neighbour)
    hub, asked = listening(ModelHub, elsewhere=f"{secret}/latest/meta-data")
    own = {name: value for name, value in os.environ.items() if name not in ("HF_TOKEN", "HF_HUB_OFFLINE")}
    environment = {**own, "HF_ENDPOINT": hub, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path)}
    line = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert "leads to an address of this server's own network" in done.stdout, done.stderr
    assert done.stdout.endswith("True\n")  # and not by Xet, which the hook does not see
    assert any("resolve" in path for path in asked.came)
    assert neighbour.came == []
