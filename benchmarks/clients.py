"""Clients that ask a server at the same time, each as soon as it is answered; plain sockets cost the machine least."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
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
        RuntimeError: A request was refused.
        TimeoutError: One wasn't answered.
    """
    left = [list(texts[first : first + together]) for first in range(0, len(texts), together)][::-1]
    taken: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_client(port, path, left, taken, {"field": field, "more": more}) for _ in range(clients)))
    return time.perf_counter() - began, taken


async def _client(port: int, path: str, left: list[list[str]], taken: list[float], form: dict[str, Any]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while left:
        body = json.dumps({form["field"]: left.pop(), **form["more"]}).encode()
        began = time.perf_counter()
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        async with asyncio.timeout(ANSWER_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split()[0])
        answer = await reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{path}: {head.split(maxsplit=2)[1].decode()} {answer[:200].decode()}")
        taken.append(time.perf_counter() - began)
    writer.close()
