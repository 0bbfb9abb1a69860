"""What a model says of a set of texts, before anybody judges it. numpy only.

A *unit* is what gets one answer: a text in classification, a word in tagging, a masked token in a
language model. Texts may have any number of units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file


@dataclass(frozen=True)
class Scores:
    """A model's answers.

    Attributes:
        values: float32 ``[units, labels]``: logits, one row a unit. A row of NaN is a unit that the
            model did not get to see (a word beyond its longest text). For a language model
            ``[masked tokens, 2]``: negative log-likelihood in nats, and 1 if the guess was right.
        offsets: int64 ``[texts + 1]``: the units of text ``i`` are ``offsets[i]:offsets[i + 1]``.
    """

    values: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of_texts(cls, values: np.ndarray) -> Scores:
        """Scores with one unit a text."""
        return cls(np.asarray(values, np.float32), np.arange(len(values) + 1, dtype=np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Scores], labels: int) -> Scores:
        """The scores of texts that were asked part by part; there may be no part."""
        units = [np.empty(0, np.int64), *(np.diff(part.offsets) for part in parts)]
        values = [np.empty((0, labels), np.float32), *(part.values for part in parts)]
        return cls(np.concatenate(values), np.concatenate([[0], np.concatenate(units).cumsum()]).astype(np.int64))

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.offsets) - 1

    def predicted(self) -> np.ndarray:
        """The likeliest label of each unit, int64 ``[units]``; -1 for a unit without an answer."""
        unseen = np.isnan(self.values).any(axis=1)
        best = np.where(unseen[:, None], -np.inf, self.values).argmax(axis=1)
        return np.where(unseen, -1, best)

    def save(self, path: Path) -> None:
        """Write a safetensors file."""
        save_file({"values": np.ascontiguousarray(self.values), "offsets": np.ascontiguousarray(self.offsets)}, path)

    @classmethod
    def load(cls, path: Path) -> Scores:
        """Read what :meth:`save` wrote."""
        return cls(**load_file(path))


def as_table(sets: Iterable[Sequence[int]], texts: int, labels: int) -> np.ndarray:
    """Which text has which label, bool ``[texts, labels]``, where each has any number of them.

    Args:
        sets: The labels of each text, as indices.
        texts: How many there are.
        labels: How many a text may have.
    """
    table = np.zeros((texts, labels), bool)
    for row, given in enumerate(sets):
        table[row, list(given)] = True
    return table


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities from logits, over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """The probability of each label by itself, where a text may have several."""
    return 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
