"""ONNX files of a run's models."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated

from gradio import FileData
from typing_extensions import TypedDict

from pipeline.spec import Calibration, ModelName, Optimisation, Provider, Quantisation
from ui.api.kinds import Run, Visitor
from ui.api.watching import RunInfo, line_of
from ui.handlers import export as handlers
from ui.services import Services
from ui.text.telling import tell

Variant = Annotated[str, "Of what `list_exports` names; empty: the served one."]
Model = Annotated[ModelName, "Which of the run's models; a classical one is no network and has no ONNX form."]


class VariantInfo(TypedDict):
    """One exported form of a model."""

    name: Annotated[str, "fp32, O1 to O4, int8, int8-static or fp16; `predict` takes it."]
    passed: Annotated[bool, "Whether it answers as PyTorch does, within the limits of the parity gate."]
    reason: Annotated[str, "Which limit it missed; empty if it passed."]
    metric: Annotated[float, "The leading metric on the frozen test set."]
    metric_of_pytorch: Annotated[float, "The same of the model itself."]
    flips: Annotated[float, "Share of the answers that are others than PyTorch's."]
    size_bytes: Annotated[int, "Of weights and graph."]
    latency_ms: Annotated[float, "One text, tokenizing included: the median."]


class Export(TypedDict):
    """What was exported of a model."""

    model: Annotated[str, "Which of the run's models."]
    served: Annotated[str, "The variant that answers in `predict`, and that `download_export` gives."]
    variants: Annotated[list[VariantInfo], "All that were made."]
    unmade: Annotated[list[str], "What was asked for and could not be made; the remarks say why."]
    latency_ms_of_pytorch: Annotated[float, "One text in PyTorch."]
    remarks: Annotated[list[str], "What failed, and what had to be repaired."]


class Exports(TypedDict):
    """What was exported of a run, and what can be."""

    exports: Annotated[list[Export], "What there is."]
    exportable: Annotated[list[str], "Models that `export_model` takes."]


def export_model(
    services: Services,
    *,
    run: Run,
    model: Model = "transferred",
    provider: Annotated[Provider, "What it is for: a CPU, or a GPU through CUDA or TensorRT."] = "cpu",
    optimisation: Annotated[
        list[Optimisation] | None,
        "onnxruntime's optimisation of the graph, a variant of each; O4 is for GPUs. Null: as suits the provider.",
    ] = None,
    quantisation: Annotated[
        list[Quantisation] | None,
        "int8: smaller and faster on CPUs; int8-static: the same, calibrated on target training texts; fp16: for GPUs. "
        "A variant of each. Null: as suits the provider.",
    ] = None,
    calibration: Annotated[Calibration, "How int8-static takes the range of its activations."] = "percentile",
    calibration_texts: Annotated[int, "On how many texts int8-static is calibrated, 8 to 2,000."] = 128,
    max_metric_loss: Annotated[float, "To pass: by how much the leading metric may be worse."] = 0.005,
    max_flips: Annotated[float, "To pass: the share of the answers that may be others than PyTorch's."] = 0.01,
    max_logit_difference: Annotated[float, "To pass: the largest of any logit, in fp32, O1 and O2."] = 1e-4,
    visitor: Visitor = "",
) -> Annotated[RunInfo, "The run, at work again; follow it with `wait_for_run`."]:
    """Turn a model of a finished run into ONNX: convert, optimise, quantise, and hold it against PyTorch.

    A variant is served only if it answers as PyTorch does. What is not made for a provider is refused with the reason.
    """
    values = {
        "model": model,
        "provider": provider,
        "optimisation": optimisation,
        "quantisation": quantisation,
        "calibration": calibration,
        "calibration_texts": calibration_texts,
        "max_metric_loss": max_metric_loss,
        "max_flips": max_flips,
        "max_logit_difference": max_logit_difference,
    }
    given = {name: value for name, value in values.items() if value is not None}
    return line_of(services, visitor, handlers.export(services, visitor, run, given).id)


def list_exports(services: Services, *, run: Run, visitor: Visitor = "") -> Annotated[Exports, "By model."]:
    """What was exported of a run: variants, size, speed, and how near they are to PyTorch."""
    found = handlers.exports_of(services, visitor, run)
    return {
        "exports": [
            {
                "model": report.model,
                "served": report.served,
                "variants": [
                    {
                        "name": variant.name,
                        "passed": variant.parity.passed,
                        "reason": tell(report.recall(variant.parity.reason)),
                        "metric": variant.parity.metric,
                        "metric_of_pytorch": variant.parity.metric_reference,
                        "flips": variant.parity.flips,
                        "size_bytes": variant.size_bytes,
                        "latency_ms": variant.latency_ms,
                    }
                    for variant in report.variants
                ],
                "unmade": [*report.unmade],
                "latency_ms_of_pytorch": report.torch_latency_ms,
                "remarks": [tell(remark) for remark in report.remarks()],
            }
            for report in found.reports.values()
        ],
        "exportable": [name for _, name in handlers.exportable(services, visitor, run)],
    }


def download_export(
    services: Services, *, run: Run, model: Model = "transferred", variant: Variant = "", visitor: Visitor = ""
) -> Annotated[FileData, "A zip of the variant: ONNX, tokenizer, config, model card, checksums."]:
    """Take a variant of a model away; its checksums are verified. Optimum and `export/predictor/` load it."""
    file = handlers.zip_export(services, visitor, run, model, Path(zips().name), variant=variant)
    return FileData(path=str(file), orig_name=file.name)


def push_export(
    services: Services,
    *,
    run: Run,
    repository: Annotated[str, "OWNER/NAME on the Hugging Face Hub; made if it is not there."],
    model: Model = "transferred",
    variant: Variant = "",
    private: Annotated[bool, "Whether a repository that is made is private."] = True,
    token: Annotated[
        str, "A Hub token that may write; used this once, never kept. Empty: the server's own, if any."
    ] = "",
    visitor: Visitor = "",
) -> Annotated[str, "The address of the commit."]:
    """Bring a variant of a model, with its model card, to the Hugging Face Hub; its checksums are verified.

    One that missed its parity gate is refused.
    """
    return handlers.push_export(
        services, visitor, run, model, repository, private=private, token=token, variant=variant
    )


@cache
def zips() -> tempfile.TemporaryDirectory[str]:
    """Where files lie until Gradio has taken its copy; the runs' folder is closed to it. Goes with the server."""
    return tempfile.TemporaryDirectory(prefix="graft-")
