"""How often a model is right where it is how sure: the points of a reliability diagram.

Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.gathering import Choice, Gathered
from pipeline.evaluation.breakdown import BINS
from pipeline.scores import softmax


@dataclass(frozen=True)
class Bin:
    """Texts of like confidence.

    Attributes:
        confidence: Its mean, 0 to 1.
        right: Share of the texts that are right.
        texts: How many.
    """

    confidence: float
    right: float
    texts: int


def reliability(gathered: Gathered, choice: Choice) -> list[Bin]:
    """Ten bins of equal width, those without texts left out; none where texts do not have one label each."""
    if gathered.truth.task.labelling != "one":
        return []
    confidence = softmax(gathered.scores[choice].values.astype(np.float64)).max(axis=1)
    right = gathered.answers[choice].right
    place = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return [
        Bin(float(confidence[inside].mean()), float(right[inside].mean()), int(inside.sum()))
        for number in range(BINS)
        if (inside := place == number).any()
    ]
