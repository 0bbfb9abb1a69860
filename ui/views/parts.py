"""The leading metric of each model on parts of the test texts, with a bar beside each figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.analysis.cutting import Cut, Part
from pipeline.report import Report
from ui.handlers.closer import value
from ui.handlers.compare import task_of
from ui.text import say
from ui.views import metrics
from ui.views.html import Markup, colour, model_name, percent, table, tag


def parts(report: Report, how: Cut, found: Sequence[Part]) -> Markup:
    """A row a part, a column a model."""
    if not found:
        return tag(
            "p", say("compare.parts_contains_hint" if how == "contains" else "compare.parts_none"), class_="g-hint"
        )
    metric = task_of(report).metrics[0]
    columns = [
        say("compare.column_slice"),
        say("compare.column_texts"),
        *(model_name(model.name, model.title) for model in report.models),
    ]
    rows = [
        [
            NAMED[how](part),
            tag("span", f"{part.texts:,}", class_="g-num"),
            *(_value(metric, value(part, model.name), model.name) for model in report.models),
        ]
        for part in found
    ]
    label = say("compare.slices", metric=metrics.title(metric))
    return table(columns, rows, class_="g-slices", label=label)


def _value(metric: str, found: float, model: str) -> Markup:
    """A share of 1 as a figure over a bar; none of the metrics that texts are cut by is anything else."""
    bar = tag("span", tag("span", style=f"width:{100 * found:.1f}%"), class_="g-bar")
    figure = tag("span", metrics.figure(metric, found), class_="g-num")
    return tag("span", figure, bar, class_=f"g-part g-{colour(model)}")


def _contains(part: Part) -> str:
    return say("compare.part_contains" if part.low else "compare.part_lacks", text=part.name)


#: How the texts are cut → what a part is called.
NAMED: dict[Cut, Callable[[Part], str]] = {
    "length": lambda part: say("compare.slice.length", low=f"{part.low:,.0f}", high=f"{part.high:,.0f}"),
    "label": lambda part: part.name,
    "confidence": lambda part: say("compare.part_confidence", low=percent(part.low, 0), high=percent(part.high, 0)),
    "contains": _contains,
}
