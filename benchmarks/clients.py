"""Clients that ask a server at the same time, each as soon as it is answered, and cost the machine little.

They work on the processors of the server that they ask, so that what they take is lacking there: requests are written
down before the clock starts, and a client is a protocol on the event loop, without streams.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

ANSWER_SECONDS = 120


async def ask_all(
    port: int, path: str, texts: Sequence[str], *, clients: int, together: int, field: str = "texts", **more: Any
) -> tuple[float, list[float]]:
    """Have every text answered once.

    Args:
        port: Of the server, on this machine.
        path: That texts are posted to.
        texts: In the order in which they are asked.
        clients: How many ask at the same time.
        together: How many texts a request has.
        field: Of the body, that holds the texts.
        more: Of the body.

    Returns:
        Seconds that all took, and of each request.

    Raises:
        RuntimeError: A request was refused, or its connection ended before its answer.
        TimeoutError: For long no request was answered.
    """
    loop = asyncio.get_running_loop()
    bodies = [{field: list(texts[first : first + together]), **more} for first in range(0, len(texts), together)]
    left, taken = iter([_written(path, json.dumps(body).encode()) for body in bodies]), list[float]()
    began = time.perf_counter()
    connecting = (
        loop.create_connection(lambda: _Client(path, left, taken, loop.create_future()), "127.0.0.1", port)
        for _ in range(clients)
    )
    connected = await asyncio.gather(*connecting)
    try:
        ended, answered = asyncio.gather(*(client.ended for _, client in connected)), -1
        while not ended.done():
            if answered == len(taken):
                raise TimeoutError(f"{path} did not answer within {ANSWER_SECONDS} seconds")
            answered = len(taken)
            await asyncio.wait([ended], timeout=ANSWER_SECONDS)
        await ended
    finally:
        for transport, _ in connected:
            transport.close()
    return time.perf_counter() - began, taken


def _written(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    )
    return head.encode() + b"\r\n" + body


class _Client(asyncio.Protocol):
    """One connection, which asks what is left until nothing is."""

    def __init__(self, path: str, left: Iterator[bytes], taken: list[float], ended: asyncio.Future[None]) -> None:
        self.ended = ended
        self._path, self._left, self._taken = path, left, taken
        self._transport: asyncio.Transport
        self._came, self._length, self._began = b"", -1, 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # for a connection it is
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._length < 0:
            head, end, _ = self._came.partition(b"\r\n\r\n")
            if not end:
                return
            length = head.lower().partition(b"content-length:")[2].split(maxsplit=1)[0]
            self._length = len(head) + len(end) + int(length)
        if len(self._came) < self._length:
            return
        self._taken.append(time.perf_counter() - self._began)
        if self._came.startswith(b"HTTP/1.1 200"):
            self._ask()
        else:
            head, _, answer = self._came.partition(b"\r\n\r\n")
            self._fail(f"{head.split(maxsplit=2)[1].decode()} {answer[:200].decode(errors='replace')}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("the connection ended")

    def _ask(self) -> None:
        request = next(self._left, None)
        if request is None:
            if not self.ended.done():
                self.ended.set_result(None)
            return
        self._came, self._length, self._began = b"", -1, time.perf_counter()
        self._transport.write(request)

    def _fail(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(RuntimeError(f"{self._path}: {why}"))
