"""Two models on the same texts: how far they are apart, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.evaluation.answers import Answers
from pipeline.evaluation.bootstrap import Bootstrap
from pipeline.report import Comparison, Interval
from pipeline.tasks import Task

SIGNIFICANT = 0.05

#: Which models are compared in pairs, where a run has both; the verdict rests on the first two.
PAIRS = (
    ("transferred", "source-only"),
    ("transferred", "target-only"),
    ("transferred", "classical"),
    ("transferred", "same-compute"),
    ("transferred", "seed-ensemble"),
    ("target-only", "source-only"),
    ("target-only", "classical"),
)


def pairs(names: Collection[str]) -> list[tuple[str, str]]:
    """Those of :data:`PAIRS` that can be compared among ``names``."""
    return [(first, second) for first, second in PAIRS if first in names and second in names]


def compare(first: str, second: str, task: Task, answers: dict[str, Answers], bootstrap: Bootstrap) -> Comparison:
    """Two models, paired on the same texts.

    Whether a difference counts is McNemar's (exact, two-sided) to say where the leading metric is
    the share of texts that are right. Words in a sentence and labels on a text are right in part;
    there it is for the paired bootstrap, which draws whole texts.

    Source: McNemar 1947; Dror et al., "The Hitchhiker's Guide to Testing Statistical Significance in
    Natural Language Processing", ACL 2018.
    """
    one, other = answers[first], answers[second]
    only_first = int((one.right & ~other.right).sum())
    only_second = int((other.right & ~one.right).sum())
    p_value = mcnemar(only_first, only_second)
    difference = bootstrap.difference(first, second, task.metrics[0])
    return Comparison(
        first=first,
        second=second,
        difference=difference,
        p_value=p_value,
        only_first_right=only_first,
        only_second_right=only_second,
        flips=int(one.flips(other).sum()),
        significant=p_value < SIGNIFICANT if task.labelling == "one" else _clear(difference),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of a split of the texts on which just one of two models is right."""
    from scipy.stats import binomtest  # noqa: PLC0415 - half a second that the page need not wait for at its start

    either = only_first + only_second
    return float(binomtest(only_first, either).pvalue) if either else 1.0


def sign(comparison: Comparison, task: Task) -> int:
    """1 or -1 where the first model is clearly better or worse, else 0."""
    if not comparison.significant:
        return 0
    return 1 if (comparison.difference.value > 0) != task.lower_is_better else -1


def _clear(difference: Interval) -> bool:
    """Whether an interval leaves no room for there being no difference."""
    return difference.low > 0 or difference.high < 0
