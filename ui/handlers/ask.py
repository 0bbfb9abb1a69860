"""One text, put to the exported models of a run."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from export.report import ExportReport, read_report
from pipeline.errors import DataError, ExportError
from pipeline.spec import ModelName, TaskName
from pipeline.tasks import TASKS, Labelling
from ui.access import run_of
from ui.predictors import Predictor
from ui.services import Services
from ui.text import say

LONGEST = 10_000  # characters; models read far fewer
FILLINGS = 5  # guesses at a masked word
ASKED: tuple[ModelName, ...] = ("source-only", "transferred")
MASK = re.compile(r"\[MASK\]|<mask>")


@dataclass(frozen=True)
class Question:
    """What is asked of a model; ``second`` of a pair only."""

    text: str
    second: str = ""


#: The first answer of a session pays for its buffers; nobody waits for this one.
WARM_UP = Question("warm-up [MASK]", "warm-up")


@dataclass(frozen=True)
class Answer:
    """What one model said. Without an export nothing is ``said``, but why, and what to do about it.

    Attributes:
        model: Which of the run's models.
        task: What it was trained to do, which tells what ``said`` is.
        said: An answer of :mod:`export.predictor`; of a language model, its fillings.
        variant: Which exported variant answered.
        provider: Where onnxruntime computed it.
        milliseconds: How long that took.
        fault: Why there is no answer.
        hint: What to do about it.
    """

    model: ModelName
    task: TaskName
    said: Any = None
    variant: str = ""
    provider: str = ""
    milliseconds: float = 0.0
    fault: str = ""
    hint: str = ""


def _predict(predictor: Predictor, question: Question) -> Any:
    asked = (question.text, question.second) if question.second else question.text
    return predictor.predict([asked])[0]


def _fill(predictor: Predictor, question: Question) -> Any:
    return predictor.fill(question.text, top=FILLINGS)


#: How a text is labelled → how a model is asked.
ASKING: dict[Labelling, Callable[[Predictor, Question], Any]] = {
    "one": _predict,
    "several": _predict,
    "tags": _predict,
    "none": _fill,
}


def ask(services: Services, visitor: str | None, run_id: str, text: str, second: str = "") -> list[Answer]:
    """Put a text, or a pair of texts, to the models side by side.

    Raises:
        DataError: There is no text, only one of a pair, no mask for a language model, or far too much.
    """
    record = run_of(services, visitor, run_id)
    task = services.store.spec(run_id).task
    question = _question(task, text, second)
    answers = [_answer(services, run_id, model, task, question) for model in ASKED]
    if record.state.active:  # its exports are still to come
        waiting = say("compare.still_exporting")
        answers = [replace(answer, fault=waiting, hint="") if answer.said is None else answer for answer in answers]
    return answers


def exported(services: Services, run_id: str, model: ModelName) -> ExportReport | None:
    """What was exported of a model, if anything."""
    try:
        return read_report(services.store.export_folder(run_id, model))
    except ExportError:
        return None


def served(services: Services, run_id: str, report: ExportReport) -> Path:
    """The folder of the variant that is served."""
    return services.store.export_folder(run_id, report.model) / report.variant(report.served).folder


def _question(task: TaskName, text: str, second: str) -> Question:
    """What was typed, checked."""
    paired = "second" in TASKS[task].columns
    texts = [part.strip() for part in ((text, second) if paired else (text,))]
    if not any(texts):
        raise DataError(say("compare.ask_empty"), say("compare.ask_empty_remedy"))
    if not all(texts):
        raise DataError(say("compare.ask_pair"), say("compare.ask_pair_remedy"))
    if max(map(len, texts)) > LONGEST:
        raise DataError(say("compare.ask_too_long", limit=f"{LONGEST:,}"), say("compare.ask_too_long_remedy"))
    if TASKS[task].labelling == "none" and len(MASK.findall(texts[0])) != 1:
        raise DataError(say("compare.ask_mask"), say("compare.ask_mask_remedy"))
    return Question(*texts)


def _answer(services: Services, run_id: str, model: ModelName, task: TaskName, question: Question) -> Answer:
    asking = ASKING[TASKS[task].labelling]
    report = exported(services, run_id, model)
    if report is None:
        return Answer(model, task, fault=say("compare.not_exported"), hint=say("compare.not_exported_hint"))
    warm_up = WARM_UP if question.second else replace(WARM_UP, second="")
    try:
        predictor = services.predictors.get(served(services, run_id, report), lambda opened: asking(opened, warm_up))
        started = time.perf_counter()
        said = asking(predictor, question)
    except ExportError as error:
        return Answer(model, task, fault=error.message, hint=error.remedy)
    return Answer(
        model,
        task,
        said=said,
        variant=report.served,
        provider=predictor.provider,
        milliseconds=1000 * (time.perf_counter() - started),
    )
