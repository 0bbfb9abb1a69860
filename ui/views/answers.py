"""What the models answer to a text that somebody typed, side by side."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.tasks import TASKS, Labelling
from ui.handlers.ask import Answer
from ui.text import say
from ui.views import tagged
from ui.views.charts import probability_bars
from ui.views.examples import told
from ui.views.html import Markup, join, message, model_name, tag


def answers(found: list[Answer]) -> Markup:
    """The models' answers side by side."""
    return tag("div", *map(_answer, found), class_="g-answers", role="status")


def _answer(answer: Answer) -> Markup:
    title = tag("p", model_name(answer.model), class_="g-answer-model")
    if answer.said is None:
        body = message(answer.fault, answer.hint, kind="warn")
        return tag("article", title, body, class_=f"g-answer g-{answer.model}")
    latency = f"{answer.milliseconds:.1f}"
    by = say("compare.served", variant=answer.variant, provider=answer.provider, latency=latency)
    return tag(
        "article",
        title,
        SAID[TASKS[answer.task].labelling](answer),
        tag("p", by, class_="g-hint"),
        class_=f"g-answer g-{answer.model}",
    )


def _one(answer: Answer) -> Markup:
    said = answer.said
    label = tag("p", said.label, class_="g-answer-label")
    return join([label, probability_bars(said.probabilities.items(), [said.label])])


def _several(answer: Answer) -> Markup:
    said = answer.said
    label = tag("p", told(said.labels), class_="g-answer-label")
    return join([label, probability_bars(said.probabilities.items(), said.labels)])


def _tags(answer: Answer) -> Markup:
    said, entity = answer.said, TASKS[answer.task].spans
    found = said.entities if entity else said.words
    spans = [tagged.Span(span.start, span.end, span.label) for span in found if span.label]
    return tag("p", tagged.marked(said.text, spans, entity=entity), class_="g-answer-text")


def _fillings(answer: Answer) -> Markup:
    likeliest, *_ = answer.said
    pairs = ((filling.token, filling.probability) for filling in answer.said)
    return join([tag("p", likeliest.text, class_="g-answer-text"), probability_bars(pairs, [likeliest.token])])


#: How a text is labelled → how the answer is drawn; see the answers of :mod:`export.predictor`.
SAID: dict[Labelling, Callable[[Answer], Markup]] = {
    "one": _one,
    "several": _several,
    "tags": _tags,
    "none": _fillings,
}
