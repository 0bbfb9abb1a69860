"""What the metrics are called, and how their values are written for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.messages import Message, series


@dataclass(frozen=True)
class Measure:
    """A metric in words.

    Attributes:
        title: Heads a column.
        named: Stands in a sentence.
        fraction: Whether the value is a share of 1, written in per cent; its differences in points.
    """

    title: str
    named: Message
    fraction: bool = True


#: One row for each metric that a task in ``pipeline.tasks`` names.
MEASURES: dict[str, Measure] = {
    "accuracy": Measure("accuracy", Message("an accuracy")),
    "macro_f1": Measure("macro-F1", Message("a macro-F1")),
    "micro_f1": Measure("micro-F1", Message("a micro-F1")),
    "exact_match": Measure("exact match", Message("an exact match")),
    "entity_f1": Measure("entity F1", Message("an entity F1")),
    "entity_precision": Measure("entity precision", Message("an entity precision")),
    "entity_recall": Measure("entity recall", Message("an entity recall")),
    "perplexity": Measure("perplexity", Message("a perplexity"), fraction=False),
    "masked_accuracy": Measure("masked accuracy", Message("a masked accuracy")),
}


def named(metric: str) -> Message:
    """A metric inside a sentence: ``an accuracy``."""
    return MEASURES[metric].named


def shown(metric: str, value: float) -> Message:
    """A value: ``81.3 %``, or ``12.31`` where it is no fraction."""
    if MEASURES[metric].fraction:
        return Message("{percent:.1f} %", percent=100 * value)
    return Message("{value:,.2f}", value=value)


def number(metric: str, value: float) -> str:
    """A value without its unit."""
    return f"{100 * value:.1f}" if MEASURES[metric].fraction else f"{value:,.2f}"


def gap(metric: str, difference: float, other: str) -> Message:
    """A difference from another: ``3.2 points above it``, ``0.41 below it``, ``level with it``."""
    if difference == 0:
        return Message("level with {other}", other=other)
    if MEASURES[metric].fraction:
        return Message(
            "{points:.1f} points above {other}" if difference > 0 else "{points:.1f} points below {other}",
            points=100 * abs(difference),
            other=other,
        )
    return Message(
        "{value:,.2f} above {other}" if difference > 0 else "{value:,.2f} below {other}",
        value=abs(difference),
        other=other,
    )


def listed(parts: Sequence[str]) -> Message:
    """``a``, ``a and b``, ``a, b and c``."""
    *before, last = parts or [""]
    return Message("{before} and {last}", before=series(before), last=last) if before else Message(last)
