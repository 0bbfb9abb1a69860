"""The test texts one by one, with what each model said of them."""

from __future__ import annotations

import numpy as np

from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.breakdown import probabilities
from pipeline.report import Example
from pipeline.scores import Scores

MOST_UNLABELLED = 200  # texts shown of a language model, which says nothing of them that could be read

#: What a model said of a word beyond its longest text.
NOTHING = ""


def examples(truth: Truth, scores: dict[str, Scores], answers: dict[str, Answers]) -> list[Example]:
    """All test texts with label, predictions and, where texts are classified, probabilities.

    Args:
        truth: Of the test set.
        scores: Model → its scores.
        answers: Model → the same, counted.
    """
    unlabelled = truth.task.labelling == "none"
    chances = {name: probabilities(truth, one) for name, one in scores.items()}
    rows = {name: found.round(4).tolist() for name, found in chances.items() if found is not None}
    return [
        Example(
            text=truth.texts[index],
            second=truth.seconds[index],
            tokens=truth.tokens[index],
            label="" if unlabelled else _words(truth, truth.values, index),
            predictions={} if unlabelled else {name: _words(truth, one.said, index) for name, one in answers.items()},
            probabilities={name: row[index] for name, row in rows.items()},
        )
        for index in range(min(len(truth), MOST_UNLABELLED) if unlabelled else len(truth))
    ]


def _words(truth: Truth, said: np.ndarray, index: int) -> str | list[str]:
    """An answer as its label, its labels, or its tags."""
    names = [*truth.labels, NOTHING]  # -1 finds the last
    if truth.task.labelling == "one":
        return names[said[index]]
    if truth.task.labelling == "several":
        return [names[label] for label in np.flatnonzero(said[index])]
    return [names[tag] for tag in said[truth.offsets[index] : truth.offsets[index + 1]]]
