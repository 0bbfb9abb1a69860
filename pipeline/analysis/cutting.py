"""The leading metric on parts of the texts. One table of ways to cut; each gives the part of every text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from pipeline.analysis.gathering import Choice, Gathered
from pipeline.evaluation.breakdown import quarters, ranges
from pipeline.evaluation.metrics import value

Cut = Literal["length", "label", "confidence", "contains"]
CUTS: tuple[Cut, ...] = get_args(Cut)
#: Ends of the parts by confidence.
SURE = np.array([0.0, 0.6, 0.8, 0.95, 1.0])


@dataclass(frozen=True)
class Part:
    """Some of the texts.

    Attributes:
        name: A label, or empty.
        low: The part's ends where it is one of numbers: characters or confidence; else 0. For ``contains`` it is 1 for
            texts that do, 0 for those that do not.
        high: Its upper end.
        texts: How many there are.
        values: Choice → the leading metric on them.
    """

    name: str
    low: float
    high: float
    texts: int
    values: dict[Choice, float]


#: What a way of cutting finds: name, ends, and whether each text is in it.
Found = list[tuple[str, float, float, np.ndarray]]


def cut(gathered: Gathered, how: Cut, *, by: Choice | None = None, text: str = "") -> list[Part]:
    """The leading metric of all models on parts of the texts; parts without texts are left out.

    Args:
        gathered: The models.
        how: By what.
        by: The model whose confidence is meant; the first one if none is given.
        text: What texts contain or not, whatever its capitals.
    """
    chosen = by or next(iter(gathered.scores))
    metric = gathered.truth.task.metrics[0]
    return [
        Part(
            name,
            low,
            high,
            int(inside.sum()),
            {choice: value(metric, answers.counts[inside]) for choice, answers in gathered.answers.items()},
        )
        for name, low, high, inside in WAYS[how](gathered, chosen, text)
        if inside.any()
    ]


def _lengths(gathered: Gathered, _: Choice, __: str) -> Found:
    """Quarters of the texts."""
    lengths = gathered.truth.lengths
    return [("", *found) for found in ranges(lengths, quarters(lengths))]


def _labels(gathered: Gathered, _: Choice, __: str) -> Found:
    """By true label; a text with several, or with words of several, is in the part of each but ``O``."""
    names = [label for label in gathered.truth.labels if label != "O"]
    return [(name, 0, 0, np.array([name in labels for labels in gathered.true_labels])) for name in names]


def _confidence(gathered: Gathered, by: Choice, _: str) -> Found:
    """How sure a model is of its label; only where each text has one."""
    if gathered.truth.task.labelling != "one":
        return []
    return [("", *found) for found in ranges(gathered.confidence(by), SURE)]


def _contains(gathered: Gathered, _: Choice, text: str) -> Found:
    """Texts that contain something, and the others."""
    if not text.strip():
        return []
    has = gathered.containing(text)
    return [(text.strip(), 1, 1, has), (text.strip(), 0, 0, ~has)]


WAYS: dict[Cut, Callable[[Gathered, Choice, str], Found]] = {
    "length": _lengths,
    "label": _labels,
    "confidence": _confidence,
    "contains": _contains,
}
