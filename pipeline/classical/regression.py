"""Logistic regression on sparse rows, kept as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

#: Strength of the fit (inverse of scikit-learn's penalty) tried by cross-validation, and used without it.
STRENGTHS = (3.0, 10.0, 30.0, 100.0)
USUAL_STRENGTH = 10.0
FOLDS = 3
#: With fewer labels a choice is a throw of dice; with more, every strength was as good and trying them took minutes.
CHOSEN_BETWEEN = (50, 2000)

#: Score of a label that was never seen; no other is lower.
UNSEEN = -50.0
_LEAST = -40.0


@dataclass(frozen=True)
class Linear:
    """A linear model.

    Attributes:
        weights: float32 ``[labels, features]``.
        offsets: float32 ``[labels]``.
    """

    weights: np.ndarray
    offsets: np.ndarray

    def scores(self, rows: sp.csr_matrix) -> np.ndarray:
        """float64 ``[rows, labels]``."""
        return np.asarray(rows @ self.weights.T.astype(np.float64) + self.offsets)

    def log_probabilities(self, rows: sp.csr_matrix) -> np.ndarray:
        """The same where each row has one label, as log-probabilities; labels never seen come last."""
        scores, seen = self.scores(rows), self.offsets > UNSEEN
        scores[:, seen] = np.maximum(log_softmax(scores[:, seen], axis=1), _LEAST)
        return scores


@dataclass(frozen=True)
class Targets:
    """What rows are to be learned as; a row that may be one of two labels is there twice.

    Attributes:
        rows: int64: which row.
        labels: int64: its label.
        weights: float64: how much it counts.
    """

    rows: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    @classmethod
    def hard(cls, labels: np.ndarray, weights: np.ndarray) -> Targets:
        """One label a row."""
        return cls(np.arange(len(labels)), np.asarray(labels, np.int64), np.asarray(weights, np.float64))

    @classmethod
    def soft(cls, probabilities: np.ndarray, weights: np.ndarray) -> Targets:
        """A distribution over labels a row: each label with the share of the weight that it has."""
        rows, labels = np.nonzero(probabilities > 1e-3)
        return cls(rows, labels, probabilities[rows, labels] * np.asarray(weights)[rows])


def fit_one(rows: sp.csr_matrix, targets: Targets, labels: int, seed: int, strength: float | None = None) -> Linear:
    """Learn one label of several; scores are log-probabilities up to a constant.

    Args:
        rows: float ``[rows, features]``.
        targets: What they are.
        labels: How many labels there are; one never seen gets the score :data:`UNSEEN`.
        seed: Of the folds.
        strength: Of the fit; None: chosen by cross-validation if the number of labels is one of
            :data:`CHOSEN_BETWEEN`, else :data:`USUAL_STRENGTH`.
    """
    seen = np.unique(targets.labels)
    weights, offsets = np.zeros((labels, rows.shape[1]), np.float32), np.full(labels, UNSEEN, np.float32)
    if len(seen) == 1:
        offsets[seen] = 0
        return Linear(weights, offsets)
    model = _regression(_choose(rows, targets, seed) if strength is None else strength)
    once = np.array_equal(targets.rows, np.arange(rows.shape[0]))  # no need of another matrix as large
    model.fit(rows if once else rows[targets.rows], targets.labels, targets.weights)
    if len(seen) == 2:  # scikit-learn keeps the second label's log-odds alone
        weights[seen], offsets[seen] = (
            np.vstack([-model.coef_, model.coef_]) / 2,
            np.array([-0.5, 0.5]) * model.intercept_,
        )
    else:
        weights[seen], offsets[seen] = model.coef_, model.intercept_
    return Linear(weights, offsets)


def fit_several(rows: sp.csr_matrix, truth: np.ndarray, weights: np.ndarray, seed: int) -> Linear:
    """Learn each label by itself; scores are log-odds.

    Args:
        rows: float ``[rows, features]``.
        truth: bool ``[rows, labels]``.
        weights: float ``[rows]``.
        seed: Of the folds.
    """
    coefficients, offsets = np.zeros((truth.shape[1], rows.shape[1]), np.float32), np.zeros(truth.shape[1], np.float32)
    for label, column in enumerate(truth.T):
        if column.all() or not column.any():
            offsets[label] = -_LEAST if column.any() else UNSEEN
            continue
        fitted = fit_one(rows, Targets.hard(column, weights), 2, seed)
        coefficients[label] = fitted.weights[1] - fitted.weights[0]
        offsets[label] = fitted.offsets[1] - fitted.offsets[0]
    return Linear(coefficients, offsets)


def _choose(rows: sp.csr_matrix, targets: Targets, seed: int) -> float:
    """The strength with the least log-loss on texts held out."""
    fewest, most = CHOSEN_BETWEEN
    whole = len(np.unique(targets.rows)) == len(targets.rows)  # a text must not be in two folds
    if not (whole and fewest <= len(targets.rows) <= most and np.unique_counts(targets.labels).counts.min() >= FOLDS):
        return USUAL_STRENGTH
    folds = [*StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(targets.rows, targets.labels)]
    losses = {}
    for strength in STRENGTHS:
        loss = 0.0
        for train, test in folds:
            model = _regression(strength)
            model.fit(rows[targets.rows[train]], targets.labels[train], targets.weights[train])
            said = model.predict_proba(rows[targets.rows[test]])
            held = targets.weights[test]
            loss += log_loss(targets.labels[test], said, sample_weight=held, labels=model.classes_) * held.sum()
        losses[strength] = loss
    return min(losses, key=losses.__getitem__)


def _regression(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=200)
