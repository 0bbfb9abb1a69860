"""Tables that a closer look shows: scores by label, parts of the test set, what the stages found."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report import ClassScores, ModelReport, Report, Slice
from ui.handlers.compare import task_of
from ui.text import say, spec
from ui.views import metrics
from ui.views.html import Content, Markup, folded, heading, model_name, percent, table, tag


def details(report: Report) -> Markup:
    """Tables that are folded until somebody asks for them."""
    parts = [part(report) for part in (_per_class, _slices, _facts)]
    return tag("section", heading(say("compare.details")), *parts) if any(parts) else Markup()


def _per_class(report: Report) -> Markup:
    labels = list(dict.fromkeys(label for model in report.models for label in model.per_class))
    if not labels:
        return Markup()
    support = {label: scores.support for model in report.models for label, scores in model.per_class.items()}
    rows = [
        [
            label,
            tag("span", f"{support[label]:,}", class_="g-num"),
            *(_class_scores(model.per_class.get(label)) for model in report.models),
        ]
        for label in labels
    ]
    columns = [say("compare.column_label"), say("compare.column_support"), *map(_title, report.models)]
    title = say("compare.per_class")
    return folded(title, table(columns, rows, label=title))


def _class_scores(scores: ClassScores | None) -> Content:
    if scores is None:
        return "–"
    both = say("compare.precision_recall", precision=percent(scores.precision), recall=percent(scores.recall))
    return tag(
        "span",
        say("compare.f1", value=percent(scores.f1)),
        tag("span", both, class_="g-hint"),
        class_="g-stacked g-num",
    )


def _slices(report: Report) -> Markup:
    metric = task_of(report).metrics[0]
    found: dict[tuple[str, float, float], dict[str, Slice]] = {}
    for model in report.models:
        for part in model.slices:
            found.setdefault((part.kind, part.low, part.high), {})[model.name] = part
    if not found:
        return Markup()
    rows = [
        [
            _range(kind, low, high),
            tag("span", f"{next(iter(parts.values())).texts:,}", class_="g-num"),
            *(
                tag("span", metrics.figure(metric, parts[model.name].value), class_="g-num")
                if model.name in parts
                else "–"
                for model in report.models
            ),
        ]
        for (kind, low, high), parts in found.items()
    ]
    columns = [say("compare.column_slice"), say("compare.column_texts"), *map(_title, report.models)]
    title = say("compare.slices", metric=metrics.title(metric))
    return folded(title, table(columns, rows, class_="g-slices", label=title))


#: What a slice is cut by → how its ends are written.
ENDS: dict[str, Callable[[float], str]] = {
    "length": lambda characters: f"{characters:,.0f}",
    "unknown-rate": lambda share: percent(share, 0),
}


def _range(kind: str, low: float, high: float) -> str:
    return say(f"compare.slice.{kind}", low=ENDS[kind](low), high=ENDS[kind](high))


def _facts(report: Report) -> Markup:
    rows = [
        [spec.stage(stage) if not number else "", spec.fact(name), tag("span", _fact(value), class_="g-num")]
        for stage, facts in report.facts.items()
        for number, (name, value) in enumerate(facts.items())
    ]
    if not rows:
        return Markup()
    title = say("compare.facts")
    columns = [say(f"compare.column_{name}") for name in ("stage", "fact", "value")]
    return folded(title, table(columns, rows, class_="g-facts", label=title))


def _fact(value: float | str) -> str:
    if isinstance(value, float) and abs(value) < 1000:
        return f"{value:.4g}"
    return value if isinstance(value, str) else f"{value:,.0f}"


def _title(model: ModelReport) -> Markup:
    return model_name(model.name, model.title)
