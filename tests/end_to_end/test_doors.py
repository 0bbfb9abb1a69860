"""What a stranger gets of another visitor's run from Gradio's own routes of files: nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

MARK = b"nobody else's"
FORMS: list[Callable[[Path], str]] = [
    lambda path: f"/gradio_api/file={path}",
    lambda path: f"/gradio_api/file={quote(str(path), safe='')}",
    lambda path: f"/gradio_api/file={path.parent}/./{path.name}",
    lambda path: f"/gradio_api/file={path.parent}/x/%2e%2e/{path.name}",
    lambda path: f"/gradio_api/file=/{path}",
    lambda path: f"/gradio_api/file={Path.cwd()}/..{'/..' * 20}{path}",
    lambda path: f"/file={path}",
    lambda path: f"/static/{'..%2f' * 20}{str(path).lstrip('/')}",
    lambda path: f"/assets/{'..%2f' * 20}{str(path).lstrip('/')}",
    lambda path: f"/gradio_api/stream/{path}",
]


def test_no_route_of_files_leads_into_a_run(shared_app: Any) -> None:
    """The secrets of browsers and accounts lie beside the runs, in a folder that is blocked as a whole."""
    folder = shared_app.store.root / "somebodys-run"
    folder.mkdir()
    path = (folder / "report.json").resolve()
    path.write_bytes(MARK)
    try:
        with httpx.Client(base_url=shared_app.url) as stranger:
            for form in FORMS:
                assert MARK not in stranger.get(form(path)).content, form(path)
            page = stranger.get("/")
    finally:
        shutil.rmtree(folder)
    assert page.status_code == 200
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"].split("; ")
