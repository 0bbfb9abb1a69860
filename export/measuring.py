"""The task's leading metric on the frozen test set, as the run's report computes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pipeline.evaluation.answers import Answers, Truth
from pipeline.evaluation.metrics import value
from pipeline.report import Example, Report
from pipeline.scores import Scores
from pipeline.spec import TaskName
from pipeline.tasks import TASKS

#: The leading metric, from the scores of some of the test texts and these texts' numbers.
Measure = Callable[[Scores, Sequence[int]], float]


def measure(task: TaskName, report: Report) -> Measure:
    """How well a model does.

    Args:
        task: What it does.
        report: Holds the frozen test set; its labels are the models', in the same order.
    """

    def measured(scores: Scores, texts: Sequence[int]) -> float:
        columns = _columns(task, [report.examples[text] for text in texts], report.labels)
        answers = Answers.of(Truth.read(task, columns, report.labels), scores)
        return value(TASKS[task].metrics[0], answers.counts)

    return measured


def _columns(task: TaskName, examples: Sequence[Example], labels: list[str]) -> dict[str, Any]:
    """The columns of a frozen split, with labels as numbers."""
    row = TASKS[task]
    columns: dict[str, Any] = {name: [getattr(example, name) for example in examples] for name in row.columns}
    if row.label_column:
        numbers = {label: number for number, label in enumerate(labels)}
        columns[row.label_column] = [
            numbers[example.label] if isinstance(example.label, str) else [numbers[label] for label in example.label]
            for example in examples
        ]
    return columns
