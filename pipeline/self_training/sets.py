"""Which unlabelled texts to take, and with which labels, where a text may have several."""

from __future__ import annotations

import numpy as np
from scipy.special import log_expit

#: Stands for the rarest label of a text that has none.
NONE = -1


def choose_sets(logits: np.ndarray, taken: float) -> tuple[np.ndarray, list[list[int]]]:
    """Take the texts whose labels are surest, by the probability that all of them are right, each by itself.

    The share is taken alike of the texts with each label, and of those without any: a model is surest of frequent
    labels, and where it sees none, and would learn to see no others. A text with several labels counts for the one that
    the pool has least of; so does it where a bootstrap sample is drawn (:mod:`pipeline.stages.sampling`).

    Args:
        logits: Of a model on the pool, float ``[texts, labels]``.
        taken: Share of the texts to take; of texts with one label at least one is.

    Returns:
        Indices of texts, ascending, int64; and the labels of every text, as indices.
    """
    values = np.asarray(logits, np.float64)
    given = values > 0
    confidence = log_expit(np.abs(values)).sum(axis=1)
    counts = np.where(given, given.sum(axis=0), len(values) + 1)
    rarest = np.where(given.any(axis=1), counts.argmin(axis=1), NONE)
    chosen = [np.empty(0, np.int64)]
    for label in np.unique(rarest):
        members = np.flatnonzero(rarest == label)
        order = members[np.argsort(-confidence[members], kind="stable")]
        chosen.append(order[: max(1, round(taken * len(members)))])
    return np.sort(np.concatenate(chosen)), [np.flatnonzero(row).tolist() for row in given]
