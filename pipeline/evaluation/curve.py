"""The learning curve, and how many target labels transfer saves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from pipeline.evaluation.wording import shown
from pipeline.messages import Message
from pipeline.report import CurvePoint, LearningCurve

#: Leading metric of each model at one number of labels.
Values = Mapping[str, float]


def learning_curve(values: Mapping[int, Values], metric: str) -> LearningCurve:
    """The curve, told in a sentence.

    Args:
        values: Number of target labels → model → its leading metric, at least one number. Higher is
            better: there are no labels to count for a language model.
        metric: The leading metric.
    """
    points = [
        CurvePoint(
            labels=labels,
            transferred=found["transferred"],
            target_only=found.get("target-only"),
            classical=found.get("classical"),
        )
        for labels, found in sorted(values.items())
    ]
    saved, sentence = _saved(points, metric)
    return LearningCurve(points=points, labels_saved=saved, sentence=sentence)


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
