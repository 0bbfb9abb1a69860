"""Which export's speed is compared with PyTorch's, and how."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError, model_validator

from pipeline.errors import SpecError
from pipeline.faults import faults
from pipeline.messages import Message
from pipeline.spec.base import ModelName, Part

#: Most texts at a time, and tokens of one.
MOST = 4096


class SpeedSpec(Part):
    """Which of the exported models is timed beside PyTorch, and at which shapes."""

    model: ModelName = Field("transferred", title="Model", description="Which of the run's exported models.")
    batches: tuple[int, ...] = Field(
        (1, 32), min_length=1, max_length=6, title="Texts at a time", description="How many texts are asked at once."
    )
    lengths: tuple[int, ...] = Field(
        (32, 128),
        min_length=1,
        max_length=6,
        title="Tokens",
        description="How long the texts are; a model is not asked more than it reads.",
    )
    rounds: int = Field(5, ge=1, le=50, title="Rounds", description="How many turns each candidate has at each shape.")
    compiled: bool = Field(
        True, title="torch.compile too", description="Whether torch.compile is timed too, which compiles for minutes."
    )
    asked_at: float = Field(
        0.0,
        ge=0,
        le=1e11,
        title="Asked at",
        description="When it was asked for, in seconds since 1970: asked at another time, it is measured anew.",
    )

    @model_validator(mode="after")
    def _can_be_asked(self) -> SpeedSpec:
        for name, numbers in (("batches", self.batches), ("lengths", self.lengths)):
            if wrong := [number for number in numbers if not 1 <= number <= MOST]:
                raise ValueError(
                    Message("{field} holds {number}, and takes 1 to {most:,}", field=name, number=wrong[0], most=MOST)
                )
        return self


def speed_spec(values: dict[str, Any]) -> SpeedSpec:
    """What is compared and how, checked.

    Raises:
        SpecError: With each value that is wrong, and why.
    """
    try:
        return SpeedSpec.model_validate(values)
    except ValidationError as error:
        raise SpecError(
            "This comparison of speed is not made: {faults}.",
            "docs/spec.md says what each value may be.",
            faults=faults(error),
        ) from error
