"""Test texts and what each model said of them."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.report import Example, ModelReport, Report
from pipeline.tasks import Labelling
from ui.handlers.compare import task_of
from ui.handlers.texts import ExamplePage
from ui.text import say
from ui.views import tagged
from ui.views.html import Markup, colour, join, model_name, table, tag

#: How a text stands in the list: its number, and itself.
Text = Callable[[int, Example], Markup]


def examples(report: Report, page: ExamplePage, *, pickable: bool = True) -> Markup:
    """One page of test texts.

    Args:
        report: With the models.
        page: With the texts.
        pickable: Whether each text is a button that asks the models about it.
    """
    if not page.examples:
        return tag("p", say("compare.no_examples"), class_="g-hint")
    return DRAWN[task_of(report).labelling](report, page, _pick if pickable else _plain)


def position(page: ExamplePage) -> Markup:
    """Which of how many are shown."""
    if not page.total:
        return Markup()
    first, last = page.first + 1, page.first + len(page.examples)
    return tag("p", say("common.page_of", first=first, last=last, total=page.total), class_="g-hint g-num")


def told(label: str | list[str]) -> str:
    """A label, or several, as people read them."""
    return label if isinstance(label, str) else say("common.list_separator").join(label) or say("compare.no_labels")


def _table(report: Report, page: ExamplePage, text: Text) -> Markup:
    """A row a text, a column a model."""
    columns = [
        say("compare.column_text"),
        say("compare.column_truth"),
        *(model_name(model.name, model.title) for model in report.models),
    ]
    rows = [
        [
            text(number, example),
            told(example.label),
            *(_said(example, model.name, report.labels) for model in report.models),
        ]
        for number, example in page.examples
    ]
    return table(columns, rows, class_="g-examples", label=say("compare.examples"))


def _texts(_: Report, page: ExamplePage, text: Text) -> Markup:
    """Texts that have no labels."""
    items = [tag("li", text(number, example)) for number, example in page.examples]
    return tag("ul", *items, class_="g-plain")


def _tagged(report: Report, page: ExamplePage, text: Text) -> Markup:
    """A card a text: how it should be tagged, and how each model tags it."""
    cards = [_card(report, example, text(number, example)) for number, example in page.examples]
    return tag("div", *cards, class_="g-tag-cards")


DRAWN: dict[Labelling, Callable[[Report, ExamplePage, Text], Markup]] = {
    "one": _table,
    "several": _table,
    "tags": _tagged,
    "none": _texts,
}


def _pick(number: int, example: Example) -> Markup:
    return tag("button", _plain(number, example), type="button", class_="g-pick", data_pick=number)


def _plain(_: int, example: Example) -> Markup:
    return join([example.text, tag("span", example.second, class_="g-second") if example.second else None])


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


def _card(report: Report, example: Example, text: Markup) -> Markup:
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
    return tag("article", tag("div", text), tag("dl", *rows), class_="g-tag-card")


def _spans(example: Example, tags: str | list[str], *, entity: bool) -> list[tagged.Span]:
    words = tagged.words(example.text, example.tokens, [tags] if isinstance(tags, str) else tags)
    return tagged.entities(words) if entity else words


def _judged(model: ModelReport, *, right: bool) -> Markup:
    mark = tag("span", _verdict(right=right), class_="g-right" if right else "g-wrong")
    return tag("span", model_name(model.name, model.title), " ", mark)


def _tag_row(name: Markup, text: Markup, model: str = "") -> Markup:
    return tag("div", tag("dt", name), tag("dd", text), class_=f"g-{colour(model)}" if model else None)
