"""What a training tells of its steps, one small chart a stage."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.events import MEASURES, Measure, Progress
from ui.text import say
from ui.text.telling import tell
from ui.views.html import Markup, tag
from ui.views.stages import AGAIN, variant

POINTS = 240  # drawn of a curve; more than its pixels would only slow the page
WIDTH, HEIGHT = 400.0, 122.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 8.0, 10.0, 20.0


@dataclass(frozen=True)
class Look:
    """How a measure is drawn.

    Attributes:
        told: Its values beside the curve.
        tick: Its values beside the grid.
        noisy: Whether single values jump, so that their running mean is drawn over them.
        dots: Whether there are so few values that each is a dot.
    """

    told: Callable[[float], str]
    tick: Callable[[float], str]
    noisy: bool = False
    dots: bool = False


def _short(value: float) -> str:
    """A number in a few characters: 1.5k, 0.0002."""
    if value >= 1000:
        return f"{value / 1000:.3g}k"
    return f"{value:.3g}" if value == 0 or value >= 0.001 else f"{value:.1e}".replace("e-0", "e-")


LOOKS: dict[Measure, Look] = {
    "loss": Look(lambda value: f"{value:.3f}", _short, noisy=True),
    "dev_score": Look(lambda value: f"{value:.3f}", _short, dots=True),
    "learning_rate": Look(lambda value: f"{value:.2e}", _short),
    "tokens_per_second": Look(lambda value: f"{value:,.0f}", _short, noisy=True),
}


@dataclass(frozen=True)
class Curve:
    """One measure of one stage."""

    name: str
    title: str
    points: Sequence[tuple[int, float]]  # step, value
    total: int  # steps to come in all; 0 if unknown


def measured(progress: Progress) -> list[Measure]:
    """Which measures any stage has told of."""
    return [measure for measure in MEASURES if any(found.get(measure) for found in progress.curves.values())]


def curves(progress: Progress, measure: Measure = "loss") -> Markup:
    """The curves of one measure, a chart for each stage that tells of it."""
    if not measured(progress):
        return Markup()
    charts = [
        curve_chart(Curve(stage.name, _title(stage.name, tell(stage.title)), points, stage.total), measure)
        for stage in progress.stages.values()
        if (points := progress.curves.get(stage.name, {}).get(measure))
    ]
    if not any(charts):
        return tag("p", say(f"progress.measure_none.{measure}"), class_="g-hint")
    hint = tag("p", say(f"progress.measure_hint.{measure}"), class_="g-hint")
    return tag("section", hint, tag("div", *charts, class_="g-curves"))


def curve_chart(curve: Curve, measure: Measure = "loss") -> Markup:
    """One small chart: the values, over noisy ones their running mean, and the last beside the title."""
    look = LOOKS[measure]
    points = [(step, value) for step, value in curve.points if math.isfinite(value)]
    if not points:
        return Markup()
    top = _round_up(max(value for _, value in points))
    last_step = max(curve.total, points[-1][0], 1)

    def place(step: float, value: float) -> tuple[float, float]:
        return (
            LEFT + (WIDTH - LEFT - RIGHT) * step / last_step,
            TOP + (HEIGHT - TOP - BOTTOM) * (1 - max(0.0, value) / top),
        )

    bold = _smoothed(points) if look.noisy else points
    told = look.told(bold[-1][1])
    figure = tag(
        "svg",
        *_grid(top, look, place),
        _text(LEFT, HEIGHT - 5, "0", "start"),
        _text(WIDTH - RIGHT, HEIGHT - 5, f"{last_step:,}", "end"),
        tag("polyline", class_="g-raw", points=_path(points, place)) if look.noisy else None,
        tag("polyline", class_="g-smooth", points=_path(bold, place)),
        *(_dot(place(*point), 2.4) for point in (_thinned(points) if look.dots else ())),
        _dot(place(*bold[-1]), 3),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_label=say("progress.curve_chart", title=curve.title, step=points[-1][0], value=told),
    )
    caption = tag(
        "figcaption", tag("span", curve.title), tag("span", say("progress.curve_last", value=told), class_="g-num")
    )
    return tag("figure", caption, figure, class_=f"g-curve g-{curve.name.partition(AGAIN)[0]}")


def _title(stage: str, title: str) -> str:
    return say("progress.variant_of", title=title, variant=variant(stage)) if AGAIN in stage else title


def _grid(top: float, look: Look, place: Callable[[float, float], tuple[float, float]]) -> list[Markup]:
    drawn: list[Markup] = []
    for share in (0.0, 0.5, 1.0):
        x, y = place(0, top * share)
        drawn.append(tag("line", x1=x, y1=f"{y:.1f}", x2=WIDTH - RIGHT, y2=f"{y:.1f}", class_="g-grid"))
        drawn.append(_text(LEFT - 5, y + 3.5, look.tick(top * share), "end"))
    return drawn


def _smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """The running mean over the last tenth, so that single batches do not hide the trend."""
    window = max(1, len(points) // 10)
    result, total = [], 0.0
    for number, (step, value) in enumerate(points):
        total += value - (points[number - window][1] if number >= window else 0.0)
        result.append((step, total / min(number + 1, window)))
    return result


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    stride = max(1, math.ceil(len(points) / POINTS))
    kept = list(points[::stride])
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def _path(points: Sequence[tuple[int, float]], place: Callable[[float, float], tuple[float, float]]) -> str:
    return " ".join("{:.1f},{:.1f}".format(*place(step, value)) for step, value in _thinned(points))


def _round_up(value: float) -> float:
    """The next round number, for the top of a scale."""
    if value <= 0:
        return 1.0
    magnitude = 10.0 ** math.floor(math.log10(value))
    return next(step * magnitude for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if value <= step * magnitude * (1 + 1e-9))


def _dot(place: tuple[float, float], radius: float) -> Markup:
    return tag("circle", class_="g-end", cx=f"{place[0]:.1f}", cy=f"{place[1]:.1f}", r=radius)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
