"""What a closer look shows: where each model errs, scores by label, parts of the test set, the stages' findings."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report import ClassScores, ModelReport, Report, Slice
from ui.handlers.compare import task_of
from ui.text import say
from ui.views import metrics
from ui.views.html import Content, Markup, folded, heading, model_name, percent, table, tag

LARGEST_MATRIX = 12  # labels; a larger one is read as a list of the commonest confusions


def confusions(report: Report) -> Markup:
    """A confusion matrix a model that has one, side by side on one scale of colour."""
    found = [(model, model.confusion) for model in report.models if model.confusion is not None]
    if not found:
        return Markup()
    largest = max((max(row, default=0) for _, matrix in found for row in matrix), default=0)
    drawn = _matrix if len(report.labels) <= LARGEST_MATRIX else _commonest
    figures = [
        tag(
            "figure",
            tag("figcaption", model_name(model.name, model.title)),
            drawn(matrix, report.labels, largest),
            class_="g-matrix",
        )
        for model, matrix in found
    ]
    return tag(
        "section",
        heading(say("compare.confusion"), say("compare.confusion_hint")),
        tag("div", *figures, class_="g-matrices"),
    )


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
        [stage if not number else "", name.replace("_", " "), tag("span", _fact(value), class_="g-num")]
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


def _matrix(matrix: list[list[int]], labels: list[str], largest: int) -> Markup:
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
        for truth, counts in enumerate(matrix)
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


def _commonest(matrix: list[list[int]], labels: list[str], _: int) -> Markup:
    found = [
        (count, labels[truth], labels[answer])
        for truth, counts in enumerate(matrix)
        for answer, count in enumerate(counts)
        if count and truth != answer
    ]
    ranked = sorted(found, key=lambda entry: -entry[0])[:LARGEST_MATRIX]
    return tag("ol", *(tag("li", f"{truth} → {answer}: {count}") for count, truth, answer in ranked))
