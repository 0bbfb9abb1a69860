"""Exporting a model of a finished run, from its folder to checked variants.

Light to import: torch and Optimum are loaded when an export begins, so that a page that only
looks for what is there does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from export.folders import replacing
from export.recipe import PARTS
from export.report import FILE, ExportReport
from pipeline.errors import ExportError
from pipeline.report import beside
from pipeline.runs import RunStore
from pipeline.spec import ExportSpec
from pipeline.storage import write_atomically

#: Called with the steps done, their total, and what is done now.
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, text: str) -> None:
    """Progress that nobody watches."""


def export_model(
    store: RunStore, run_id: str, options: ExportSpec, *, out: Path | None = None, progress: Progress = silent
) -> ExportReport:
    """Convert, optimise, quantise, check and package one model of a run.

    The destination holds ``export.json`` and a folder a variant, such as ``fp32``, ``o2`` and
    ``int8``. An earlier export there is replaced when the new one is complete, not before.

    Args:
        store: Where the run is.
        run_id: A run that has its report.
        options: Which model, and how far to take it.
        out: Destination; by default the run's own folder for this model's exports.
        progress: Told at each step.

    Returns:
        What was made and how it compares with PyTorch. A variant that missed its gate is among
        it, marked, and is not the served one.

    Raises:
        RunError: There is no such run.
        ExportError: The run has no report or no such model, the model can't be exported (the classical
            baseline never can), or no variant answers as PyTorch does.
    """
    store.get(run_id)
    if options.model not in PARTS:
        raise ExportError(
            "{model} is no neural network and has no ONNX form.",
            "Export one of {models}.",
            model=options.model,
            models=", ".join(PARTS),
        )
    report, folder = store.report(run_id), store.model_folder(run_id, options.model)
    if report is None or not report.examples:
        raise ExportError(
            "Run {run} has no report to check an export against.", "Let the run finish first.", run=run_id
        )
    if not folder.is_dir():
        raise ExportError(
            "Run {run} has no model {model!r}.",
            "Let the run finish, or name another model.",
            run=run_id,
            model=options.model,
        )
    # Seconds of import: torch, transformers and Optimum.
    from export.building import build  # noqa: PLC0415
    from export.calibration import calibration_texts  # noqa: PLC0415
    from export.yardstick import Job  # noqa: PLC0415

    spec = store.spec(run_id)
    texts = partial(calibration_texts, store, run_id, spec, options)
    job = Job(run_id=run_id, folder=folder, options=options, spec=spec, report=report, calibration=texts)
    with replacing(Path(out) if out else store.export_folder(run_id, options.model)) as building:
        result = build(job, building, progress)
        write_atomically(building / FILE, result.model_dump_json(indent=2))
        write_atomically(beside(building / FILE), result.parts())
    return result
