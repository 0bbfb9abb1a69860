"""The models against each other: verdict, table, learning curve, paired tests, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.report import Comparison, CurvePoint, Interval, ModelReport, Report, Spread
from pipeline.spec import DataSpec, Origin
from ui.handlers.chosen import Shown
from ui.handlers.compare import task_of
from ui.text import say, spec
from ui.text.telling import tell
from ui.views import metrics
from ui.views.charts import Line, Point, interval_bar, learning_chart
from ui.views.html import Content, Markup, colour, duration, empty, heading, model_name, percent, table, tag

LEAD = re.compile(r"^[^,:，：]{1,29}(: |：)")  # "Transfer helped" and the like
NOTHING = "–"


def nothing() -> Markup:
    """Before there is a finished run."""
    return empty(say("compare.empty"), say("compare.empty_hint"))


def verdict(report: Report) -> Markup:
    """The outcome, large and coloured by what it means, and what else is to be said of it."""
    # The sentence may begin with its own headline, which stands above it already.
    detail = LEAD.sub("", tell(report.recall(report.verdict.sentence)))
    remarks = [tell(report.recall(remark)) for remark in report.verdict.remarks]
    return tag(
        "div",
        tag("p", say(f"compare.verdict.{_outcome(report)}"), class_="g-verdict-title"),
        tag("p", detail[:1].upper() + detail[1:]),
        tag("ul", *(tag("li", remark) for remark in remarks), class_="g-remarks") if remarks else None,
        class_=f"g-verdict g-verdict-{report.verdict.code}",
        role="status",
    )


def ahead(shown: Shown) -> Markup:
    """Who leads among models that were chosen, told as calmly as a verdict."""
    pairs = shown.report.comparisons
    clear = bool(pairs) and pairs[0].significant
    remarks = []
    if shown.left_out:
        remarks.append(say("compare.left_out", count=f"{shown.left_out:,}"))
    if not pairs:
        remarks.append(say("compare.choose_second"))
    title = say("compare.lead" if clear else "compare.verdict.noise") if pairs else say("compare.one_model")
    return tag(
        "div",
        tag("p", title, class_="g-verdict-title"),
        tag("p", tell(shown.report.recall(shown.report.verdict.sentence))),
        tag("ul", *(tag("li", remark) for remark in remarks), class_="g-remarks") if remarks else None,
        class_=f"g-verdict g-verdict-{'helped' if clear else 'noise'}",
        role="status",
    )


def _outcome(report: Report) -> str:
    """The verdict's code; better than the only one there is to compare with is better altogether."""
    baselines = {pair.second for pair in report.comparisons if pair.first == "transferred"}
    alone = not {"source-only", "target-only"} <= baselines
    return "helped" if alone and report.verdict.code.startswith("helped") else report.verdict.code


def models(report: Report) -> Markup:
    """The table of the models with their intervals on one scale a metric; a column without any value is left out."""
    task = task_of(report)
    columns: dict[str, list[Content]] = {say("compare.column_model"): [_name(report, model) for model in report.models]}
    for name in task.metrics:
        scale = _scale(report, name)
        columns[metrics.title(name)] = [_metric(model, name, scale) for model in report.models]
    others = {"calibration": _calibration, "source": _source, "vocabulary": _vocabulary, "cost": _cost}
    for key, cell in others.items():
        columns[say(f"compare.column_{key}")] = [cell(model, task.metrics[0]) for model in report.models]
    filled = {name: cells for name, cells in columns.items() if any(cell is not None for cell in cells)}
    rows = [[NOTHING if cell is None else cell for cell in row] for row in zip(*filled.values(), strict=True)]
    hint = say("compare.models_hint", texts=f"{report.data.test:,}")
    if task.lower_is_better:
        hint += " " + say("compare.models_hint_lower", metric=metrics.title(task.metrics[0]).lower())
    title = say("compare.models")
    return tag("section", heading(title, hint), table(filled, rows, class_="g-models", label=title))


def curve(report: Report) -> Markup:
    """The learning curve and its sentence, where the run has one."""
    if report.curve is None:
        return Markup()
    metric, points = task_of(report).metrics[0], report.curve.points
    values: dict[str, list[float | None]] = {
        "transferred": [point.transferred for point in points],
        "target-only": [point.target_only for point in points],
        "classical": [point.classical for point in points],
    }
    lines = []
    for name, found in values.items():
        drawn = [
            _point(point, value, point.seeds.get(name), metric)
            for point, value in zip(points, found, strict=True)
            if value is not None
        ]
        lines += [Line(name, say(f"common.model.{name}"), drawn)] if drawn else []
    chart = learning_chart(lines, lambda value: metrics.figure(metric, value))
    return tag("section", heading(say("compare.curve"), tell(report.recall(report.curve.sentence))), chart)


def _point(point: CurvePoint, value: float, spread: Spread | None, metric: str) -> Point:
    if spread is None:
        return Point(point.labels, value, metrics.figure(metric, value))
    return Point(point.labels, value, _over_seeds(spread, metric), spread.deviation)


