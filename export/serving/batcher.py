"""The threads that compute for all clients of a model, in batches of what is waiting."""

from __future__ import annotations

import logging
import math
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from export.predictor import SMALLEST_SHARE
from export.serving.waiting import Asked, Place, Waiting

logger = logging.getLogger(__name__)

#: Weight of the newest batch in the running mean of how fast tokens are computed.
NEWEST = 0.1


class Full(Exception):  # noqa: N818 - a state that passes
    """No place in the queue.

    Attributes:
        waiting: How many texts wait.
        seconds: After which there should be room.
    """

    def __init__(self, waiting: int, seconds: float) -> None:
        super().__init__(f"{waiting} texts are waiting")
        self.waiting, self.seconds = waiting, seconds


class Closed(Exception):  # noqa: N818 - a state
    """The batcher takes no more; another has its place."""


@dataclass(frozen=True)
class Batch:
    """What was computed at once, for whoever counts.

    Attributes:
        lengths: Of its texts in tokens, shortest first.
        waited: Seconds that each request of it had waited.
        seconds: That it took.
    """

    lengths: list[int]
    waited: list[float]
    seconds: float


@dataclass(eq=False)
class _Request(Asked):
    """A request, the future with its results, and when it came."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.future: Future[list[Any]] = Future()
        self.came = time.monotonic()


class Batcher:
    """Computes items of several callers together.

    Args:
        compute: From some items to a result each, in order; called by so many threads as ``at_once`` says.
        batch_tokens: Most padded tokens of a batch.
        overhead: What a batch costs besides, in tokens.
        wait: Most seconds that a batch which is not full waits for more, from when a thread is free for it.
        size: Most items that wait or have a place reserved.
        at_once: How many batches are computed at the same time, each by a thread of its own.
        name: Of the threads.
        observe: Told of every batch.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[Any]], Sequence[Any]],
        *,
        batch_tokens: int,
        overhead: int,
        wait: float = 0.0,
        size: int,
        at_once: int = 1,
        name: str = "batcher",
        observe: Callable[[Batch], object] | None = None,
    ) -> None:
        self._compute, self._observe = compute, observe
        self._budget, self._wait, self._size = batch_tokens, wait, size
        self._waiting, self._reserved, self._closing = Waiting(batch_tokens, overhead), 0, False
        self._token_seconds, self._idle = 0.0, at_once
        self._changed, self._delivering = threading.Condition(), threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(at_once)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Items that wait or have a place reserved."""
        return len(self._waiting) + self._reserved

    @property
    def alive(self) -> bool:
        """Whether all its threads work."""
        return all(thread.is_alive() for thread in self._threads)

    @contextmanager
    def reserve(self, count: int) -> Iterator[Callable[[Sequence[Any], Sequence[int]], Future[list[Any]]]]:
        """Places in the queue, so that nothing is prepared that is then turned away.

        Gives a function that is called once, with the items and the length of each: a future of their results.
        Cancelling it takes back what is not yet being computed.

        Raises:
            Full: There are too few places.
            Closed: Nothing more is taken.
        """
        with self._changed:
            if self._closing:
                raise Closed
            if self.waiting + count > self._size:
                raise Full(self.waiting, self._waiting.tokens * self._token_seconds / len(self._threads))
            self._reserved += count
        left = count

        def submit(items: Sequence[Any], lengths: Sequence[int]) -> Future[list[Any]]:
            nonlocal left
            request = _Request(items, lengths)
            with self._changed:
                self._reserved, left = self._reserved - left, 0
                self._waiting.add(request)
                self._changed.notify_all()
            if not items:
                request.future.set_result([])
            request.future.add_done_callback(partial(self._drop_cancelled, weakref.ref(request)))
            return request.future

        try:
            yield submit
        finally:
            with self._changed:
                self._reserved -= left
                self._changed.notify_all()

    def close(self) -> None:
        """Take nothing more; what is waiting or has a place is computed, then the threads end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the threads' end; whether it came."""
        until = None if timeout is None else time.monotonic() + timeout
        for thread in self._threads:
            thread.join(None if until is None else max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _drop_cancelled(self, waiting: weakref.ref[Asked], future: Future[list[Any]]) -> None:
        """By a weak reference, or a request and its future would keep each other; while it waits, others hold it."""
        if future.cancelled() and (request := waiting()):
            self._drop(request)

    def _drop(self, request: Asked) -> None:
        with self._changed:
            self._waiting.drop(request)
            self._changed.notify_all()

    def _work(self) -> None:
        while (batch := self._next()) is not None:
            began = time.monotonic()
            requests = dict.fromkeys(place.request for place in batch)
            waited = [began - request.came for request in requests if isinstance(request, _Request)]
            results = self._results([place.request.items[place.row] for place in batch])
            with self._delivering:  # a request's texts may be in the batches of several threads
                for place, result in zip(batch, results, strict=True):
                    self._deliver(place, result)
            lengths = [place.length for place in batch]
            seconds = time.monotonic() - began
            latest = seconds / max(1, sum(lengths))
            with self._changed:
                self._idle += 1
                self._token_seconds += (latest - self._token_seconds) * (NEWEST if self._token_seconds else 1)
            if self._observe:
                self._observe(Batch(lengths, waited, seconds))

    def _next(self) -> list[Place] | None:
        """The next batch; None when there will be no more."""
        with self._changed:
            while True:
                while not self._waiting:
                    if self._closing and not self._reserved:
                        return None
                    self._changed.wait()
                until = time.monotonic() + self._wait
                while self._waiting and self._waiting.tokens < self._budget and not self._closing:
                    if (left := until - time.monotonic()) <= 0:
                        break
                    self._changed.wait(left)
                share = max(SMALLEST_SHARE, math.ceil(self._waiting.tokens / self._idle))
                if batch := self._waiting.take(share):
                    self._idle -= 1
                    return batch

    def _results(self, items: Sequence[Any]) -> list[Any]:
        """A result for each item, or the error that it raised: if a batch fails, each is tried by itself."""
        try:
            return list(self._compute(items))
        except Exception as error:
            if len(items) > 1:
                logger.warning("a batch of %d failed; each text is tried by itself", len(items))
                return [result for item in items for result in self._results([item])]
            logger.exception("a text could not be computed")
            return [error]

    def _deliver(self, place: Place, result: Any) -> None:
        request = place.request
        if not isinstance(request, _Request) or request.future.done():
            return
        request.results[place.row] = result
        request.left -= 1
        if isinstance(result, Exception):
            self._drop(request)
        elif request.left:
            return
        if request.future.set_running_or_notify_cancel():
            if isinstance(result, Exception):
                request.future.set_exception(result)
            else:
                request.future.set_result(request.results)
