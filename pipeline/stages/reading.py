"""How a model reads rows without learning from them: in batches of like length, as large as memory bears."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode
from torch.utils.module_tracker import ModuleTracker

from pipeline.messages import Message
from pipeline.stages.memory import out_of_memory, ran_out_of_memory
from pipeline.storage import write_atomically

logger = logging.getLogger(__name__)

BATCH_TOKENS = 8192  # padded tokens a batch
Found = TypeVar("Found")
#: Is told what people should know.
Tell = Callable[[Message], None]


def in_batches(
    lengths: np.ndarray, budget: int, ask: Callable[[list[int]], Found], tell: Tell = logger.warning
) -> Iterator[tuple[list[int], Found]]:
    """Ask a model for rows in order of their length. When memory runs out batches are halved, and stay so.

    Args:
        lengths: Tokens of each row.
        budget: Most padded tokens a batch; a longer row is a batch of its own.
        ask: What to do with the numbers of some rows.
        tell: Told when batches are halved.

    Yields:
        Numbers of rows, and what ``ask`` gave for them.

    Raises:
        TrainingError: Not even one row fits into memory.
    """
    order = np.argsort(lengths, kind="stable").astype(np.int32)
    start = 0
    while start < len(order):
        candidates = order[start : start + budget + 1]
        tokens = lengths[candidates].astype(np.int64) * np.arange(1, len(candidates) + 1)
        size = max(1, int(np.searchsorted(tokens, budget, side="right")))
        batch = candidates[:size].tolist()
        try:
            found = ask(batch)
        except (RuntimeError, MemoryError) as error:
            if not ran_out_of_memory(error):
                raise
            if size == 1:
                raise out_of_memory(Message("Not even a single text fits into memory.")) from error
        else:
            yield batch, found
            start += size
            continue
        torch.cuda.empty_cache()  # behind the handler: until then the error holds what was computed
        budget = int(tokens[size - 1]) // 2
        tell(Message("Memory ran out, so texts are read at most {tokens:,} tokens at a time.", tokens=budget))


class _Untracked(ModuleTracker):
    """Says of no operation which module it is of.

    To tell, torch hangs hooks on all that modules are given and that can learn. Outside of training it has nowhere to
    hang them, and trips over a parameter that a module is given, as DeBERTa's norm is its relative positions.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@dataclass
class Reading:
    """What reading without learning took; it is part of what a model cost.

    Attributes:
        seconds: Time spent.
        flops: Floating-point operations.
    """

    seconds: float = 0.0
    flops: float = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what is done within."""
        counter, started = FlopCounterMode(display=False), time.monotonic()
        counter.mod_tracker = _Untracked()
        try:
            with counter:
                yield
        finally:
            self.seconds += time.monotonic() - started
            self.flops += counter.get_total_flops()

    def save(self, path: Path) -> None:
        """Write a file, for a later attempt at the same stage."""
        write_atomically(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Reading:
        """What earlier attempts took; nothing if there were none."""
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else cls()
