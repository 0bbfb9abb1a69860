"""Over real sockets, in distress: overload, slow and vanishing clients, large bodies, deadlines."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export.serving import asking
from tests.export.serving.conftest import LONG, Held, Running, Start, until

HEAD = b"POST /v1/models/model/predict HTTP/1.1\r\nHost: here\r\n"
Together = Callable[..., list[Any]]


def connected(running: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.port), timeout=LONG)


def status(connection: socket.socket) -> tuple[int, str]:
    """Of a response, and the code of its refusal."""
    with connection.makefile("rb") as file:
        number = int(file.readline().split()[1])
        length = 0
        while (line := file.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        body = json.loads(file.read(length))
    return number, body.get("error", {}).get("code", "")


def occupied(running: Running, together: Together) -> tuple[Held, list[Any]]:
    """A first request that is being computed; whatever comes then waits."""
    held = running.hold()
    first = together(lambda: running.ask({"text": "tasty"}))
    assert held.begun.wait(LONG)
    return held, first


def test_past_the_queue_clients_are_turned_away_and_all_others_answered(
    start: Start, exported: Path, together: Together
):
    running = start({"model": exported}, queue_size=6, max_texts=2)
    held, first = occupied(running, together)
    accepted = together(lambda: running.ask({"texts": ["warm tasty", "quick"]}), 3)
    until(lambda: running.waiting() == 6)
    for _ in range(3):
        refused = running.ask({"text": "late"})
        assert (refused.status, refused.code) == (429, "busy")
        assert int(refused.headers["retry-after"]) >= 1
    assert running.get("/readyz").status == 200
    held.go.set()
    until(lambda: len(first + accepted) == 4)
    assert [reply.status for reply in first + accepted] == [200] * 4
    assert running.ask({"text": "late"}).status == 200
    assert held.batches[:2] == [1, 6]


def test_a_storm_is_answered_or_turned_away_and_nothing_else(start: Start, exported: Path, together: Together):
    running = start({"model": exported}, queue_size=8, max_texts=4)
    replies = together(lambda: [running.ask({"texts": ["warm tasty food"] * 4}) for _ in range(10)], 16)
    until(lambda: len(replies) == 16)
    found = [reply.status for each in replies for reply in each]
    assert set(found) <= {200, 429}
    assert found.count(200) >= 10
    assert running.waiting() == 0


def test_past_its_deadline_a_request_is_dropped_and_not_computed(start: Start, exported: Path, together: Together):
    running = start({"model": exported}, timeout=0.5)
    held, first = occupied(running, together)
    late = running.ask({"texts": ["warm"] * 3})
    assert (late.status, late.code) == (504, "timeout")
    until(lambda: running.waiting() == 0)
    held.go.set()
    until(lambda: first)
    assert first[0].status == 504
    assert running.ask({"text": "warm"}).status == 200
    assert held.batches == [1, 1]


def test_who_has_gone_is_not_computed_for(start: Start, exported: Path, together: Together):
    running = start({"model": exported})
    held, _ = occupied(running, together)
    body = json.dumps({"texts": ["warm"] * 5}).encode()
    with connected(running) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        until(lambda: running.waiting() == 5)
    until(lambda: running.waiting() == 0)
    held.go.set()
    assert running.ask({"text": "warm"}).status == 200
    assert held.batches == [1, 1]


def test_who_goes_within_the_body_is_no_defect(start: Start, exported: Path, caplog: pytest.LogCaptureFixture):
    running = start({"model": exported})
    with connected(running) as connection:
        connection.sendall(HEAD + b'Content-Length: 100\r\n\r\n{"text": ')
        until(lambda: "graft_requests_active 2.0" in running.get("/metrics").body.decode())
    until(lambda: 'graft_refusals_total{code="gone"} 1.0' in running.get("/metrics").body.decode())
    assert "Traceback" not in caplog.text
    assert running.ask({"text": "warm"}).status == 200


def test_who_goes_when_it_is_answered_is_not_told_that_it_went(
    start: Start, exported: Path, together: Together, monkeypatch: pytest.MonkeyPatch
):
    """Looked after from the first moment on, each client still has its answer."""
    monkeypatch.setattr(asking, "PATIENCE", 0)
    running = start({"model": exported})
    replies = together(lambda: [running.ask({"text": "warm"}).status for _ in range(20)], 8)
    until(lambda: len(replies) == 8)
    assert {status for each in replies for status in each} == {200}


def test_a_slow_client_holds_nobody_up_and_is_turned_away(start: Start, exported: Path):
    running = start({"model": exported}, body_timeout=1)
    slow = [connected(running) for _ in range(40)]
    for connection in slow:
        connection.sendall(HEAD + b'Content-Length: 100\r\n\r\n{"text": ')
    silent = connected(running)  # sends nothing at all
    assert running.ask({"text": "tasty"}).status == 200
    assert {status(connection) for connection in slow} == {(408, "slow_body")}
    assert slow[0].recv(1) == b""  # and closed
    for connection in (*slow, silent):
        connection.close()


def test_who_does_not_read_holds_nobody_up(start: Start, exported: Path):
    running = start({"model": exported})
    body = json.dumps({"texts": ["tasty warm food"] * 200}).encode()
    deaf = [connected(running) for _ in range(5)]
    for connection in deaf:
        connection.sendall((HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body) * 3)
    assert running.ask({"text": "tasty"}).status == 200
    for connection in deaf:
        connection.close()


def test_a_body_that_says_it_is_too_large_is_not_read(start: Start, exported: Path):
    running = start({"model": exported}, max_body_mb=0.01)
    with connected(running) as connection:
        connection.sendall(HEAD + b"Content-Length: 10001\r\n\r\n")
        assert status(connection) == (413, "too_large")
    reply = running.ask({"text": "a" * 20_000})
    assert (reply.status, reply.code) == (413, "too_large")
    assert running.ask({"text": "tasty"}).status == 200


def test_a_body_in_chunks_is_read_until_it_is_too_large(start: Start, exported: Path):
    running = start({"model": exported}, max_body_mb=0.01)
    chunks = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with connected(running) as connection:
        connection.sendall(chunks)
        for _ in range(11):
            connection.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        assert status(connection) == (413, "too_large")
    body = b'{"text": "tasty"}'
    with connected(running) as connection:
        connection.sendall(chunks + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        assert status(connection) == (200, "")


@pytest.mark.parametrize("rubbish", [b"\x00\xff\r\n\r\n", b"GET / HTTP/x\r\n\r\n", HEAD + b"Content-Length: x\r\n\r\n"])
def test_what_is_no_http_harms_nobody(start: Start, exported: Path, rubbish: bytes):
    running = start({"model": exported})
    with connected(running) as connection:
        connection.sendall(rubbish)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
        head, body = answer.split(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert b"connection: close" in head
        assert json.loads(body)["error"]["code"] == "bad_http"
    assert 'graft_refusals_total{code="bad_http"} 1.0' in running.get("/metrics").body.decode()
    assert running.ask({"text": "tasty"}).status == 200
