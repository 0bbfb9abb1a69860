"""Comparing an exported model's speed with PyTorch's: asked for as an export is, carried out by the run's worker."""

from __future__ import annotations

import time
from typing import Any

from export.report import ExportReport
from export.speed.report import SpeedReport, read_speed
from pipeline.errors import ExportError, RunError
from pipeline.runs import RunRecord
from pipeline.spec import ModelName, speed_spec
from ui.access import run_of
from ui.handlers.progress import has_report
from ui.handlers.variants import exported
from ui.services import Services
from ui.text import say


def measure(services: Services, visitor: str | None, run_id: str, values: dict[str, Any]) -> RunRecord:
    """Measure the speed of an exported model, anew or for the first time; the run is at work again for it.

    Args:
        services: The page's.
        visitor: Whose run it is.
        run_id: The run.
        values: Of :class:`SpeedSpec`, but for when it is asked.

    Raises:
        RunError: The run is at work.
        SpecError: A value is not allowed.
        ExportError: The model is not exported.
    """
    record = run_of(services, visitor, run_id)
    if record.state.active or not has_report(services, run_id):
        raise RunError(say("export.not_done"), say("export.not_done_remedy"))
    wanted = speed_spec({**values, "asked_at": round(time.time(), 3)})
    model = wanted.model
    if exported(services, run_id, model) is None:
        raise ExportError(say("speed.nothing", model=say(f"common.model.{model}")), say("speed.nothing_remedy"))
    services.pace.spend("measurements", visitor)
    spec = services.store.spec(run_id)
    others = tuple(given for given in spec.speed if given.model != model)
    return services.supervisor.extend(run_id, spec.model_copy(update={"speed": (*others, wanted)}))


def speeds_of(
    services: Services, visitor: str | None, run_id: str, reports: dict[ModelName, ExportReport]
) -> dict[ModelName, SpeedReport]:
    """What was measured of a run's exports, by model."""
    run_of(services, visitor, run_id)
    found = {model: read_speed(services.store.export_folder(run_id, model)) for model in reports}
    return {model: report for model, report in found.items() if report is not None}
