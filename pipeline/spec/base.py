"""What every part of a spec is made of."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

TaskName = Literal[
    "text-classification",
    "multi-label-classification",
    "sentence-pair-classification",
    "entity-recognition",
    "part-of-speech",
    "language-modelling",
]
ModelName = Literal["source-only", "transferred", "target-only", "classical", "same-compute", "seed-ensemble"]


class Part(BaseModel):
    """Base of every part of a spec: immutable, and no field that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")
