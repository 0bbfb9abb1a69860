"""Exporting a finished run's models, and handing them out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from export.report import ExportReport
from pipeline.errors import ExportError, RunError, SpecError
from pipeline.runs import RunRecord
from pipeline.spec import ExportSpec, ModelName, TaskName
from ui import fields
from ui.access import run_of
from ui.handlers.compare import whole_report
from ui.handlers.progress import has_report
from ui.handlers.variants import exported, served
from ui.services import Services
from ui.text import say
from ui.text.telling import tell

MODELS: tuple[ModelName, ...] = get_args(ModelName)


@dataclass(frozen=True)
class Exports:
    """What was exported of a run, by model."""

    record: RunRecord
    task: TaskName
    reports: dict[ModelName, ExportReport]
    places: dict[ModelName, str]  # where the served variant lies: here, or in the visitor's unpacked zip


def exports_of(services: Services, visitor: str | None, run_id: str) -> Exports:
    """All that was exported of a run."""
    record = run_of(services, visitor, run_id)
    reports = {model: report for model in MODELS if (report := exported(services, run_id, model))}
    places = {
        model: zip_name(run_id, report) if services.settings.shared else str(served(services, run_id, report))
        for model, report in reports.items()
    }
    return Exports(record, services.store.spec(run_id).task, reports, places)


def exportable(services: Services, visitor: str | None, run_id: str) -> list[tuple[str, ModelName]]:
    """Title and name of the run's models that can be exported; a classical one is no network.

    Raises:
        RunError: It has no report.
    """
    models = {model.name: tell(model.title) for model in whole_report(services, visitor, run_id).models}
    return [(models[name], name) for name in MODELS if name in models and name != "classical"]


def zip_name(run_id: str, report: ExportReport) -> str:
    """Name of the zip of a model's served variant, and of the folder in it."""
    return f"{run_id}-{report.model}-{report.served}"


def export(services: Services, visitor: str | None, run_id: str, values: dict[str, Any]) -> RunRecord:
    """Export one of a finished run's models, anew or for the first time.

    Raises:
        RunError: The run is at work.
        SpecError: A value is not allowed.
    """
    record = run_of(services, visitor, run_id)
    if record.state.active or not has_report(services, run_id):
        raise RunError(say("export.not_done"), say("export.not_done_remedy"))
    try:
        wanted = ExportSpec.model_validate(values)
    except ValidationError as error:
        raise SpecError(fields.told_fault(dict(error.errors()[0]))) from error
    spec = services.store.spec(run_id)
    others = tuple(given for given in spec.exports if given.model != wanted.model)
    return services.supervisor.extend(run_id, spec.model_copy(update={"exports": (*others, wanted)}))


def zip_export(services: Services, visitor: str | None, run_id: str, model: ModelName, folder: Path) -> Path:
    """Pack the served variant of a model into ``folder``.

    Raises:
        ExportError: It is not exported.
    """
    run_of(services, visitor, run_id)
    report = exported(services, run_id, model)
    if report is None:
        raise ExportError(say("export.nothing", model=say(f"common.model.{model}")), say("export.nothing_remedy"))
    from export.package import zip_folder  # noqa: PLC0415

    return zip_folder(served(services, run_id, report), folder / f"{zip_name(run_id, report)}.zip")
