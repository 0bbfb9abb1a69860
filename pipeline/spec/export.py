"""What to export after training, and how far to take it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from pipeline.errors import SpecError
from pipeline.faults import fault, reason
from pipeline.messages import Message, clauses
from pipeline.spec.base import ModelName, Part
from pipeline.spec.variants import Optimisation, Provider, Quantisation, refusal

Calibration = Literal["minmax", "percentile", "entropy"]


class ExportSpec(Part):
    """Which model to turn into ONNX after training, and how far to take it."""

    model: ModelName = Field("transferred", title="Model", description="Which of the run's models.")
    provider: Provider = Field(
        "cpu", title="Runs on", description="What it is for: a CPU, a GPU through CUDA, or a GPU through TensorRT."
    )
    optimisation: Optimisation = Field(
        "O2", title="Optimisation", description="onnxruntime's graph optimisation, as Optimum names the levels."
    )
    quantisation: Quantisation = Field(
        "int8",
        title="Quantisation",
        description="int8 makes the model smaller and faster on CPUs, fp16 on GPUs; static int8 is calibrated.",
    )
    calibration: Calibration = Field(
        "percentile",
        title="Calibration",
        description="How static int8 takes the range of its activations from target training texts.",
    )
    calibration_texts: int = Field(
        128,
        ge=8,
        le=2000,
        title="Calibration texts",
        description="How many target training texts static int8 is calibrated on.",
    )

    @model_validator(mode="after")
    def _is_made(self) -> ExportSpec:
        if refused := refusal(self.optimisation, self.quantisation, self.provider):
            raise ValueError(refused)
        return self


def export_spec(values: dict[str, Any]) -> ExportSpec:
    """The options of an export, checked.

    Raises:
        SpecError: With each that is wrong, and why.
    """
    try:
        return ExportSpec.model_validate(values)
    except ValidationError as error:
        faults = clauses(
            Message("{place}: {fault}", place=".".join(map(str, found["loc"])), fault=fault(found))
            if found["loc"]
            else reason(found)
            for found in error.errors()
        )
        raise SpecError(
            "This export is not made: {faults}.",
            "The Export tab and `python -m export variants` show what is.",
            faults=faults,
        ) from error
