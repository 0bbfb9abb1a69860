"""What to export after training, and how far to take it."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, field_validator, model_validator

from pipeline.errors import SpecError
from pipeline.faults import faults
from pipeline.messages import Message, Template, clauses
from pipeline.spec.base import ModelName, Part
from pipeline.spec.variants import DEFAULT_VARIANTS, MATRIX, Optimisation, Provider, Quantisation, VariantName

Calibration = Literal["minmax", "percentile", "entropy"]

#: How a level or a quantisation that is not wanted is written, where something has to be.
NOTHING = "none"
_REFUSED = Template("{names} for {provider}: {reason}")


class ExportSpec(Part):
    """Which model to turn into ONNX after training, and how far to take it."""

    model: ModelName = Field("transferred", title="Model", description="Which of the run's models.")
    provider: Provider = Field(
        "cpu", title="Runs on", description="What it is for: a CPU, a GPU through CUDA, or a GPU through TensorRT."
    )
    optimisation: tuple[Optimisation, ...] = Field(
        ("O2",),
        title="Optimisation",
        description="onnxruntime's graph optimisation, as Optimum names the levels; a variant is made of each.",
    )
    quantisation: tuple[Quantisation, ...] = Field(
        ("int8",),
        title="Quantisation",
        description="int8 makes the model smaller and faster on CPUs, fp16 on GPUs; static int8 is calibrated. "
        "A variant is made of each.",
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
        description="How many target training texts static int8 is calibrated on, and a repaired int8 smoothed by.",
    )
    max_metric_loss: float = Field(
        0.005,
        ge=0,
        le=1,
        title="Loss allowed",
        description="By how much the leading metric may be worse than PyTorch's: 0.005 is half a point, and of a "
        "perplexity half a percent.",
    )
    max_flips: float = Field(
        0.01, ge=0, le=1, title="Changes allowed", description="Share of the answers that may be others than PyTorch's."
    )
    max_logit_difference: float = Field(
        1e-4,
        gt=0,
        le=1,
        title="Logit difference allowed",
        description="Largest of any logit where the same function is computed, in fp32, O1 and O2.",
    )

    @model_validator(mode="before")
    @classmethod
    def _as_suits_the_provider(cls, value: Any) -> Any:
        """What is not said is made as suits the provider; the fields' own defaults are for a CPU."""
        if not isinstance(value, dict):
            return value
        made = next((made for provider, made in DEFAULT_VARIANTS.items() if provider == value.get("provider")), {})
        return {**made, **value}

    @field_validator("optimisation", "quantisation", mode="before")
    @classmethod
    def _as_a_set(cls, value: Any) -> Any:
        """One value alone, as specs had it before an export could make several, is a set of one; "none" adds nothing.

        In declared order and each once, for neither changes what is made.
        """
        given = (value,) if isinstance(value, str) else value
        if not isinstance(given, list | tuple | set | frozenset) or not all(isinstance(name, str) for name in given):
            return value  # pydantic says what is wrong with it
        order = get_args(VariantName)
        names = dict.fromkeys(name for name in given if name != NOTHING)
        return tuple(sorted(names, key=lambda name: order.index(name) if name in order else len(order)))

    @model_validator(mode="after")
    def _is_made(self) -> ExportSpec:
        refused: dict[Message, list[str]] = {}
        for name in self.variants:
            if reason := MATRIX[name, self.provider]:
                refused.setdefault(reason, []).append(name)
        if refused:
            raise ValueError(
                clauses(
                    Message(_REFUSED, names=", ".join(names), provider=self.provider, reason=reason)
                    for reason, names in refused.items()
                )
            )
        return self

    @property
    def variants(self) -> tuple[VariantName, ...]:
        """All that is to be made, in order; each other one is made of fp32, which is always among them."""
        return ("fp32", *self.optimisation, *self.quantisation)


def export_spec(values: dict[str, Any]) -> ExportSpec:
    """The options of an export, checked.

    Raises:
        SpecError: With each that is wrong, and why.
    """
    try:
        return ExportSpec.model_validate(values)
    except ValidationError as error:
        raise SpecError(
            "This export is not made: {faults}.",
            "The Export tab and `python -m export variants` show what is.",
            faults=faults(error),
        ) from error
