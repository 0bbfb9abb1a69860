"""What a model learns to make small: one function for each way in which texts are labelled.

Each takes logits and labels and gives, text by text, a sum of losses in nats and the number of
units (texts, words, masked tokens) in it, both float ``[texts]``. Weighting texts and averaging are
the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from pipeline.stages.encoding import IGNORED
from pipeline.tasks import Labelling

#: Logits, labels, and what each label counts (None: all the same) → losses and units.
Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], tuple[torch.Tensor, torch.Tensor]]


def one(logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy ``[texts, labels]`` with an index or a distribution a text."""
    losses = functional.cross_entropy(logits, labels, weights, reduction="none")
    return losses, torch.ones_like(losses)


def several(
    logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Binary cross-entropy ``[texts, labels]``, the mean over the labels; ``weights`` are those of having a label."""
    losses = functional.binary_cross_entropy_with_logits(logits, labels, pos_weight=weights, reduction="none").mean(1)
    return losses, torch.ones_like(losses)


def tags(logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy ``[texts, tokens, labels]`` at the tokens that carry a tag, or a distribution over tags.

    Labels are tags or :data:`IGNORED`, or distributions ``[texts, tokens, labels]``, all zeros where there is none.
    """
    logits = logits.transpose(1, 2)
    if labels.ndim == logits.ndim:
        losses = functional.cross_entropy(logits, labels.transpose(1, 2), weights, reduction="none")
        return losses.sum(1), labels.any(2).sum(1)
    losses = functional.cross_entropy(logits, labels, weights, ignore_index=IGNORED, reduction="none")
    return losses.sum(1), (labels != IGNORED).sum(1)


def masked(logits: torch.Tensor, labels: torch.Tensor, *_: object) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy of the masked tokens alone, ``[masked, vocabulary]``; one sum for all texts together."""
    true = labels[labels != IGNORED]
    losses = functional.cross_entropy(logits, true, reduction="sum")[None]
    return losses, torch.full_like(losses, len(true))


def class_weights(labels: Iterable[Sequence[Any]], labelling: Labelling, count: int) -> torch.Tensor:
    """What each label counts in the loss, in inverse proportion to its number: float ``[count]``.

    Where a unit has one label the mean over the training set is 1, as in scikit-learn's ``balanced``. Where a
    text may have several, it is the texts without the label by those with it, and never less than 1. A label
    that does not occur counts 1.

    Args:
        labels: Of the encoded training rows, in parts.
        labelling: What a text is labelled with.
        count: How many labels there are.
    """
    numbers, rows = np.zeros(count), 0
    for part in labels:
        rows += len(part)
        if labelling == "tags":
            units = np.concatenate([np.asarray(row) for row in part if row] or [np.empty(0, np.int64)])
            soft = units.ndim == 2
            numbers += units.sum(0) if soft else np.bincount(units[units != IGNORED], minlength=count)
        elif (table := np.asarray(part)).ndim == 2:
            numbers = np.vstack([numbers, table]).sum(0)  # row after row, as if it were one table
        else:
            numbers += np.bincount(table, minlength=count)
    there = np.where(numbers > 0, numbers, np.nan)
    if labelling == "several":
        balanced = np.maximum(rows / there - 1, 1)
    else:
        balanced = np.nansum(there) / (there * np.count_nonzero(numbers))
    return torch.tensor(np.nan_to_num(balanced, nan=1.0), dtype=torch.float32)
