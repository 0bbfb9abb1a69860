"""While the server starts: programs that call before all is ready are asked to come again, not failed."""

from __future__ import annotations

from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.text import say

#: Where Gradio answers calls, which it can't before it is told that it has started.
CALLS = ("/gradio_api/call/", "/gradio_api/queue/", "/gradio_api/run/", "/gradio_api/mcp/")


class Door:
    """Closed until the server is ready."""

    def __init__(self) -> None:
        self.open = False


class StartingMiddleware:
    """Answers calls that come too early with 503 and a time to wait.

    Args:
        app: What answers all others.
        door: Whether calls can be answered.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Answer a request."""
        early = not self._door.open and scope["type"] == "http" and str(scope["path"]).startswith(CALLS)
        answer = PlainTextResponse(say("common.starting"), 503, {"Retry-After": "1"}) if early else self._app
        await answer(scope, receive, send)
