"""Over real sockets: connections that do nothing, come slowly, take no answer, or are too many."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from export.serving.connections import MOST_HEAD, MOST_TOLD
from tests.export.serving.conftest import LONG, Running, Start, until

BODY = b'{"text": "tasty"}'
HEAD = b"POST /v1/models/model/predict HTTP/1.1\r\nHost: here\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


def connected(running: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.port), timeout=LONG)


def answer(connection: socket.socket) -> tuple[int, dict[str, str], Any]:
    """One response: status, headers, body."""
    with connection.makefile("rb", buffering=0) as file:
        number, headers = int(file.readline().split()[1]), {}
        while line := file.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = b""
        while len(body) < int(headers["content-length"]):
            body += file.read(int(headers["content-length"]) - len(body))
        return number, headers, json.loads(body)


def open_now(running: Running) -> int:
    return len(running.server.server_state.connections)


def test_a_head_that_never_ends_is_given_up_however_often_a_byte_of_it_comes(start: Start, exported: Path):
    running = start({"model": exported}, head_timeout=0.5)
    slow = [connected(running) for _ in range(20)]
    began = time.monotonic()
    for letter in HEAD[:15]:
        for connection in slow:
            connection.sendall(bytes([letter]))
        time.sleep(0.02)
    assert running.ask({"text": "tasty"}).status == 200
    for connection in slow:
        status, headers, body = answer(connection)
        assert (status, body["error"]["code"], headers["connection"]) == (408, "slow_head", "close")
        assert headers["x-content-type-options"] == "nosniff"
        assert connection.recv(1) == b""
        connection.close()
    assert 0.5 <= time.monotonic() - began < LONG
    until(lambda: open_now(running) == 0)


def test_a_connection_without_a_request_is_closed_without_a_word(start: Start, exported: Path):
    running = start({"model": exported}, head_timeout=0.2, keep_alive=1)
    with connected(running) as silent, connected(running) as idle:
        idle.sendall(WHOLE)
        assert answer(idle)[0] == 200
        began = time.monotonic()
        assert silent.recv(1) == b""
        assert idle.recv(1) == b""
        assert time.monotonic() - began < LONG / 2


def test_a_connection_is_used_again_as_long_as_it_is_not_idle(start: Start, exported: Path):
    running = start({"model": exported}, head_timeout=0.3, timeout=LONG)
    with connected(running) as connection:
        for _ in range(4):
            connection.sendall(WHOLE[:30])
            time.sleep(0.1)
            connection.sendall(WHOLE[30:])
            assert answer(connection)[0] == 200
            time.sleep(0.1)


def test_who_waits_for_an_answer_is_not_refused_for_the_next_head(
    start: Start, exported: Path, together: Callable[..., list[Any]]
):
    running = start({"model": exported}, head_timeout=0.2)
    held = running.hold()
    with connected(running) as connection:
        connection.sendall(WHOLE + HEAD)
        assert held.begun.wait(LONG)
        time.sleep(0.5)
        held.go.set()
        assert answer(connection)[0] == 200
        assert answer(connection)[2]["error"]["code"] == "slow_head"


def test_a_head_without_bound_is_refused(start: Start, exported: Path):
    running = start({"model": exported})
    with connected(running) as connection:
        connection.sendall(HEAD + b"X: ")
        time.sleep(0.1)
        for _ in range(MOST_HEAD // 1000 + 300):  # more than is read at once
            connection.sendall(b"x" * 1000)
        status, _, body = answer(connection)
        assert (status, body["error"]["code"]) == (431, "large_head")
    assert running.ask({"text": "tasty"}).status == 200


def test_one_connection_too_many_is_told_so_and_finds_room_later(start: Start, exported: Path):
    running = start({"model": exported}, max_connections=3)
    held = [connected(running) for _ in range(3)]
    until(lambda: open_now(running) == 3)
    for _ in range(3):
        refused = running.ask({"text": "tasty"})
        assert (refused.status, refused.code, refused.headers["connection"]) == (503, "crowded", "close")
        assert int(refused.headers["retry-after"]) > 0
    held[0].sendall(WHOLE)  # whoever was there before is answered
    assert answer(held[0])[0] == 200
    held.pop().close()
    until(lambda: open_now(running) == 2)
    reply = running.get("/metrics")
    lines = dict(line.rsplit(" ", 1) for line in reply.body.decode().splitlines() if line.startswith("graft_"))
    assert lines["graft_connections_open"] == "3.0"
    assert lines['graft_refusals_total{code="crowded"}'] == "3.0"
    for connection in held:
        connection.close()


def test_a_crowd_is_not_told_one_by_one(start: Start, exported: Path):
    """So that there are never more open connections than the limit and those that are being told."""
    running = start({"model": exported}, max_connections=1)
    with connected(running):
        until(lambda: open_now(running) == 1)
        crowd = [connected(running) for _ in range(MOST_TOLD + 40)]
        told = [connection.recv(12) for connection in crowd]
        assert told.count(b"") >= 1
        assert set(told) == {b"HTTP/1.1 503", b""}
        assert open_now(running) == 1
        for connection in crowd:
            connection.close()


def test_who_takes_no_answer_is_cut_off(start: Start, exported: Path):
    running = start({"model": exported}, timeout=1, keep_alive=1)
    body = json.dumps({"texts": ["tasty warm food"] * 200}).encode()
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", running.port))
        deaf.settimeout(0.2)
        try:
            while True:  # until neither takes more
                deaf.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        except TimeoutError:
            pass
        until(lambda: open_now(running) == 0, 20)
    assert running.ask({"text": "tasty"}).status == 200
