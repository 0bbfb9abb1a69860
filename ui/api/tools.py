"""The endpoints as tools for assistants: Gradio's MCP server, made when somebody first asks for it.

Gradio would make it at start, and imports the protocol's package as soon as it is imported itself, which costs the
first view a fifth of a second that most visitors have no use for.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PACKAGE = "mcp"
PLACE = "/gradio_api/mcp"


@contextmanager
def without_protocol() -> Iterator[None]:
    """Import Gradio in here, and the protocol's package stays unread until it is needed."""
    if PACKAGE in sys.modules:
        yield
        return
    sys.modules[PACKAGE] = None  # type: ignore[assignment]  # Python's way to say that a module can't be imported
    try:
        yield
    finally:
        del sys.modules[PACKAGE]


class ToolsMiddleware:
    """Answers what is asked of the tools' address, and leaves all else to the page.

    Args:
        app: The page's server.
        page: The page, whose endpoints are the tools.
    """

    def __init__(self, app: ASGIApp, page: Any) -> None:
        self.app, self.page = app, page
        self._lock = asyncio.Lock()
        self._tools: ASGIApp | None = None
        self._life: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not _asked(scope):
            await self.app(scope, receive, send)
            return
        async with self._lock:
            if self._tools is None:
                self._tools = await self._open()
        await self._tools(scope, receive, send)

    async def _open(self) -> ASGIApp:
        try:
            server = await asyncio.to_thread(_server, self.page)
        except ImportError:
            return PlainTextResponse("The package mcp is not installed: pip install -r requirements.txt\n", 501)
        tools = Starlette()
        server.launch_mcp_on_sse(tools, PLACE, self.page.root_path)
        begun = asyncio.Event()

        async def live() -> None:
            async with server.lifespan(tools):
                begun.set()
                await asyncio.Event().wait()  # until the server's loop ends

        self._life = asyncio.create_task(live())
        await begun.wait()
        return tools


def _asked(scope: Scope) -> bool:
    path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
    return path == PLACE or path.startswith(f"{PLACE}/")


def _server(page: Any) -> Any:
    """Gradio's server over the page's endpoints, whose answers are JSON instead of Python."""
    import gradio.mcp  # noqa: PLC0415

    importlib.import_module(PACKAGE)
    if not hasattr(gradio.mcp.GradioMCPServer, "Server"):
        importlib.reload(gradio.mcp)  # it was read without the protocol's package

    class Tools(gradio.mcp.GradioMCPServer):
        def postprocess_output_data(self, data: Any, root_url: str) -> list[Any]:
            told = [json.dumps(one, ensure_ascii=False) if _plain(one) else one for one in data]
            return super().postprocess_output_data(told, root_url)

    server = Tools(page)
    server._local_url = page.local_url  # noqa: SLF001 - as Gradio's launch() sets it
    return server


def _plain(answer: Any) -> bool:
    """Whether an answer is data; a file becomes an address."""
    return not isinstance(answer, str) and not (isinstance(answer, dict) and "meta" in answer)
