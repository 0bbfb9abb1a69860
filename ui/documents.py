"""The page's document and its description, made once a language and address, and given to everybody.

Gradio makes both anew for each visitor: it copies the whole form, goes through all of it twice, and writes it out, a
tenth of a second of a server that has one thread to run Python. Nothing in them is the visitor's own: what is comes
with the page's first event.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from gradio.route_utils import get_root_url
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.text.languages import wanted

PATHS = ("", "/", "/config")  # the last is what Gradio's clients for programs begin with
#: A parameter by which Gradio gives a visitor the values of another session; the others leave the document as it is.
DEEP_LINK = b"deep_link"
MOST = 32  # kept; addresses are whatever a request says, so there is no end to them


@dataclass(frozen=True)
class _Key:
    """All that a document depends on."""

    path: str
    root: str
    language: str
    compressed: bool


@dataclass
class _Answer:
    """An answer as it was sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    def of_everybody(self) -> bool:
        """Whether others may have it."""
        return self.status == 200 and "set-cookie" not in Headers(raw=self.headers)


class DocumentMiddleware:
    """Keeps documents as they were sent, whole and compressed.

    Args:
        app: What makes them.
        ready: Set once the page is complete; nothing from before is kept.
        most: How many are kept.
    """

    def __init__(self, app: ASGIApp, ready: threading.Event, most: int = MOST) -> None:
        self._app, self._ready, self._most = app, ready, most
        self._kept: OrderedDict[_Key, _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        key = self._key(scope) if scope["type"] == "http" else None
        if key is None:
            await self._app(scope, receive, send)
        elif (answer := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers]})
            await send({"type": "http.response.body", "body": answer.body})
        else:
            await self._make(key, scope, receive, send)

    def _key(self, scope: Scope) -> _Key | None:
        """What the document that is asked for depends on; None: another thing is asked for."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if scope["method"] != "GET" or path not in PATHS or DEEP_LINK in scope["query_string"]:
            return None
        if not self._ready.is_set():
            return None
        request = Request(scope)
        root = get_root_url(request, path or "/", scope.get("root_path"))
        language = wanted(request.cookies, request.headers.get("accept-language"))
        return _Key(path, root, language, "gzip" in request.headers.get("accept-encoding", ""))

    async def _make(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(0, [])

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], [*message["headers"]]
            elif message["type"] == "http.response.body":
                answer.body += message.get("body", b"")
                if not message.get("more_body") and answer.of_everybody():
                    self._kept[key] = answer
                    if len(self._kept) > self._most:
                        self._kept.popitem(last=False)
            await send(message)

        await self._app(scope, receive, sent)
