"""The leading metric of each task, from a report's test texts."""

from __future__ import annotations

import numpy as np
import pytest

from export.measuring import measure
from pipeline.report import Example, Report
from pipeline.scores import Scores
from pipeline.spec import TaskName

TAGS = ["O", "B-LOC", "I-LOC"]


def _report(labels: list[str], *examples: dict) -> Report:
    return Report.model_construct(
        labels=labels, examples=[Example(text="", predictions={}, probabilities={}, **one) for one in examples]
    )


def _hot(*choices: int, labels: int) -> np.ndarray:
    return np.eye(labels, dtype=np.float32)[list(choices)]


TAGGED = _report(
    TAGS, {"tokens": ["New", "York", "is"], "label": ["B-LOC", "I-LOC", "O"]}, {"tokens": ["Rome"], "label": ["B-LOC"]}
)
SAID = Scores(_hot(1, 2, 0, 0, labels=3), np.array([0, 3, 4]))


@pytest.mark.parametrize(
    ("task", "report", "scores", "value"),
    [
        (
            "text-classification",
            _report(["a", "b"], {"label": "a"}, {"label": "b"}),
            Scores.of_texts(_hot(0, 0, labels=2)),
            0.5,
        ),
        (
            "sentence-pair-classification",
            _report(["a", "b"], {"second": "x", "label": "a"}, {"second": "y", "label": "b"}),
            Scores.of_texts(_hot(0, 1, labels=2)),
            1.0,
        ),
        (
            "multi-label-classification",
            _report(["a", "b"], {"label": ["a", "b"]}, {"label": []}),
            Scores.of_texts(np.array([[1, -1], [-1, -1]])),
            2 / 3,
        ),
        ("entity-recognition", TAGGED, SAID, 2 / 3),  # one entity found, and one of two
        ("part-of-speech", TAGGED, SAID, 0.75),
        (
            "language-modelling",
            _report([], {"label": ""}, {"label": ""}),
            Scores(np.array([[np.log(4), 1], [0, 0]], np.float32), np.array([0, 1, 2])),
            2.0,
        ),
    ],
)
def test_the_leading_metric(task: TaskName, report: Report, scores: Scores, value: float):
    assert measure(task, report)(scores, range(2)) == pytest.approx(value)


def test_of_some_of_the_texts():
    assert measure("part-of-speech", TAGGED)(Scores(_hot(0, labels=3), np.array([0, 1])), [1]) == 0
