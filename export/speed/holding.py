"""What candidates hold of a GPU's memory, seen from beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Holding:
    """By how much less of a GPU's memory is free since a candidate was asked.

    onnxruntime tells nothing of it, and PyTorch nothing of what CUDA itself takes for a process; this measures both
    alike. Candidates are asked one at a time, so what goes meanwhile is that one's: its weights, its workspace, and
    what CUDA loads. Both keep what they have got for later calls, so that as much is held after a call as in it; only
    what is given back at once, as TensorRT does when it has compiled, escapes. What other programs take or give back in
    the same seconds can't be told apart.

    Args:
        free: Bytes of the GPU's memory that are free now; None without one.
    """

    def __init__(self, free: Callable[[], int | None]) -> None:
        self._free = free
        self._now: dict[str, int] = {}
        self._most: dict[str, int] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """While a candidate is asked."""
        before = self._free()
        yield
        after = self._free()
        if before is not None and after is not None:
            self._now[name] = self._now.get(name, 0) + before - after
            self._most[name] = max(self._most.get(name, 0), self._now[name])

    def most(self, name: str) -> int | None:
        """Most bytes that a candidate held; None where nobody knows, as where others gave back more meanwhile."""
        return self._most.get(name) or None
