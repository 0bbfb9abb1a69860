"""While the server starts: programs that call before all is ready are asked to come again, not failed."""

from __future__ import annotations

import threading
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.text import say

#: Where Gradio answers calls, which it can't before it is told that it has started.
CALLS = ("/gradio_api/call/", "/gradio_api/queue/", "/gradio_api/run/", "/gradio_api/mcp/")


class StartingMiddleware:
    """Answers calls that come too early with 503 and a time to wait.

    Args:
        app: What answers all others.
        ready: Set once calls can be answered.
    """

    def __init__(self, app: ASGIApp, ready: threading.Event) -> None:
        self._app, self._ready = app, ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Answer a request."""
        early = not self._ready.is_set() and scope["type"] == "http" and str(scope["path"]).startswith(CALLS)
        answer = PlainTextResponse(say("common.starting"), 503, {"Retry-After": "1"}) if early else self._app
        await answer(scope, receive, send)
