"""Model × model: which label one gives where the other gives which."""

from __future__ import annotations

import numpy as np

from pipeline.analysis.gathering import Choice, Gathered


def crossed(gathered: Gathered, first: Choice, second: Choice) -> np.ndarray | None:
    """How often the first model gives a label where the second gives another.

    Returns:
        int64 ``[labels, labels]``, rows by the first model's label; of texts, or of words that both were shown. None
        where a text may have several labels.
    """
    if gathered.truth.task.labelling not in ("one", "tags"):
        return None
    one, other = gathered.answers[first].said, gathered.answers[second].said
    seen = (one >= 0) & (other >= 0)
    size = len(gathered.truth.labels)
    return np.bincount(one[seen] * size + other[seen], minlength=size * size).reshape(size, size)
