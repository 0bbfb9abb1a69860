"""One step of a run, and the key of its output."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.messages import Message
from pipeline.parameters import Parameters

StageKind = Literal[
    "data",
    "fine-tuning",
    "vocabulary",
    "adaptation",
    "pseudo-labels",
    "ensemble",
    "classical",
    "evaluation",
    "export",
    "speed",
]

#: Raised when a stage's code comes to give another output for the same parameters.
REVISION = 7


@dataclass(frozen=True)
class Stage:
    """One step of a run.

    Attributes:
        name: Unique in the plan.
        kind: Row of ``pipeline.stages.STAGES``.
        title: For people.
        parameters: All it needs to know.
        inputs: Role → the stage whose output it reads.
        partly: Role → what counts of an input of which the stage reads only a part, instead of the
            whole input's key: so two runs that share a source share its model.
        cost: Expected work, in steps of one text through training; for the time left.
        publishes: Where in the run's folder the output shows up, if it does.
        key: Hash of all the output depends on.
    """

    name: str
    kind: StageKind
    title: Message
    parameters: Parameters
    inputs: dict[str, Stage] = field(default_factory=dict)
    partly: dict[str, Any] = field(default_factory=dict)
    cost: float = 1.0
    publishes: str | None = None
    key: str = field(init=False)

    def __post_init__(self) -> None:
        material = {
            "revision": REVISION,
            "kind": self.kind,
            "parameters": self.parameters.model_dump(mode="json", exclude=self.parameters.PLACES),
            "inputs": {role: self.partly.get(role, stage.key) for role, stage in sorted(self.inputs.items())},
        }
        key = hashlib.sha256(json.dumps(material, sort_keys=True).encode()).hexdigest()[:40]
        object.__setattr__(self, "key", key)  # once: a chain of stages would be hashed again at each look
