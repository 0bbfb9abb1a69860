"""What each kind of stage asks of a machine, held against what the machines are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.plan.stage import StageKind
from pipeline.settings import Settings

#: What does not train or answer by a network: a core, and room for texts and a model.
LIGHT_GB = 2.0
GB = float(1 << 30)

#: Whether a kind of stage computes with a network, or does little besides reading and writing.
WEIGHT: dict[StageKind, Literal["heavy", "light"]] = {
    "data": "light",
    "fine-tuning": "heavy",
    "vocabulary": "heavy",
    "adaptation": "heavy",
    "pseudo-labels": "heavy",
    "ensemble": "heavy",
    "classical": "light",
    "evaluation": "heavy",
    "export": "light",
    "speed": "light",
}
#: Kinds whose training several machines can share.
SHARED: tuple[StageKind, ...] = ("fine-tuning", "adaptation")


@dataclass(frozen=True)
class Machines:
    """The largest that the cluster has of each thing.

    Attributes:
        cpus: Cores of a machine.
        gpus: GPUs of a machine.
        memory: Bytes of a machine.
    """

    cpus: float
    gpus: float
    memory: float

    @classmethod
    def of(cls, nodes: Iterable[Mapping[str, Any]]) -> Machines:
        """Read Ray's list of nodes; those that are gone don't count, nor does a head that has no cores to work with."""
        working = [node["Resources"] for node in nodes if node["Alive"] and node["Resources"].get("CPU")]
        cpus, gpus, memory = (
            max((node.get(name, 0.0) for node in working), default=0.0) for name in ("CPU", "GPU", "memory")
        )
        return cls(cpus, gpus, memory)


@dataclass(frozen=True)
class Needs:
    """What one stage asks for.

    Attributes:
        cpus: Cores.
        gpus: GPUs, or a share of one.
        memory: Bytes.
    """

    cpus: float
    gpus: float
    memory: float

    @property
    def options(self) -> dict[str, Any]:
        """For a task of Ray."""
        return {"num_cpus": self.cpus, "num_gpus": self.gpus, "memory": int(self.memory)}

    @property
    def of_a_worker(self) -> dict[str, float]:
        """For one of several that train together; Ray Train gives no less than one core."""
        found = {"CPU": self.cpus, "memory": float(int(self.memory))}
        return found | ({"GPU": self.gpus} if self.gpus else {})


def needs(kind: StageKind, settings: Settings, machines: Machines) -> Needs:
    """What a stage asks for; never more than the largest machine has, or it would wait for ever."""
    heavy = WEIGHT[kind] == "heavy"
    memory = min((settings.ray_memory_gb if heavy else LIGHT_GB) * GB, 0.9 * machines.memory)
    cpus = min(float(settings.ray_cpus) if heavy else 1.0, max(1.0, machines.cpus))
    return Needs(cpus, min(settings.ray_gpus, machines.gpus) if heavy else 0.0, memory)
