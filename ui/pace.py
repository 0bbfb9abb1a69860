"""How often somebody may do what costs something: by visitor, and by the address that they come from.

Handlers call :meth:`Pace.spend` before they begin, whoever calls them: the page or a program. What a visitor is
allowed is a setting; all of one address together are allowed a few times that, since a visitor is easily made, and
since a school or an office has one address. Requests are counted by address before anything of them is read, and a
refusal has the status 429 and says when to come back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import RateError
from pipeline.rates import Counts, Rate, place_of
from pipeline.settings import Settings
from ui.text import say
from ui.views.html import duration

Action = Literal["requests", "calls", "uploads", "starts", "measurements", "questions", "exports"]
ACTIONS: tuple[Action, ...] = get_args(Action)
#: In a request's scope: the seconds after which what it asked for is allowed, once it has been refused.
REFUSED = "graft.refused"
#: Whatever is asked there costs nothing but reading.
READING = ("GET", "HEAD", "OPTIONS")
#: Where Gradio takes files, wherever the page is mounted.
UPLOADS = "/gradio_api/upload"


@dataclass(frozen=True)
class Caller:
    """Where a call comes from.

    Attributes:
        address: Of the network; behind a proxy that the host trusts, what that says.
        refused: Where the request learns that it has been refused.
    """

    address: str
    refused: list[float]


_caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


@contextmanager
def calling(request: Any) -> Iterator[None]:
    """Count what happens in here as this request's."""
    whole = getattr(request, "request", None) or request  # Gradio's own is a copy of the one that arrived
    client, scope = getattr(whole, "client", None), getattr(whole, "scope", {})
    token = _caller.set(Caller(getattr(client, "host", ""), scope.get(REFUSED, [])))
    try:
        yield
    finally:
        _caller.reset(token)


@dataclass
class Pace:
    """What everybody has done lately.

    Attributes:
        rates: What one visitor may; what is not in it, anybody may as often as they like.
        factor: How many times that, all of one address may.
        counts: Of whom.
    """

    rates: Mapping[Action, Rate] = field(default_factory=dict)
    factor: int = 1
    counts: Counts = field(default_factory=Counts)

    @classmethod
    def of(cls, settings: Settings) -> Pace:
        """As a host decides."""
        read = {action: Rate.read(getattr(settings, f"rate_{action}")) for action in ACTIONS}
        return cls({action: rate for action, rate in read.items() if rate}, settings.rate_address_factor)

    def spend(self, action: Action, visitor: str | None) -> None:
        """Count an action of a visitor, and of the address that they call from.

        Raises:
            RateError: It is one too many for either; nothing is done then.
        """
        rate, caller = self.rates.get(action), _caller.get()
        if rate is None:
            return
        wait = 0.0
        if caller and caller.address:  # first: who makes up visitors is not remembered once the address is refused
            wait = self.counts.spend((action, place_of(caller.address)), rate.by(self.factor))
        if visitor and not wait:
            wait = self.counts.spend((action, "visitor", visitor), rate)
        if wait:
            if caller:
                caller.refused.append(wait)
            raise too_many(action, wait)

    def wait(self, action: Action, address: str, factor: int) -> float:
        """Count a request of an address before it is read; the seconds until it is allowed, 0 if it is."""
        rate = self.rates.get(action)
        return self.counts.spend((action, "request", place_of(address)), rate.by(factor)) if rate and address else 0.0


def too_many(action: Action, wait: float) -> RateError:
    """What is said of one too many."""
    return RateError(say(f"common.too_many.{action}"), say("common.too_many_remedy", time=duration(math.ceil(wait))))


class PaceMiddleware:
    """Refuses too many requests of an address, and gives refusals of the handlers' the status that they should have.

    Args:
        app: What answers. The language of the request is spoken already.
        pace: Who has asked how often.
    """

    def __init__(self, app: ASGIApp, pace: Pace) -> None:
        self._app, self._pace = app, pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it; other events pass."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        uploads = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/") == UPLOADS
        address = (scope.get("client") or ("",))[0]
        wait = self._pace.wait("requests", address, 1)
        if not wait and uploads:
            wait = self._pace.wait("uploads", address, self._pace.factor)
        if wait:
            await self._refuse("uploads" if uploads else "requests", wait)(scope, receive, send)
            return
        refused: list[float] = []
        scope[REFUSED] = refused

        async def sent(message: Message) -> None:
            if refused and message["type"] == "http.response.start":
                message["status"] = 429
                message["headers"] = [*message["headers"], (b"retry-after", str(math.ceil(refused[0])).encode())]
            await send(message)

        await self._app(scope, receive, sent)

    @staticmethod
    def _refuse(action: Action, wait: float) -> Response:
        """Gradio shows the body of a refused upload as it is, and ``detail`` of whatever else was refused."""
        told, headers = str(too_many(action, wait)), {"retry-after": str(math.ceil(wait))}
        if action == "uploads":
            return Response(told, 429, headers, "text/plain")
        return Response(json.dumps({"error": told, "detail": told}), 429, headers, "application/json")