def pairs(report: Report) -> Markup:
    """Each two models on the same texts."""
    columns = ("pair", "difference", "p", "only_first", "only_second", "flips")
    title, metric = say("compare.pairs"), metrics.title(task_of(report).metrics[0])
    rows = [_pair_row(report, comparison) for comparison in report.comparisons]
    return tag(
        "section",
        heading(title, say("compare.pairs_hint", metric=metric[:1].lower() + metric[1:])),
        table([say(f"compare.column_{name}") for name in columns], rows, class_="g-pairs", label=title),
    )


def notes(report: Report, origins: Iterable[tuple[str, Origin]] = ()) -> Markup:
    """What a reader should know of the data, and which of it is from the Hub."""
    said = [tell(report.recall(note)) for note in report.notes]
    said += [
        say("hub.origin_of", title=spec.title(DataSpec, role), origin=tell(origin.told)) for role, origin in origins
    ]
    if not said:
        return Markup()
    items = tag("ul", *(tag("li", line) for line in said), class_="g-plain")
    return tag("section", heading(say("compare.notes")), items)


def _scale(report: Report, metric: str) -> tuple[float, float]:
    """The part of the metric's scale that all the models' intervals lie in, with a little air."""
    intervals = [_placed(metric, model.metrics[metric]) for model in report.models if metric in model.metrics]
    low = min((interval.low for interval in intervals), default=0.0)
    high = max((interval.high for interval in intervals), default=1.0)
    return (low, high) if metric in metrics.PLAIN else (max(0.0, low - 0.03), min(1.0, high + 0.03))


def _placed(metric: str, interval: Interval) -> Interval:
    """The interval on the scale that it is drawn on."""
    return Interval(**{end: metrics.place(metric, value) for end, value in interval.model_dump().items()})


# ── cells of the table; None where a model has no such thing ────────────────────────────


def _name(report: Report, model: ModelReport) -> Markup:
    name = model_name(model.name, model.title)
    size = say("compare.parameters", count=f"{model.parameters:,}") if model.parameters else None
    return tag(
        "span",
        name,
        tag("span", tell(report.recall(model.description)), class_="g-hint"),
        tag("span", size, class_="g-hint") if size else None,
        class_="g-model-cell",
    )


def _metric(model: ModelReport, metric: str, scale: tuple[float, float]) -> Content:
    interval = model.metrics.get(metric)
    if interval is None:
        return None
    limits = metrics.limits(metric, interval)
    value = tag("b", metrics.figure(metric, interval.value))
    figures = tag("span", value, tag("small", limits), class_="g-num g-metric-figures")
    bar = interval_bar(_placed(metric, interval), *scale, limits)
    return tag(
        "span", figures, bar, _spread(model.seeds.get(metric), metric), class_=f"g-metric g-{colour(model.name)}"
    )


def _spread(spread: Spread | None, metric: str) -> Markup | None:
    return None if spread is None else tag("span", _over_seeds(spread, metric), class_="g-hint")


def _over_seeds(spread: Spread, metric: str) -> str:
    mean, deviation = metrics.figure(metric, spread.mean), metrics.number(metric, spread.deviation)
    return say("compare.spread", mean=mean, deviation=deviation, count=len(spread.values))


def _calibration(model: ModelReport, _: str) -> Content:
    error = model.calibration_error
    return None if error is None else tag("span", percent(error), class_="g-num")


def _source(model: ModelReport, metric: str) -> Content:
    score = model.source_score
    return None if score is None else tag("span", metrics.figure(metric, score.value), class_="g-num")


def _vocabulary(model: ModelReport, _: str) -> Content:
    if model.tokenizer is None:
        return tag("span", say("compare.ngrams"), class_="g-hint")
    unknown = say("compare.unknown", percent=percent(model.tokenizer.unknown_rate))
    pieces = say("compare.pieces", count=f"{model.tokenizer.pieces_per_character:.2f}")
    return _stacked(f"{model.tokenizer.vocabulary_size:,}", unknown, pieces)


def _cost(model: ModelReport, _: str) -> Content:
    cost = model.cost
    further = []
    if cost.tokens_per_second is not None:
        further.append(say("compare.tokens_per_second", count=f"{cost.tokens_per_second:,.0f}"))
    if cost.gemm_share is not None:
        further.append(say("compare.gemm_share", percent=percent(cost.gemm_share, 0)))
    return _stacked(duration(cost.seconds), *further)


def _stacked(first: str, *further: str) -> Markup:
    return tag("span", first, *(tag("span", line, class_="g-hint") for line in further), class_="g-num g-stacked")


def _pair_row(report: Report, comparison: Comparison) -> list[Content]:
    task = task_of(report)
    points, limits = metrics.difference(task.metrics[0], comparison.difference)
    first, second = (report.model(name) for name in (comparison.first, comparison.second))
    better = (comparison.difference.value > 0) != task.lower_is_better
    kind = "g-flat" if not comparison.significant else "g-up" if better else "g-down"
    counts = (comparison.only_first_right, comparison.only_second_right, comparison.flips)
    return [
        say("compare.pair", first=tell(first.title), second=tell(second.title)),
        tag("span", tag("b", points, class_=kind), tag("small", limits), class_="g-num g-metric-figures"),
        tag("span", "< 0.001" if comparison.p_value < 0.001 else f"{comparison.p_value:.3f}", class_="g-num"),
        *(tag("span", f"{count:,}", class_="g-num") for count in counts),
    ]
