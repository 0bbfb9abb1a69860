"""What other test texts of the same kind would have shown: the bootstrap over texts.

Source: Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993: percentile intervals; the
models are drawn together, so that a difference is paired (Koehn 2004).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.evaluation.answers import Answers
from pipeline.evaluation.metrics import METRICS, value
from pipeline.report import Interval

DRAWS = 10_000
_CHUNK = 4_000_000  # cells held at once; bounds memory, not results


class Bootstrap:
    """Metrics of several models on the same resampled texts.

    Attributes:
        values: Model → metric → value on the texts themselves.
        draws: Metric → float64 ``[models, DRAWS]``, models in the order of ``values``.
    """

    def __init__(self, answers: dict[str, Answers], metrics: tuple[str, ...], seed: int) -> None:
        """Draw.

        Args:
            answers: Model → its answers; all on the same texts, at least one.
            metrics: Rows of ``METRICS``.
            seed: Of the draws.
        """
        self.values = {name: {metric: value(metric, one.counts) for metric in metrics} for name, one in answers.items()}
        counts = np.stack([one.counts for one in answers.values()], axis=1)
        drawn = [{metric: METRICS[metric](sums).T for metric in metrics} for sums in resampled(counts, seed)]
        self.draws = {metric: np.concatenate([chunk[metric] for chunk in drawn], axis=1) for metric in metrics}
        self._index = {name: number for number, name in enumerate(answers)}
        self._asked = {name for name, one in answers.items() if one.asked.any()}

    def intervals(self, name: str) -> dict[str, Interval]:
        """Each metric of a model with its 95 % interval; none of a model that the texts asked nothing."""
        if name not in self._asked:
            return {}
        return {metric: interval(self.values[name][metric], self._of(name, metric)) for metric in self.draws}

    def difference(self, first: str, second: str, metric: str) -> Interval:
        """A metric of the first model minus that of the second, with its 95 % interval."""
        return interval(
            self.values[first][metric] - self.values[second][metric],
            self._of(first, metric) - self._of(second, metric),
        )

    def _of(self, name: str, metric: str) -> np.ndarray:
        return self.draws[metric][self._index[name]]


def interval(found: float, draws: np.ndarray) -> Interval:
    """The 95 % percentile interval of draws, stretched to hold the value itself.

    On very few texts a biased statistic (macro-F1, where a rare label is often not drawn) may
    exceed all its draws.
    """
    low, high = np.percentile(draws, (2.5, 97.5)).tolist()
    return Interval(value=found, low=min(low, found), high=max(high, found))


def resampled(counts: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Sums of the counts of texts drawn with replacement, in chunks: float64 ``[draws, models, K]``.

    Args:
        counts: float32 ``[texts, models, K]``.
        seed: Of the draws.

    Texts with equal rows are drawn together, as a multinomial: the answers of classifiers fall into
    few cells. They are added in float32, which is exact for whole numbers up to 16 million.
    """
    texts, models, columns = counts.shape
    rows, repeats = np.unique(counts.reshape(texts, -1), axis=0, return_counts=True)
    generator = np.random.default_rng(seed)
    size = max(1, min(DRAWS, _CHUNK // max(rows.shape)))
    for start in range(0, DRAWS, size):
        weights = generator.multinomial(texts, repeats / texts, size=min(size, DRAWS - start))
        sums = weights.astype(np.float32) @ rows
        yield sums.astype(np.float64).reshape(-1, models, columns)
