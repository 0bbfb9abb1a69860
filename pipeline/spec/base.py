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
#: ``name`` or ``owner/name``: what can be an id on the Hub, and never a path, a flag or an address.
HUB_ID = r"^[A-Za-z0-9][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*(?:/[A-Za-z0-9][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*)?$"
#: A branch, tag or commit; the Hub's library makes a file of that name in its cache.
REVISION = r"^[A-Za-z0-9_]+(?:[./-][A-Za-z0-9_]+)*$"


class Part(BaseModel):
    """Base of every part of a spec: immutable, and no field that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")
