"""The models against each other: verdict, table, confusion matrices, paired tests."""

from __future__ import annotations

from pipeline.report import Comparison, Interval, ModelReport, Report
from ui.text import say
from ui.views.charts import interval_bar
from ui.views.html import Content, Markup, duration, empty, heading, model_name, percent, table, tag

LONGEST_LEAD = 30  # characters of "Transfer helped" and the like
LARGEST_MATRIX = 12  # labels; a larger one is read as a list of the commonest confusions


def nothing() -> Markup:
    """Before there is a finished run."""
    return empty(say("compare.empty"), say("compare.empty_hint"))


def verdict(report: Report) -> Markup:
    """The outcome, large and coloured by what it means."""
    lead, colon, rest = report.verdict.sentence.partition(": ")
    # The sentence may begin with its own headline, which stands above it already.
    detail = rest[:1].upper() + rest[1:] if colon and len(lead) < LONGEST_LEAD else report.verdict.sentence
    return tag(
        "div",
        tag("p", say(f"compare.verdict.{report.verdict.code}"), class_="g-verdict-title"),
        tag("p", detail),
        class_=f"g-verdict g-verdict-{report.verdict.code}",
        role="status",
    )


def models(report: Report) -> Markup:
    """The table of the models with their intervals drawn on one scale."""
    scales = {name: _scale(report, name) for name in ("accuracy", "macro_f1")}
    rows = [_model_row(model, scales) for model in report.models]
    columns = ("model", "accuracy", "macro_f1", "source", "vocabulary", "unknown", "time")
    title = say("compare.models")
    return tag(
        "section",
        heading(title, say("compare.models_hint", texts=f"{report.data.test:,}")),
        table([say(f"compare.column_{name}") for name in columns], rows, class_="g-models", label=title),
    )


def confusions(report: Report) -> Markup:
    """A confusion matrix a model, side by side on one scale of colour."""
    largest = max((max(row, default=0) for model in report.models for row in model.confusion), default=0)
    figures = [_confusion(model, report.labels, largest) for model in report.models]
    return tag(
        "section",
        heading(say("compare.confusion"), say("compare.confusion_hint")),
        tag("div", *figures, class_="g-matrices"),
    )


def pairs(report: Report) -> Markup:
    """Each two models on the same texts."""
    columns = ("pair", "difference", "p", "only_first", "only_second")
    title = say("compare.pairs")
    return tag(
        "section",
        heading(title, say("compare.pairs_hint")),
        table([say(f"compare.column_{name}") for name in columns], map(_pair_row, report.comparisons), label=title),
    )


def notes(report: Report) -> Markup:
    """What a reader should know of the data."""
    if not report.notes:
        return Markup()
    return tag(
        "section",
        heading(say("compare.notes")),
        tag("ul", *(tag("li", note) for note in report.notes), class_="g-plain"),
    )


def _scale(report: Report, metric: str) -> tuple[float, float]:
    """The part of 0 to 1 that all the models' intervals lie in, with a little air."""
    intervals = [model.metrics[metric] for model in report.models if metric in model.metrics]
    low = min((interval.low for interval in intervals), default=0.0)
    high = max((interval.high for interval in intervals), default=1.0)
    return max(0.0, low - 0.03), min(1.0, high + 0.03)


def _model_row(model: ModelReport, scales: dict[str, tuple[float, float]]) -> list[Content]:
    name = tag("span", model_name(model.name), tag("span", model.description, class_="g-hint"), class_="g-model-cell")
    metrics = [_metric(model.metrics.get(metric), scale) for metric, scale in scales.items()]
    source = model.source_accuracy
    return [
        name,
        *metrics,
        tag("span", percent(source.value) if source else "–", class_="g-num"),
        tag("span", f"{model.tokenizer.vocabulary_size:,}", class_="g-num"),
        tag("span", percent(model.tokenizer.unknown_rate), class_="g-num"),
        tag("span", duration(model.training_seconds), class_="g-num"),
    ]


def _metric(interval: Interval | None, scale: tuple[float, float]) -> Content:
    if interval is None:
        return "–"
    limits = say("compare.interval", low=f"{100 * interval.low:.1f}", high=f"{100 * interval.high:.1f}")
    figures = tag("span", tag("b", percent(interval.value)), tag("small", limits), class_="g-num g-metric-figures")
    return tag("span", figures, interval_bar(interval, *scale), class_="g-metric")


def _confusion(model: ModelReport, labels: list[str], largest: int) -> Markup:
    body = _matrix(model, labels, largest) if len(labels) <= LARGEST_MATRIX else _commonest_confusions(model, labels)
    return tag("figure", tag("figcaption", model_name(model.name)), body, class_="g-matrix")


def _matrix(model: ModelReport, labels: list[str], largest: int) -> Markup:
    head = tag(
        "tr",
        tag("td", say("compare.truth") + " ↓ ", say("compare.answer") + " →", class_="g-corner"),
        *(tag("th", label, scope="col") for label in labels),
    )
    rows = [
        tag(
            "tr",
            tag("th", labels[truth], scope="row"),
            *(_cell(count, labels[truth], labels[answer], largest) for answer, count in enumerate(counts)),
        )
        for truth, counts in enumerate(model.confusion)
    ]
    return tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="g-scroll")


def _cell(count: int, truth: str, answer: str, largest: int) -> Markup:
    share = count / largest if largest else 0.0
    return tag(
        "td",
        count,
        class_="g-hit" if truth == answer else "g-miss",
        style=f"--share:{share:.3f}",
        title=say("compare.confusion_cell", count=count, truth=truth, predicted=answer),
        data_strong=share > 0.55,
    )


def _commonest_confusions(model: ModelReport, labels: list[str]) -> Markup:
    found = [
        (count, labels[truth], labels[answer])
        for truth, counts in enumerate(model.confusion)
        for answer, count in enumerate(counts)
        if count and truth != answer
    ]
    ranked = sorted(found, key=lambda entry: -entry[0])[:LARGEST_MATRIX]
    return tag("ol", *(tag("li", f"{truth} → {answer}: {count}") for count, truth, answer in ranked))


def _pair_row(comparison: Comparison) -> list[Content]:
    difference = comparison.difference
    points = say("compare.points", points=f"{100 * difference.value:+.1f}")
    limits = say("compare.interval", low=f"{100 * difference.low:+.1f}", high=f"{100 * difference.high:+.1f}")
    pair = say("compare.pair", first=comparison.first, second=comparison.second)
    kind = "g-flat" if comparison.p_value >= 0.05 else "g-up" if difference.value > 0 else "g-down"
    p_value = "< 0.001" if comparison.p_value < 0.001 else f"{comparison.p_value:.3f}"
    return [
        pair,
        tag("span", tag("b", points, class_=kind), tag("small", limits), class_="g-num g-metric-figures"),
        tag("span", p_value, class_="g-num"),
        tag("span", comparison.only_first_right, class_="g-num"),
        tag("span", comparison.only_second_right, class_="g-num"),
    ]
