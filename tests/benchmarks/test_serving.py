"""What the benchmark of the server makes of its rounds, and rounds with real sockets."""

from __future__ import annotations

import sys

import pytest

from benchmarks.clients import ask_all
from benchmarks.servers import Peer, free_port, listening, stopping
from benchmarks.serving import Row, figures, table
from benchmarks.speed_goals import SERVER, judged
from tests.apart import apart

#: Answers a list of texts under "input", and nothing else.
PEER = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = json.dumps([text.upper() for text in asked.get("input", [])]).encode()
        self.send_response(200 if "input" in asked else 422)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def row(name: str, rates: list[float], milliseconds: float | None = None) -> Row:
    made = Row(name)
    for rate in rates:
        made.add(100, 100 / rate, [] if milliseconds is None else [milliseconds / 1000] * 20)
    return made


@pytest.fixture
def rows() -> dict[str, Row]:
    return {
        "bare": row("bare session", [100, 300, 200]),
        "bulk": row("predictor", [250]),
        "graft-1": row("graft, 1 a request", [184, 188, 186], 50),
        "graft-8": row("graft, 8 a request", [200], 400),
        "pipeline-1": row("pipeline, 1 a request", [93], 100),
        "pipeline-8": row("pipeline, 8 a request", [100], 500),
    }


@pytest.fixture
def peer() -> Peer:
    port = free_port()
    return Peer("a peer", [sys.executable, "-c", PEER, str(port)], port, "/", {"field": "input"})


def test_figures_are_ratios_of_medians_for_whatever_peer_was_measured(rows: dict[str, Row]) -> None:
    found = figures(rows)
    assert found == pytest.approx(
        {"of-bare": 0.93, "pipeline-1-rate": 2, "pipeline-1-p95": 0.5, "pipeline-8-rate": 2, "pipeline-8-p95": 0.8}
    )
    assert set(found) < set(SERVER)
    assert judged(SERVER, found).count("reached") == 5


def test_the_table_tells_all_ways_beside_the_bare_session(rows: dict[str, Row]) -> None:
    assert "| bare session | 200 | 100 to 300 | 100% | 80% |  |  |" in table(rows)
    assert "| graft, 1 a request | 186 | 184 to 188 | 93% | 74% | 50.0 | 50.0 |" in table(rows)


def test_the_rounds_are_kept_beside_their_medians(rows: dict[str, Row]) -> None:
    assert rows["graft-1"].rounds["texts_per_second"] == pytest.approx([184, 188, 186])
    assert rows["graft-1"].rounds["p95_ms"] == [50] * 3
    assert rows["bare"].rounds.keys() == {"texts_per_second"}


def test_clients_have_every_text_answered(peer: Peer) -> None:
    with listening(peer.command, peer.port):
        seconds, taken = apart(ask_all(peer.port, peer.path, ["good"] * 21, clients=4, together=2, **peer.form))
    assert len(taken) == 11
    assert 0 < max(taken) <= seconds


def test_a_refusal_ends_the_round(peer: Peer) -> None:
    with listening(peer.command, peer.port), pytest.raises(RuntimeError, match="/: 422"):
        apart(ask_all(peer.port, peer.path, ["good"], clients=1, together=1, field="nothing"))


def test_a_server_that_does_not_start_is_told() -> None:
    with pytest.raises(RuntimeError, match="did not start"), listening(["false"], free_port()):
        pass


def test_a_process_is_ended_with_its_block() -> None:
    with stopping(["sleep", "60"]) as process:
        assert process.poll() is None
    assert process.poll() is not None
