"""A response's head and body are one write, and nothing that was written is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from export.serving.joined import Joined
from tests.apart import apart


class Transport(asyncio.Transport):
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes | str] = []

    def write(self, data: bytes) -> None:  # type: ignore[override]  # as it is called
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append("closed")

    def write_eof(self) -> None:
        self.calls.append("ended")

    def abort(self) -> None:
        self.calls.append("aborted")

    def is_closing(self) -> bool:
        return "closed" in self.calls or "aborted" in self.calls


def after(*steps: Callable[[Joined], None]) -> list[bytes | str]:
    """What the transport was asked, a turn of the event loop after each step."""

    async def stepping() -> list[bytes | str]:
        transport = Transport()
        joined = Joined(transport, asyncio.get_running_loop())
        for step in steps:
            step(joined)
            await asyncio.sleep(0)
        return transport.calls

    return apart(stepping())


def both(joined: Joined) -> None:
    joined.write(b"head")
    joined.write(b"body")


def test_two_writes_are_one() -> None:
    assert after(both) == [b"headbody"]
    assert after(both, both) == [b"headbody", b"headbody"]


def test_a_head_whose_body_takes_its_time_goes_ahead() -> None:
    assert after(lambda joined: joined.write(b"head"), lambda joined: joined.write(b"body")) == [b"head", b"body"]


@pytest.mark.parametrize(("end", "told"), [(Joined.close, "closed"), (Joined.write_eof, "ended")])
def test_what_is_held_is_sent_before_the_end(end: Callable[[Joined], None], told: str) -> None:
    def ending(joined: Joined) -> None:
        joined.write(b"head")
        end(joined)

    assert after(ending) == [b"head", told]


def test_nothing_is_written_behind_an_abort() -> None:
    def aborting(joined: Joined) -> None:
        joined.write(b"head")
        joined.abort()

    assert after(aborting) == ["aborted"]
