"""The metrics: each a function of summed counts. And what they say of each class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.evaluation.answers import Answers, Truth
from pipeline.report import ClassScores, Spread
from pipeline.scores import Scores


class Tally(NamedTuple):
    """Counts by name, from rows ``[..., 3 × classes + 2]``.

    Attributes:
        right: ``[..., classes]``: true and predicted.
        given: ``[..., classes]``: predicted.
        true: ``[..., classes]``.
        whole: ``[...]``: texts that are right as a whole.
        texts: ``[...]``.
    """

    right: np.ndarray
    given: np.ndarray
    true: np.ndarray
    whole: np.ndarray
    texts: np.ndarray

    @classmethod
    def read(cls, counts: np.ndarray) -> Tally:
        """Name the columns of counts."""
        right, given, true = np.split(counts[..., :-2], 3, axis=-1)
        return cls(right, given, true, counts[..., -2], counts[..., -1])


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part / whole``, and 0 where there is nothing to divide by, as scikit-learn and seqeval have it."""
    return np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole > 0)


def _recall(counts: np.ndarray) -> np.ndarray:
    tally = Tally.read(counts)
    return ratio(tally.right.sum(-1), tally.true.sum(-1))


def _precision(counts: np.ndarray) -> np.ndarray:
    tally = Tally.read(counts)
    return ratio(tally.right.sum(-1), tally.given.sum(-1))


def _micro_f1(counts: np.ndarray) -> np.ndarray:
    tally = Tally.read(counts)
    return ratio(2 * tally.right.sum(-1), tally.given.sum(-1) + tally.true.sum(-1))


def _macro_f1(counts: np.ndarray) -> np.ndarray:
    tally = Tally.read(counts)
    either = tally.given + tally.true  # a label that neither occurs nor is predicted counts for nothing
    return ratio(ratio(2 * tally.right, either).sum(-1), (either > 0).sum(-1))


def _exact_match(counts: np.ndarray) -> np.ndarray:
    tally = Tally.read(counts)
    return ratio(tally.whole, tally.texts)


def _perplexity(counts: np.ndarray) -> np.ndarray:
    return np.exp(ratio(counts[..., 0], counts[..., 1]))


def _masked_accuracy(counts: np.ndarray) -> np.ndarray:
    return ratio(counts[..., 2], counts[..., 1])


#: Metric → function of summed counts ``[..., K]`` (see ``answers.Answers``) that gives ``[...]``. Where each
#: unit has one label, accuracy is the recall over all of them.
METRICS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "accuracy": _recall,
    "macro_f1": _macro_f1,
    "micro_f1": _micro_f1,
    "exact_match": _exact_match,
    "entity_f1": _micro_f1,
    "entity_precision": _precision,
    "entity_recall": _recall,
    "perplexity": _perplexity,
    "masked_accuracy": _masked_accuracy,
}


def value(metric: str, counts: np.ndarray) -> float:
    """A metric on texts, from their counts ``[texts, K]``."""
    return float(METRICS[metric](counts.sum(axis=0, dtype=np.float64)))


def leading(truth: Truth, said: Scores) -> float:
    """The task's leading metric of what was said of a split."""
    return value(truth.task.metrics[0], Answers.of(truth, said).counts)


def spreads(truth: Truth, answers: list[Answers]) -> dict[str, Spread]:
    """Each metric of the task over several seeds, the run's own first; none for one, or if nothing was asked."""
    if len(answers) < 2 or not all(one.asked.any() for one in answers):
        return {}
    return {metric: spread([value(metric, one.counts) for one in answers]) for metric in truth.task.metrics}


def spread(values: Sequence[float]) -> Spread:
    """Mean and deviation of a metric's values, one a seed; at least two."""
    return Spread(values=[*values], mean=float(np.mean(values)), deviation=float(np.std(values, ddof=1)))


def per_class(truth: Truth, answers: Answers) -> dict[str, ClassScores]:
    """Precision, recall and F1 of each label, tag or type of entity; nothing for a language model."""
    if not truth.classes:
        return {}
    tally = Tally.read(answers.counts.sum(axis=0, dtype=np.float64))
    columns = (
        ratio(tally.right, tally.given),
        ratio(tally.right, tally.true),
        ratio(2 * tally.right, tally.given + tally.true),
        tally.true,
    )
    return {
        name: ClassScores(precision=precision, recall=recall, f1=f1, support=int(support))
        for name, precision, recall, f1, support in zip(
            truth.classes, *(column.tolist() for column in columns), strict=True
        )
    }
