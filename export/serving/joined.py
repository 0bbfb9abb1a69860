"""A transport that sends a response's head and body together.

uvicorn writes them one after the other, and uvloop sends each write at once: a system call and a packet more, and a
client that is woken for a head alone. With one text a request that is part of what a request costs beside its text.
"""

from __future__ import annotations

import asyncio


class Joined:
    """In place of a transport, as far as uvicorn asks it anything.

    A write is held until the next one, which it goes out with, but no longer than to the event loop's next turn.

    Args:
        transport: That sends.
        loop: That it belongs to.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held: bytes | None = None
        self.get_extra_info, self.is_closing = transport.get_extra_info, transport.is_closing
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading
        self.abort = transport.abort

    def write(self, data: bytes) -> None:
        """Hold it, or send it behind what is held."""
        if self._held is None:
            self._held = data
            self._loop.call_soon(self._send)
        else:
            held, self._held = self._held, None
            self._transport.write(held + data)

    def close(self) -> None:
        """Send all, then close."""
        self._send()
        self._transport.close()

    def write_eof(self) -> None:
        """Send all, then end what is written."""
        self._send()
        self._transport.write_eof()

    def _send(self) -> None:
        if self._held is not None and not self.is_closing():
            held, self._held = self._held, None
            self._transport.write(held)
