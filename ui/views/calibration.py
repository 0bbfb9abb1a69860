"""How often each model is right where it is how sure: one small reliability diagram a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.analysis.reliability import Bin
from pipeline.report import ModelReport, Report
from ui.text import say
from ui.text.telling import tell
from ui.views.html import Markup, colour, model_name, percent, tag

SIDE = 200.0  # of the picture; its units are those of the text sizes
LEFT, RIGHT, TOP, BOTTOM = 34.0, 10.0, 8.0, 30.0
LARGEST, SMALLEST = 7.0, 2.2  # radius of a point by its share of the texts


def calibration(report: Report, found: Mapping[str, Sequence[Bin]]) -> Markup:
    """The diagrams side by side, all on the same scale."""
    if not found:
        return tag("p", say("compare.calibration_none"), class_="g-hint")
    figures = [_figure(report, model, found[model.name]) for model in report.models if model.name in found]
    return tag("div", *figures, class_="g-reliability")


def _figure(report: Report, model: ModelReport, bins: Sequence[Bin]) -> Markup:
    title = tell(report.recall(model.title))
    error = model.calibration_error
    total = sum(one.texts for one in bins) or 1
    axis = [_tick(share) for share in (0.0, 0.5, 1.0)]
    points = [_place(one.confidence, one.right) for one in bins]
    dots = []
    for one, (x, y) in zip(bins, points, strict=True):
        told = say(
            "compare.calibration_point",
            texts=f"{one.texts:,}",
            sure=percent(one.confidence, 0),
            right=percent(one.right, 0),
        )
        radius = SMALLEST + (LARGEST - SMALLEST) * (one.texts / total) ** 0.5
        dots.append(tag("circle", tag("title", told), class_="g-end", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{radius:.1f}"))
    (left, bottom), (right, top) = _place(0, 0), _place(1, 1)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    drawing = tag(
        "svg",
        *axis,
        tag("line", x1=left, y1=bottom, x2=right, y2=top, class_="g-ideal"),
        tag("polyline", class_="g-smooth", points=path),
        *dots,
        _text((left + right) / 2, SIDE - 3, say("compare.calibration_sure"), "middle"),
        viewBox=f"0 0 {SIDE:g} {SIDE:g}",
        role="img",
        aria_label=_alternative(title, bins),
    )
    off = (
        None if error is None else tag("span", say("compare.calibration_error", error=percent(error)), class_="g-hint")
    )
    caption = tag("figcaption", model_name(model.name, title), off)
    return tag("figure", caption, drawing, class_=f"g-curve g-{colour(model.name)}")


def _alternative(title: str, bins: Sequence[Bin]) -> str:
    """The picture in words."""
    points = [
        say("compare.calibration_said", sure=percent(one.confidence, 0), right=percent(one.right, 0)) for one in bins
    ]
    return say("compare.calibration_alternative", model=title, points=say("common.list_separator").join(points))


def _tick(share: float) -> Markup:
    """A line across, with its figure on both axes."""
    (left, y), (right, _) = _place(0, share), _place(1, share)
    x, bottom = _place(share, 0)
    anchor = {0.0: "start", 1.0: "end"}.get(share, "middle")
    figure = f"{100 * share:.0f} %"
    return tag(
        "g",
        tag("line", x1=f"{left:.1f}", y1=f"{y:.1f}", x2=f"{right:.1f}", y2=f"{y:.1f}", class_="g-grid"),
        _text(left - 4, y + 3, figure, "end"),
        _text(x, bottom + 11, figure, anchor),
    )


def _place(confidence: float, right: float) -> tuple[float, float]:
    return LEFT + (SIDE - LEFT - RIGHT) * confidence, TOP + (SIDE - TOP - BOTTOM) * (1 - right)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
