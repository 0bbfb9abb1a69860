"""Test texts and what each model said of them; answers to a text that somebody typed."""

from __future__ import annotations

from pipeline.report import Example, Report
from ui.handlers.ask import Answer
from ui.handlers.compare import ExamplePage
from ui.text import say
from ui.views.charts import probability_bars
from ui.views.html import Markup, message, model_name, table, tag


def examples(report: Report, page: ExamplePage) -> Markup:
    """One page of test texts; each text is a button that asks the models about it."""
    if not page.examples:
        return tag("p", say("compare.no_examples"), class_="g-hint")
    names = [model.name for model in report.models]
    columns = [say("compare.column_text"), say("compare.column_truth"), *map(model_name, names)]
    rows = [
        [
            tag("button", example.text, type="button", class_="g-pick", data_pick=number),
            example.label,
            *(_said(example, name, report.labels) for name in names),
        ]
        for number, example in page.examples
    ]
    return table(columns, rows, class_="g-examples", label=say("compare.examples"))


def position(page: ExamplePage) -> Markup:
    """Which of how many are shown."""
    if not page.total:
        return Markup()
    first, last = page.first + 1, page.first + len(page.examples)
    return tag("p", say("common.page_of", first=first, last=last, total=page.total), class_="g-hint g-num")


def answers(found: list[Answer]) -> Markup:
    """The models' answers side by side."""
    return tag("div", *map(_answer, found), class_="g-answers", role="status")


def _said(example: Example, model: str, labels: list[str]) -> Markup:
    label = example.predictions.get(model, "")
    right = label == example.label
    share = example.probabilities[model][labels.index(label)] if model in example.probabilities else None
    return tag(
        "span",
        tag("span", "✓" if right else "✗", aria_label=say("compare.right" if right else "compare.wrong"), role="img"),
        f" {label} ",
        tag("small", f"{100 * share:.0f} %") if share is not None else None,
        class_="g-said g-right" if right else "g-said g-wrong",
    )


def _answer(answer: Answer) -> Markup:
    title = tag("p", model_name(answer.model), class_="g-answer-model")
    if answer.label is None or answer.probabilities is None:
        body = message(answer.fault, answer.hint, kind="warn")
        return tag("article", title, body, class_=f"g-answer g-{answer.model}")
    latency = f"{answer.milliseconds:.1f}"
    by = say("compare.served", variant=answer.variant, provider=answer.provider, latency=latency)
    return tag(
        "article",
        title,
        tag("p", answer.label, class_="g-answer-label"),
        probability_bars(answer.probabilities, answer.label),
        tag("p", by, class_="g-hint"),
        class_=f"g-answer g-{answer.model}",
    )
