"""What the metrics are called, and how their values are written for people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A metric in words.

    Attributes:
        title: Heads a column.
        article: Stands before the title in a sentence.
        fraction: Whether the value is a share of 1, written in per cent; its differences in points.
    """

    title: str
    article: str = "a"
    fraction: bool = True


#: One row for each metric that a task in ``pipeline.tasks`` names.
MEASURES: dict[str, Measure] = {
    "accuracy": Measure("accuracy", "an"),
    "macro_f1": Measure("macro-F1"),
    "micro_f1": Measure("micro-F1"),
    "exact_match": Measure("exact match", "an"),
    "entity_f1": Measure("entity F1", "an"),
    "entity_precision": Measure("entity precision", "an"),
    "entity_recall": Measure("entity recall", "an"),
    "perplexity": Measure("perplexity", fraction=False),
    "masked_accuracy": Measure("masked accuracy"),
}


def named(metric: str) -> str:
    """A metric inside a sentence: ``an accuracy``."""
    return f"{MEASURES[metric].article} {MEASURES[metric].title}"


def shown(metric: str, value: float) -> str:
    """A value: ``81.3 %``, or ``12.31`` where it is no fraction."""
    return f"{number(metric, value)} %" if MEASURES[metric].fraction else number(metric, value)


def number(metric: str, value: float) -> str:
    """A value without its unit."""
    return f"{100 * value:.1f}" if MEASURES[metric].fraction else f"{value:,.2f}"


def gap(metric: str, difference: float) -> str:
    """A difference: ``3.2 points above``, ``0.41 below``, ``level with``; the other's name follows."""
    if difference == 0:
        return "level with"
    unit = " points" if MEASURES[metric].fraction else ""
    return f"{number(metric, abs(difference))}{unit} {'above' if difference > 0 else 'below'}"


def listed(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
