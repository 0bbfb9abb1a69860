"""Pictures drawn as SVG: they need no library in the browser and follow the theme's colours."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from pipeline.report import Interval
from ui.text import say
from ui.views.html import Markup, tag

WIDTH, TOP, BOTTOM = 400.0, 10.0, 20.0
HIGH, WIDE_LEFT, WIDE_RIGHT = 170.0, 44.0, 22.0  # of the learning curve


@dataclass(frozen=True)
class Point:
    """One model at one number of labels.

    Attributes:
        labels: How many.
        value: The mean where there are several seeds.
        told: The value in words.
        deviation: Over the seeds; None: there is one.
    """

    labels: int
    value: float
    told: str
    deviation: float | None = None

    @property
    def reach(self) -> tuple[float, float]:
        """From the deviation below the value to that above it."""
        return self.value - (self.deviation or 0.0), self.value + (self.deviation or 0.0)


@dataclass(frozen=True)
class Line:
    """One model's points at growing numbers of labels."""

    name: str
    title: str
    points: Sequence[Point]

    def told(self, point: Point) -> str:
        """One of its points in words."""
        return say("compare.curve_point", model=self.title, labels=f"{point.labels:,}", value=point.told)


def learning_chart(lines: Sequence[Line], told: Callable[[float], str]) -> Markup:
    """The lines in one picture, the values of its scale said by ``told``; labels are spaced by their logarithm."""
    counts = sorted({point.labels for line in lines for point in line.points})
    reached = [point.reach for line in lines for point in line.points]
    low, high = min(low for low, _ in reached), max(high for _, high in reached)
    air = (high - low) * 0.08 or 0.01
    low, high = low - air, high + air
    first, last = math.log1p(counts[0]), math.log1p(counts[-1])

    def place(labels: float, value: float) -> tuple[float, float]:
        across = (math.log1p(labels) - first) / ((last - first) or 1.0)
        return (
            WIDE_LEFT + (WIDTH - WIDE_LEFT - WIDE_RIGHT) * across,
            TOP + (HIGH - TOP - BOTTOM) * (high - value) / (high - low),
        )

    grid: list[Markup] = []
    for value in (low + air, (low + high) / 2, high - air):
        y = place(counts[0], value)[1]
        grid += [
            _line(WIDE_LEFT, y, WIDTH - WIDE_RIGHT, y, "g-grid"),
            _text(WIDE_LEFT - 6, y + 3.5, told(value), "end"),
        ]
    said = [line.told(point) for line in lines for point in line.points]
    ticks = [_text(place(labels, low)[0], HIGH - 5, f"{labels:,}", "middle") for labels in counts]
    figure = tag(
        "svg",
        *grid,
        *ticks,
        *(_drawn(line, place) for line in lines),
        viewBox=f"0 0 {WIDTH:g} {HIGH:g}",
        role="img",
        aria_label=say("compare.curve_picture", points=say("common.list_separator").join(said)),
    )
    legend = [tag("span", tag("i", class_="g-dot"), line.title, class_=f"g-model g-{line.name}") for line in lines]
    caption = tag("figcaption", tag("span", *legend, class_="g-legend"), tag("span", say("compare.curve_labels")))
    return tag("figure", caption, figure, class_="g-curve g-learning")


def _drawn(line: Line, place: Callable[[float, float], tuple[float, float]]) -> Markup:
    bars, dots = [], []
    for point in line.points:
        x, y = place(point.labels, point.value)
        if point.deviation is not None:
            bottom, top = (place(point.labels, end)[1] for end in point.reach)
            bars.append(_line(x, bottom, x, top, "g-deviation"))
        title = tag("title", line.told(point))
        dots.append(tag("circle", title, class_="g-end", cx=f"{x:.1f}", cy=f"{y:.1f}", r=3.2))
    points = " ".join("{:.1f},{:.1f}".format(*place(point.labels, point.value)) for point in line.points)
    return tag("g", tag("polyline", class_="g-smooth", points=points), *bars, *dots, class_=f"g-{line.name}")


def interval_bar(interval: Interval, low: float, high: float, told: str) -> Markup:
    """A dot with its whiskers on a scale from ``low`` to ``high``; ``told`` is the interval in words."""
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return 100 * min(1.0, max(0.0, (value - low) / span))

    left, right = place(interval.low), place(interval.high)
    return tag(
        "span",
        tag("span", class_="g-track"),
        tag("span", class_="g-whisker", style=f"left:{left:.2f}%;width:{max(right - left, 0.5):.2f}%"),
        tag("span", class_="g-point", style=f"left:{place(interval.value):.2f}%"),
        class_="g-interval",
        title=told,
    )


def probability_bars(probabilities: Iterable[tuple[str, float]], chosen: Collection[str]) -> Markup:
    """One bar a label, the most probable first; at most six."""
    ranked = sorted(probabilities, key=lambda pair: -pair[1])[:6]
    return tag(
        "ul",
        *(
            tag(
                "li",
                tag("span", label, class_="g-bar-label"),
                tag("span", tag("span", style=f"width:{100 * share:.1f}%"), class_="g-bar"),
                tag("span", say("compare.probability", percent=f"{100 * share:.1f}"), class_="g-num"),
                class_="g-chosen" if label in chosen else None,
            )
            for label, share in ranked
        ),
        class_="g-bars",
    )


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=class_)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
