"""A stranger asks every route for what is another's, Gradio's own among them.

The routes are read off the app: a parameter that this file does not know fails the test.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from gradio.utils import HASH_SEED_PATH

from tests.end_to_end.doors.place import MARK, STRANGER, VICTIM, Place, clean


def routes() -> set[tuple[str, str]]:
    """Method and path of every route that the app has."""
    from gradio.routes import App

    from pipeline.settings import Settings
    from ui import layout, services

    app: Any = App.create_app(layout.build(services.create(Settings(runs_dir=Path(os.environ["GRAFT_DOORS_DIR"])))))

    def walk(given: list[Any], before: str = "") -> Iterator[tuple[str, str]]:
        for route in given:
            if inner := getattr(route, "original_router", None):
                yield from walk(inner.routes, before + (route.include_context.prefix or ""))
            elif inner := getattr(route, "routes", None):
                yield from walk(inner, before + getattr(route, "path", ""))
            else:
                path = before + route.path
                yield from ((method, path) for method in getattr(route, "methods", None) or ())

    return {*walk(app.routes)}


def test_no_route_gives_a_stranger_what_is_anothers(
    place: Place, unchanged: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_DOORS_DIR", str(tmp_path))
    found = routes()
    assert {path for _, path in found} >= {"/gradio_api/file={path_or_url:path}", "/gradio_api/upload", "/config"}
    spellings = [
        spelled
        for path in place.paths
        for spelled in (
            path, quote(path, safe=""), f"/{path}", f"{'../' * 12}{path.lstrip('/')}", f"{'..%2f' * 12}{path[1:]}",
            f"{'%2e%2e/' * 12}{path[1:]}", f"{Path(path).parent}/./{Path(path).name}", f"file://{path}",
            f"{place.neighbour.url}/{path}", f"{path}%00.png", f"{Path(path).parent}//{Path(path).name}",
        )
    ]  # fmt: skip
    ids = [place.run, VICTIM, "0"]
    #: Parameter of a route → what is tried for it.
    tried: dict[str, list[str]] = {
        "path": spellings, "path_or_url": spellings, "url_path": spellings, "file_name": spellings[:11],
        "api_name": ["read_report", "predict", place.run], "event_id": ids, "session_hash": ids, "run": ["0"],
        "component_id": ["0"], "segment_id": ["0", *spellings[:2]], "ext": ["ts"], "size": ["64", "1"], "key": ids,
        "id": ids, "environment": ["client", "server"], "type": ["component"], "page": ["x"],
    }  # fmt: skip
    report = place.paths[0]
    bodies: list[Any] = [
        {"data": [place.run, STRANGER], "session_hash": "x", "event_id": place.run, "fn_index": 0},
        {"data": [{"path": report, "meta": {"_type": "gradio.FileData"}}, STRANGER], "fn_name": "ls",
         "component_id": 0, "session_hash": "x"},
        {"prompt": report, "code": report, "hash": place.run, "username": VICTIM, "password": VICTIM},
    ]  # fmt: skip
    source = (Path("app.py").read_bytes(), Path("ui/layout.py").read_bytes())
    count = 0
    with httpx.Client(base_url=place.app.url, timeout=30, headers={"connection": "close"}) as client:
        for method, path in sorted(found):
            names = re.findall(r"{(\w+)(?::\w+)?}", path)
            assert {*names} <= tried.keys(), f"{path} has a parameter that nobody has thought of here"
            for number in range(max([len(tried[name]) for name in names], default=1)):
                filled_in = path
                for name in names:
                    value = tried[name][number % len(tried[name])]
                    filled_in = re.sub(rf"{{{name}(:\w+)?}}", lambda _, value=value: value, filled_in, count=1)
                for body in bodies if method == "POST" else [None]:
                    query = {"session_hash": place.run, "deep_link": report, "upload_id": place.run}
                    clean(place, taken(client, method, filled_in, body, query), f"{method} {filled_in}")
                    count += 1
    assert count > 500
    assert source == (Path("app.py").read_bytes(), Path("ui/layout.py").read_bytes())


def test_where_gradio_keeps_a_file_can_t_be_reckoned_by_who_has_its_content(place: Place) -> None:
    content = f"text,label\n{MARK},good\n".encode()
    sent = {"files": ("mine.csv", content, "text/csv")}
    kept = Path(httpx.post(f"{place.app.url}/gradio_api/upload", files=sent).raise_for_status().json()[0])
    fetched = httpx.get(f"{place.app.url}/gradio_api/file={kept}")
    assert fetched.content == content  # so whoever knew the path would have the file
    own_key = Path(HASH_SEED_PATH).read_bytes().strip()  # of an installation, which others may have as well
    reckoned = {hashlib.sha256(key + content).hexdigest() for key in (b"", own_key)}
    assert kept.parent.name not in reckoned
    for name in reckoned:
        assert httpx.get(f"{place.app.url}/gradio_api/file={kept.parent.parent / name / kept.name}").status_code >= 400


def taken(client: httpx.Client, method: str, path: str, body: Any, query: dict[str, str]) -> httpx.Response:
    """The beginning of an answer; streams of events have no end, and a refused body may be left unread."""
    try:
        with client.stream(method, path, json=body, params=query, follow_redirects=False) as stream:
            content = b""
            if "event-stream" not in stream.headers.get("content-type", ""):
                content = stream.read()
            return httpx.Response(stream.status_code, headers={"x": str(stream.headers)}, content=content)
    except httpx.ReadError:
        client.get("/config").raise_for_status()  # the server is well
        return httpx.Response(400)


def test_no_link_and_no_address_opens_anothers_report(place: Place, unchanged: None) -> None:
    with httpx.Client(base_url=place.app.url) as client:
        for query in (
            f"run={place.run}",
            f"report={place.run}",
            "report=",
            f"report={VICTIM}",
            "report=*",
            "report=../x",
        ):
            answer = client.get(f"/?{query}")
            assert answer.status_code == 200
            clean(place, answer, query)
            clean(place, client.get(f"/config?{query}"), query)
