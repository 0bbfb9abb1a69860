"""What every answer tells the browser: no guessed types, no foreign frame, no script in a file."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr
import pytest
from gradio.routes import App
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.headers import HEADERS, SPACES, HeadersMiddleware


def policy(path: str, framed_by: Sequence[str] = ()) -> list[str]:
    def answer(request: Request) -> Response:
        return Response("x", media_type="text/html")

    middleware = [Middleware(HeadersMiddleware, framed_by=framed_by)]
    app = Starlette(routes=[Route("/{rest:path}", answer)], middleware=middleware)
    return TestClient(app).get(path).headers["content-security-policy"].split("; ")


@pytest.mark.parametrize("path", ["/config", "/gradio_api/file=/etc/passwd", "/no/such/place"])
def test_every_answer_of_the_page_has_them_refusals_too(path: str) -> None:
    with gr.Blocks() as page:
        gr.Markdown("page")
    app = App.create_app(page, app_kwargs={"middleware": [Middleware(HeadersMiddleware)]})
    headers = TestClient(app).get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "frame-ancestors 'self'" in headers["content-security-policy"].split("; ")


def test_a_space_may_stand_in_the_hubs_frame_and_in_no_other() -> None:
    assert "frame-ancestors 'self'" in policy("/")
    assert "frame-ancestors 'self' https://huggingface.co https://*.hf.space" in policy("/", SPACES)


@pytest.mark.parametrize("path", ["/gradio_api/file=/tmp/a.html", "/mounted/gradio_api/file=/tmp/a.svg"])
def test_a_file_that_is_opened_runs_no_script(path: str) -> None:
    assert "script-src 'none'" in policy(path)
    assert "script-src 'none'" not in policy("/")


def test_what_an_answer_says_itself_is_left() -> None:
    def answer(request: Request) -> Response:
        return Response("x", headers={"referrer-policy": "no-referrer"})

    app = Starlette(routes=[Route("/", answer)], middleware=[Middleware(HeadersMiddleware)])
    assert TestClient(app).get("/").headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "file",
    ["http://127.0.0.1/x", "https://evil.example", "HTTPS://evil.example", "/http://x", "//evil.example", " http://x"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_file_route_leads_nowhere_else(file: str, method: str) -> None:
    with gr.Blocks() as page:
        gr.Markdown("page")
    app = App.create_app(page, app_kwargs={"middleware": [Middleware(HeadersMiddleware)]})
    answer = TestClient(app).request(method, f"/gradio_api/file={file}", follow_redirects=False)
    assert answer.status_code in (403, 404)
    assert "location" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
