"""From predictions to a report: metrics with intervals, paired comparisons, and a verdict.

Intervals are percentile bootstrap over test texts (10,000 draws, 95 %); the paired test is
McNemar's, exact. Sources: Efron and Tibshirani 1993; McNemar 1947; Dror et al. 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from pipeline.report import Comparison, Interval, ModelReport, Verdict

DRAWS = 10_000
SIGNIFICANT = 0.05
_CHUNK = 4_000_000  # cells drawn at once; bounds memory, not results


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities ``[texts, labels]`` from logits of the same shape."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def confusion(truth: np.ndarray, predicted: np.ndarray, labels: int) -> list[list[int]]:
    """Counts ``[true label][predicted label]``."""
    return confusion_matrix(truth, predicted, labels=range(labels)).tolist()


def metrics(truth: np.ndarray, predicted: np.ndarray, labels: int, seed: int) -> dict[str, Interval]:
    """Each metric of the table with its bootstrap interval.

    Args:
        truth: True label indices, ``[texts]``.
        predicted: Predicted label indices, ``[texts]``.
        labels: How many labels there are.
        seed: Of the draws.
    """
    # A metric depends on the text only through the pair (true, predicted), so a bootstrap
    # sample of the texts is a multinomial draw of the confusion matrix's cells.
    cells = confusion_matrix(truth, predicted, labels=range(labels)).astype(float)
    draws = list(_resampled(cells, seed))
    result = {}
    for name, metric in METRICS.items():
        values = np.concatenate([metric(draw) for draw in draws])
        low, high = np.percentile(values, (2.5, 97.5))
        result[name] = Interval(value=float(metric(cells[None])[0]), low=float(low), high=float(high))
    return result


def _resampled(cells: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(seed)
    total = int(cells.sum())
    size = max(1, min(DRAWS, _CHUNK // cells.size))
    for start in range(0, DRAWS, size):
        count = min(size, DRAWS - start)
        yield generator.multinomial(total, (cells / total).ravel(), size=count).reshape(count, *cells.shape)


def _accuracy(cells: np.ndarray) -> np.ndarray:
    return np.trace(cells, axis1=1, axis2=2) / cells.sum(axis=(1, 2))


def _macro_f1(cells: np.ndarray) -> np.ndarray:
    right = np.diagonal(cells, axis1=1, axis2=2)
    either = cells.sum(axis=2) + cells.sum(axis=1)
    present = either > 0  # a label that neither occurs nor is predicted counts for nothing
    f1 = np.divide(2 * right, either, out=np.zeros(right.shape), where=present)
    return f1.sum(axis=1) / present.sum(axis=1)


#: Metric → function of confusion matrices ``[draws, labels, labels]`` giving ``[draws]``.
METRICS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"accuracy": _accuracy, "macro_f1": _macro_f1}


def compare(first: str, second: str, truth: np.ndarray, predictions: dict[str, np.ndarray], seed: int) -> Comparison:
    """Two models on the same texts: accuracy difference, and whether chance explains it."""
    first_right, second_right = predictions[first] == truth, predictions[second] == truth
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    texts = len(truth)
    shares = np.array([only_first, only_second, texts - only_first - only_second]) / texts
    drawn = np.random.default_rng(seed).multinomial(texts, shares, size=DRAWS)
    low, high = np.percentile((drawn[:, 0] - drawn[:, 1]) / texts, (2.5, 97.5))
    discordant = only_first + only_second
    return Comparison(
        first=first,
        second=second,
        difference=Interval(value=(only_first - only_second) / texts, low=float(low), high=float(high)),
        p_value=float(binomtest(only_first, discordant).pvalue) if discordant else 1.0,
        only_first_right=only_first,
        only_second_right=only_second,
    )


def verdict(models: list[ModelReport], comparisons: list[Comparison], texts: int) -> Verdict:
    """The outcome in one sentence.

    Transfer has paid only if the transferred model beats both the source-only model and one
    trained on the target labels alone; a difference counts if McNemar's test says so at 5 %.
    """
    score = {model.name: f"{100 * model.metrics['accuracy'].value:.1f} %" for model in models}
    paired = {(comparison.first, comparison.second): comparison for comparison in comparisons}
    over_source = paired["transferred", "source-only"]
    over_target = paired["transferred", "target-only"]
    start = f"On the {texts:,} frozen test texts the transferred model is right on {score['transferred']}"
    against = f"source-only on {score['source-only']}, target-only on {score['target-only']}"
    if any(_sign(comparison) < 0 for comparison in (over_source, over_target)):
        worse = " and ".join(c.second for c in (over_source, over_target) if _sign(c) < 0)
        return Verdict(code="hurt", sentence=f"Transfer hurt here: {_lower(start)}, worse than {worse} ({against}).")
    if _sign(over_source) > 0 and _sign(over_target) > 0:
        return Verdict(
            code="helped",
            sentence=f"Transfer helped: {_lower(start)}, {_points(over_source)} points above source-only and "
            f"{_points(over_target)} above target-only ({against}).",
        )
    if _sign(over_source) > 0:
        return Verdict(
            code="helped-over-source",
            sentence=f"{start}, {_points(over_source)} points above source-only, but its difference of "
            f"{_points(over_target)} points from target-only is within noise ({against}).",
        )
    return Verdict(
        code="noise", sentence=f"No clear winner: {_lower(start)}, and the differences are within noise ({against})."
    )


def _sign(comparison: Comparison) -> int:
    """1 or -1 where the first model is clearly better or worse, else 0."""
    if comparison.p_value >= SIGNIFICANT:
        return 0
    return 1 if comparison.difference.value > 0 else -1


def _points(comparison: Comparison) -> str:
    return f"{100 * comparison.difference.value:+.1f}".removeprefix("+")


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
