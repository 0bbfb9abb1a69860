"""How a pool is co-trained that is labelled in one way or another: which texts are chosen, and by which second view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.special import logit
from typing_extensions import override

from pipeline.scores import as_table, sigmoid, softmax
from pipeline.self_training.choosing import balanced, choose, log_odds, thresholds
from pipeline.self_training.co_training import Labeller, Models, Round
from pipeline.self_training.ngram_view import NGramModels, OneAgainstRest, ScaledView, mean
from pipeline.self_training.sets import choose_sets


class OneLabel(Labeller):
    """A label a text. Labels keep their shares, within each group of texts if there are any.

    Args:
        logits: What the network says of the pool, ``[texts, labels]``.
        shares: Of the labels in what is taken, ``[labels]``.
        groups: The number of each text's group, ``[texts]``; each gives the same share of each label.
    """

    def __init__(self, logits: np.ndarray, shares: np.ndarray, groups: np.ndarray | None = None) -> None:
        self.logits, self.shares, self.groups = logits, shares, groups
        self.first = log_odds(logits)

    @override
    def known(self, labels: Sequence[Any]) -> np.ndarray:
        return np.asarray(labels, np.int64)

    @override
    def choose(self, odds: np.ndarray, taken: float) -> tuple[np.ndarray, np.ndarray]:
        return choose(odds, self.shares, taken, self.groups)

    @override
    def fit(self, rows: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray, check: Callable[[], None]) -> Models:
        check()
        return NGramModels.fit(rows, labels, weights, self.logits.shape[1])

    @override
    def spread(self, odds: np.ndarray) -> float:
        return float(odds.std()) or 1.0

    @override
    def join(self, models: Models, parts: Sequence[np.ndarray], spreads: tuple[Any, Any], first_view: float) -> Round:
        ranked = self.ranked(mean(parts, spreads), first_view)
        probabilities = first_view * softmax(self.logits.astype(np.float64)) + (1 - first_view) * _shared(parts[0])
        return Round(ranked, probabilities, ScaledView(models, spreads))

    @override
    def answers(self, odds: np.ndarray) -> np.ndarray:
        return self.choose(odds, 1.0)[1]

    @property
    @override
    def predicted(self) -> np.ndarray:
        return self.logits.argmax(axis=1)

    @override
    def take(self, found: Round, taken: float, *, soft: bool) -> tuple[np.ndarray, np.ndarray]:
        indices, labels = self.choose(found.odds, taken)
        if not soft:
            return indices, labels
        return indices, balanced(logit(found.probabilities), self.shares, self.groups)[indices]


class SeveralLabels(Labeller):
    """Any number of labels a text: a second view for each label against the rest, on scales of their own.

    Each label is given to as many texts as the network gives it to.

    Args:
        logits: What the network says of the pool, ``[texts, labels]``.
    """

    def __init__(self, logits: np.ndarray) -> None:
        self.first = np.asarray(logits, np.float64)
        self.counts = (self.first > 0).sum(axis=0)

    @override
    def known(self, labels: Sequence[Any]) -> np.ndarray:
        return as_table(labels, len(labels), self.first.shape[1])

    @override
    def choose(self, odds: np.ndarray, taken: float) -> tuple[np.ndarray, np.ndarray]:
        indices, _ = choose_sets(odds, taken)
        return indices, odds[indices] > 0

    @override
    def fit(self, rows: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray, check: Callable[[], None]) -> Models:
        return OneAgainstRest.fit(rows, labels, weights, check)

    @override
    def spread(self, odds: np.ndarray) -> np.ndarray:
        spreads = odds.std(axis=0)
        return np.where(spreads > 0, spreads, 1.0)

    @override
    def join(self, models: Models, parts: Sequence[np.ndarray], spreads: tuple[Any, Any], first_view: float) -> Round:
        second = mean(parts, spreads)
        ranked = self.ranked(second, first_view)
        probabilities = first_view * sigmoid(self.first) + (1 - first_view) * sigmoid(parts[0])
        view = ScaledView(models, spreads, thresholds(second, self.counts))
        return Round(ranked - thresholds(ranked, self.counts), probabilities, view)

    @override
    def answers(self, odds: np.ndarray) -> np.ndarray:
        return odds > 0

    @property
    @override
    def predicted(self) -> np.ndarray:
        return self.first > 0

    @override
    def take(self, found: Round, taken: float, *, soft: bool) -> tuple[np.ndarray, Sequence[Any] | np.ndarray]:
        indices, sets = self.choose(found.odds, taken)
        return indices, found.probabilities[indices] if soft else self.listed(sets)

    @override
    def same(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return (first == second).all(axis=1)

    @override
    def listed(self, answers: np.ndarray) -> list[list[int]]:
        return [np.flatnonzero(row).tolist() for row in answers]


def _shared(odds: np.ndarray) -> np.ndarray:
    """Probabilities from log-odds; sums to 1."""
    found = sigmoid(odds)
    return found / found.sum(axis=1, keepdims=True)
