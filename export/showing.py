"""What the command line reads and prints: an export's table, questions, and their answers as lines and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, get_args

from export.predictor import Filling, MultiPrediction, Prediction, Predictor, Question, Tagging
from export.report import ExportReport
from pipeline.errors import DataError
from pipeline.evaluation.wording import shown
from pipeline.spec import LEFT_OUT, Provider, rows

PAIRS = "sentence-pair-classification"
FILLING = "language-modelling"


def table(report: ExportReport) -> str:
    """What was made, a line a variant, and what is to be known of it."""
    wide = max(10, len(report.metric) + 2)
    heads = f"{'loss':>9}{'flips':>14}{'logits':>9}{'size':>11}{'one text':>12}"
    lines = [f"{'variant':<13}{'gate':<8}{report.metric:>{wide}}{heads}"]
    for variant in report.variants:
        parity = variant.parity
        lines.append(
            f"{variant.name:<13}{'passed' if parity.passed else 'FAILED':<8}"
            f"{shown(report.metric, parity.metric):>{wide}}{parity.metric_loss:>+9.2%}"
            f"{f'{parity.flip_count}/{parity.answers}':>14}{parity.max_logit_difference:>9.0e}"
            f"{variant.size_bytes / 1e6:>8.1f} MB{variant.latency_ms:>9.1f} ms"
        )
    lines += [f"{name:<13}not made" for name in report.unmade]
    reference = shown(report.metric, report.variants[0].parity.metric_reference)
    lines.append(f"{'torch':<21}{reference:>{wide}}{'':>43}{report.torch_latency_ms:>9.1f} ms")
    return "\n".join([*lines, *report.remarks()])


def matrix() -> str:
    """What can be exported for which provider, and why the rest can not: each reason once, by its number."""
    reasons: list[str] = []

    def cell(reason: str) -> str:
        if not reason:
            return "yes"
        if reason not in reasons:
            reasons.append(reason)
        return f"no ({reasons.index(reason) + 1})"

    lines = ["".join(f"{head:<14}" for head in ("variant", *get_args(Provider))).rstrip()]
    for variant, refused in rows():
        lines.append("".join(f"{text:<14}" for text in (variant, *map(cell, refused))).rstrip())
    said = [f"({number}) {reason}" for number, reason in enumerate(reasons, start=1)]
    return "\n".join([*lines, *said, *(f"{name}: {reason}" for name, reason in LEFT_OUT.items())])


def read(task: str, arguments: Sequence[str], lines: Callable[[], list[str]]) -> list[Question]:
    """The questions.

    Args:
        task: What the model does.
        arguments: Texts; of pairs first one text and then the other.
        lines: Gives the lines to take where there are no arguments; of pairs both texts, with a tab between.

    Raises:
        DataError: A pair is not whole.
    """
    if task != PAIRS:
        return list(arguments or lines())
    pairs = [tuple(arguments[place : place + 2]) for place in range(0, len(arguments), 2)]
    pairs = pairs or [tuple(line.split("\t")) for line in lines()]
    if any(len(pair) != 2 for pair in pairs):
        raise DataError(
            "This model compares two texts.", 'Give two texts for each question: "text" "second", or lines with a tab.'
        )
    return list(pairs)


def answers(predictor: Predictor, questions: Sequence[Question]) -> list[Any]:
    """An answer to each: what ``predict`` gives, or the list that ``fill`` gives."""
    if predictor.task == FILLING:
        return [predictor.fill(str(question)) for question in questions]
    return list(predictor.predict(questions))


def line(question: Question, answer: Any) -> str:
    """The answer for people: tabs between what a person may want to take apart."""
    return "\t".join((*LINES[type(answer)](answer), *((question,) if isinstance(question, str) else question)))


def document(question: Question, answer: Any) -> dict[str, Any]:
    """The answer for programs, with the question."""
    asked = {"text": question} if isinstance(question, str) else dict(zip(("text", "second"), question, strict=True))
    if isinstance(answer, list):
        return {**asked, "fillings": [asdict(filling) for filling in answer]}
    return {**asked, **asdict(answer)}


def _prediction(answer: Prediction) -> tuple[str, ...]:
    return answer.label, f"{answer.probabilities[answer.label]:.4f}"


def _several(answer: MultiPrediction) -> tuple[str, ...]:
    return ", ".join(answer.labels), ", ".join(f"{answer.probabilities[label]:.4f}" for label in answer.labels)


def _tagging(answer: Tagging) -> tuple[str, ...]:
    return (" ".join(f"{word.text}/{word.label}" for word in answer.words),)


def _fillings(answer: list[Filling]) -> tuple[str, ...]:
    return (", ".join(f"{filling.token} {filling.probability:.4f}" for filling in answer),)


#: Type of an answer → the columns that tell it.
LINES: dict[type, Callable[[Any], tuple[str, ...]]] = {
    Prediction: _prediction,
    MultiPrediction: _several,
    Tagging: _tagging,
    list: _fillings,
}
