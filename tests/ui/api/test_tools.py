"""The tools are made when they are asked for, and Gradio's import does not wait for their protocol."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.apart import apart
from ui.api import tools

ROOT = Path(tools.__file__).resolve().parents[2]


def test_the_page_is_imported_without_the_protocol_and_the_tools_are_made_later() -> None:
    pytest.importorskip("mcp")
    code = """
import sys
from ui.api.tools import _server, without_protocol
with without_protocol():
    import ui.layout
assert "mcp" not in sys.modules
import gradio.mcp
assert not hasattr(gradio.mcp.GradioMCPServer, "Server")
import gradio as gr
with gr.Blocks() as page:
    pass
page.local_url = "http://localhost"
assert _server(page).mcp_server is not None
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def answers(page: Any, *paths: str) -> list[httpx.Response]:
    async def page_itself(_: Any) -> PlainTextResponse:
        return PlainTextResponse("the page")

    app = Starlette(routes=[Route("/{path:path}", page_itself)])

    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(tools.ToolsMiddleware(app, page))
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
            return [await client.get(path) for path in paths]

    return apart(asked())


def test_all_else_is_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_server", lambda _: 1 / 0)
    found = answers(SimpleNamespace(), "/", "/gradio_api/mcpx", "/gradio_api/info")
    assert [one.text for one in found] == ["the page"] * 3


def test_without_the_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Any) -> None:
        raise ImportError

    monkeypatch.setattr(tools, "_server", missing)
    (found,) = answers(SimpleNamespace(), "/gradio_api/mcp/")
    assert found.status_code == 501
    assert "pip install -r requirements.txt" in found.text
