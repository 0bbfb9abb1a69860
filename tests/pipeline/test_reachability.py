"""Whether the Hub answers is found out in the background, within the time that was given."""

import http.server
import socket
import threading
import time

import pytest

from pipeline.reachability import HubProbe


def test_a_hub_that_never_answers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        probe = HubProbe(timeout=0.5)
        started = time.monotonic()
        probe.start()
        assert probe.reachable is None  # starting does not wait
        while probe.reachable is None and time.monotonic() - started < 3:
            time.sleep(0.02)
        assert probe.reachable is False
        assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(("status", "reachable"), [(200, True), (503, False)])
def test_what_a_hub_answers_decides(status: int, reachable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hub(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        probe = HubProbe(timeout=30)
        probe._ask()
    assert probe.reachable is reachable
