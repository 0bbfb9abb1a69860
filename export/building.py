"""The steps of an export, from PyTorch to packaged variants."""

from __future__ import annotations

import io
import logging
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import torch

from export.choosing import preferred
from export.making import PREPARED, ways
from export.package import package
from export.report import ExportReport
from export.yardstick import Job, Variant, Yardstick
from pipeline.errors import ExportError
from pipeline.messages import Message, clauses
from pipeline.spec import VariantName
from pipeline.tasks import TASKS


def build(job: Job, out: Path, progress: Callable[[int, int, str], None]) -> ExportReport:
    """Make every variant that the options ask for in ``out``, each in a folder of its own.

    Raises:
        ExportError: The model can't be converted, or no variant passed its gate.
    """
    plan = ways(job.options)
    total = len(plan) + 2
    with quietly():
        progress(0, total, "Asking PyTorch for its answers")
        yardstick = Yardstick(job)
        variants: list[Variant] = []
        notes: list[Message] = []
        for done, (name, title, make) in enumerate(plan, start=1):
            progress(done, total, title)
            try:
                variants.append(make(yardstick, out))
            except ExportError as error:
                if name == "fp32":  # the others are made of it
                    raise
                shutil.rmtree(out / name.lower(), ignore_errors=True)
                notes.append(Message("{variant} was left out: {fault}", variant=name, fault=error.told))
        shutil.rmtree(out / PREPARED, ignore_errors=True)
        passed: list[VariantName] = [variant.name for variant in variants if variant.parity.passed]
        if not passed:
            reasons = clauses(
                Message("{variant}: {remark}", variant=variant.name, remark=variant.parity.reason)
                for variant in variants
            )
            raise ExportError(
                "No variant answers as PyTorch does: {reasons}.", "Report this model as a defect.", reasons=reasons
            )
        progress(total - 1, total, "Timing, and writing the model cards")
        latencies = yardstick.time(variants)
        torch_latency = latencies.pop("torch")
        report = ExportReport(
            run_id=job.run_id,
            model=job.options.model,
            task=job.spec.task,
            options=job.options,
            metric=TASKS[job.spec.task].metrics[0],
            variants=[variant.report(latencies) for variant in variants],
            torch_latency_ms=torch_latency,
            served=preferred(passed),
            notes=notes,
        )
        for variant in report.variants:
            package(out / variant.folder, variant, report, job.spec, job.report)
    progress(total, total, "Exported")
    return report


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the libraries' comments on a normal export to themselves; their errors come through.

    onnxruntime's optimiser logs under as many names as it has files, and prints besides.
    """
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore", torch.jit.TracerWarning)
            yield
    finally:
        logging.disable(before)
