"""What the models answer to a text that somebody typed, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.tasks import TASKS, Labelling
from ui.handlers.ask import Answer
from ui.text import say
from ui.views import tagged
from ui.views.charts import probability_bars
from ui.views.examples import told
from ui.views.html import Markup, colour, join, message, model_name, tag
from ui.views.weights import weights


def answers(found: Sequence[Answer]) -> Markup:
    """The models' answers side by side; those that can't answer share a message below, where they share the reason."""
    given = [answer for answer in found if answer.said is not None]
    faults: dict[tuple[str, str], list[Answer]] = {}
    for answer in found:
        if answer.said is None:
            faults.setdefault((answer.fault, answer.hint), []).append(answer)
    return tag(
        "div",
        tag("div", *map(_answer, given), class_="g-answers") if given else None,
        *(_silent(fault, hint, silent) for (fault, hint), silent in faults.items()),
        role="status",
    )


def _silent(fault: str, hint: str, silent: Sequence[Answer]) -> Markup:
    names = [model_name(answer.model, answer.title) for answer in silent]
    return tag(
        "div", tag("p", *names, class_="g-answer-model g-legend"), message(fault, hint, kind="warn"), class_="g-silent"
    )


def _answer(answer: Answer) -> Markup:
    latency = f"{answer.milliseconds:.1f}"
    by = say("compare.served", variant=answer.variant, provider=answer.provider, latency=latency)
    return tag(
        "article",
        tag("p", model_name(answer.model, answer.title), class_="g-answer-model"),
        SAID[TASKS[answer.task].labelling](answer),
        weights(answer.why, (answer.question.text, answer.question.second)) if answer.why else None,
        tag("p", by, class_="g-hint"),
        class_=f"g-answer g-{colour(answer.model)}",
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
