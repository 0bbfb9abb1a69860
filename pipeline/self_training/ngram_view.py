"""The second view: a logistic regression and naive Bayes over the same n-grams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.naive_bayes import MultinomialNB

from pipeline.classical.regression import UNSEEN, Linear, Targets, fit_one
from pipeline.self_training.choosing import log_odds
from pipeline.self_training.co_training import Models

SMOOTHING = 0.3
STRENGTH = 10.0


@dataclass(frozen=True)
class NGramModels:
    """Two models of the same n-grams that give each text one label.

    Attributes:
        regression: Of TF-IDF.
        bayes: Of which n-grams occur.
    """

    regression: Linear
    bayes: Linear

    @classmethod
    def fit(cls, rows: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray, count: int) -> NGramModels:
        """Learn from rows ``[rows, features]`` and a label and a weight for each."""
        targets = Targets.hard(labels, weights)
        model = MultinomialNB(alpha=SMOOTHING).fit(_presence(rows), labels, weights)
        bayes = Linear(np.zeros((count, rows.shape[1]), np.float32), np.full(count, UNSEEN, np.float32))
        bayes.weights[model.classes_], bayes.offsets[model.classes_] = model.feature_log_prob_, model.class_log_prior_
        return cls(fit_one(rows, targets, count, seed=0, strength=STRENGTH), bayes)

    def parts(self, rows: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """The log-odds of both models ``[rows, labels]``."""
        return _odds(self.regression, rows), _odds(self.bayes, _presence(rows))


@dataclass(frozen=True)
class OneAgainstRest:
    """For each label two models of n-grams that tell texts with it from those without.

    Attributes:
        models: Of each label; where all texts or none had it, the log-odds that this suggests.
    """

    models: list[NGramModels | float]

    @classmethod
    def fit(
        cls, rows: sp.csr_matrix, labels: np.ndarray, weights: np.ndarray, check: Callable[[], None]
    ) -> OneAgainstRest:
        """Learn from rows ``[rows, features]``, bool ``[rows, labels]`` and a weight for each row."""
        models: list[NGramModels | float] = []
        for column in labels.T:
            check()
            with_it, without = weights[column].sum(), weights[~column].sum()
            told = with_it and without
            odds = float(np.log((with_it + 0.5) / (without + 0.5)))
            models.append(NGramModels.fit(rows, column.astype(np.int64), weights, 2) if told else odds)
        return cls(models)

    def parts(self, rows: sp.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """The log-odds of both models of each label ``[rows, labels]``."""
        found = np.empty((2, rows.shape[0], len(self.models)))
        for label, model in enumerate(self.models):
            if isinstance(model, NGramModels):
                found[:, :, label] = [part[:, 1] for part in model.parts(rows)]
            else:
                found[:, :, label] = model
        return found[0], found[1]


@dataclass(frozen=True)
class ScaledView:
    """Two models of n-grams, brought to one scale.

    Attributes:
        models: What was learned.
        spreads: Of the log-odds of both on the pool.
        thresholds: Of each label, subtracted.
    """

    models: Models
    spreads: tuple[Any, Any]
    thresholds: Any = 0.0

    def odds(self, rows: sp.csr_matrix) -> np.ndarray:
        """Log-odds of each label ``[rows, labels]``, in units of their spread on the pool."""
        return mean(self.models.parts(rows), self.spreads) - self.thresholds


def _odds(model: Linear, rows: sp.csr_matrix) -> np.ndarray:
    """Log-odds of each label; of one never seen a little less than the least of any other."""
    seen = model.offsets > UNSEEN
    scores = model.scores(rows)
    found = np.empty_like(scores)
    found[:, seen] = log_odds(scores[:, seen])
    found[:, ~seen] = found[:, seen].min(initial=0) - 1
    return found


def _presence(rows: sp.csr_matrix) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones_like(rows.data), rows.indices, rows.indptr), rows.shape)


def mean(parts: Sequence[np.ndarray], spreads: tuple[Any, Any]) -> np.ndarray:
    """Log-odds of two models, each in units of its spread."""
    return (parts[0] / spreads[0] + parts[1] / spreads[1]) / 2
