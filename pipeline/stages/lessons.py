"""What a model is trained on: the rows, their order, the phases, and when to stop early."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from datasets import Dataset
from transformers import PreTrainedModel

from pipeline.stages.encoding import Collate
from pipeline.stages.heads import Objective

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
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return [len(ids) for ids in self.dataset["input_ids"]]


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


def order(lengths: list[int], batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """The batches of an epoch, of rows of like length: within pools of :data:`POOL` batches drawn at random."""
    generator = torch.Generator().manual_seed(seed * 10_007 + epoch)
    drawn = torch.randperm(len(lengths), generator=generator).tolist()
    batches = []
    for start in range(0, len(drawn), POOL * batch_size):
        pool = sorted(drawn[start : start + POOL * batch_size], key=lengths.__getitem__)
        batches += [pool[first : first + batch_size] for first in range(0, len(pool), batch_size)]
    return [batches[number] for number in torch.randperm(len(batches), generator=generator).tolist()]
