"""Which requests go past FastAPI, and that these are told as much where they fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import Request, Response

from export.serving.shortcut import Shortcut
from tests.apart import apart
from tests.export.serving.conftest import Start, until


class Routes:
    """In place of all routes."""

    async def predict(self, name: str, request: Request) -> Response:
        return Response(f"{name}: {(await request.body()).decode()}")


def asked(method: str, path: str, kind: str = "http") -> str:
    """What answers: a model's name and the body, or the application with the path."""
    said: list[bytes] = []
    scope = {"type": kind, "method": method, "path": path, "headers": [], "query_string": b""}

    async def application(scope, receive, send) -> None:
        said.append(f"application: {scope.get('route')}".encode())

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"body"}

    async def send(message) -> None:
        said.append(message.get("body", b""))

    apart(Shortcut(application, Routes())(scope, receive, send))  # type: ignore[arg-type]  # all that it asks for
    return b"".join(said).decode()


def test_a_prediction_goes_the_short_way() -> None:
    assert asked("POST", "/v1/models/reviews/predict") == "reviews: body"


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v1/models/reviews/predict", "http"),
        ("POST", "/v1/models/reviews/reload", "http"),
        ("POST", "/v1/models/a/b/predict", "http"),
        ("POST", "/v1/models/reviews/predict/", "http"),
        ("POST", "/v1/models/reviews/predict", "websocket"),
    ],
)
def test_all_else_is_the_applications(method: str, path: str, kind: str) -> None:
    assert asked(method, path, kind) == "application: None"


def test_a_defect_is_told_once_and_logged(start: Start, exported: Path, caplog: pytest.LogCaptureFixture, monkeypatch):
    running = start({"model": exported})
    monkeypatch.setattr(running.server.models, "get", lambda name: 1 / 0)
    for reply in (running.ask({"text": "a"}), running.get("/v1/models/model")):
        assert (reply.status, reply.code) == (500, "internal")
    until(lambda: caplog.text.count("ZeroDivisionError: division by zero") == 2)
    refused = running.get("/metrics").body.decode()
    assert 'graft_refusals_total{code="internal"} 2.0' in refused
