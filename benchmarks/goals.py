"""What each row is to reach: one table of statements about a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.report import Report


def leading(report: Report, model: str = "transferred") -> float:
    """A model's leading metric; the mean over the seeds where there are several."""
    found = report.model(model)
    name, interval = next(iter(found.metrics.items()))
    return found.seeds[name].mean if name in found.seeds else interval.value


def at(report: Report, labels: int) -> float | None:
    """The transferred model's leading metric at a number of labels; None if the curve has no such point, or is none."""
    points = report.curve.points if report.curve else []
    return next((point.transferred for point in points if point.labels == labels), None)


@dataclass(frozen=True)
class Goal:
    """A figure and the least that it should be, as fractions of 1; no figure where a run in the short form has none."""

    said: str
    figure: Callable[[Report], float | None]
    least: float


def ahead(report: Report, of: str) -> float:
    """By how much transferred leads another model."""
    return leading(report) - leading(report, of)


def _by(of: str, points: float) -> Goal:
    return Goal(f"ahead of {of}", lambda report: ahead(report, of), points / 100)


def _reaches(said: str, percent: float, figure: Callable[[Report], float | None] = leading) -> Goal:
    return Goal(said, figure, percent / 100)


#: Row → what it is to reach.
GOALS: dict[str, tuple[Goal, ...]] = {
    "waimai": (
        _reaches("no labels", 83, lambda report: at(report, 0)),
        _reaches("32 labels", 84, lambda report: at(report, 32)),
        _reaches("200 labels", 86.5, lambda report: at(report, 200)),
        _reaches("1,000 labels", 89),
    ),
    "shopping": (
        _reaches("no labels", 80, lambda report: at(report, 0)),
        _by("target-only", 5),
        _by("classical", 5),
    ),
    "eprstmt-0": (_reaches("no labels", 77),),
    "entities": (_by("target-only", 5),),
    "tags": (_by("target-only", 5),),
    "category-100": (_by("target-only", 5),),
    "questions": (_by("target-only", 10),),
}
#: The five splits of EPRSTMT together.
SPLITS = tuple(f"eprstmt-32-{number}" for number in range(5))
SPLITS_LEAST = 0.80
