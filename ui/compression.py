"""Compression of what Gradio sends as it is.

Gradio compresses files, which it knows by their ending. The document, more than half a megabyte with the whole form in
it, and the answers to polls have none.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send


class CompressionMiddleware(GZipMiddleware):
    """Compresses the answers to addresses without an ending; streams of events go on uncompressed, at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if "." in scope.get("path", ""):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
