"""A file's bytes in blocks, as long as they are plain."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

BOM = b"\xef\xbb\xbf"
PIECE = 1 << 17  # bytes looked at together: what is made of them stays in the processor's cache
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
        self._tail = b""  # the last bytes of the block before
        self._size = self._controls = self._quotes = 0

    def read(self, size: int = -1) -> bytes:
        """The next block."""
        block = self._file.read(size)
        for start in range(0, len(block) or 1, PIECE):
            self._examine(block[start : start + PIECE])
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
        seam = self._tail + block[: len(BOM) - 1]
        start = 0 if self._size else 1  # at the very beginning it may stand
        if BOM in seam or (BOM[:1] in block and block.find(BOM, start) >= 0):  # one byte is sought faster than three
            raise Irregular("a byte order mark inside")
        self._size += len(block)
        if _has_controls(np.frombuffer(block, np.uint8)):
            controls = block.translate(None, _OTHERS)
            self._controls += len(controls)
            # A character has up to four bytes, and one in a hundred makes a file no text.
            if b"\0" in controls or self._controls * 400 > self._size:
                raise Irregular("control characters")
        if self._allowed is not None:
            self._examine_quotes(block, self._allowed)
        self._tail = block[1 - len(BOM) :]

    def _examine_quotes(self, block: bytes, allowed: np.ndarray) -> None:
        """Every second one, from the first, opens or is the second of two; the others close or are the first."""
        if self._tail.endswith(b'"') and self._quotes % 2 == 0 and block and not allowed[block[0]]:
            raise Irregular("a quotation mark inside a cell")
        if not block and self._quotes % 2:
            raise Irregular("a quotation mark that is not closed")
        codes = np.frombuffer(block, np.uint8)
        places = np.flatnonzero(codes == _QUOTE)
        if not len(places):
            return
        before, after = codes[places - 1], codes[np.minimum(places + 1, len(codes) - 1)]  # the next block has the last
        if places[0] == 0:
            before[0] = self._tail[-1] if self._tail else ord("\n")
        opening = (np.arange(self._quotes, self._quotes + len(places)) & 1) == 0
        self._quotes += len(places)
        if not allowed[np.where(opening, before, after)].all():
            raise Irregular("a quotation mark inside a cell")


def _has_controls(codes: np.ndarray) -> bool:
    """Whether a block has control characters that texts do not have; seldom, so looking is to be quick."""
    if not len(codes):
        return False
    below_white_space = codes.min() < 0x09
    return bool(below_white_space or (codes - np.uint8(0x0E)).min() < 0x20 - 0x0E)  # what is below turns over
