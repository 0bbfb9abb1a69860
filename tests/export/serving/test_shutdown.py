"""A server that goes down: what it accepted is answered to the last request, and nothing after that."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from export.serving.server import MARGIN, assembled
from export.serving.settings import ServeSettings
from tests.apart import apart
from tests.export.serving.conftest import LONG, Process, send, until

PATH = "/v1/models/model/predict"
Make = Callable[..., Process]
CLIENTS, TEXTS = 32, 8
#: A server whose computation stands still while a file is there.
HELD = """
import sys, time
from pathlib import Path
from export.__main__ import main
from export.predictor import Predictor
computed, hold = Predictor.batch, Path({hold!r})
def held(self, texts):
    while hold.exists():
        time.sleep(0.01)
    return computed(self, texts)
Predictor.batch = held
sys.exit(main(["serve", "model={exported}", "--port", "0", "--threads", "1", "--drain", "0.5"]))
"""


def metric(server: Process, name: str) -> float:
    text = send(server.port, "GET", "/metrics").body.decode()
    return float(next(line for line in text.splitlines() if line.startswith(f"{name} ")).split()[1])


@dataclass
class Client:
    """Asks over one connection, again as soon as it is answered, until it gets no answer.

    Attributes:
        answers: How many it got.
        end: How it was told that there are no more: a refusal's code, or ``closed``; else what went wrong.
    """

    port: int
    answers: int = 0
    end: str = ""
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def _ask(self) -> None:
        body = json.dumps({"texts": ["the food was very warm and tasty"] * TEXTS}).encode()
        asked = f"POST {PATH} HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        with socket.create_connection(("127.0.0.1", self.port), timeout=LONG) as connection:
            file = connection.makefile("rb")
            while not self.end:
                try:
                    connection.sendall(asked)
                    head = file.readline()
                except ConnectionError:
                    head = b""
                self.end = self._read(file, head) if head else "closed"

    def _read(self, file: BinaryIO, head: bytes) -> str:
        """The end, if that is one."""
        length = 0
        while line := file.readline().strip().lower():
            name, _, value = line.partition(b": ")
            length = int(value) if name == b"content-length" else length
        read = json.loads(file.read(length))
        if head.split()[1] != b"200":
            return str(read["error"]["code"])
        if len(read["answers"]) != TEXTS:
            return f"{len(read['answers'])} answers"
        self.answers += 1
        return ""


def test_under_load_all_that_was_accepted_is_answered_and_the_rest_refused(
    process: Make, exported: Path, tmp_path: Path
):
    hold = tmp_path / "hold"
    server = process(command=["-c", HELD.format(hold=str(hold), exported=exported)])
    clients = [Client(server.port) for _ in range(CLIENTS)]
    until(lambda: min(client.answers for client in clients) >= 3)
    hold.touch()
    until(lambda: metric(server, "graft_requests_active") == CLIENTS + 1)  # and the one that asks
    before = [client.answers for client in clients]
    server.process.send_signal(signal.SIGTERM)
    until(lambda: (unready := send(server.port, "GET", "/readyz")).status == 503 and unready.headers["retry-after"])
    late = [send(server.port, "POST", PATH, {"text": "late"}) for _ in range(5)]
    assert {(reply.status, reply.code, reply.headers["connection"]) for reply in late} == {
        (503, "shutting_down", "close")
    }
    assert [client.answers for client in clients] == before, "computing stands still"
    hold.unlink()
    for client in clients:
        client.thread.join(LONG)
    assert [client.answers - earlier for client, earlier in zip(clients, before, strict=True)] == [1] * CLIENTS
    assert {client.end for client in clients} <= {"shutting_down", "closed"}
    assert server.process.wait(LONG) == 0, server.log.read_text()
    assert "Traceback" not in server.log.read_text()
    refused = socket.socket()
    assert refused.connect_ex(("127.0.0.1", server.port)) != 0
    refused.close()


@pytest.fixture
def asked(process: Make, exported: Path, tmp_path: Path, together: Callable[..., list[Any]]) -> tuple[Process, Path]:
    """A server that computes for a client until the file is gone."""
    hold = tmp_path / "hold"
    server = process(command=["-c", HELD.format(hold=str(hold), exported=exported)])
    hold.touch()

    def ask() -> None:
        with suppress(ConnectionError, http.client.HTTPException):
            send(server.port, "POST", PATH, {"text": "tasty"})

    together(ask)
    until(lambda: metric(server, "graft_requests_active") == 2)  # and the one that asks
    return server, hold


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_either_signal_lets_what_was_accepted_be_answered(asked: tuple[Process, Path], number: signal.Signals):
    server, hold = asked
    server.process.send_signal(number)
    until(lambda: send(server.port, "GET", "/readyz").status == 503)
    with pytest.raises(subprocess.TimeoutExpired):
        server.process.wait(1)
    hold.unlink()
    assert server.process.wait(LONG) == 0, server.log.read_text()
    assert "Traceback" not in server.log.read_text()


def test_a_second_signal_ends_at_once(asked: tuple[Process, Path]):
    server, hold = asked
    server.process.send_signal(signal.SIGTERM)
    until(lambda: send(server.port, "GET", "/readyz").status == 503)
    server.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    server.process.wait(LONG)
    assert time.monotonic() - began < 8, "it waited for what it computes"
    assert hold.exists()


def test_the_port_is_closed_in_the_end_whoever_still_waits(exported: Path):
    """What body and answer may take has passed, and something is not answered: nobody waits for it for ever."""
    server = assembled({"model": exported}, ServeSettings(port=0, threads=1, timeout=2, body_timeout=3))
    state = server._state
    state.active, state.draining = 1, True
    try:
        for passed, closed in ((2 + 3 + MARGIN - 1, False), (2 + 3 + MARGIN + 1, True)):
            server._since = time.monotonic() - passed
            apart(server.on_tick(1))
            assert server.should_exit is closed
    finally:
        server.models.close()


def test_a_body_that_was_begun_is_read_to_its_end_and_an_idle_connection_holds_nobody_up(process: Make, exported: Path):
    server = process(f"model={exported}", "--drain", "0.5")
    idle = socket.create_connection(("127.0.0.1", server.port))
    half = socket.create_connection(("127.0.0.1", server.port), timeout=LONG)
    half.sendall(f"POST {PATH} HTTP/1.1\r\nHost: here\r\nContent-Length: 17\r\n\r\n{{".encode())
    until(lambda: metric(server, "graft_requests_active") == 2)
    server.process.send_signal(signal.SIGTERM)
    until(lambda: send(server.port, "GET", "/readyz").status == 503)
    assert send(server.port, "GET", "/healthz").status == 200
    half.sendall(b'"text": "tasty"}')
    assert half.recv(12) == b"HTTP/1.1 200"
    assert server.process.wait(LONG) == 0, server.log.read_text()
    assert "Traceback" not in server.log.read_text()
    idle.close()
    half.close()
