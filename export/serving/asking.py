"""From a request's body to its answers: read, encoded, computed among other clients' texts, put into words."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fastapi import Request

from . import answers
from .batcher import Closed, Full
from .models import Model
from .refusals import Refusal

Result = TypeVar("Result")

#: Texts of so many characters are encoded at once; more of them would hold up the other clients, and go to a thread.
AT_ONCE = 2_000
#: That encode what is longer.
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
            asked = generation.read(body)
            try:
                with generation.batcher.reserve(len(asked.questions)) as submit:
                    items, lengths = await self._aside(asked.characters, generation.prepared, asked)
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
            found = await self._aside(asked.characters, generation.answers, asked, units)
            return answers.document(generation.task, model.name, found)

    async def _aside(self, characters: int, call: Callable[..., Result], *arguments: Any) -> Result:
        """A call that takes its time where there is much text."""
        if characters <= AT_ONCE:
            return call(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)
