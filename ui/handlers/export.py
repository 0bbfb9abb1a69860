"""Exporting a finished run's models, and handing them out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from export.report import ExportReport
from pipeline.errors import DataError, ExportError, RunError
from pipeline.runs import RunRecord
from pipeline.spec import DEFAULT_VARIANTS, MATRIX, ModelName, Provider, TaskName, VariantName, export_spec
from ui.access import run_of
from ui.handlers.compare import whole_report
from ui.handlers.progress import has_report
from ui.handlers.variants import exported, variant_folder
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


def exports_of(services: Services, visitor: str | None, run_id: str) -> Exports:
    """All that was exported of a run."""
    record = run_of(services, visitor, run_id)
    reports = {model: report for model in MODELS if (report := exported(services, run_id, model))}
    return Exports(record, services.store.spec(run_id).task, reports)


def place_of(services: Services, run_id: str, report: ExportReport, variant: str) -> str:
    """Where a variant lies for the visitor: on this machine, or in the unpacked zip."""
    if services.settings.shared:
        return zip_name(run_id, report, variant)
    return str(variant_folder(services, run_id, report, variant))


def exportable(services: Services, visitor: str | None, run_id: str) -> list[tuple[str, ModelName]]:
    """Title and name of the run's models that can be exported; a classical one is no network.

    Raises:
        RunError: It has no report.
    """
    models = {model.name: tell(model.title) for model in whole_report(services, visitor, run_id).models}
    return [(models[name], name) for name in MODELS if name in models and name != "classical"]


def suited(provider: Provider, *chosen: list[VariantName]) -> list[list[VariantName]]:
    """Of levels and of quantisations those that are made for a provider; where none of some is left, its own.

    Args:
        provider: What the export is to be for.
        chosen: The levels, and the quantisations.
    """
    made = DEFAULT_VARIANTS[provider].values()
    kept = ([name for name in names if not MATRIX[name, provider]] for names in chosen)
    return [left or [*own] if names else [] for names, left, own in zip(chosen, kept, made, strict=True)]


def zip_name(run_id: str, report: ExportReport, variant: str) -> str:
    """Name of the zip of a variant, and of the folder in it."""
    return f"{run_id}-{report.model}-{variant}"


def export(services: Services, visitor: str | None, run_id: str, values: dict[str, Any]) -> RunRecord:
    """Export one of a finished run's models, anew or for the first time.

    Raises:
        RunError: The run is at work.
        SpecError: A value is not allowed, or these do not go together.
    """
    record = run_of(services, visitor, run_id)
    if record.state.active or not has_report(services, run_id):
        raise RunError(say("export.not_done"), say("export.not_done_remedy"))
    wanted = export_spec(values)
    services.pace.spend("exports", visitor)
    spec = services.store.spec(run_id)
    others = tuple(given for given in spec.exports if given.model != wanted.model)
    # What was measured of the export before says nothing of the new one.
    timed = tuple(given for given in spec.speed if given.model != wanted.model)
    return services.supervisor.extend(run_id, spec.model_copy(update={"exports": (*others, wanted), "speed": timed}))


def zip_export(
    services: Services, visitor: str | None, run_id: str, model: ModelName, folder: Path, *, variant: str = ""
) -> Path:
    """Pack a variant of a model into ``folder``; the served one if none is named.

    Raises:
        ExportError: It is not exported, or its files are not those that were.
        DataError: There is no such variant.
    """
    report, name = _chosen(services, visitor, run_id, model, variant)
    services.pace.spend("exports", visitor)
    from export.package import held, zip_folder  # noqa: PLC0415

    place = variant_folder(services, run_id, report, name)
    return zip_folder(held(place), folder / f"{zip_name(run_id, report, name)}.zip")


def push_export(
    services: Services,
    visitor: str | None,
    run_id: str,
    model: ModelName,
    repo: str,
    *,
    private: bool,
    token: str,
    variant: str = "",
) -> str:
    """Bring a variant of a model to the Hub; the address of the commit.

    Args:
        services: The page's.
        visitor: Whose run it is.
        run_id: The run.
        model: Which of its models.
        repo: ``OWNER/NAME``.
        private: Whether a repository that is made is private.
        token: For this once. On a shared page it has to be given: the host's own is not the visitors'.
        variant: The served one if none is named; one that missed its gate is refused.

    Raises:
        ExportError: It is not exported, or missed its gate, there is no token, or the Hub can't be reached or refuses.
        DataError: There is no such variant.
    """
    report, name = _chosen(services, visitor, run_id, model, variant)
    if services.settings.shared and not token.strip():
        raise ExportError(say("export.push_own_token"), say("export.push_own_token_remedy"))
    services.pace.spend("exports", visitor)
    from export.hub import push  # noqa: PLC0415

    return push(variant_folder(services, run_id, report, name), repo.strip(), private=private, token=token)


def _chosen(
    services: Services, visitor: str | None, run_id: str, model: ModelName, variant: str
) -> tuple[ExportReport, str]:
    """What was exported of a model, and which of its variants is meant."""
    run_of(services, visitor, run_id)
    report = exported(services, run_id, model)
    if report is None:
        raise ExportError(say("export.nothing", model=say(f"common.model.{model}")), say("export.nothing_remedy"))
    if variant and variant not in {one.name for one in report.variants}:
        raise DataError(say("compare.no_variant", variant=variant), say("compare.no_variant_remedy"))
    return report, variant or report.served
