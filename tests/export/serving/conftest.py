"""Servers with real sockets: in a thread of this process, whose models can be held, or as a process of their own."""

from __future__ import annotations

import gc
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import export
from export.serving.server import Server, assembled
from export.serving.settings import ServeSettings

ROOT = Path(export.__file__).parents[1]
LONG = 60


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Of a refusal, which has all three parts."""
        error = self.json["error"]
        assert set(error) == {"code", "message", "remedy"}
        assert all(error.values())
        assert "Traceback" not in self.body.decode()
        return error["code"]


def send(port: int, method: str, path: str, body: Any = None, *, timeout: float = LONG, **headers: str) -> Reply:
    """One request over a connection of its own; a body that is not bytes is sent as JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, sent, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, found, response.read())
    finally:
        connection.close()


class Held:
    """Stands before a predictor's computation: holds it, and remembers how many texts each batch had."""

    def __init__(self, compute: Callable[[Sequence[Any]], Any]) -> None:
        self._compute = compute
        self.go, self.begun = threading.Event(), threading.Event()
        self.batches: list[int] = []

    def __call__(self, texts: Sequence[Any]) -> Any:
        self.batches.append(len(texts))
        self.begun.set()
        assert self.go.wait(LONG)
        return self._compute(texts)


class Running:
    """A server in a thread."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._thread = threading.Thread(target=server.run, daemon=True)
        self._thread.start()
        until(lambda: server.started)
        self.port: int = server.servers[0].sockets[0].getsockname()[1]
        self._held: list[Held] = []

    def get(self, path: str, **headers: str) -> Reply:
        return send(self.port, "GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return send(self.port, "POST", path, body, **headers)

    def ask(self, body: Any, model: str = "model", **headers: str) -> Reply:
        return self.post(f"/v1/models/{model}/predict", body, **headers)

    def hold(self, model: str = "model") -> Held:
        predictor = self.server.models.get(model).generation.predictor
        held = predictor.batch = Held(predictor.batch)
        self._held.append(held)
        return held

    def waiting(self, model: str = "model") -> int:
        return self.server.models.get(model).generation.batcher.waiting

    def stop(self) -> None:
        for held in self._held:
            held.go.set()
        self.server.should_exit = True
        self._thread.join(LONG)
        self.server.models.close()


@pytest.fixture
def unsearched() -> Iterator[None]:
    """Without a search for garbage: what is kept by a cycle stays."""
    gc.disable()
    yield
    gc.enable()


Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers: folders by name, and settings."""
    running: list[Running] = []

    def started(folders: dict[str, Path], **settings: Any) -> Running:
        running.append(Running(assembled(folders, ServeSettings(port=0, threads=1, **settings))))
        return running[-1]

    yield started
    for each in running:
        each.stop()


class Process:
    """``python -m export serve`` in a process of its own."""

    def __init__(self, command: Sequence[str], log: Path, **environment: str) -> None:
        self.log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                stderr=file,
                stdout=subprocess.PIPE,
                env={**os.environ, **environment},
            )
        until(lambda: self.process.poll() is not None or self._listening())
        assert self.process.poll() is None, log.read_text()
        self.port = int(self._listening()[1])

    def _listening(self) -> Any:
        return re.search(r"listening at http://[\d.]+:(\d+)", self.log.read_text())

    def end(self) -> tuple[int, str]:
        """SIGTERM; exit code and what was printed."""
        self.process.send_signal(signal.SIGTERM)
        printed, _ = self.process.communicate(timeout=LONG)
        return self.process.returncode, printed.decode()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts processes: arguments of ``serve``, or a command of Python; and environment."""
    made: list[Process] = []

    def started(*arguments: str, command: Sequence[str] = ("-m", "export", "serve"), **environment: str) -> Process:
        line = [*command, *arguments, "--port", "0", "--threads", "1"] if command[0] == "-m" else command
        made.append(Process(line, tmp_path / f"server-{len(made)}.log", **environment))
        return made[-1]

    yield started
    for each in made:
        with suppress(ProcessLookupError):
            each.process.kill()
        each.process.communicate()


def until(holds: Callable[[], Any], seconds: float = LONG) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def together() -> Iterator[Callable[..., list[Any]]]:
    """Starts calls in threads of their own, and gives lists that hold their results once they have ended."""
    threads: list[threading.Thread] = []

    def begun(call: Callable[[], Any], count: int = 1) -> list[Any]:
        results: list[Any] = []
        for _ in range(count):
            threads.append(threading.Thread(target=lambda: results.append(call()), daemon=True))
            threads[-1].start()
        return results

    yield begun
    for thread in threads:
        thread.join(LONG)
