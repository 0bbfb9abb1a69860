"""From a request's body to its answers: read, encoded, computed among other clients' texts, put into words."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import Request

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


class Asker:
    """Asks models.

    Args:
        timeout: Seconds in which a request is answered.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(THREADS, "encoding")

    async def ask(self, model: Model, body: bytes, request: Request) -> bytes:
        """The response's body.

        Raises:
            Refusal, PredictorError: There is no answer.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._timeout
        answering = asyncio.ensure_future(self._answer(model, body))
        # After its body a request has nothing more to say but that its client has gone.
        gone = asyncio.ensure_future(request.receive())
        try:
            await asyncio.wait((answering, gone), timeout=until - loop.time(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not answering.done():
                answering.cancel()  # takes back from the queue what is not being computed
        if answering.done():
            return answering.result()
        if gone.done() and not gone.cancelled():
            raise Refusal("gone", "The client has gone.")
        raise Refusal("timeout", "There was no answer within {seconds:g} seconds.", seconds=self._timeout)

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
    return answers.document(generation.task, name, generation.answers(asked, units))
