"""One text, put to the exported models of a run."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from export.report import ExportReport, read_report
from pipeline.errors import DataError, ExportError
from pipeline.spec import ModelName
from ui.access import run_of
from ui.services import Services
from ui.text import say

LONGEST = 10_000  # characters; models read far fewer
ASKED: tuple[ModelName, ...] = ("source-only", "transferred")


@dataclass(frozen=True)
class Answer:
    """What one model said. Without an export there is no ``label``, but why, and what to do about it."""

    model: ModelName
    label: str | None = None
    probabilities: dict[str, float] | None = None
    variant: str = ""
    provider: str = ""
    milliseconds: float = 0.0
    fault: str = ""
    hint: str = ""


def ask(services: Services, visitor: str | None, run_id: str, text: str) -> list[Answer]:
    """Put a text to the models side by side.

    Raises:
        DataError: There is no text, or far too much.
    """
    record = run_of(services, visitor, run_id)
    text = text.strip()
    if not text:
        raise DataError(say("compare.ask_empty"), say("compare.ask_empty_remedy"))
    if len(text) > LONGEST:
        raise DataError(say("compare.ask_too_long", limit=f"{LONGEST:,}"), say("compare.ask_too_long_remedy"))
    answers = [_answer(services, run_id, model, text) for model in ASKED]
    if record.state.active:  # its exports are still to come
        waiting = say("compare.still_exporting")
        answers = [answer if answer.label else replace(answer, fault=waiting, hint="") for answer in answers]
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


def _answer(services: Services, run_id: str, model: ModelName, text: str) -> Answer:
    report = exported(services, run_id, model)
    if report is None:
        return Answer(model, fault=say("compare.not_exported"), hint=say("compare.not_exported_hint"))
    try:
        predictor = services.predictors.get(served(services, run_id, report))
    except ExportError as error:
        return Answer(model, fault=error.message, hint=error.remedy)
    started = time.perf_counter()
    prediction = predictor.predict([text])[0]
    return Answer(
        model,
        label=prediction.label,
        probabilities=prediction.probabilities,
        variant=report.served,
        provider=predictor.provider,
        milliseconds=1000 * (time.perf_counter() - started),
    )
