"""Programs that call while the server starts are asked to come again."""

import threading

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.starting import StartingMiddleware


@pytest.mark.parametrize(
    ("path", "early"),
    [
        ("/gradio_api/call/v2/list_runs", 503),
        ("/gradio_api/queue/join", 503),
        ("/gradio_api/startup-events", 200),  # by which Gradio tells itself that it has started
        ("/", 200),
    ],
)
def test_calls_wait_for_the_server_and_the_page_does_not(path: str, early: int) -> None:
    def answer(request: Request) -> Response:
        return Response("answered")

    ready = threading.Event()
    routes = [Route("/{rest:path}", answer)]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(StartingMiddleware, ready=ready)]))
    found = client.get(path)
    assert found.status_code == early
    assert found.headers.get("retry-after") == ("1" if early == 503 else None)
    ready.set()
    assert client.get(path).text == "answered"
