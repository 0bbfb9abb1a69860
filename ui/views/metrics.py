"""Metrics as people read them: shares in per cent, perplexity as it is."""

from __future__ import annotations

import math

from pipeline.report import Interval
from ui.text import say
from ui.views.html import percent

#: Metrics that are no shares of 1; their bars are drawn on a logarithmic scale.
PLAIN = frozenset({"perplexity"})


def title(metric: str) -> str:
    """The metric's name."""
    return say(f"compare.metric.{metric}")


def figure(metric: str, value: float) -> str:
    """One value, with its unit."""
    return _plain(value) if metric in PLAIN else percent(value)


def number(metric: str, value: float) -> str:
    """One value, without its unit."""
    return _plain(value) if metric in PLAIN else f"{100 * value:.1f}"


def limits(metric: str, interval: Interval) -> str:
    """The ends of an interval."""
    return say("compare.interval", low=number(metric, interval.low), high=number(metric, interval.high))


def difference(metric: str, interval: Interval) -> tuple[str, str]:
    """How much one model is ahead of another, and the ends of the interval."""
    if metric in PLAIN:
        return f"{interval.value:+,.1f}", say(
            "compare.interval", low=f"{interval.low:+,.1f}", high=f"{interval.high:+,.1f}"
        )
    ends = say("compare.interval", low=f"{100 * interval.low:+.1f}", high=f"{100 * interval.high:+.1f}")
    return say("compare.points", points=f"{100 * interval.value:+.1f}"), ends


def place(metric: str, value: float) -> float:
    """Where a value lies on the metric's scale."""
    return math.log(max(value, 1.0)) if metric in PLAIN else value


def _plain(value: float) -> str:
    """Enough digits to tell neighbours apart, and no more."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"
