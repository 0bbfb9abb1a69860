"""What a model is trained on: the rows, their order, the phases, and when to stop early."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
import torch
from datasets import Dataset
from transformers import PreTrainedModel
from typing_extensions import override

from pipeline.stages.encoding import Collate
from pipeline.stages.heads import Objective
from pipeline.stages.rows import lengths

ParameterGroups = list[dict[str, Any]]

POOL = 50  # batches among which texts are sorted by length


@dataclass(frozen=True)
class Watch:
    """Early stopping.

    Attributes:
        score: Of the model on the development texts; higher is better. Called after each epoch.
        patience: Epochs without gain before training ends. The best weights are kept in any case.
    """

    score: Callable[[PreTrainedModel], float]
    patience: int


@dataclass(frozen=True)
class Lessons:
    """What all phases of a training have in common.

    Attributes:
        dataset: Encoded rows, with a column ``input_ids``.
        collate: Makes a batch of rows.
        objective: What a batch is learned by.
        batch_size: Rows a step.
        warmup_ratio: Share of a phase's steps in which the rate rises from 0; it falls to 0 linearly.
        seed: Of the order of rows, of masks and of dropout.
    """

    dataset: Dataset
    collate: Collate
    objective: Objective
    batch_size: int
    warmup_ratio: float
    seed: int

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each row, int32 ``[rows]``."""
        return lengths(self.dataset)

    def tokens(self, rows: list[int]) -> int:
        """Tokens of some rows together."""
        return int(self.lengths[rows].sum(dtype=np.int64))

    def padded(self, rows: list[int]) -> int:
        """The same, with the padding of a batch of them."""
        return len(rows) * int(self.lengths[rows].max())


@dataclass(frozen=True)
class Phase:
    """One training of a stage, with a schedule of its own.

    Attributes:
        name: Of its checkpoints.
        epochs: Passes over the rows; fractions count.
        learn: Decides at its start which parameters require gradients, and gives them with their peak rates, as
            torch's optimisers take them.
    """

    name: str
    epochs: float
    learn: Callable[[], ParameterGroups]


def steps_of(rows: int, epochs: float, batch_size: int) -> int:
    """Steps that :func:`train` takes."""
    return max(1, math.ceil(-(-rows // batch_size) * epochs - 1e-9))


class Batches(Sequence[list[int]]):
    """The batches of an epoch; 4 bytes a row, whatever their number.

    Args:
        rows: Numbers of rows, one batch after the other, int32 ``[rows]``.
        size: Rows a batch; the last in ``rows`` may have fewer.
        turns: Which batch is the first, the second, …, int32 ``[batches]``.
    """

    def __init__(self, rows: np.ndarray, size: int, turns: np.ndarray) -> None:
        self.rows, self.size, self.turns = rows, size, turns

    @override
    def __len__(self) -> int:
        return len(self.turns)

    @overload
    def __getitem__(self, number: int) -> list[int]: ...
    @overload
    def __getitem__(self, number: slice) -> list[list[int]]: ...
    @override
    def __getitem__(self, number: int | slice) -> list[int] | list[list[int]]:
        if isinstance(number, slice):
            return [self._at(turn) for turn in self.turns[number].tolist()]
        return self._at(int(self.turns[number]))

    def _at(self, turn: int) -> list[int]:
        return self.rows[turn * self.size : (turn + 1) * self.size].tolist()


def order(lengths: np.ndarray, batch_size: int, seed: int, epoch: int) -> Batches:
    """The batches of an epoch, of rows of like length: within pools of :data:`POOL` batches drawn at random."""
    generator = torch.Generator().manual_seed(seed * 10_007 + epoch)
    rows = torch.randperm(len(lengths), generator=generator).numpy().astype(np.int32)
    for start in range(0, len(rows), POOL * batch_size):
        pool = rows[start : start + POOL * batch_size]
        pool[:] = pool[np.argsort(lengths[pool], kind="stable")]
    turns = torch.randperm(-(-len(rows) // batch_size), generator=generator).numpy().astype(np.int32)
    return Batches(rows, batch_size, turns)
