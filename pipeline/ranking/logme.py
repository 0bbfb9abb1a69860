"""LogME: how well features explain labels, as the evidence of a Bayesian linear model. numpy only.

Source: You, Liu, Wang and Long 2021, "LogME: Practical Assessment of Pre-trained Models for Transfer Learning"
(ICML, arXiv:2102.11005), with the fixed-point iteration of its extension, You et al. 2022, "Ranking and
Tuning Pre-trained Models" (JMLR 23, algorithm 3).
"""

from __future__ import annotations

import numpy as np

MOST_ROUNDS = 100
CONVERGED = 1e-3  # relative change of alpha / beta
_TINY = 1e-10


def logme(features: np.ndarray, labels: np.ndarray) -> float:
    """The mean over labels of the log maximum evidence for each text; higher is better.

    Args:
        features: float ``[texts, dimensions]``, what a model makes of each text.
        labels: float ``[texts, labels]``, 1 where a text has the label, else 0.

    Returns:
        ``log p(label | features) / texts`` under the best noise and prior, averaged over the labels. Models
        may be compared on the same texts alone; the scale has no meaning of its own.

    Raises:
        ValueError: The two differ in their number of texts, or there are none.
    """
    if len(features) != len(labels) or not len(features):
        raise ValueError(f"{len(features)} texts have features, and {len(labels)} have labels")
    features, labels = features.astype(np.float64), labels.astype(np.float64)
    left, singular, _ = np.linalg.svd(features, full_matrices=False)
    return float(np.mean([_evidence(left, singular, features.shape[1], column) for column in labels.T]))


def _evidence(left: np.ndarray, singular: np.ndarray, dimensions: int, label: np.ndarray) -> float:
    """The maximum evidence of one column of labels, by alternating between alpha, beta and the mean weights.

    Args:
        left: ``[texts, rank]``, orthonormal columns that span the features.
        singular: ``[rank]``, singular values of the features.
        dimensions: Of the features; those beyond the rank count with the prior alone.
        label: ``[texts]``.
    """
    texts, eigenvalues = len(label), singular**2
    projected = left.T @ label
    beyond = max(0.0, float(label @ label - projected @ projected))  # what no weights can explain
    alpha = beta = 1.0
    for _ in range(MOST_ROUNDS):
        weights = beta * singular * projected / (alpha + beta * eigenvalues)
        length = float(weights @ weights)
        error = beyond + float(np.sum((projected - singular * weights) ** 2))
        effective = float(np.sum(beta * eigenvalues / (alpha + beta * eigenvalues)))
        before = alpha / beta
        alpha = effective / (length + _TINY)
        beta = (texts - effective) / (error + _TINY)
        if abs(alpha / beta - before) <= CONVERGED * before:
            break
    weights = beta * singular * projected / (alpha + beta * eigenvalues)
    error = beyond + float(np.sum((projected - singular * weights) ** 2))
    determinant = float(np.sum(np.log(alpha + beta * eigenvalues))) + (dimensions - len(singular)) * np.log(alpha)
    evidence = (
        dimensions * np.log(alpha)
        + texts * np.log(beta)
        - determinant
        - beta * error
        - alpha * float(weights @ weights)
        - texts * np.log(2 * np.pi)
    )
    return float(evidence / 2 / texts)
