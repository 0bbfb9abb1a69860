"""The test texts one by one, with what each model said of them."""

from __future__ import annotations

from itertools import compress

import numpy as np

from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.breakdown import probabilities
from pipeline.parts import each
from pipeline.report import Example
from pipeline.scores import Scores

#: Texts shown one by one: a report of millions could be neither written nor read. What is measured is of all.
MOST = 20_000
#: The same for a language model, which says nothing of them that could be read; an export is checked on them.
MOST_UNLABELLED = 2_000

#: What a model said of a word beyond its longest text.
NOTHING = ""


def examples(truth: Truth, scores: dict[str, Scores], answers: dict[str, Answers]) -> list[Example]:
    """The test texts with label, predictions and, where texts are classified, probabilities.

    All of them, or so many, evenly spaced: of one test set the same in every run, so that runs can be compared.

    Args:
        truth: Of the test set.
        scores: Model → its scores.
        answers: Model → the same, counted.
    """
    unlabelled = truth.task.labelling == "none"
    shown = spread(len(truth), MOST_UNLABELLED if unlabelled else MOST)
    there = np.isin(np.arange(len(truth)), shown)
    chances = {name: probabilities(truth, one) for name, one in scores.items()}
    rows = {name: found[shown].round(4).tolist() for name, found in chances.items() if found is not None}
    texts = zip(each(truth.texts), each(truth.seconds), each(truth.tokens), strict=True)
    return [
        Example(
            text=text,
            second=second,
            tokens=tokens,
            label="" if unlabelled else _words(truth, truth.values, index),
            predictions={} if unlabelled else {name: _words(truth, one.said, index) for name, one in answers.items()},
            probabilities={name: row[place] for name, row in rows.items()},
        )
        for place, (index, (text, second, tokens)) in enumerate(
            zip(shown.tolist(), compress(texts, there), strict=True)
        )
    ]


def spread(count: int, most: int) -> np.ndarray:
    """At most ``most`` of ``count`` places, evenly spaced, ascending."""
    kept = min(count, most)
    return np.arange(kept) * count // max(1, kept)


def _words(truth: Truth, said: np.ndarray, index: int) -> str | list[str]:
    """An answer as its label, its labels, or its tags."""
    names = [*truth.labels, NOTHING]  # -1 finds the last
    if truth.task.labelling == "one":
        return names[said[index]]
    if truth.task.labelling == "several":
        return [names[label] for label in np.flatnonzero(said[index])]
    return [names[tag] for tag in said[truth.offsets[index] : truth.offsets[index + 1]]]
