"""What a connection has to do to stay open: begin a request, end its head, take its answer. And how many may be.

uvicorn itself closes what is idle between two requests. A client that sends a head byte by byte, or never reads what it
is answered, it would keep for ever.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from export.serving.gate import HEADERS, LATER
from export.serving.joined import Joined
from export.serving.metrics import Metrics
from export.serving.refusals import Refusal
from export.serving.settings import ServeSettings

#: Bytes that may follow those with which a head began; the reader itself has no limit.
MOST_HEAD = 1 << 16
#: Seconds in which a client takes what it is told at the end; closed at once, its own bytes on the way would lose it.
LINGER = 1.0
#: How many that are one too many are told so at the same time; others are closed without a word.
MOST_TOLD = 64


@dataclass
class Bounds:
    """What all connections of a server have in common.

    Attributes:
        settings: Of the server.
        metrics: Told of connections and refusals.
        told: Connections that have been refused and are still open.
    """

    settings: ServeSettings
    metrics: Metrics
    told: set[Connection] = field(default_factory=set)


class Connection(HttpToolsProtocol):
    """uvicorn's protocol with one deadline at a time, by what is to come next."""

    def __init__(self, bounds: Bounds, **given: Any) -> None:
        super().__init__(**given)
        self._bounds, self._settings = bounds, bounds.settings
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head, self._size = False, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take it if there is room, and expect a request."""
        super().connection_made(Joined(transport, self.loop))  # type: ignore[arg-type]  # it has all that is asked for
        if len(self.connections) <= self._settings.max_connections:
            self._bounds.metrics.connections.inc()
            self._within(self._settings.head_timeout)
            return
        self.connections.discard(self)
        if len(self._bounds.told) >= MOST_TOLD:
            transport.abort()
            return
        headers = {"Retry-After": LATER}
        most = self._settings.max_connections
        self._refuse(Refusal("crowded", "{most:,} connections are open already.", headers=headers, most=most))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop()
        if self in self.connections:
            self._bounds.metrics.connections.dec()
        self._bounds.told.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless it was refused; a head that outgrows its limit is."""
        if self in self._bounds.told:
            return
        began = self._in_head
        super().data_received(data)
        if self in self._bounds.told:  # it is no HTTP
            return
        if self._in_head and self._deadline is None:
            self._watch()
        self._size = self._size + len(data) if began and self._in_head else 0
        if self._size > MOST_HEAD:
            self._refuse(Refusal("large_head", "The request's head has more than {most:,} bytes.", most=MOST_HEAD))

    def send_400_response(self, msg: str) -> None:
        """Tell it in the form of all refusals that this is no HTTP."""
        self._refuse(Refusal("bad_http", "{fault}", fault=msg))

    def on_message_begin(self) -> None:
        """The first byte of a head, which most often comes with the last."""
        super().on_message_begin()
        self._in_head = True
        self._stop()

    def on_headers_complete(self) -> None:
        """The head is there; how soon the body and the answer have to come is the gate's business."""
        super().on_headers_complete()
        self._in_head = False
        self._watch()

    def on_response_complete(self) -> None:
        """An answer was written; the client may have to take it yet."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """The client does not keep up with what it is answered."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._watch()

    @property
    def _busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Set the deadline of what is to come next."""
        if self._in_head:
            self._within(self._settings.head_timeout)
        elif self.flow.write_paused:
            self._within(self._settings.timeout)
        elif self._busy:
            self._stop()
        else:  # uvicorn closes it when it has been idle; it is open until all that was written is taken
            self._within(self._settings.keep_alive + self._settings.timeout)

    def _within(self, seconds: float) -> None:
        self._stop()
        self._deadline = self.loop.call_later(seconds, self._late)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        if not self._in_head or self in self._bounds.told or self.flow.write_paused:
            self.transport.abort()
        elif self._busy:  # with the request before, whose answer the client may wait for
            self._watch()
        else:
            seconds = self._settings.head_timeout
            self._refuse(Refusal("slow_head", "The head did not arrive within {seconds:g} seconds.", seconds=seconds))

    def _refuse(self, refusal: Refusal) -> None:
        """Tell it why, and close it; if another answer is on its way, without a word."""
        self._bounds.metrics.refusals.labels(refusal.code).inc()
        if self._busy or self.transport.is_closing():
            self.transport.abort()
            return
        self._bounds.told.add(self)
        self.transport.write(_written(refusal))
        self.transport.write_eof()
        self._within(LINGER)


def _written(refusal: Refusal) -> bytes:
    """A refusal that the application never hears of."""
    body = refusal.body
    fixed = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    headers = {**HEADERS, **refusal.headers, **fixed}
    lines = [
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}",
        *(": ".join(pair) for pair in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
