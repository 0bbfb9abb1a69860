"""How often a model is right where it is how sure: the points of a reliability diagram.

Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.analysis.gathering import Choice, Gathered
from pipeline.evaluation.breakdown import BINS, bins


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
    confidence = gathered.confidence(choice)
    right = gathered.answers[choice].right
    place = bins(confidence)
    return [
        Bin(float(confidence[inside].mean()), float(right[inside].mean()), int(inside.sum()))
        for number in range(BINS)
        if (inside := place == number).any()
    ]
