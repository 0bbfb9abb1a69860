"""Headers that tell a browser what it must not do with an answer.

Gradio's page needs scripts and styles that stand in the document, so no policy of scripts can be asked for there. A
file that somebody brought or takes away is another matter: opened in the browser, it runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Where a Space's page stands in a frame.
SPACES = ("https://huggingface.co", "https://*.hf.space")
#: Gradio's own file route, wherever the page is mounted.
FILES = "/gradio_api/file="
#: An address instead of a file, however many slashes somebody writes before it or leaves out.
ELSEWHERE = re.compile(r"[\s/\\]*(?:https?:|[/\\]{2})", re.IGNORECASE)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # a link to a shared report holds its token
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class HeadersMiddleware:
    """Adds the headers to every answer, and leaves those that it has; leads nobody from the file route elsewhere.

    Args:
        app: What answers.
        framed_by: The other sites that may show the page in a frame.
    """

    def __init__(self, app: ASGIApp, framed_by: Sequence[str] = ()) -> None:
        self._app = app
        self._page = "; ".join(
            ["base-uri 'self'", "object-src 'none'", " ".join(["frame-ancestors 'self'", *framed_by])]
        )
        self._file = f"{self._page}; script-src 'none'"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; other events pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _, asked, file = scope["path"].partition(FILES)
        policy = self._file if asked else self._page

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**HEADERS, "content-security-policy": policy}.items():
                    headers.setdefault(name, value)
            await send(message)

        if ELSEWHERE.match(file):  # Gradio before 6.20 redirects to it (CVE-2026-59806)
            await PlainTextResponse("Not found\n", 404)(scope, receive, sent)
            return
        await self._app(scope, receive, sent)
