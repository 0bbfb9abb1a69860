"""Test texts and what each model said of them."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report import Example, ModelReport, Report
from pipeline.tasks import Labelling
from ui.handlers.compare import ExamplePage, task_of
from ui.text import say
from ui.views import tagged
from ui.views.html import Markup, model_name, table, tag


def examples(report: Report, page: ExamplePage) -> Markup:
    """One page of test texts; each text is a button that asks the models about it."""
    if not page.examples:
        return tag("p", say("compare.no_examples"), class_="g-hint")
    return DRAWN[task_of(report).labelling](report, page)


def position(page: ExamplePage) -> Markup:
    """Which of how many are shown."""
    if not page.total:
        return Markup()
    first, last = page.first + 1, page.first + len(page.examples)
    return tag("p", say("common.page_of", first=first, last=last, total=page.total), class_="g-hint g-num")


def told(label: str | list[str]) -> str:
    """A label, or several, as people read them."""
    return label if isinstance(label, str) else ", ".join(label) or say("compare.no_labels")


def _table(report: Report, page: ExamplePage) -> Markup:
    """A row a text, a column a model."""
    columns = [
        say("compare.column_text"),
        say("compare.column_truth"),
        *(model_name(model.name, model.title) for model in report.models),
    ]
    rows = [
        [
            _pick(number, example),
            told(example.label),
            *(_said(example, model.name, report.labels) for model in report.models),
        ]
        for number, example in page.examples
    ]
    return table(columns, rows, class_="g-examples", label=say("compare.examples"))


def _texts(_: Report, page: ExamplePage) -> Markup:
    """Texts that have no labels."""
    items = [tag("li", _pick(number, example)) for number, example in page.examples]
    return tag("ul", *items, class_="g-plain")


def _tagged(report: Report, page: ExamplePage) -> Markup:
    """A card a text: how it should be tagged, and how each model tags it."""
    cards = [_card(report, number, example) for number, example in page.examples]
    return tag("div", *cards, class_="g-tag-cards")


DRAWN: dict[Labelling, Callable[[Report, ExamplePage], Markup]] = {
    "one": _table,
    "several": _table,
    "tags": _tagged,
    "none": _texts,
}


def _pick(number: int, example: Example) -> Markup:
    second = tag("span", example.second, class_="g-second") if example.second else None
    return tag("button", example.text, second, type="button", class_="g-pick", data_pick=number)


def _said(example: Example, model: str, labels: list[str]) -> Markup:
    label = example.predictions.get(model, "")
    probabilities = example.probabilities.get(model, [])
    share = probabilities[labels.index(label)] if probabilities and isinstance(label, str) and label else None
    right = label == example.label
    return tag(
        "span",
        _verdict(right=right),
        f" {told(label)} ",
        tag("small", f"{100 * share:.0f} %") if share is not None else None,
        class_="g-said g-right" if right else "g-said g-wrong",
    )


def _verdict(*, right: bool) -> Markup:
    return tag("span", "✓" if right else "✗", aria_label=say("compare.right" if right else "compare.wrong"), role="img")


def _card(report: Report, number: int, example: Example) -> Markup:
    entity = task_of(report).spans
    true = _spans(example, example.label, entity=entity)
    rows = [
        _tag_row(
            tag("span", say("compare.true_tags"), class_="g-model"), tagged.marked(example.text, true, entity=entity)
        )
    ]
    for model in report.models:
        said = example.predictions.get(model.name)
        if said is not None:
            spans = _spans(example, said, entity=entity)
            shown = tagged.marked(example.text, spans, entity=entity, true=true)
            rows.append(_tag_row(_judged(model, right=said == example.label), shown, model.name))
    return tag("article", tag("div", _pick(number, example)), tag("dl", *rows), class_="g-tag-card")


def _spans(example: Example, tags: str | list[str], *, entity: bool) -> list[tagged.Span]:
    words = tagged.words(example.text, example.tokens, [tags] if isinstance(tags, str) else tags)
    return tagged.entities(words) if entity else words


def _judged(model: ModelReport, *, right: bool) -> Markup:
    mark = tag("span", _verdict(right=right), class_="g-right" if right else "g-wrong")
    return tag("span", model_name(model.name, model.title), " ", mark)


def _tag_row(name: Markup, text: Markup, model: str = "") -> Markup:
    return tag("div", tag("dt", name), tag("dd", text), class_=f"g-{model}" if model else None)
