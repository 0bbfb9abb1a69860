"""What is compressed: the document and answers, not what Gradio compresses itself, and no stream of events."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.compression import CompressionMiddleware


@pytest.mark.parametrize(
    ("path", "kind", "size", "encoding"),
    [
        ("/", "text/html", 5000, "gzip"),
        ("/gradio_api/run/predict", "application/json", 5000, "gzip"),
        ("/gradio_api/run/predict", "application/json", 50, None),
        ("/gradio_api/queue/data", "text/event-stream", 5000, None),
        ("/assets/index.js", "application/javascript", 5000, None),
    ],
)
def test_only_what_gradio_leaves_is_compressed(path: str, kind: str, size: int, encoding: str | None) -> None:
    def answer(request: Request) -> Response:
        return Response("x" * size, media_type=kind)

    app = Starlette(routes=[Route("/{rest:path}", answer)], middleware=[Middleware(CompressionMiddleware)])
    got = TestClient(app).get(path, headers={"accept-encoding": "gzip, br"})
    assert got.headers.get("content-encoding") == encoding
    assert got.text == "x" * size
