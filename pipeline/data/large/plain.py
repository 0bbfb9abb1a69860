"""A file's bytes in blocks, as long as they are plain."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

BOM = b"\xef\xbb\xbf"
_QUOTE = ord('"')
#: All but the control characters that texts do not have.
_OTHERS = bytes([*range(0x09, 0x0E), *range(0x20, 0x100)])


class Irregular(Exception):  # noqa: N818 - no fault: another reader takes the file
    """Something in a file needs the closer look of the other readers."""


class Plain(io.RawIOBase):
    """Reads a file, and makes sure on the way that it is plain.

    That is: hardly a control character, no byte order mark but the first, and quotation marks only where RFC 4180 has
    them: around whole cells, and doubled within.

    Args:
        path: The file.
        delimiter: What divides its cells; None where quotation marks mean nothing.

    Raises:
        Irregular: It is not; while it is read.
    """

    def __init__(self, path: Path, delimiter: str | None = None) -> None:
        self._file: BinaryIO = path.open("rb", buffering=0)
        self._allowed: np.ndarray | None = None
        if delimiter is not None:
            self._allowed = np.zeros(256, bool)
            self._allowed[[ord(delimiter), *b'\r\n"']] = True
        self._tail = b"\n"  # the byte before those that come, and the last one, which its successor decides on
        self._size = self._controls = self._quotes = 0

    def read(self, size: int = -1) -> bytes:
        """The next block."""
        block = self._file.read(size)
        self._examine(block)
        return block

    def readinto(self, buffer: Any) -> int:
        """The next block, for those that read through a buffer."""
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()

    def _examine(self, block: bytes) -> None:
        joined = self._tail + block if self._size else block.removeprefix(BOM)
        if BOM[:1] in joined and BOM in joined:  # one byte is sought faster than three
            raise Irregular("a byte order mark inside")
        controls = block.translate(None, _OTHERS)
        self._size += len(block)
        self._controls += len(controls)
        # A character has up to four bytes, and one in a hundred makes a file no text.
        if b"\0" in controls or self._controls * 400 > self._size:
            raise Irregular("control characters")
        if self._allowed is not None:
            self._examine_quotes(block or b"\n", self._allowed)
            if not block and self._quotes % 2:
                raise Irregular("a quotation mark that is not closed")
        else:
            self._tail = block[-2:]

    def _examine_quotes(self, block: bytes, allowed: np.ndarray) -> None:
        """Every second one, from the first, opens or is the second of two; the others close or are the first."""
        whole = self._tail + block
        self._tail = whole[-2:]
        if b'"' not in whole[:-1]:
            return
        data = np.frombuffer(whole, np.uint8)
        places = np.flatnonzero(data[1:-1] == _QUOTE) + 1
        opening = (np.arange(self._quotes, self._quotes + len(places)) % 2) == 0
        self._quotes += len(places)
        if not allowed[np.where(opening, data[places - 1], data[places + 1])].all():
            raise Irregular("a quotation mark inside a cell")
