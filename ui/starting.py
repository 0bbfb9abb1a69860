"""While the server starts: calls that come before all is ready wait for it, and are not failed."""

from __future__ import annotations

import threading
import time
from typing import Any

import anyio
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.text import say

#: Where Gradio answers calls, which it can't before it is told that it has started.
CALLS = ("/gradio_api/call/", "/gradio_api/queue/", "/gradio_api/run/", "/gradio_api/mcp/")
PATIENCE = 30.0  # seconds; a start takes one or two from the first page that it gives
PAUSE = 0.05  # seconds between two looks


class StartingMiddleware:
    """Lets early calls wait, and answers those that have waited too long with 503 and a time to wait.

    The page is given out before calls can be answered, so its own first events may come too early, and a person
    who opened it would see them fail.

    Args:
        app: What answers.
        ready: Set once calls can be answered. By the thread that starts the server, so not an event of its loop.
        patience: How long a call waits at most (s).
    """

    def __init__(self, app: ASGIApp, ready: threading.Event, patience: float = PATIENCE) -> None:
        self._app, self._ready, self._patience = app, ready, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Answer a request."""
        call = scope["type"] == "http" and str(scope["path"]).startswith(CALLS)
        if call and not await self._started():
            await PlainTextResponse(say("common.starting"), 503, {"Retry-After": "1"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _started(self) -> bool:
        deadline = time.monotonic() + self._patience
        while not self._ready.is_set() and time.monotonic() < deadline:  # noqa: ASYNC110 - set by another thread
            await anyio.sleep(PAUSE)
        return self._ready.is_set()
