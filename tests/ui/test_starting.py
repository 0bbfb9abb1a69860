"""Programs that call while the server starts wait for it; after too long they are asked to come again."""

import threading

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.starting import StartingMiddleware

CALLS = ("/gradio_api/call/v2/list_runs", "/gradio_api/queue/join", "/gradio_api/mcp/")
OTHERS = ("/gradio_api/startup-events", "/")  # by the first Gradio tells itself that it has started


def answer(request: Request) -> Response:
    return Response("answered")


def client(ready: threading.Event, patience: float) -> TestClient:
    starting = Middleware(StartingMiddleware, ready=ready, patience=patience)
    return TestClient(Starlette(routes=[Route("/{rest:path}", answer)], middleware=[starting]))


@pytest.mark.parametrize("path", CALLS)
def test_a_call_waits_until_all_is_ready(path: str) -> None:
    ready = threading.Event()
    threading.Timer(0.2, ready.set).start()
    assert client(ready, patience=60).get(path).text == "answered"
    assert ready.is_set()


@pytest.mark.parametrize("path", CALLS)
def test_one_that_has_waited_too_long_is_asked_to_come_again(path: str) -> None:
    ready = threading.Event()
    calls = client(ready, patience=0.1)
    found = calls.get(path)
    assert (found.status_code, found.headers.get("retry-after")) == (503, "1")
    ready.set()
    assert calls.get(path).text == "answered"


@pytest.mark.parametrize("path", OTHERS)
def test_all_else_does_not_wait(path: str) -> None:
    ready = threading.Event()
    assert client(ready, patience=60).get(path).text == "answered"
    assert not ready.is_set()
