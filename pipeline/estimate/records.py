"""What an estimate says."""

from __future__ import annotations

from pipeline.plan.stage import StageKind
from pipeline.spec import Part


class Range(Part):
    """A figure with the bounds that it was seen to keep.

    The lower bound of a time is that of a machine that does nothing else; what is expected, of one that is as busy
    as it was when it was measured.
    """

    low: float
    expected: float
    high: float


class StageEstimate(Part):
    """One stage of the plan.

    Attributes:
        name: Its name in the plan.
        kind: Row of the table of stages.
        title: For people.
        seconds: That it will take; 0 if it is reused.
        reused: Whether its output is there already.
    """

    name: str
    kind: StageKind
    title: str
    seconds: Range
    reused: bool


class Estimate(Part):
    """What a run will take.

    Attributes:
        stages: In the order of the plan.
        seconds: Of the whole run.
        memory_mb: Most main memory that its worker holds.
        gpu_memory_mb: Most memory of the GPU; None without one.
        disk_mb: That the run adds: artifacts (the run's models are links to them), exports, checkpoints.
        device: ``cpu`` or ``cuda``.
        precision: In which matrices are multiplied.
        tokens_per_second: At which the source model learned, padding not counted.
        steps: Training steps that were measured.
        took: Seconds that the estimate itself took, loading included.
    """

    stages: tuple[StageEstimate, ...]
    seconds: Range
    memory_mb: Range
    gpu_memory_mb: Range | None
    disk_mb: Range
    device: str
    precision: str
    tokens_per_second: float
    steps: int
    took: float
