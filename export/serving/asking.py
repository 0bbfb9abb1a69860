"""From a request's body to its answers: read, encoded, computed among other clients' texts, put into words."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from starlette.types import Receive

from export.serving import answers
from export.serving.batcher import Closed, Full
from export.serving.models import Generation, Model
from export.serving.questions import Questions
from export.serving.refusals import Refusal

Result = TypeVar("Result")

#: So many characters, in so many texts, are read, encoded and put into words at once; with more of them the event loop
#: would hold up the other clients, so that they go to a thread.
AT_ONCE, FEW = 2_000, 16
#: For what is more.
THREADS = 2
#: Seconds after which a request's client is looked after; what is answered sooner is not worth the looking.
PATIENCE = 0.1


class Asker:
    """Asks models.

    Args:
        timeout: Seconds in which a request is answered.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(THREADS, "encoding")

    async def ask(self, model: Model, receive: Receive) -> bytes:
        """The response's body.

        Args:
            model: That is asked.
            receive: The request's body, and then that its client has gone.

        Raises:
            Refusal, PredictorError: There is no answer.
        """
        body = await _body(receive)
        with _while_waited_for(receive, self._timeout):  # else it is taken back from the queue, if it is not computed
            return await self._answer(model, body)

    async def _answer(self, model: Model, body: bytes) -> bytes:
        while True:
            generation = model.generation
            asked = await self._aside(len(body) <= AT_ONCE, generation.read, body)
            little = asked.characters <= AT_ONCE and len(asked.questions) <= FEW
            try:
                with generation.batcher.reserve(len(asked.questions)) as submit:
                    items, lengths = await self._aside(little, generation.prepared, asked)
                    computed = submit(items, lengths)
            except Closed:  # it was reloaded just now
                continue
            except Full as full:
                raise Refusal(
                    "busy",
                    "{waiting:,} texts are waiting already.",
                    headers={"Retry-After": str(max(1, math.ceil(full.seconds)))},
                    waiting=full.waiting,
                ) from full
            units = await asyncio.wrap_future(computed)
            return await self._aside(little, _document, model.name, generation, asked, units)

    async def _aside(self, little: bool, call: Callable[..., Result], *arguments: Any) -> Result:
        """A call that takes its time unless there is little to do."""
        if little:
            return call(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)


def _document(name: str, generation: Generation, asked: Questions, units: list[Any]) -> bytes:
    return answers.document(name, generation.answers(asked, units))


async def _body(receive: Receive) -> bytes:
    """All of a request's body."""
    parts = []
    while (message := await receive())["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
    raise Refusal("gone", "The client has gone.")


@contextmanager
def _while_waited_for(receive: Receive, seconds: float) -> Iterator[None]:
    """Ends what is done inside when its time is over, or its client has gone: a request says no more after its body.

    Raises:
        Refusal: It was ended.
    """
    loop, task = asyncio.get_running_loop(), cast("asyncio.Task[Any]", asyncio.current_task())
    inside, ended = True, list[Refusal]()
    watching: list[asyncio.Future[Any]] = []

    def end(refusal: Refusal) -> None:
        if inside and not ended:
            ended.append(refusal)
            task.cancel()

    def late() -> None:
        end(Refusal("timeout", "There was no answer within {seconds:g} seconds.", seconds=seconds))

    def watch() -> None:
        gone = asyncio.ensure_future(receive())
        watching.append(gone)
        gone.add_done_callback(lambda _: None if gone.cancelled() else end(Refusal("gone", "The client has gone.")))

    timers = loop.call_later(seconds, late), loop.call_later(PATIENCE, watch)
    try:
        yield
    except asyncio.CancelledError:
        if ended and not task.uncancel():
            raise ended[0] from None
        raise
    finally:
        inside = False
        for timer in timers:
            timer.cancel()
        for gone in watching:
            gone.cancel()
