"""Metrics with intervals, and each two models on the same texts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from pipeline.analysis.gathering import Choice, Gathered
from pipeline.evaluation.bootstrap import Bootstrap
from pipeline.evaluation.comparison import compare
from pipeline.report import Comparison, Interval


@dataclass(frozen=True)
class Compared:
    """Models against each other.

    Attributes:
        metrics: Choice → metric → value with its 95 % interval.
        pairs: Each two of them, the better one first; ``first`` and ``second`` are numbers of the choices, from 0.
    """

    metrics: dict[Choice, dict[str, Interval]]
    pairs: list[Comparison]


def compared(gathered: Gathered, seed: int = 0) -> Compared:
    """Metrics of all models, and tests between each two.

    Args:
        gathered: The models.
        seed: Of the bootstrap.
    """
    task = gathered.truth.task
    numbered = {str(number): answers for number, answers in enumerate(gathered.answers.values())}
    bootstrap = Bootstrap(numbered, task.metrics, seed)
    leading = {name: values[task.metrics[0]] for name, values in bootstrap.values.items()}
    ranked = sorted(numbered, key=leading.__getitem__, reverse=not task.lower_is_better)
    pairs = [compare(better, worse, task, numbered, bootstrap) for better, worse in combinations(ranked, 2)]
    metrics = {choice: bootstrap.intervals(str(number)) for number, choice in enumerate(gathered.scores)}
    return Compared(metrics, pairs)
