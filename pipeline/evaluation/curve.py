"""The learning curve, and how many target labels transfer saves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from pipeline.evaluation.metrics import spread
from pipeline.evaluation.wording import shown
from pipeline.messages import Message, sentences
from pipeline.report import CurvePoint, LearningCurve

#: Leading metric of each model at one number of labels, one value a seed.
Values = Mapping[str, Sequence[float]]
#: Those that the curve shows; its last point is of all the run's models.
MODELS = ("transferred", "target-only", "classical")


def learning_curve(values: Mapping[int, Values], metric: str) -> LearningCurve:
    """The curve, told in a sentence.

    Args:
        values: Number of target labels → model → its leading metric with each seed, at least one number. Higher
            is better: there are no labels to count for a language model.
        metric: The leading metric.
    """
    points = [_point(labels, found) for labels, found in sorted(values.items())]
    saved, sentence = _saved(points, metric)
    if several := points[0].seeds.get("transferred"):
        count = len(several.values)
        sentence = sentences([sentence, Message("Each value is the mean of {count} seeds.", count=count)])
    return LearningCurve(points=points, labels_saved=saved, sentence=sentence)


def _point(labels: int, found: Values) -> CurvePoint:
    means = {name: float(np.mean(values)) for name, values in found.items()}
    return CurvePoint(
        labels=labels,
        transferred=means["transferred"],
        target_only=means.get("target-only"),
        classical=means.get("classical"),
        seeds={name: spread(found[name]) for name in MODELS if len(found.get(name, ())) > 1},
    )


def _saved(points: list[CurvePoint], metric: str) -> tuple[int | None, Message]:
    """What target-only needs to equal transferred at its fewest labels, less those."""
    fewest, level = points[0].labels, points[0].transferred
    target = [(point.labels, point.target_only) for point in points if point.target_only is not None]
    start: dict[str, object] = {"fewest": _labels(fewest), "value": shown(metric, level)}
    if not target:
        return None, Message(
            "With {fewest} transferred reaches {value}; there is no target-only model to compare it with.", start
        )
    (least, lowest), (most, _) = target[0], target[-1]
    if lowest >= level and least > fewest:
        return None, Message(
            "With {fewest} transferred reaches {value}; target-only is there with at most {least}, the fewest that it "
            "was tried with.",
            start,
            least=_labels(least),
        )
    if lowest >= level:
        return 0, Message(
            "With {fewest} transferred reaches {value}; target-only needs no more: with as many it reaches {lowest}.",
            start,
            lowest=shown(metric, lowest),
        )
    needed = _crossing(target, level)
    if needed is None:
        return None, Message(
            "With {fewest} transferred reaches {value}; target-only needs more than {most} for that, the most that it "
            "was tried with.",
            start,
            most=_labels(most),
        )
    saved = needed - fewest
    return saved, Message(
        "With {fewest} transferred reaches {value}; target-only needs about {needed} for that: transfer saves about "
        "{saved:,}.",
        start,
        needed=_labels(needed),
        saved=saved,
    )


def _crossing(target: list[tuple[int, float]], level: float) -> int | None:
    """The number of labels at which a curve first reaches a level, linear in the labels' logarithm."""
    for (before, low), (after, high) in pairwise(target):
        if low < level <= high:
            share = (level - low) / (high - low)
            return round(math.exp(math.log(before) + share * (math.log(after) - math.log(before))))
    return None


def _labels(count: int) -> Message:
    return Message("{count:,} labels", count=count) if count else Message("no labels")
