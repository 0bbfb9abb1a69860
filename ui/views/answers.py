"""What the models answer to a text that somebody typed, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pipeline.tasks import TASKS, Labelling
from ui.handlers.ask import Answer
from ui.text import say
from ui.views.charts import probability_bars
from ui.views.examples import told
from ui.views.html import Markup, colour, join, message, model_name, tag
from ui.views.weights import weights


def answers(found: Sequence[Answer]) -> Markup:
    """The models' answers side by side; those that can't answer share a message below, where they share the reason.

    Tagged words are not drawn here: see :mod:`ui.tabs.highlighted`.
    """
    given = [answer for answer in found if answer.said is not None and not answer.tags]
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


def head(answer: Answer) -> Markup:
    """Whose answer it is."""
    return tag("p", model_name(answer.model, answer.title), class_="g-answer-model")


def foot(answer: Answer) -> Markup:
    """What computed it, how long that took, whether the variant is made for it, and whether it missed its gate."""
    latency = f"{answer.milliseconds:.1f}"
    by = say("compare.served", variant=answer.variant, provider=answer.provider, latency=latency)
    said = tag("p", by, class_="g-hint")
    told = [say("compare.unfit", reason=answer.unfit)] if answer.unfit else []
    told += [say("compare.missed", reason=answer.missed)] if answer.missed else []
    return join([said, *(tag("p", sentence, class_="g-hint") for sentence in told)])


def spans(answer: Answer) -> list[Any]:
    """What words a model has tagged, or which entities it has found."""
    found = answer.said.entities if TASKS[answer.task].spans else answer.said.words
    return [span for span in found if span.label]


def marks(answer: Answer) -> list[dict[str, Any]]:
    """The same in the form of ``gr.HighlightedText``."""
    return [{"entity": span.label, "start": span.start, "end": span.end} for span in spans(answer)]


def _answer(answer: Answer) -> Markup:
    return tag(
        "article",
        head(answer),
        SAID[TASKS[answer.task].labelling](answer),
        weights(answer.why, (answer.question.text, answer.question.second)) if answer.why else None,
        foot(answer),
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


def _fillings(answer: Answer) -> Markup:
    likeliest, *_ = answer.said
    pairs = ((filling.token, filling.probability) for filling in answer.said)
    return join([tag("p", likeliest.text, class_="g-answer-text"), probability_bars(pairs, [likeliest.token])])


#: How a text is labelled → how the answer is drawn; see the answers of :mod:`export.predictor`.
SAID: dict[Labelling, Callable[[Answer], Markup]] = {
    "one": _one,
    "several": _several,
    "none": _fillings,
}
