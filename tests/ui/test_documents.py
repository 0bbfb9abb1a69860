"""The page's document is made once for all who would get the same, and for nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.compression import CompressionMiddleware
from ui.documents import DocumentMiddleware
from ui.text.languages import COOKIE

Answer = Callable[[Request, int], Response]


def numbered(request: Request, number: int) -> Response:
    return Response(f"document {number} " + "x" * 1000, media_type="text/html")


@pytest.fixture
def ready() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def client(ready: threading.Event, answer: Answer = numbered, most: int = 32, root_path: str = "") -> TestClient:
    numbers = count(1)
    routes = [Route("/{rest:path}", lambda request: answer(request, next(numbers)), methods=["GET", "POST", "HEAD"])]
    kept = Middleware(DocumentMiddleware, ready=ready, most=most)
    app = Starlette(routes=routes, middleware=[kept, Middleware(CompressionMiddleware)])
    return TestClient(app, root_path=root_path)


def number(answer: Response) -> int:
    return int(answer.text.split()[1])


@pytest.mark.parametrize("path", ["/", "/config", "/?run=one&__theme=dark"])
def test_it_is_made_once(ready: threading.Event, path: str) -> None:
    page = client(ready)
    first, again = page.get(path), page.get(path)
    assert first.text == again.text
    assert first.headers == again.headers
    assert first.headers["content-encoding"] == "gzip"


def test_a_visitor_s_own_address_leads_to_the_same_document(ready: threading.Event) -> None:
    page = client(ready)
    assert [number(page.get(path)) for path in ("/", "/?run=mine", "/?run=yours")] == [1, 1, 1]


@pytest.mark.parametrize(
    "headers",
    [
        {"accept-language": "zh-CN"},
        {"cookie": f"{COOKIE}=zh"},
        {"host": "elsewhere.example"},
        {"x-forwarded-host": "elsewhere.example"},
        {"x-forwarded-proto": "https"},
        {"accept-encoding": "identity"},
    ],
)
def test_who_needs_another_gets_another(ready: threading.Event, headers: dict[str, str]) -> None:
    page = client(ready)
    own = {"accept-language": "en", "accept-encoding": "gzip"}
    assert [number(page.get("/", headers=own | more)) for more in ({}, headers, {}, headers)] == [1, 2, 1, 2]


@pytest.mark.parametrize("path", ["/?deep_link=one", "/gradio_api/info", "/file"])
def test_anything_else_is_made_anew(ready: threading.Event, path: str) -> None:
    page = client(ready)
    assert [number(page.get(path)), number(page.get(path))] == [1, 2]


def test_only_what_was_asked_for_to_be_read_is_kept(ready: threading.Event) -> None:
    page = client(ready)
    assert [number(page.post("/")), number(page.post("/")), number(page.get("/"))] == [1, 2, 3]


def test_nothing_is_kept_before_the_page_is_complete() -> None:
    ready = threading.Event()
    page = client(ready)
    assert [number(page.get("/")), number(page.get("/"))] == [1, 2]
    ready.set()
    assert [number(page.get("/")), number(page.get("/"))] == [3, 3]


def test_what_sets_a_cookie_or_failed_is_one_visitor_s(ready: threading.Event) -> None:
    def answer(request: Request, number: int) -> Response:
        found = numbered(request, number)
        if number == 1:
            found.set_cookie("mine", "secret")
        found.status_code = 500 if number == 2 else 200
        return found

    page = client(ready, answer)
    found = [page.get("/") for _ in range(4)]
    assert [number(each) for each in found] == [1, 2, 3, 3]
    assert ["set-cookie" in each.headers for each in found] == [True, False, False, False]


def test_the_one_longest_unused_makes_room(ready: threading.Event) -> None:
    page = client(ready, most=2)
    hosts = ("a.example", "b.example", "a.example", "c.example", "a.example", "b.example")
    assert [number(page.get("/", headers={"host": host})) for host in hosts] == [1, 2, 1, 3, 1, 4]


def test_below_a_prefix_as_well(ready: threading.Event) -> None:
    page = client(ready, root_path="/graft")
    assert [number(page.get("/graft/")), number(page.get("/graft/"))] == [1, 1]
