"""Labels against labels: what each model takes for what, and what two models say of the same texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.report import Report
from ui.handlers.closer import Crossed
from ui.text import say
from ui.text.telling import tell
from ui.views.html import Markup, heading, join, model_name, tag

LARGEST_MATRIX = 12  # labels; a larger one is read as a list of the commonest confusions

#: Number, label of the row, label of the column → the sentence that a cell is told in.
Telling = Callable[[int, str, str], str]


@dataclass(frozen=True)
class Matrix:
    """Labels against labels.

    Attributes:
        counts: By row and column.
        labels: Of both.
        largest: The number that has the darkest cell.
        told: Says a cell in words.
        corner: What stands above the rows and before the columns.
    """

    counts: list[list[int]]
    labels: list[str]
    largest: int
    told: Telling
    corner: str = ""


def confusions(report: Report) -> Markup:
    """A confusion matrix a model that has one, side by side on one scale of colour."""
    found = [(model, model.confusion) for model in report.models if model.confusion is not None]
    if not found:
        return Markup()
    largest = max((max(row, default=0) for _, matrix in found for row in matrix), default=0)
    corner = " ".join([say("compare.truth"), "↓", say("compare.answer"), "→"])

    def told(count: int, truth: str, answer: str) -> str:
        return say("compare.confusion_cell", count=count, truth=truth, predicted=answer)

    figures = [
        _figure(model_name(model.name, model.title), Matrix(counts, report.labels, largest, told, corner))
        for model, counts in found
    ]
    return tag(
        "section",
        heading(say("compare.confusion"), say("compare.confusion_hint")),
        tag("div", *figures, class_="g-matrices"),
    )


def crossed(report: Report, found: Crossed | None) -> Markup:
    """Two models' labels against each other; what both agree on lies on the diagonal."""
    if found is None:
        return tag("p", say("compare.crossed_none"), class_="g-hint")
    titles = [tell(report.recall(report.model(name).title)) for name in (found.first, found.second)]

    def told(count: int, first: str, second: str) -> str:
        return say("compare.crossed_cell", count=count, first=titles[0], given=first, second=titles[1], other=second)

    largest = max((max(row, default=0) for row in found.counts), default=0)
    total = sum(map(sum, found.counts))
    differ = say("compare.crossed_differ", count=f"{found.differing:,}", total=f"{total:,}")
    first, second = (model_name(name, title) for name, title in zip((found.first, found.second), titles, strict=True))
    caption = join(["↓ ", first, "→ ", second, tag("span", differ, class_="g-hint")])
    figure = _figure(caption, Matrix(found.counts, report.labels, largest, told))
    return tag("div", figure, class_="g-matrices g-crossed")


def _figure(caption: Markup, matrix: Matrix) -> Markup:
    drawn = _table if len(matrix.labels) <= LARGEST_MATRIX else _commonest
    return tag("figure", tag("figcaption", caption), drawn(matrix), class_="g-matrix")


def _table(matrix: Matrix) -> Markup:
    labels = matrix.labels
    head = tag("td", matrix.corner, class_="g-corner"), *(tag("th", label, scope="col") for label in labels)
    rows = [
        tag("tr", tag("th", labels[row], scope="row"), *(_cell(matrix, row, column) for column in range(len(labels))))
        for row in range(len(labels))
    ]
    drawn = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows))
    return tag("div", drawn, class_="g-scroll", tabindex="0", role="group", aria_label=say("common.scroll_table"))


def _cell(matrix: Matrix, row: int, column: int) -> Markup:
    count = matrix.counts[row][column]
    share = count / matrix.largest if matrix.largest else 0.0
    return tag(
        "td",
        count,
        class_="g-hit" if row == column else "g-miss",
        style=f"--share:{share:.3f}",
        title=matrix.told(count, matrix.labels[row], matrix.labels[column]),
    )


def _commonest(matrix: Matrix) -> Markup:
    """The numbers beside the diagonal, the largest first."""
    found = [
        (count, matrix.labels[row], matrix.labels[column])
        for row, counts in enumerate(matrix.counts)
        for column, count in enumerate(counts)
        if count and row != column
    ]
    ranked = sorted(found, key=lambda entry: -entry[0])[:LARGEST_MATRIX]
    return tag(
        "ol",
        *(
            tag("li", f"{row} → {column}: {count}", title=matrix.told(count, row, column))
            for count, row, column in ranked
        ),
    )
