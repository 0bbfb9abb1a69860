"""What every request has to pass before a route sees it: shutting down, key, rate, size and pace of the body.

And what every answer takes along: headers that tell a browser what it must not do with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import time
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from export.serving.metrics import Metrics
from export.serving.refusals import Refusal, refusal_of
from export.serving.settings import ServeSettings
from pipeline.rates import Counts, Rate, place_of

#: Answered without a key; the last two describe the server's routes and hold nothing of its models.
OPEN = frozenset({"/healthz", "/readyz", "/docs", "/openapi.json"})
METRICS = "/metrics"
#: Answered while the server goes down.
PROBES = frozenset({"/healthz", "/readyz", METRICS})
#: Seconds after which another server should have taken over.
LATER = "5"
#: An answer stands in nobody's page, its type is not guessed, and its address is not told to other sites.
HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "frame-ancestors 'none'",
    "referrer-policy": "same-origin",
}
_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


@dataclass
class State:
    """How the server is.

    Attributes:
        draining: Whether it answers what it has accepted, and nothing more.
        active: How many requests it has accepted and not yet answered.
    """

    draining: bool = False
    active: int = 0


class Gate:
    """The outermost layer of the application; ASGI, so that a body is not read before it is wanted."""

    def __init__(self, app: ASGIApp, settings: ServeSettings, state: State, metrics: Metrics) -> None:
        self._app, self._settings, self._state, self._metrics = app, settings, state, metrics
        self._keys = [_digest(key.get_secret_value().encode()) for key in settings.api_keys]
        self._rate, self._counts = Rate.read(settings.rate), Counts()
        self._open = OPEN | {METRICS} if settings.open_metrics else OPEN
        self._most = int(settings.max_body_mb * 1e6)
        metrics.active.set_function(lambda: state.active)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it; other events pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = message.get("headers", [])
                names = {name.lower() for name, _ in given}
                message["headers"] = [*given, *(header for header in _HEADERS if header[0] not in names)]
            await send(message)

        self._state.active += 1
        try:
            self._pass(scope)
            await self._app(scope, self._measured(receive), sent)
        except Exception as error:
            refusal = refusal_of(error)
            if not status:
                await refused(refusal, self._metrics)(scope, receive, sent)
            if refusal.code == "internal":
                raise  # for the log
        finally:
            self._state.active -= 1
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.request(route, status or 500, time.perf_counter() - began)

    def _pass(self, scope: Scope) -> None:
        """Raise the refusal of a request that needs not be read."""
        headers = dict(scope["headers"])
        path = scope["path"]
        if self._state.draining and path not in PROBES:
            raise Refusal(
                "shutting_down",
                "The server is shutting down.",
                headers={"Retry-After": LATER, "Connection": "close"},
            )
        known = self._known(headers.get(b"authorization", b""))
        if self._rate and path not in PROBES:
            self._count(known or f"address {place_of((scope.get('client') or ('',))[0])}", self._rate)
        if self._keys and path not in self._open and not known:
            raise Refusal(
                "no_key", "The request has no key that is known.", headers={"WWW-Authenticate": 'Bearer realm="models"'}
            )
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._most:
            raise self._too_large()

    def _count(self, who: bytes | str, rate: Rate) -> None:
        """Raise the refusal of whoever asks too often: a key, or an address that brings none."""
        wait = self._counts.spend(who, rate)
        if wait:
            raise Refusal(
                "too_fast",
                "More than {rate} were asked.",
                headers={"Retry-After": str(math.ceil(wait))},
                rate=self._settings.rate,
            )

    def _known(self, authorization: bytes) -> bytes:
        """The hash of its key, if that is known; takes as long whichever it is, and however much of one is right."""
        if not self._keys:
            return b""
        scheme, _, key = authorization.partition(b" ")
        given = _digest(key.strip())
        same = [hmac.compare_digest(given, known) for known in self._keys]
        return given if any(same) and scheme.lower() == b"bearer" else b""

    def _measured(self, receive: Receive) -> Receive:
        """The body as it comes, while it is neither too large nor too slow."""
        size, complete = 0, False
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.body_timeout

        async def received() -> Message:
            nonlocal size, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise Refusal(
                    "slow_body",
                    "The body did not arrive within {seconds:g} seconds.",
                    headers={"Connection": "close"},
                    seconds=self._settings.body_timeout,
                ) from None
            size += len(message.get("body", b""))
            if size > self._most:
                raise self._too_large()
            complete = not message.get("more_body", False)
            return message

        return received

    def _too_large(self) -> Refusal:
        return Refusal("too_large", "The body has more than {most:,} bytes.", most=self._most)


def refused(refusal: Refusal, metrics: Metrics) -> Response:
    """A refusal as a response, which is counted."""
    metrics.refusals.labels(refusal.code).inc()
    return Response(refusal.body, refusal.status, refusal.headers, "application/json")


def _digest(key: bytes) -> bytes:
    """Of one length, whatever the key's."""
    return hashlib.sha256(key).digest()
