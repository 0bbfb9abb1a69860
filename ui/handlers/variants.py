"""What was exported of a run's models, and exported forms set beside the models themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from export.report import ExportReport, read_report
from pipeline.errors import DataError, ExportError
from pipeline.report import Example, Report
from ui.handlers.compare import report_path, stamp, task_of
from ui.kept import Kept
from ui.services import Services
from ui.text import say

AT_ONCE = 32  # texts put to a model in one call; bounds memory
#: A label, labels or tags, and the probability of each of the report's labels.
Said = tuple[str | list[str], list[float]]
_answered: Kept[list[Said]] = Kept(8)


def exported(services: Services, run_id: str, model: str) -> ExportReport | None:
    """What was exported of a model, if anything."""
    try:
        return read_report(services.store.export_folder(run_id, model))
    except ExportError:
        return None


def variant_folder(services: Services, run_id: str, report: ExportReport, variant: str) -> Path:
    """The folder of one variant."""
    return services.store.export_folder(run_id, report.model) / report.variant(variant).folder


def variants_of(services: Services, run_id: str, model: str) -> dict[str, bool]:
    """A model's exported variants → whether each passed its gate; none if it is not exported."""
    report = exported(services, run_id, model)
    return {variant.name: variant.parity.passed for variant in report.variants} if report else {}


def variant_title(variant: str, *, passed: bool) -> str:
    """What people call a variant, with a mark if it missed its gate."""
    return variant if passed else say("compare.variant_missed", variant=variant)


def variant_name(model: str, variant: str) -> str:
    """What a variant is called among the models of a report."""
    return f"{model}+{variant}" if variant else model


def variant_file(services: Services, run_id: str, model: str, variant: str) -> Path:
    """The ONNX file of a model's variant.

    Raises:
        DataError: The model has no such variant.
        ExportError: Its file is gone.
    """
    report = exported(services, run_id, model)
    if report is None or variant not in {one.name for one in report.variants}:
        raise DataError(say("compare.no_variant", variant=variant), say("compare.no_variant_remedy"))
    file = variant_folder(services, run_id, report, variant) / "model.onnx"
    if not file.is_file():
        raise ExportError(say("export.no_model", name=file.parent.name), say("export.no_model_remedy"))
    return file


def with_variant(services: Services, run_id: str, report: Report, model: str, variant: str) -> Report:
    """A run's report with one of its exported variants among the models, put to all the test texts.

    That takes some milliseconds a text when it is asked for first.

    Raises:
        DataError: The model has no such variant.
        ExportError: It can't be loaded.
    """
    file = variant_file(services, run_id, model, variant)
    name = variant_name(model, variant)
    if report.has(name):
        return report
    key = (stamp(file), stamp(report_path(services, run_id)))
    said = _answered.get(key, lambda: _ask(services, file.parent, report))
    own = report.model(model)
    exports = exported(services, run_id, model)
    assert exports is not None  # noqa: S101 - there is a file of it
    title = exports.variant(variant).title(report.recall(own.title))
    # What its training cost is the model's; how large and how fast it is, the Export tab tells.
    entry = own.model_copy(update={"name": name, "title": title, "calibration_error": None})  # PyTorch's is not its own
    examples = [
        example.model_copy(
            update={
                "predictions": {**example.predictions, name: answered},
                "probabilities": {**example.probabilities, **({name: shares} if shares else {})},
            }
        )
        for example, (answered, shares) in zip(report.examples, said, strict=True)
    ]
    return report.model_copy(update={"models": [*report.models, entry], "examples": examples})


def _ask(services: Services, folder: Path, report: Report) -> list[Said]:
    """What a variant says of each test text."""
    predictor = services.predictors.get(folder, lambda _: None)
    questions = [_question(report, example) for example in report.examples]
    return [
        _said(report, answer)
        for start in range(0, len(questions), AT_ONCE)
        for answer in predictor.predict(questions[start : start + AT_ONCE])
    ]


def _question(report: Report, example: Example) -> Any:
    if task_of(report).labelling == "tags":
        return example.tokens
    return (example.text, example.second) if "second" in task_of(report).columns else example.text


def _said(report: Report, answer: Any) -> Said:
    labelling = task_of(report).labelling
    if labelling == "tags":
        return [word.label for word in answer.words], []
    said = answer.label if labelling == "one" else list(answer.labels)
    return said, [answer.probabilities[label] for label in report.labels]
